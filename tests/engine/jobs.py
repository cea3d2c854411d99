"""Jobs and networks for tests: small, and filled by formula instead of training."""

from dataclasses import replace
from typing import Any

import torch
from parity import fill_parameters, hash_numbers

from discoscript_engine.diffusion.losses import multi_scale
from discoscript_engine.frame import Networks
from discoscript_engine.job import (
    Camera2D,
    Camera3D,
    Cutouts,
    Diffusion,
    FrameJob,
    FromNoise,
    Guidance,
    Models,
    Prompt,
)
from discoscript_engine.models.clip import Clip
from discoscript_engine.models.unet import UNet, UNetConfig

STILL = Camera2D(angle=0.0, zoom=1.0, translate_x=0.0, translate_y=0.0)
TURN = Camera2D(angle=3.0, zoom=1.1, translate_x=2.0, translate_y=-1.0)
FORWARD = Camera3D(
    translate_x=0.0,
    translate_y=0.0,
    translate_z=10.0,
    rotate_x=0.0,
    rotate_y=2.0,
    rotate_z=0.0,
    fov=40.0,
    padding="border",
    sampling="bicubic",
    midas_weight=0.3,
)

JOB = FrameJob(
    width=48,
    height=32,
    seed=7,
    prompts=(Prompt("a lighthouse at sunset", 1.0),),
    models=Models(diffusion="tiny", secondary=False, clip=("tiny",), depth=None),
    diffusion=Diffusion(
        steps=5,
        skip_steps=0,
        eta=0.8,
        sampler="ddim",
        cutn_batches=1,
        skip_augs=False,
        fuzzy_prompt=False,
        rand_mag=0.05,
        randomize_class=True,
        clip_denoised=False,
    ),
    guidance=Guidance(
        clip_guidance_scale=5000.0,
        tv_scale=0.0,
        range_scale=150.0,
        sat_scale=0.0,
        clamp_grad=True,
        clamp_max=0.2,
    ),
    cutouts=Cutouts(
        overview=((1000, 3.0),),
        inner=((1000, 3.0),),
        ic_pow=((1000, 1.0),),
        icgray_p=((400, 0.2), (1000, 0.0)),
    ),
    start=FromNoise(),
)


def job(**changed: Any) -> FrameJob:
    """`JOB` with other values; those of a group go by their own names."""
    groups = {}
    for group in ("diffusion", "guidance", "cutouts"):
        value = getattr(JOB, group)
        names = changed.keys() & vars(value).keys()
        groups[group] = replace(value, **{name: changed.pop(name) for name in names})
    return replace(JOB, **groups, **changed)


def networks() -> Networks:
    """Networks of the real kinds, as small as they go, that see and paint nonsense."""
    unet = UNet(UNetConfig(32, (1, 2), (1, 1), (2,), out_channels=3, heads=2))
    fill_parameters(unet, gain=0.5)
    looking = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 5, 4), torch.nn.SiLU(), torch.nn.Flatten(), torch.nn.LazyLinear(16)
    )
    looking(torch.zeros(1, 3, 16, 16))
    fill_parameters(looking)

    def encode_text(text: str) -> torch.Tensor:
        return torch.from_numpy(hash_numbers(text, (16,))).float()

    return Networks(
        diffusion=unet.requires_grad_(False),
        secondary=None,
        clips=(Clip("nonsense", 16, 77, looking.requires_grad_(False), encode_text),),
        depth=lambda image, midas_weight: 1 + image.float().mean(dim=-1) / 255,
        perceptual=multi_scale,
    )
