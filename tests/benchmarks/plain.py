"""The guided step and the camera written down plainly, as a reader of the formulas would: one cut
at a time, general operations, a backward pass for every loss, files between frames.

It gives what the engine gives, and is what `tests/benchmarks/engine.py` measures the engine
against. Nothing here is meant to be slow: it leaves out what takes a second thought.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as transform

from discoscript_engine.diffusion import losses
from discoscript_engine.diffusion.augment import Draw
from discoscript_engine.diffusion.cutouts import Cut
from discoscript_engine.diffusion.guidance import Wish, limited
from discoscript_engine.diffusion.noise_schedule import NoiseSchedule
from discoscript_engine.diffusion.sampling import Denoiser, Prediction
from discoscript_engine.job import Camera2D, Camera3D
from discoscript_engine.motion.camera import affine, pose

#: (model's place, batch) -> where the cuts lie, and what augments them.
Draws = Callable[[int, int], tuple[Sequence[Cut], Draw | None]]

# ───────────── cuts ─────────────


def cubic(x: Tensor) -> Tensor:
    """Keys' kernel with a = -0.5."""
    x = x.abs()
    near = (1.5 * x**3 - 2.5 * x**2 + 1) * (x <= 1)
    return near + (-0.5 * x**3 + 2.5 * x**2 - 4 * x + 2) * ((x > 1) & (x < 2))


def resized_along(image: Tensor, axis: int, size: int) -> Tensor:
    """One axis resized as ResizeRight does it: for every output place the taps are gathered,
    weighted and added up."""
    before = image.shape[axis]
    if before == size:
        return image
    scale = size / before
    stretch = min(1.0, scale)
    places = torch.arange(size, dtype=torch.float64)
    places = places / scale + (before - 1) / 2 - (size - 1) / (2 * scale)
    support = 4 / stretch
    first = torch.ceil(places - support / 2 - 2**-23).long()
    taps = first[:, None] + torch.arange(math.ceil(support - 2**-23))
    weights = cubic(stretch * (places[:, None] - taps))
    weights = (weights / weights.sum(dim=1, keepdim=True)).to(image.dtype)
    low, high = -int(taps.min()), int(taps.max()) - before + 1
    moved = image.transpose(axis, -1)
    moved = pad(moved, (max(low, 0), max(high, 0)))
    taken = moved[..., taps + max(low, 0)]
    return (taken * weights).sum(dim=-1).transpose(axis, -1)


def resized(image: Tensor, size: int) -> Tensor:
    return resized_along(resized_along(image, -2, size), -1, size)


def cut_out(image: Tensor, cuts: Sequence[Cut], size: int) -> Tensor:
    """The cuts one after the other. The whole picture is resized once."""
    height, width = image.shape[-2:]
    taken, whole = [], None
    for cut in cuts:
        right, below = cut.left + cut.width - width, cut.top + cut.height - height
        if cut.left > 0 or cut.top > 0 or right < 0 or below < 0:
            part = image[..., cut.top : cut.top + cut.height, cut.left : cut.left + cut.width]
            taken.append(resized(grey(part) if cut.grey else part, size))
            continue
        if whole is None:
            whole = resized(pad(image, (-cut.left, right, -cut.top, below)), size)
        part = whole.flip(-1) if cut.mirrored else whole
        taken += [grey(part) if cut.grey else part] * cut.copies
    return torch.cat(taken)


def grey(image: Tensor) -> Tensor:
    return transform.rgb_to_grayscale(image, 3)


# ───────────── augmentations ─────────────


def noise(cuts: Tensor, places: Sequence[int], level: float, grain: Tensor) -> Tensor:
    """A stretch of the grain for each cut."""
    numbers = cuts[0].numel()
    stretches = [grain[place : place + numbers].view(cuts[0].shape) for place in places]
    return level * torch.stack(stretches).to(cuts)


def augment(cuts: Tensor, draw: Draw, grain: Tensor) -> Tensor:
    """A batch as torchvision's transforms change it; only the slant is part of the turn."""
    first, second, third = (
        noise(cuts, places, level, grain)
        for places, level in zip(draw.places, draw.noises, strict=True)
    )
    cuts = turned((cuts.flip(-1) if draw.mirrored else cuts) + first, draw) + second
    cuts = (grey(cuts) if draw.greyed else cuts) + third
    changes = (
        lambda x: transform.adjust_brightness(x, 1 + draw.amounts[0]),
        lambda x: transform.adjust_contrast(x, 1 + draw.amounts[1]),
        lambda x: transform.adjust_saturation(x, 1 + draw.amounts[2]),
        lambda x: hue_turned(x, draw.amounts[3]),
    )
    for place in draw.order:
        cuts = changes[place](cuts)
    return cuts


