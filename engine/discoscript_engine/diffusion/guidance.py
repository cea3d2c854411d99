"""Denoiser and a wish -> guided denoiser: each step is bent towards what is wanted.

The losses look at a mix of the predicted picture and the noisy one; their gradients are gathered
there and pulled back to the noisy picture in one backward pass through the denoiser.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor

from discoscript_engine.diffusion import losses
from discoscript_engine.diffusion.augment import Draw, Strengths, augment, drawn, grain_of
from discoscript_engine.diffusion.cutouts import Cut, cut_out, inner_cuts, overview_cuts, value_at
from discoscript_engine.diffusion.noise_schedule import NoiseSchedule
from discoscript_engine.diffusion.passes import Part, Passes
from discoscript_engine.diffusion.prompts import Target
from discoscript_engine.diffusion.randomness import generator
from discoscript_engine.diffusion.sampling import Denoiser, Prediction, clipped
from discoscript_engine.job import Cutouts, Guidance
from discoscript_engine.models.clip import Clip
from discoscript_engine.transfer import uploaded

Image = Float[Tensor, "b 3 h w"]

#: (noisy picture, picture predicted from it, index) -> gradient of the loss by the noisy picture.
Gradient = Callable[[Image, Image, int], Image]


@dataclass(frozen=True)
class Hold:
    """How unlike a picture the result may be, and how strongly that counts."""

    scale: float
    loss: losses.Likeness


@dataclass(frozen=True)
class Look:
    """How CLIP models see a picture at an index of the schedule.

    `cut` takes a picture in [0, 1], a CLIP model, its place among the models and the index, and
    gives cuts in batches. `draw` takes a batch's shape, the place, the batch and the index, and
    gives what augments it, or None where nothing does. `grain` is what the noise of cuts is taken
    from; it takes their size.
    """

    cut: Callable[[Image, Clip, int, int], Float[Tensor, "b n 3 s s"]]
    draw: Callable[[tuple[int, ...], int, int, int], Draw | None]
    grain: Callable[[int, torch.device], Float[Tensor, " k"]]


@dataclass(frozen=True)
class Wish:
    """What guides a frame: targets seen through cuts, the scales of the losses, a picture. CLIP
    sees the cuts in `passes`."""

    targets: tuple[Target, ...]
    look: Look
    scales: Guidance
    hold: Hold | None = None
    passes: Passes = field(default_factory=Passes)

    def is_empty(self) -> bool:
        """Whether nothing pulls: then no gradient needs to be taken."""
        scales = self.scales
        words = scales.clip_guidance_scale if self.targets else 0.0
        held = self.hold.scale if self.hold is not None else 0.0
        return not any((words, held, scales.tv_scale, scales.sat_scale, scales.range_scale))


def guided(
    denoise: Denoiser,
    gradient: Gradient,
    schedule: NoiseSchedule,
    *,
    through: Denoiser | None = None,
    clip_denoised: bool = False,
) -> Denoiser:
    """Classifier guidance, Dhariwal & Nichol (2021): eps' = eps + sqrt(1 - abar) gradient.

    The gradient is taken through the denoiser itself, whose one forward pass then serves both,
    or `through` a cheaper one. `clip_denoised` holds the picture that is sampled from, not the
    one that is guided, in [-1, 1].
    """

    def denoise_guided(x: Float[Tensor, "b 3 h w"], index: int) -> Prediction:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            seen = (through or denoise)(x, index)
            slope = gradient(x, seen.picture, index)
        x = x.detach()
        seen = denoise(x, index) if through else seen
        seen = Prediction(seen.picture.detach(), seen.noise.detach())
        seen = clipped(seen, x, schedule, index) if clip_denoised else seen
        return Prediction(seen.picture, seen.noise + schedule.noise(index) * slope)

    return denoise_guided


def unguided(denoise: Denoiser, schedule: NoiseSchedule, *, clip_denoised: bool) -> Denoiser:
    """The denoiser alone, for frames that nothing pulls at."""

    def denoise_alone(x: Float[Tensor, "b 3 h w"], index: int) -> Prediction:
        seen = denoise(x, index)
        return clipped(seen, x, schedule, index) if clip_denoised else seen

    return denoise_alone


def gradient_of(wish: Wish, schedule: NoiseSchedule) -> Gradient:
    """The gradient of everything wished for, limited as the scales say.

    The losses see x_in = picture fac + x (1 - fac), fac = sqrt(1 - abar); only the range loss
    sees the predicted picture itself. A gradient that is not finite everywhere is none: the limit
    would make NaN of the whole picture.
    """

    def gradient(
        x: Float[Tensor, "b 3 h w"], picture: Float[Tensor, "b 3 h w"], index: int
    ) -> Float[Tensor, "b 3 h w"]:
        fac = schedule.noise(index)
        x_in = picture * fac + x * (1 - fac)
        slope = slope_at(x_in.detach(), wish, index)
        slope = _pulled_back(x, x_in, slope, picture, wish.scales.range_scale)
        slope = torch.where(slope.isfinite().all(), slope, 0.0)
        return limited(slope, wish.scales.clamp_max) if wish.scales.clamp_grad else slope

    return gradient


def slope_at(x_in: Float[Tensor, "b 3 h w"], wish: Wish, index: int) -> Float[Tensor, "b 3 h w"]:
    """Gradient by `x_in` of all losses that look at it."""
    slope = torch.zeros_like(x_in)
    if wish.scales.clip_guidance_scale:
        slope = slope + wish.scales.clip_guidance_scale * words_slope(x_in, wish, index)
    x_in = x_in.detach().requires_grad_()
    wanted = _picture_losses(x_in, wish)
    return slope + torch.autograd.grad(wanted, x_in)[0] if wanted else slope


def words_slope(x_in: Float[Tensor, "b 3 h w"], wish: Wish, index: int) -> Float[Tensor, "b 3 h w"]:
    """Gradient by `x_in` of the distance to the prompts, summed over the CLIP models.

    Batches are averaged, so their number changes how many cuts are seen, never the strength.
    """
    slope = torch.zeros_like(x_in)
    for place, target in enumerate(wish.targets):
        slope = slope + _slope_of_target(x_in, wish, place, target, index)
    return slope


def _slope_of_target(
    x_in: Float[Tensor, "b 3 h w"], wish: Wish, place: int, target: Target, index: int
) -> Float[Tensor, "b 3 h w"]:
    """What one CLIP model contributes.

    All cuts are made at once, and pulled back to the picture at once; between the two, the graph
    of a pass is freed before the next one is built.
    """
    seen = x_in.detach().requires_grad_()
    cuts = wish.look.cut((seen + 1) / 2, target.clip, place, index)
    if not cuts.numel():
        return torch.zeros_like(x_in)

    def slope_of(part: Float[Tensor, "b n 3 s s"], which: Part) -> Float[Tensor, "b n 3 s s"]:
        part = part.detach().requires_grad_()
        shown = _shown(part, which, wish.look, cuts.shape[1:], place, index)
        share = shown.shape[:2].numel() / cuts.shape[:2].numel()
        return torch.autograd.grad(share * words_loss(shown.flatten(0, 1), target), part)[0]

    return torch.autograd.grad(cuts, seen, wish.passes.over(cuts.detach(), slope_of))[0]


def _shown(
    part: Float[Tensor, "b n 3 s s"],
    which: Part,
    look: Look,
    shape: tuple[int, ...],
    place: int,
    index: int,
) -> Float[Tensor, "b n 3 s s"]:
    """Some of the cuts as CLIP is shown them; `shape` is that of a whole batch."""
    batches = range(which.batches.start, which.batches.stop)
    drawn = [look.draw(shape, place, batch, index) for batch in batches]
    draws = [draw.of(which.cuts) for draw in drawn if draw is not None]
    return augment(part, draws, look.grain(shape[-1], part.device)) if draws else part


def words_loss(cuts: Float[Tensor, "n 3 s s"], target: Target) -> Float[Tensor, ""]:
    """Weighted distance of the cuts to the prompts, averaged over the cuts."""
    embeddings = target.clip.encode_image(cuts)
    distances = losses.spherical_distance(embeddings[:, None], target.embeddings[None])
    return (distances * target.weights).sum(dim=1).mean()


def _picture_losses(x_in: Float[Tensor, "b 3 h w"], wish: Wish) -> list[Float[Tensor, ""]]:
    """The losses that look at the whole picture; those with scale 0 are not computed. Their
    gradients are added up by one backward pass."""
    scales, wanted = wish.scales, []
    if scales.tv_scale:
        wanted.append(scales.tv_scale * losses.total_variation(x_in).sum())
    if scales.sat_scale:
        wanted.append(scales.sat_scale * losses.saturation(x_in))
    if wish.hold is not None and wish.hold.scale:
        wanted.append(wish.hold.scale * wish.hold.loss(x_in).sum())
    return wanted


def _pulled_back(
    x: Float[Tensor, "b 3 h w"],
    x_in: Float[Tensor, "b 3 h w"],
    slope: Float[Tensor, "b 3 h w"],
    picture: Float[Tensor, "b 3 h w"],
    range_scale: float,
) -> Float[Tensor, "b 3 h w"]:
    """The gradient by x, from that by x_in and the range loss of the predicted picture."""
    ends, slopes = [x_in], [slope]
    if range_scale:
        ends.append(range_scale * losses.out_of_range(picture).sum())
        slopes.append(torch.ones_like(ends[-1]))
    return torch.autograd.grad(ends, x, slopes)[0]


def limited(slope: Float[Tensor, "b 3 h w"], limit: float) -> Float[Tensor, "b 3 h w"]:
    """The gradient scaled down to a root mean square of at most `limit`; zero stays zero."""
    size = slope.square().mean().sqrt()
    return slope * (size.clamp(max=limit) / size.clamp(min=torch.finfo(size.dtype).tiny))


def looking(
    cutouts: Cutouts,
    schedule: NoiseSchedule,
    seed: int,
    *,
    batches: int,
    augmented: Strengths | None,
) -> Look:
    """How a frame looks at its picture: the cuts of the script's schedules, drawn for every
    step, model and batch, and augmented so strongly, or not at all."""

    def cut(
        image: Float[Tensor, "1 3 h w"], clip: Clip, place: int, index: int
    ) -> Float[Tensor, "b n 3 s s"]:
        (height, width), progress = image.shape[-2:], schedule.progress(index)
        whole = overview_cuts(int(value_at(cutouts.overview, progress)), width, height)
        power = value_at(cutouts.ic_pow, progress)
        grey_share = value_at(cutouts.icgray_p, progress)
        count = int(value_at(cutouts.inner, progress))
        cuts: list[Cut] = []
        for batch in range(batches):
            rng = generator(seed, "cut geometry", index, place, batch)
            size = clip.image_size
            cuts += whole + inner_cuts(count, width, height, size, power, grey_share, rng)
        taken = cut_out(image, tuple(cuts), clip.image_size)
        return taken.view(batches, len(taken) // batches, *taken.shape[1:])

    def draw(shape: tuple[int, ...], place: int, batch: int, index: int) -> Draw | None:
        rng = generator(seed, "augmentations", index, place, batch)
        return drawn(shape, augmented, rng) if augmented else None

    @cache
    def grain(size: int, device: torch.device) -> Float[Tensor, " k"]:
        return uploaded(grain_of(size, generator(seed, "augmentations", size)), device)

    return Look(cut, draw, grain)
