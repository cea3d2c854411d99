"""Picture, camera (and depth) -> the picture that the next frame starts from.

Bytes in, bytes out: what is warped is the stored picture, never a float picture that happens to
be in memory, so that a resumed run equals an unbroken one.
"""

import torch
from einops import rearrange
from jaxtyping import Float, Float32, Float64, UInt8
from torch import Tensor
from torch.nn.functional import grid_sample, pad

from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.camera import Matrix, focal_length, inverse_affine, pose

#: Added to 3D-warped pictures in [0, 1]: their levels are cut off, not rounded, and without this
#: nudge a still picture would darken by a level per frame. (The reference's number.)
NUDGE = 1 / 512 - 0.0001

#: Sampling positions beyond this lie outside any picture; it keeps infinities out of the sampler.
FAR_OUTSIDE = 1e6


def warp2d(image: UInt8[Tensor, "h w 3"], camera: Camera2D) -> UInt8[Tensor, "h w 3"]:
    """The picture turned, magnified and shifted in its plane; with `edges` wrap, what leaves at one
    edge comes back at the other. Bilinear, rounded to the nearest level."""
    height, width, _ = image.shape
    places = _source_places(inverse_affine(camera, width, height), height, width, image.device)
    picture = rearrange(image, "h w c -> 1 c h w").float()
    wrapped = camera.edges == "wrap"
    moved = (
        _sample_wrapped(picture, *places) if wrapped else _sample(picture, *places, camera.edges)
    )
    return rearrange(moved, "1 c h w -> h w c").round_().clamp_(0, 255).to(torch.uint8)


def _source_places(
    matrix: Matrix, height: int, width: int, device: torch.device
) -> tuple[Float64[Tensor, "h w"], Float64[Tensor, "h w"]]:
    """Where each output pixel looks in the input, in widths and heights from the centre of the
    first pixel."""
    i = torch.arange(width, dtype=torch.float64, device=device)
    j = torch.arange(height, dtype=torch.float64, device=device)[:, None]
    (a, b, c), (d, e, f), _ = matrix
    return a / width * i + (b * j + c) / width, d / height * i + (e * j + f) / height


def _sample_wrapped(
    picture: Float32[Tensor, "1 3 h w"], x: Float64[Tensor, "h w"], y: Float64[Tensor, "h w"]
) -> Float32[Tensor, "1 3 h w"]:
    """Values at the places (x, y) of the picture repeated endlessly: it is extended by the first
    pixels of the repetition, and the sampler's -1 and 1 are the first pixel and its repetition."""
    endless = pad(picture, (0, 1, 0, 1), "circular")
    grid = _grid(*(place.remainder(1).mul_(2).sub_(1) for place in (x, y)))
    return grid_sample(endless, grid, "bilinear", align_corners=True)


def _sample(
    picture: Float32[Tensor, "1 3 h w"],
    x: Float64[Tensor, "h w"],
    y: Float64[Tensor, "h w"],
    edges: str,
) -> Float32[Tensor, "1 3 h w"]:
    """Values at the places (x, y) of the picture with `edges` around it: border, reflection or
    zeros."""
    height, width = picture.shape[-2:]
    grid = _grid(2 * x + (1 / width - 1), 2 * y + (1 / height - 1))
    return grid_sample(picture, grid, "bilinear", edges, align_corners=False)


def _grid(x: Float[Tensor, "h w"], y: Float[Tensor, "h w"]) -> Float32[Tensor, "1 h w 2"]:
    """Positions as `grid_sample` takes them; filled in, because interleaving by `stack` is slow."""
    grid = torch.empty(1, *x.shape, 2, device=x.device)
    grid[..., 0], grid[..., 1] = x, y
    return grid


def warp3d(
    image: UInt8[Tensor, "h w 3"], depth: Float[Tensor, "h w"], camera: Camera3D
) -> UInt8[Tensor, "h w 3"]:
    """The picture as seen after the camera's move; `depth` in scene units, 1 is the near scene.

    Levels are cut off after the nudge, so a camera that does not move gives the picture back.
    """
    moved = sample(image, sampling_grid(depth, camera), camera.padding, camera.sampling)
    return moved.clamp_(0, 1).mul_(255).to(torch.uint8)


def sampling_grid(depth: Float[Tensor, "h w"], camera: Camera3D) -> Float32[Tensor, "h w 2"]:
    """Where each output pixel looks in the input, as `grid_sample` takes it: x first, -1..1.

    Points behind the camera (negative depth) are not left out: the arithmetic goes on, as in
    the reference.
    """
    height, width = depth.shape
    z, focal, motion = depth.float(), focal_length(camera.fov), pose(camera)
    x, y = _end_to_end(width, z.device), _end_to_end(height, z.device)[:, None]

    def moved(axis: int, scale: float) -> Float32[Tensor, "h w"]:
        """One coordinate of q = p R + t for every point of the scene, times `scale`."""
        (a, b, c), t = (row[axis] for row in motion.rotation), motion.translation[axis]
        return torch.add(x * (scale * a) + (y * b + t) * scale, z, alpha=scale * c)

    before, after = z.reciprocal(), moved(2, 1.0).reciprocal_()
    grid = torch.empty(height, width, 2, device=z.device)
    for axis, (own, centres) in enumerate(
        ((x, _centres(width, z.device)), (y, _centres(height, z.device)[:, None]))
    ):
        way = moved(axis, -focal).mul_(after).addcmul_(before, focal * own)
        torch.add(way, centres, out=grid[..., axis])
    return grid


def _end_to_end(size: int, device: torch.device) -> Float32[Tensor, " size"]:
    """The lattice of the scene's points: the outermost pixels lie at -1 and 1."""
    return torch.linspace(-1, 1, size, device=device)


def _centres(size: int, device: torch.device) -> Float32[Tensor, " size"]:
    """The lattice of the sampler: the picture's edges lie at -1 and 1."""
    return (2 * torch.arange(size, device=device) + 1) / size - 1


def sample(
    image: UInt8[Tensor, "h w 3"],
    grid: Float32[Tensor, "h w 2"],
    padding: str,
    sampling: str,
    end_to_end: bool = False,
) -> Float32[Tensor, "h w 3"]:
    """The nudged picture in [0, 1] at the grid's positions; bicubic may leave [0, 1] a little.

    `padding` is border, zeros or reflection; `sampling` is bicubic, bilinear or nearest. With
    `end_to_end`, -1 and 1 are the centres of the outermost pixels instead of the picture's edges.
    """
    picture = rearrange(image, "h w c -> 1 c h w").float().div_(255).add_(NUDGE)
    positions = grid.nan_to_num(nan=FAR_OUTSIDE).clamp(-FAR_OUTSIDE, FAR_OUTSIDE)[None]
    moved = grid_sample(picture, positions, sampling, padding, align_corners=end_to_end)
    return rearrange(moved, "1 c h w -> h w c")
