"""A picture that is a prompt -> the embeddings of its cuts: what a CLIP model sees in it.

The cuts are those of Disco Diffusion's `MakeCutouts`, which it uses for nothing else: squares
from about half to nearly all of a picture with a wide margin, and a few of the whole, each
augmented by a draw of its own, and whatever the mode as strongly as those of videos. There CLIP is
handed values in [-1, 1] where it was trained with [0, 1]; here it gets what it knows. Cuts are
augmented in [-1, 1], as there, so that mid grey comes in; but at the size that CLIP sees.
"""

import math

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from torch.nn import functional

from discoscript_engine.diffusion.augment import VIDEO, augment, drawn, grain_of
from discoscript_engine.diffusion.cutouts import Cut
from discoscript_engine.diffusion.randomness import below, normal
from discoscript_engine.images import decode_small, to_tensor
from discoscript_engine.models.clip import Clip
from discoscript_engine.transfer import uploaded

#: Cuts of each picture.
CUTS = 16
#: Mean and standard deviation of a cut's share of the shorter side.
SHARE, SPREAD = 0.8, 0.3
#: Lobes of the filter that pictures are shrunk with.
LOBES = 2


def picture_of(file: bytes, side: int, device: torch.device) -> Float[Tensor, "1 3 h w"]:
    """The picture in a file, its shorter side at most `side` pixels, and a margin of mid grey
    about it, a quarter of its height wide."""
    picture = to_tensor(decode_small(file, side)).to(device)
    return functional.pad(picture, [picture.shape[-2] // 4] * 4)


def seen_in(
    picture: Float[Tensor, "1 3 h w"], clip: Clip, rng: Generator, *, augmented: bool
) -> Float[Tensor, "n e"]:
    """What a CLIP model sees in the cuts of a picture with its margin."""
    boxes = drawn_cuts(picture.shape[-1], picture.shape[-2], clip.image_size, CUTS, rng)
    cuts = cuts_of(picture, boxes, clip.image_size)
    if augmented:
        draws = [drawn((1, *cut.shape), VIDEO, rng) for cut in cuts]
        grain = uploaded(grain_of(clip.image_size, rng), cuts.device)
        cuts = augment(cuts[:, None], draws, grain)[:, 0]
    return clip.encode_image((cuts + 1) / 2)


def drawn_cuts(width: int, height: int, size: int, count: int, rng: Generator) -> tuple[Cut, ...]:
    """Squares anywhere in a picture; the last quarter of them, less one, is all of it."""
    whole = [Cut(0, 0, width, height) for i in range(count) if i > count - count // 4]
    parts = [_square(width, height, size, rng) for _ in range(count - len(whole))]
    return (*parts, *whole)


def _square(width: int, height: int, size: int, rng: Generator) -> Cut:
    shorter = min(width, height)
    share = SHARE + SPREAD * float(normal((), rng, torch.device("cpu")))
    side = math.trunc(shorter * min(max(share, size / shorter), 1.0))
    left = below(width - side + 1, rng)
    return Cut(left, below(height - side + 1, rng), side, side)


def cuts_of(
    picture: Float[Tensor, "1 3 h w"], boxes: tuple[Cut, ...], size: int
) -> Float[Tensor, "n 3 {size} {size}"]:
    """The cuts, each resampled to size x size."""
    parts = [picture[..., b.top : b.top + b.height, b.left : b.left + b.width] for b in boxes]
    return torch.cat([resample(part, size, size) for part in parts])


def resample(
    image: Float[Tensor, "b c h w"], height: int, width: int
) -> Float[Tensor, "b c {height} {width}"]:
    """Crowson's resampling (2021): a Lanczos filter along the axes that shrink, its taps one output
    pixel apart in its own scale, then cubic interpolation (a = -0.75) from corner to corner."""
    image = _filtered(image.mT, width).mT if width < image.shape[-1] else image
    image = _filtered(image, height) if height < image.shape[-2] else image
    return functional.interpolate(image, (height, width), mode="bicubic", align_corners=True)


def _filtered(image: Float[Tensor, "b c h w"], height: int) -> Float[Tensor, "b c h w"]:
    """The rows smoothed for shrinking to `height`; borders are mirrored about the edge row."""
    taps = lanczos_taps(height / image.shape[-2]).to(image)
    rows = functional.pad(image, (0, 0, len(taps) // 2, len(taps) // 2), "reflect")
    return torch.einsum("bchwk,k->bchw", rows.unfold(-2, len(taps), 1), taps)


def lanczos_taps(ratio: float) -> Float[Tensor, " k"]:
    """Weights of the rows before, at and after a pixel, for shrinking by `ratio` below 1."""
    count = math.ceil(LOBES / ratio + 1)
    after = torch.arange(count) * ratio
    at = torch.cat([-after.flip(0), after[1:]])[1:-1]
    taps = torch.where(at.abs() < LOBES, at.sinc() * (at / LOBES).sinc(), 0.0)
    return taps / taps.sum()
