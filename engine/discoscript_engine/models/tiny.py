"""Loading the embedded models: diffusion, CLIP and depth, all from `weights/tiny`, with no
download.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import open_clip
import torch
from jaxtyping import Float
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn

from . import tiny_tower as tiny_tower  # makes the picture tower known to timm
from .tiny_depth import TinyDepth
from .tiny_words import CONTEXT_LENGTH
from .unet import UNet, UNetConfig
from .weights import read_weights

WEIGHTS = Path(__file__).parents[1] / "weights" / "tiny"
CLIP_NAME = "discoscript-tiny"


class NoiseFromPicture(nn.Module):
    """Serves a network that predicts the clean picture as one that predicts noise, so that samplers
    need no special case.

    x = sqrt(abar) picture + sqrt(1-abar) noise, so noise = (x - sqrt(abar) picture) / sqrt(1-abar).
    abar belongs to the 1000 training steps (linear betas from 1e-4 to 0.02); between two of them it
    is interpolated.
    """

    abar: Tensor

    def __init__(self, network: UNet) -> None:
        super().__init__()
        self.network = network
        self.config = network.config
        betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
        self.register_buffer("abar", torch.cumprod(1 - betas, 0).float(), persistent=False)

    def forward(
        self, x: Float[Tensor, "b 3 h w"], t: Float[Tensor, " b"], *, checkpoint: bool = False
    ) -> Float[Tensor, "b 3 h w"]:
        below = t.long().clamp(0, len(self.abar) - 2)
        abar = torch.lerp(self.abar[below], self.abar[below + 1], (t - below).float())[
            :, None, None, None
        ]
        picture = self.network(x, t, checkpoint=checkpoint)
        return (x - abar.sqrt() * picture) / (1 - abar).sqrt()


def load_tiny_diffusion(path: Path = WEIGHTS / "diffusion.safetensors") -> NoiseFromPicture:
    """(x, t in 0..999) -> noise, for multiples of 16; the network inside predicts the picture."""
    tensors, described = read_weights(path)
    layout: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in described["config"].items()
    }
    network = UNet(UNetConfig(**layout))
    network.load_state_dict(tensors)
    return NoiseFromPicture(network).eval().requires_grad_(False)


def load_tiny_clip(path: Path = WEIGHTS / "clip.safetensors") -> open_clip.CLIP:
    """An open_clip model for 64x64 pictures, loaded by open_clip from our configuration."""
    open_clip.add_model_config(WEIGHTS / f"{CLIP_NAME}.json")
    model = open_clip.create_model(CLIP_NAME, pretrained=str(path), require_pretrained=True)
    return model.eval().requires_grad_(False)


def load_tiny_tokenizer() -> SimpleTokenizer:
    """Texts to token rows; a known word is one token, an unknown one is spelled out."""
    return SimpleTokenizer(bpe_path=str(WEIGHTS / "merges.txt.gz"), context_length=CONTEXT_LENGTH)


def load_tiny_depth(path: Path = WEIGHTS / "depth.safetensors") -> TinyDepth:
    """Pictures in [-1, 1] to depth of about 0.5 (near) to 2.6 (far)."""
    tensors, _ = read_weights(path)
    network = TinyDepth()
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)