def turned(cuts: Tensor, draw: Draw) -> Tensor:
    """Turned and shifted by torchvision, or else slanted as well, in one sampling: where a pixel
    was on the cut that is only turned, and from there where it was on the cut."""
    if draw.corners is None:
        black = [0.0, 0.0, 0.0]
        bilinear = InterpolationMode.BILINEAR
        return transform.affine(
            cuts, draw.angle, list(draw.shift), 1.0, [0.0, 0.0], bilinear, fill=black
        )
    size, angle = cuts.shape[-1], math.radians(draw.angle)
    a, b, c, d, e, f, g, h = homography(draw.corners, size)
    places = torch.arange(size, dtype=cuts.dtype) + 0.5
    y, x = torch.meshgrid(places, places, indexing="ij")
    depth = g * x + h * y + 1
    x, y = (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
    shown = sampled(torch.ones(1, 1, size, size, dtype=cuts.dtype), x, y)
    right, down = x - size / 2 - draw.shift[0], y - size / 2 - draw.shift[1]
    x = math.cos(angle) * right + math.sin(angle) * down + size / 2
    y = math.cos(angle) * down - math.sin(angle) * right + size / 2
    seen = sampled(torch.cat([cuts, torch.ones_like(cuts[:, :1])], dim=1), x, y)
    return seen[:, :3] * seen[:, 3:] * shown**2


def sampled(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Between four pixels; a place counts from the edge, and what is outside is 0."""
    grid = torch.stack([x, y], dim=-1) * 2 / images.shape[-1] - 1
    grid = grid.expand(len(images), -1, -1, -1)
    return grid_sample(images, grid, "bilinear", "zeros", align_corners=False)


def homography(corners: Sequence[tuple[int, int]], size: int) -> list[float]:
    """What takes each corner back to where it was; torchvision's own rounds to single precision."""
    far = size - 1
    square = ((0, 0), (far, 0), (far, far), (0, far))
    rows, wanted = [], []
    for (x, y), (to_x, to_y) in zip(corners, square, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -to_x * x, -to_x * y])
        rows.append([0, 0, 0, x, y, 1, -to_y * x, -to_y * y])
        wanted += [to_x, to_y]
    return np.linalg.solve(np.array(rows, dtype=float), np.array(wanted, dtype=float)).tolist()


def hue_turned(image: Tensor, amount: float) -> Tensor:
    """To hue, saturation and value and back (Smith, 1978); torchvision's keeps no doubles."""
    red, green, blue = image.unbind(-3)
    most, least = image.max(dim=-3).values, image.min(dim=-3).values
    flat, spread = most == least, most - least
    saturation = spread / torch.where(flat, 1.0, most)
    divisor = torch.where(flat, 1.0, spread)
    from_red, from_green, from_blue = ((most - c) / divisor for c in (red, green, blue))
    is_red, is_green = most == red, (most == green) & (most != red)
    hue = is_red * (from_blue - from_green) + is_green * (2 + from_red - from_blue)
    hue = hue + (~is_red & ~is_green) * (4 + from_green - from_red)
    hue = ((hue / 6 + 1) % 1 + amount) % 1
    sector = torch.floor(6 * hue)
    rest = 6 * hue - sector
    low = (most * (1 - saturation)).clamp(0, 1)
    falling = (most * (1 - saturation * rest)).clamp(0, 1)
    rising = (most * (1 - saturation * (1 - rest))).clamp(0, 1)
    choices = (
        (most, falling, low, low, rising, most),
        (rising, most, most, falling, low, low),
        (low, low, rising, most, most, falling),
    )
    is_sector = [sector.long() % 6 == i for i in range(6)]
    channels = [
        sum(chosen * value for chosen, value in zip(is_sector, values, strict=True))
        for values in choices
    ]
    return torch.stack([c for c in channels if isinstance(c, Tensor)], dim=-3)


# ───────────── the guided step ─────────────


def gradient(
    x: Tensor, picture: Tensor, index: int, wish: Wish, schedule: NoiseSchedule, draws: Draws,
    batches: int,
) -> Tensor:  # fmt: skip
    """The gradient by the noisy picture, one backward pass after the other."""
    fac, scales = schedule.noise(index), wish.scales
    x_in = picture * fac + x * (1 - fac)
    slope = torch.zeros_like(x_in)
    for place, target in enumerate(wish.targets):
        for batch in range(batches):
            where, draw = draws(place, batch)
            cuts = cut_out((x_in + 1) / 2, where, target.clip.image_size)
            if draw is not None:
                cuts = augment(cuts, draw, wish.look.grain(cuts.shape[-1], cuts.device))
            embeddings = target.clip.encode_image(cuts)
            far = losses.spherical_distance(embeddings[:, None], target.embeddings[None])
            loss = scales.clip_guidance_scale * (far * target.weights).sum(dim=1).mean()
            slope = slope + torch.autograd.grad(loss, x_in, retain_graph=True)[0] / batches
    wanted = [
        scales.tv_scale * losses.total_variation(x_in).sum(),
        scales.sat_scale * losses.saturation(x_in),
    ]
    if wish.hold is not None:
        wanted.append(wish.hold.scale * wish.hold.loss(x_in).sum())
    for loss in wanted:
        slope = slope + torch.autograd.grad(loss, x_in, retain_graph=True)[0]
    pulled = torch.autograd.grad(x_in, x, slope, retain_graph=True)[0]
    beyond = scales.range_scale * losses.out_of_range(picture).sum()
    pulled = pulled + torch.autograd.grad(beyond, x)[0]
    if torch.isnan(pulled).any():
        return torch.zeros_like(x)
    return limited(pulled, scales.clamp_max) if scales.clamp_grad else pulled


def guided_step(
    x: Tensor,
    index: int,
    denoise: Denoiser,
    through: Denoiser | None,
    wish: Wish,
    schedule: NoiseSchedule,
    draws: Draws,
    batches: int,
) -> Prediction:
    """A denoiser's prediction, bent. The network runs for the guidance and again for the step."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        seen = (through or denoise)(x, index)
        slope = gradient(x, seen.picture, index, wish, schedule, draws, batches)
    seen = denoise(x.detach(), index)
    return Prediction(seen.picture, seen.noise + schedule.noise(index) * slope)


# ───────────── cameras ─────────────


def sampling_grid(depth: Tensor, camera: Camera3D) -> Tensor:
    """The scene's points as homogeneous coordinates, through the old and the new camera's
    matrices; the sampler's lattice is moved by the difference."""
    height, width = depth.shape
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij"
    )
    points = torch.stack([x.flatten(), y.flatten(), depth.flatten()], dim=1)
    motion = pose(camera)
    view = torch.eye(4)
    view[:3, :3] = torch.tensor(motion.rotation)
    view[3, :3] = torch.tensor(motion.translation)
    focal = 1 / math.tan(math.radians(camera.fov) / 2)
    lens = torch.tensor([[focal, 0, 0, 0], [0, focal, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0.0]])
    old, new = (projected(points, matrix @ lens) for matrix in (torch.eye(4), view))
    offset = (new - old)[:, :2].view(height, width, 2)
    still = torch.tensor([[[1.0, 0, 0], [0, 1, 0]]])
    return affine_grid(still, [1, 1, height, width], align_corners=False)[0] - offset


