"""Picture, camera (and depth) -> the picture that the next frame starts from.

Bytes in, bytes out: what is warped is the stored picture, never a float picture that happens to
be in memory, so that a resumed run equals an unbroken one.
"""

import torch
from einops import rearrange
from jaxtyping import Float, Float32, Int64, UInt8
from torch import Tensor
from torch.nn.functional import grid_sample

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
    x, y = _source_positions(inverse_affine(camera, width, height), height, width, image.device)
    wrapped = camera.edges == "wrap"
    moved = _sample_wrapped(image, x, y) if wrapped else _sample_edged(image, x, y, camera.edges)
    return moved.round().clamp(0, 255).to(torch.uint8)


def _source_positions(
    matrix: Matrix, height: int, width: int, device: torch.device
) -> tuple[Float[Tensor, "h w"], Float[Tensor, "h w"]]:
    """Where each output pixel looks in the input, in pixels with centres at integers."""
    i = torch.arange(width, dtype=torch.float64, device=device)
    j = torch.arange(height, dtype=torch.float64, device=device)[:, None]
    (a, b, c), (d, e, f), _ = matrix
    return a * i + b * j + c, d * i + e * j + f


def _sample_wrapped(
    image: UInt8[Tensor, "h w 3"], x: Float[Tensor, "h w"], y: Float[Tensor, "h w"]
) -> Float32[Tensor, "h w 3"]:
    """Bilinear values in levels at the positions (x, y) of the picture repeated endlessly."""
    height, width, _ = image.shape
    x, y = x.remainder(width), y.remainder(height)
    left, top = x.floor(), y.floor()
    right_share = (x - left).float()[..., None]
    bottom_share = (y - top).float()[..., None]
    x0, y0 = left.long(), top.long()
    upper = _mix(_wrapped(image, x0, y0), _wrapped(image, x0 + 1, y0), right_share)
    lower = _mix(_wrapped(image, x0, y0 + 1), _wrapped(image, x0 + 1, y0 + 1), right_share)
    return _mix(upper, lower, bottom_share)


def _sample_edged(
    image: UInt8[Tensor, "h w 3"], x: Float[Tensor, "h w"], y: Float[Tensor, "h w"], edges: str
) -> Float32[Tensor, "h w 3"]:
    """Bilinear values in levels at the positions (x, y) of the picture with `edges` around it:
    border, reflection or zeros."""
    height, width, _ = image.shape
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], dim=-1)
    picture = rearrange(image, "h w c -> 1 c h w").double()
    moved = grid_sample(picture, grid[None], "bilinear", edges, align_corners=False)
    return rearrange(moved, "1 c h w -> h w c").float()


def _wrapped(
    image: UInt8[Tensor, "h w 3"], x: Int64[Tensor, "h w"], y: Int64[Tensor, "h w"]
) -> Float32[Tensor, "h w 3"]:
    height, width, _ = image.shape
    index = (y % height) * width + x % width
    return rearrange(image, "h w c -> (h w) c")[index].float()


def _mix(
    a: Float32[Tensor, "h w 3"], b: Float32[Tensor, "h w 3"], share: Float32[Tensor, "h w 1"]
) -> Float32[Tensor, "h w 3"]:
    """`share` 0 is a, 1 is b."""
    return a + (b - a) * share


def warp3d(
    image: UInt8[Tensor, "h w 3"], depth: Float[Tensor, "h w"], camera: Camera3D
) -> UInt8[Tensor, "h w 3"]:
    """The picture as seen after the camera's move; `depth` in scene units, 1 is the near scene.

    Levels are cut off after the nudge, so a camera that does not move gives the picture back.
    """
    moved = sample(image, sampling_grid(depth, camera), camera.padding, camera.sampling)
    return (moved.clamp(0, 1) * 255).to(torch.uint8)


def sampling_grid(depth: Float[Tensor, "h w"], camera: Camera3D) -> Float32[Tensor, "h w 2"]:
    """Where each output pixel looks in the input, as `grid_sample` takes it: x first, -1..1.

    Points behind the camera (negative depth) are not left out: the arithmetic goes on, as in
    the reference.
    """
    height, width = depth.shape
    z = depth.float()
    x = _end_to_end(width, z.device).expand(height, width)
    y = _end_to_end(height, z.device)[:, None].expand(height, width)
    moved_x, moved_y, moved_z = _move(x, y, z, camera)
    focal = focal_length(camera.fov)
    grid_x = _centres(width, z.device) - focal * (moved_x / moved_z - x / z)
    grid_y = _centres(height, z.device)[:, None] - focal * (moved_y / moved_z - y / z)
    return torch.stack([grid_x, grid_y], dim=-1)


def _move(
    x: Float[Tensor, "h w"], y: Float[Tensor, "h w"], z: Float[Tensor, "h w"], camera: Camera3D
) -> list[Float[Tensor, "h w"]]:
    """q = p R + t for every point of the scene, one coordinate after the other."""
    motion = pose(camera)
    columns = zip(*motion.rotation, strict=True)
    return [
        x * a + y * b + z * c + t for (a, b, c), t in zip(columns, motion.translation, strict=True)
    ]


def _end_to_end(size: int, device: torch.device) -> Float32[Tensor, " size"]:
    """The lattice of the scene's points: the outermost pixels lie at -1 and 1."""
    return torch.linspace(-1, 1, size, device=device)


def _centres(size: int, device: torch.device) -> Float32[Tensor, " size"]:
    """The lattice of the sampler: the picture's edges lie at -1 and 1."""
    return (2 * torch.arange(size, device=device) + 1) / size - 1


def sample(
    image: UInt8[Tensor, "h w 3"], grid: Float32[Tensor, "h w 2"], padding: str, sampling: str
) -> Float32[Tensor, "h w 3"]:
    """The nudged picture in [0, 1] at the grid's positions; bicubic may leave [0, 1] a little.

    `padding` is border, zeros or reflection; `sampling` is bicubic, bilinear or nearest.
    """
    picture = rearrange(image / 255 + NUDGE, "h w c -> 1 c h w")
    positions = grid.nan_to_num(nan=FAR_OUTSIDE).clamp(-FAR_OUTSIDE, FAR_OUTSIDE)[None]
    moved = grid_sample(picture, positions, sampling, padding, align_corners=False)
    return rearrange(moved, "1 c h w -> h w c")
