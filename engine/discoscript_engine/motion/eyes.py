"""Picture, its depth and two eyes -> what a left and a right eye see, for a headset.

Each eye is a camera that has moved aside from the middle and turned inward: the picture is warped
as for any other move. It is then bent outward like a barrel, black where nothing is left of it at
the corners. Headset lenses bend it back; it is a flat picture, and no part of a sphere.
"""

import torch
from einops import rearrange
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from torch.nn.functional import grid_sample

from discoscript_engine.job import Camera3D, StereoCamera
from discoscript_engine.motion.camera import eyes
from discoscript_engine.motion.warp import sample, sampling_grid

#: How much farther from the centre a pixel looks, per distance from it. (The reference's number.)
BARREL = 0.4


def eye_views(
    image: UInt8[Tensor, "h w 3"], depth: Float[Tensor, "h w"], camera: StereoCamera
) -> UInt8[Tensor, "h w2 3"]:
    """What the left eye sees, and beside it what the right one sees: twice the width."""
    return torch.cat([eye_view(image, depth, eye) for eye in eyes(camera)], dim=1)


def eye_view(
    image: UInt8[Tensor, "h w 3"], depth: Float[Tensor, "h w"], eye: Camera3D
) -> UInt8[Tensor, "h w 3"]:
    """What one eye sees. The grid counts from edge to edge and is read from centre to centre, as
    in the reference: a magnification by half a pixel at the sides, alike in both eyes."""
    seen = sample(image, sampling_grid(depth, eye), eye.padding, eye.sampling, end_to_end=True)
    return (bent(seen).clamp(0, 1) * 255).to(torch.uint8)


def bent(picture: Float32[Tensor, "h w 3"]) -> Float32[Tensor, "h w 3"]:
    """The picture bent outward like a barrel; bilinear, 0 outside."""
    height, width, _ = picture.shape
    grid = barrel_grid(height, width, picture.device)[None]
    channels = rearrange(picture, "h w c -> 1 c h w")
    moved = grid_sample(channels, grid, "bilinear", "zeros", align_corners=True)
    return rearrange(moved, "1 c h w -> h w c")


def barrel_grid(
    height: int, width: int, device: torch.device
) -> Float32[Tensor, "{height} {width} 2"]:
    """Where each pixel P looks: at P (1 + 0.4 |P|), with the outermost pixels at -1 and 1."""
    x = torch.linspace(-1, 1, width, device=device).expand(height, width)
    y = torch.linspace(-1, 1, height, device=device)[:, None].expand(height, width)
    places = torch.stack([x, y], dim=-1)
    return places * (1 + BARREL * places.norm(dim=-1, keepdim=True))
