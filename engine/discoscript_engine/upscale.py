"""Learned upscalers, of the many architectures that spandrel knows.

A file is one of safetensors, which can hold no code: a pickle is never opened. A picture is
enlarged tile by tile, so its size is not limited by memory; tiles overlap, and what lies near the
inner edge of a tile is not used.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float, UInt8
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
from torch import Tensor
from torch.nn.functional import pad

from discoscript_engine.identity import device_kind

#: Pixels of a tile's side, and how many of them on each side only give the network a view.
TILE, MARGIN = 256, 16

#: The longest chains of layers in a published upscaler have less than a hundred.
MOST_LAYERS = 1000

Picture = NDArray[np.uint8]


class NoUpscaler(Exception):
    """A file that holds no network which makes pictures larger; the text says why."""


def load_upscaler(path: Path, device: str = "auto") -> Callable[[Picture], Picture]:
    """The network in a file, as a function of a picture."""
    model = describe(read_tensors(path))
    chosen = torch.device(device_kind() if device == "auto" else device)
    model.to(chosen).eval()

    @torch.inference_mode()
    def upscale(picture: Picture) -> Picture:
        image = torch.from_numpy(np.array(picture)).to(chosen)
        return in_tiles(image, model, model.scale).cpu().numpy()

    return upscale


def read_tensors(path: Path) -> dict[str, Tensor]:
    """What a file of safetensors holds, whatever its name ends in."""
    try:
        return load_file(path)
    except OSError as error:
        raise NoUpscaler(f"it cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (SafetensorError, RuntimeError, LookupError, TypeError, ValueError) as error:
        raise NoUpscaler("it is no safetensors file, or a damaged one") from error


def describe(tensors: dict[str, Tensor]) -> ImageModelDescriptor[Any]:
    """The network of these weights; its architecture is told from their names and shapes."""
    _refuse_endless(tensors)
    try:
        model = ModelLoader().load_from_state_dict(dict(tensors))
    except UnsupportedModelError as error:
        raise NoUpscaler("its architecture is not known") from error
    except Exception as error:  # spandrel takes names and shapes for those of a network unseen
        raise NoUpscaler("its weights are not those of an architecture that is known") from error
    if not isinstance(model, ImageModelDescriptor):
        raise NoUpscaler("it needs a mask beside the picture")
    if (model.input_channels, model.output_channels) != (3, 3):
        raise NoUpscaler("it is not for colour pictures")
    return model


def _refuse_endless(tensors: dict[str, Tensor]) -> None:
    """spandrel counts layers by the numbers in names, and channels by sides of shapes: no number
    and no side may ask for more than the file holds."""
    if any(_is_too_large(part) for name in tensors for part in name.split(".")):
        raise NoUpscaler(f"it numbers more than {MOST_LAYERS} layers")
    if not all(tensor.numel() for tensor in tensors.values()):
        raise NoUpscaler("it has tensors without numbers")


def _is_too_large(part: str) -> bool:
    """Whether a part of a name is a number of more layers than there are."""
    return part.isdecimal() and (len(part) > 9 or int(part) > MOST_LAYERS)


def in_tiles(
    image: UInt8[Tensor, "h w 3"],
    network: Callable[[Float[Tensor, "1 3 th tw"]], Float[Tensor, "1 3 sh sw"]],
    scale: int,
    tile: int = TILE,
    margin: int = MARGIN,
) -> UInt8[Tensor, "hs ws 3"]:
    """The whole picture, `scale` times as large."""
    height, width, _ = image.shape
    whole = rearrange(image / 255, "h w c -> 1 c h w")
    framed = pad(whole, (margin, margin, margin, margin), mode="replicate")
    made = torch.empty(1, 3, height * scale, width * scale, device=image.device)
    for top, bottom in stretches(height, tile):
        for left, right in stretches(width, tile):
            seen = framed[:, :, top : bottom + 2 * margin, left : right + 2 * margin]
            larger, m = network(seen), margin * scale
            inside = larger[:, :, m : m + (bottom - top) * scale, m : m + (right - left) * scale]
            made[:, :, top * scale : bottom * scale, left * scale : right * scale] = inside
    levels = (made.clamp(0, 1) * 255).round().to(torch.uint8)
    return rearrange(levels, "1 c h w -> h w c")


def stretches(length: int, most: int) -> Iterator[tuple[int, int]]:
    """A length in parts of at most `most`."""
    for start in range(0, length, most):
        yield start, min(start + most, length)
