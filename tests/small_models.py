"""Checkpoints of small networks with the layouts of real ones, filled by formula."""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent / "engine"))

from parity import parameters

from discoscript_engine import model_table
from discoscript_engine.model_row import Model, ModelFile
from discoscript_engine.models.clip import network
from discoscript_engine.models.lpips import WIDTHS, Features
from discoscript_engine.models.secondary import SecondaryModel
from discoscript_engine.models.unet import UNet, UNetConfig

#: Laid out as the fine-tunes of the 256 px model are, with hardly any channels.
LAYOUT: dict[str, Any] = {
    "channels": 32,
    "channel_mult": [1, 1, 2],
    "blocks": [1, 1, 1],
    "attention_factors": [4],
    "heads": 1,
    "scale_shift": False,
    "resample_in_blocks": False,
}

ARCHITECTURE = "discoscript-small-test"
CLIP_LAYOUT = {
    "embed_dim": 32,
    "quick_gelu": True,
    "vision_cfg": {
        "image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16
    },
    "text_cfg": {
        "context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1
    },
}  # fmt: skip


def unet_weights(gain: float = 0.5) -> dict[str, Tensor]:
    """Of a U-Net of that layout."""
    layout = {k: tuple(v) if isinstance(v, list) else v for k, v in LAYOUT.items()}
    with torch.device("meta"):
        skeleton = UNet(UNetConfig(**layout))
    return parameters(skeleton, gain)


def save_own(path: Path, weights: dict[str, Tensor], layout: Any = LAYOUT) -> Path:
    """A checkpoint of one's own that says what its network looks like."""
    save_file(weights, path, {"format": "pt", "config": json.dumps(layout)} if layout else None)
    return path


def skeleton_weights(build: Any, gain: float = 1.0) -> dict[str, Tensor]:
    with torch.device("meta"):
        skeleton = build()
    return parameters(skeleton, gain)


def published(folder: Path) -> tuple[Model, ...]:
    """The table, with small files in `folder` as those of ViT-B/32, the secondary model and LPIPS,
    of which it knows the digests. Their names stay those that scripts are checked with."""
    config = folder / f"{ARCHITECTURE}.json"
    config.write_text(json.dumps(CLIP_LAYOUT))
    open_clip.add_model_config(config)
    secondary = skeleton_weights(SecondaryModel, 2**0.5)
    vgg = skeleton_weights(Features, 2**0.5) | _told_apart()
    changed: dict[tuple[str, str], dict[str, Any]] = {
        ("clip", "ViTB32"): {
            "files": (_saved(folder, "small.pt", _clip_file()),),
            "configuration": {"architecture": ARCHITECTURE},
        },
        ("secondary", "secondary"): {"files": (_saved(folder, "secondary.pth", secondary),)},
        ("perceptual", "lpips_vgg"): {
            "files": (_saved(folder, "vgg.pth", vgg), _saved(folder, "lins.pth", _weighing())),
        },
    }
    return tuple(
        replace(row, **changed.get((row.role, row.name), {})) for row in model_table.MODELS
    )


def _clip_file() -> dict[str, Any]:
    """As OpenCLIP saves: from several GPUs, with other things beside it."""
    weights = skeleton_weights(lambda: network(ARCHITECTURE))
    return {"epoch": 3, "state_dict": {f"module.{k}": v for k, v in weights.items()}}


def _told_apart() -> dict[str, Tensor]:
    return {"classifier.6.bias": torch.zeros(1000)}


def _weighing() -> dict[str, Tensor]:
    return {
        f"lin{i}.model.1.weight": torch.full((1, width, 1, 1), 1 / width)
        for i, width in enumerate(WIDTHS)
    }


def _saved(folder: Path, name: str, content: Any) -> ModelFile:
    path = folder / name
    torch.save(content, path)
    return ModelFile(name, hashlib.sha256(path.read_bytes()).hexdigest(), ("https://none/",))


def scripted(module: nn.Module, path: Path) -> Path:
    """A program of TorchScript, as OpenAI published its models."""
    torch.jit.script(module).save(str(path))
    return path