def projected(points: Tensor, matrix: Tensor) -> Tensor:
    """Points as rows through a 4 x 4 matrix, divided by their last coordinate."""
    homogeneous = torch.cat([points, torch.ones(len(points), 1)], dim=1) @ matrix
    return homogeneous[:, :3] / homogeneous[:, 3:]


def moved_in_space(picture: Tensor, depth: Tensor, camera: Camera3D, nudge: float) -> Tensor:
    """A picture in 0..255 as the moved camera sees it, in 0..1."""
    planes = picture.permute(2, 0, 1)[None].float() / 255 + nudge
    grid = sampling_grid(depth, camera)[None]
    seen = grid_sample(planes, grid, camera.sampling, camera.padding, align_corners=False)
    return seen[0].clamp(0, 1)


def step_in_space(
    picture: np.ndarray, depth: Callable[[Tensor], Tensor], camera: Camera3D, nudge: float,
    folder: Path,
) -> Tensor:  # fmt: skip
    """From one frame to the next through files: the frame is written and read, moved, written
    and read again."""
    Image.fromarray(picture).save(folder / "previous.png")
    before = torch.from_numpy(np.array(Image.open(folder / "previous.png").convert("RGB")))
    seen = moved_in_space(before, depth(before), camera, nudge)
    levels = (seen * 255).to(torch.uint8).permute(1, 2, 0).numpy()
    Image.fromarray(levels).save(folder / "moved.png")
    return start(folder / "moved.png")


def step_in_plane(picture: np.ndarray, camera: Camera2D, folder: Path) -> Tensor:
    """The same for a camera that turns and magnifies, with OpenCV."""
    import cv2

    Image.fromarray(picture).save(folder / "previous.png")
    before = cv2.imread(str(folder / "previous.png"))
    height, width, _ = before.shape
    matrix = np.array(affine(camera, width, height))[:2]
    moved = cv2.warpAffine(before, matrix, (width, height), borderMode=cv2.BORDER_WRAP)
    cv2.imwrite(str(folder / "moved.png"), moved)
    return start(folder / "moved.png")


def start(file: Path) -> Tensor:
    """A picture file as what the next frame starts from."""
    levels = np.array(Image.open(file).convert("RGB"))
    return torch.from_numpy(levels).permute(2, 0, 1)[None].float() / 127.5 - 1
