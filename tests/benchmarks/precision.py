"""How far half precision is from single precision, measured on a processor: the embedded models,
and networks with the layouts of the real ones and random weights."""

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from unittest import mock

import torch
from jobs import job
from open_clip import get_model_config, get_tokenizer
from parity import fill_parameters, hash_numbers
from torch import Tensor

from discoscript_engine.diffusion.losses import spherical_distance
from discoscript_engine.engine import Engine
from discoscript_engine.identity import PRECISION_VARIABLE
from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import Clip, from_open_clip, laid_out, load_clip
from discoscript_engine.models.diffusion import DiffusionModel, load_diffusion, noise_part
from discoscript_engine.models.half import DTYPES
from discoscript_engine.models.unet import UNet, UNetConfig

CPU = torch.device("cpu")
HALVES = tuple(name for name in DTYPES if name != "fp32")

#: What a network gives, and the slope by its input.
Seen = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Error:
    """The length of the difference relative to what it should be: of what a network gives, and of
    the slope by its input; and the cosine of the angle between the slopes."""

    apart: float
    slope_apart: float
    slope_cosine: float


def error(run: Callable[[torch.dtype], Seen], dtype: torch.dtype) -> Error:
    """Of `run` in `dtype`."""
    (given, slope), (right, right_slope) = run(dtype), run(torch.float32)
    cosine = torch.cosine_similarity(slope.double().flatten(), right_slope.double().flatten(), 0)
    return Error(_apart(given, right), _apart(slope, right_slope), float(cosine))


def _apart(found: Tensor, right: Tensor) -> float:
    return float((found.double() - right.double()).norm() / right.double().norm())


def numbers(tag: str, *shape: int) -> Tensor:
    """Numbers in [-1, 1) that depend on their tag alone."""
    return torch.from_numpy(hash_numbers(tag, shape)).float()


def clip_seen(clip: Clip, cuts: int) -> Seen:
    """Embeddings of cuts, and the slope of how far they are from a text."""
    size = clip.image_size
    x = (numbers("cuts", cuts, 3, size, size) / 2 + 0.5).requires_grad_()
    embeddings = clip.encode_image(x)
    loss = spherical_distance(embeddings, numbers("text", 1, embeddings.shape[1])).mean()
    return embeddings.detach(), torch.autograd.grad(loss, x)[0]


def unet_seen(predict: DiffusionModel, width: int, height: int) -> Seen:
    """Noise, and the slope of it along noise of its own."""
    x = numbers("x", 1, 3, height, width).requires_grad_()
    noise = predict(x, torch.tensor([500.0]))
    return noise.detach(), torch.autograd.grad((noise * numbers("up", *noise.shape)).sum(), x)[0]


def random_clip(layout: Mapping[str, Any] | None, dtype: torch.dtype) -> Clip:
    """A CLIP model with weights from nowhere."""
    assert layout is not None
    torch.manual_seed(0)
    return from_open_clip("", laid_out(layout, dtype), get_tokenizer("ViT-B-32"), CPU, dtype)


def random_unet(config: UNetConfig, dtype: torch.dtype) -> DiffusionModel:
    unet = UNet(config)
    fill_parameters(unet, gain=0.5)
    return noise_part(unet.requires_grad_(False).torso_to(dtype))


_TEXT = {"context_length": 8, "vocab_size": 64, "width": 64, "heads": 2, "layers": 1}
_VIT = {"image_size": 64, "layers": 4, "width": 128, "patch_size": 16}
_RESNET = {"image_size": 64, "layers": [1, 1, 1, 1], "width": 32, "patch_size": None}


def _small(vision: Mapping[str, Any]) -> dict[str, Any]:
    return {"embed_dim": 64, "quick_gelu": True, "vision_cfg": vision, "text_cfg": _TEXT}


#: What takes no time.
SMALL: Mapping[str, Callable[[torch.dtype], Seen]] = {
    "CLIP, embedded": lambda dtype: clip_seen(load_clip(by_name("clip", "tiny"), CPU, dtype), 4),
    "CLIP, a small ViT": lambda dtype: clip_seen(random_clip(_small(_VIT), dtype), 4),
    "CLIP, a small ResNet": lambda dtype: clip_seen(random_clip(_small(_RESNET), dtype), 4),
    "U-Net, embedded": lambda dtype: unet_seen(
        load_diffusion(by_name("diffusion", "tiny"), CPU, dtype), 64, 48
    ),
    "U-Net, a small one laid out like that of 512 px": lambda dtype: unet_seen(
        random_unet(UNetConfig(64, (0.5, 1, 1, 2), (1,) * 4, (4, 8), head_channels=32), dtype),
        32,
        32,
    ),
}

#: What takes a minute each: processors are not made for fp16.
LARGE: Mapping[str, Callable[[torch.dtype], Seen]] = {
    "CLIP, ViT-B/32 with random weights": lambda dtype: clip_seen(
        random_clip(get_model_config("ViT-B-32-quickgelu"), dtype), 2
    ),
    "CLIP, RN50 with random weights": lambda dtype: clip_seen(
        random_clip(get_model_config("RN50-quickgelu"), dtype), 2
    ),
}


def picture_apart(half: str) -> dict[str, Any]:
    """How many levels of 0 to 255 a picture of the embedded models differs by."""
    row = by_name("diffusion", "tiny").defaults
    width, height = row["scene.size"]  # type: ignore[misc]
    asked = job(width=width, height=height, steps=25, clamp_max=row["guidance.clamp_max"])

    def rendered(word: str) -> Any:
        with mock.patch.dict(os.environ, {PRECISION_VARIABLE: word}):
            picture = Engine("cpu").render(asked, None, {}, lambda *step: None)
        return picture.astype(int)

    difference = abs(rendered(half) - rendered("fp32"))
    return {"mean": round(float(difference.mean()), 3), "most": int(difference.max())}


def changed() -> dict[str, Any]:
    """What half precision changes: the figures of the page."""
    networks = errors({**SMALL, **LARGE})
    return {
        "networks": {k: {h: asdict(e) for h, e in row.items()} for k, row in networks.items()},
        "picture": {half: picture_apart(half) for half in HALVES},
    }


def errors(runs: Mapping[str, Callable[[torch.dtype], Seen]]) -> dict[str, dict[str, Error]]:
    """By what was run, and the word for the precision."""
    return {what: {half: error(run, DTYPES[half]) for half in HALVES} for what, run in runs.items()}
