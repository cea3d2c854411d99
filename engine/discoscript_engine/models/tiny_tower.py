"""The picture tower of the embedded CLIP: a small residual network, made known to timm under a
name.

open_clip builds picture towers from timm by name, so once this module is imported the configuration
`discoscript-tiny.json` loads through open_clip like any other.
"""

from __future__ import annotations

from typing import Any

from timm.models import build_model_with_cfg, generate_default_cfgs, register_model
from timm.models.byobnet import ByoBlockCfg, ByobNet, ByoModelCfg
from torch import nn

NAME = "discoscript_tiny_tower"

#: 64x64 pictures: stem to 32x32, then four stages to 4x4.
LAYOUT = ByoModelCfg(
    blocks=(
        ByoBlockCfg("basic", d=1, c=32, s=1),
        ByoBlockCfg("basic", d=2, c=64, s=2),
        ByoBlockCfg("basic", d=2, c=128, s=2),
        ByoBlockCfg("basic", d=1, c=224, s=2),
    ),
    stem_type="3x3",
    stem_pool=None,
    stem_chs=32,
    num_features=384,
    act_layer="silu",
)

default_cfgs = generate_default_cfgs(
    {
        NAME: {
            "input_size": (3, 64, 64),
            "pool_size": (4, 4),
            "num_classes": 0,
            "classifier": "head.fc",
        }
    }
)


@register_model
def discoscript_tiny_tower(pretrained: bool = False, **options: Any) -> nn.Module:
    """Built by open_clip through timm; its weights come with the whole CLIP model."""
    return build_model_with_cfg(ByobNet, NAME, pretrained, model_cfg=LAYOUT, **options)
