"""A guided step and what its parts are: cuts, augmentations, CLIP, secondary model, U-Net, losses,
sampler. Whoever counts or times them is told when the work goes over from one to another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from unittest import mock

import open_clip
import torch
from torch import Tensor

from discoscript_engine.diffusion import guidance
from discoscript_engine.diffusion.augment import STILL, Strengths, augment
from discoscript_engine.diffusion.guidance import Hold, Wish, gradient_of, guided, looking
from discoscript_engine.diffusion.losses import multi_scale
from discoscript_engine.diffusion.noise_schedule import noise_schedule
from discoscript_engine.diffusion.passes import Passes
from discoscript_engine.diffusion.prompts import Target
from discoscript_engine.diffusion.samplers import SAMPLERS
from discoscript_engine.diffusion.sampling import (
    DiffusionModel,
    NoiseModel,
    Step,
    VelocityModel,
    denoiser,
    velocity_denoiser,
)
from discoscript_engine.frame import step_noise
from discoscript_engine.job import Cutouts, Guidance
from discoscript_engine.memory import CUTS_AT_ONCE
from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import Clip, from_open_clip, load_clip
from discoscript_engine.models.diffusion import noise_part
from discoscript_engine.models.secondary import SecondaryModel
from discoscript_engine.models.tiny import load_tiny_diffusion
from discoscript_engine.models.unet import UNet, UNetConfig

PARTS = ("cuts", "augmentations", "CLIP", "secondary", "U-Net", "losses", "sampler")


class Parts:
    """Knows which part the work belongs to; `entered` is called when that changes."""

    part = "sampler"

    def entered(self, part: str) -> None:
        """The work goes over to another part."""
        self.part = part

    @contextmanager
    def within(self, part: str) -> Iterator[None]:
        """What is done here belongs to `part`."""
        before = self.part
        self.entered(part)
        try:
            yield
        finally:
            self.entered(before)

    def of(self, part: str, run: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """`run`, whose work belongs to `part`; that of its way back too."""

        def parted(x: Tensor, *others: Any) -> Tensor:
            followed = x.requires_grad
            x = x.view_as(x)
            with self.within(part):
                result = run(x, *others)
            if followed and torch.is_grad_enabled():
                x.register_hook(lambda slope: self.entered("losses"))
                result.register_hook(lambda slope: self.entered(part))
            return result

        return parted


@dataclass(frozen=True)
class Workload:
    """What a guided step is made of."""

    width: int
    height: int
    steps: int
    batches: int
    cutouts: Cutouts
    clips: tuple[Clip, ...]
    unet: NoiseModel
    secondary: VelocityModel | None
    device: torch.device


SCALES = Guidance(
    clip_guidance_scale=5000.0,
    tv_scale=0.0,
    range_scale=150.0,
    sat_scale=0.0,
    clamp_grad=True,
    clamp_max=0.05,
)

#: Disco Diffusion's networks where nothing else is said.
DIFFUSION, CLIPS = "512x512_diffusion_uncond_finetune_008100", ("ViTB32", "ViTB16", "RN50")

#: Indices of its 250 steps: early on most cuts are of the whole picture, later of parts of it.
EARLY, LATE = 200, 100


def default_workload(device: torch.device, *, secondary: bool = True) -> Workload:
    """What Disco Diffusion does by default; the networks have no weights, or random ones."""
    return Workload(
        width=1280,
        height=768,
        steps=250,
        batches=4,
        cutouts=Cutouts(
            overview=((400, 12.0), (1000, 4.0)),
            inner=((400, 4.0), (1000, 12.0)),
            ic_pow=((1000, 1.0),),
            icgray_p=((400, 0.2), (1000, 0.0)),
        ),
        clips=tuple(clip_of(name, device) for name in CLIPS),
        unet=unet(device),
        secondary=secondary_model(device) if secondary else None,
        device=device,
    )


def tiny_workload() -> Workload:
    """The embedded models on a processor, at their own size."""
    row, device = by_name("diffusion", "tiny").defaults, torch.device("cpu")
    width, height = row["scene.size"]  # type: ignore[misc]
    cutouts: Any = (row["cutouts.overview"], row["cutouts.inner"])
    return Workload(
        width=int(width),
        height=int(height),
        steps=25,
        batches=1,
        cutouts=Cutouts(*cutouts, ic_pow=((1000, 1.0),), icgray_p=((400, 0.2), (1000, 0.0))),
        clips=(load_clip(by_name("clip", "tiny"), device),),
        unet=load_tiny_diffusion(),
        secondary=None,
        device=device,
    )


@cache
def clip_of(name: str, device: torch.device) -> Clip:
    """A CLIP model of the table: its layout, with weights from nowhere."""
    architecture = str(by_name("clip", name).configuration["architecture"])
    with device:
        model = open_clip.create_model(architecture, pretrained=None, device=device)
    return from_open_clip(name, model, open_clip.get_tokenizer(architecture), device)


@cache
def unet(device: torch.device) -> DiffusionModel:
    layout: Any = by_name("diffusion", DIFFUSION).configuration
    with device:
        network = UNet(UNetConfig(**layout)).requires_grad_(False).eval()
    return noise_part(network)


@cache
def secondary_model(device: torch.device) -> VelocityModel:
    with device:
        network = SecondaryModel().requires_grad_(False).eval()
    return lambda x, time: network(x, time).v


class Done(Exception):
    """One step is done; the others would be alike."""


def guided_step(
    work: Workload,
    parts: Parts,
    index: int,
    *,
    held: bool = False,
    augmented: Strengths = STILL,
) -> Callable[[], None]:
    """What makes a step at `index` of the schedule: the guided denoiser, and what the sampler does
    with its answer. `held`: the frame is held to a start picture."""
    schedule, device = noise_schedule(work.steps), work.device
    look = looking(work.cutouts, schedule, 0, batches=work.batches, augmented=augmented)
    for clip in work.clips:
        look.grain(clip.image_size, device)  # once a frame
    x = torch.randn(1, 3, work.height, work.width, device=device)
    wish = Wish(
        tuple(_target(clip, parts, device) for clip in work.clips),
        replace(look, cut=lambda image, *at: parts.of("cuts", lambda x: look.cut(x, *at))(image)),
        SCALES,
        Hold(1000.0, multi_scale(x)) if held else None,
        Passes(CUTS_AT_ONCE["cpu" if device.type == "cpu" else "cuda"]),
    )
    slope_of = gradient_of(wish, schedule)

    def gradient(*seen: Any) -> Tensor:
        with parts.within("losses"):
            return slope_of(*seen)

    small = work.secondary and velocity_denoiser(parts.of("secondary", work.secondary), schedule)
    alone = denoiser(parts.of("U-Net", work.unet), schedule)
    denoise = guided(alone, gradient, schedule, through=small)

    def shown(cuts: Tensor, *draws: Any) -> Tensor:
        return parts.of("augmentations", lambda x: augment(x, *draws))(cuts)

    def done(step: Step) -> None:
        raise Done

    def run() -> None:
        with mock.patch.object(guidance, "augment", shown), torch.no_grad(), suppress(Done):
            SAMPLERS["ddim"](
                denoise,
                x,
                schedule,
                first=index,
                eta=0.8,
                step_noise=step_noise(0, tuple(x.shape), device),
                mirror=lambda x, index: x,
                callback=done,
            )

    return run


def _target(clip: Clip, parts: Parts, device: torch.device) -> Target:
    size = clip.image_size
    with torch.no_grad():
        width = clip.encode_image(torch.zeros(1, 3, size, size, device=device)).shape[1]
    return Target(
        replace(clip, encode_image=parts.of("CLIP", clip.encode_image)),
        torch.randn(1, width, device=device),
        torch.ones(1, device=device),
    )
