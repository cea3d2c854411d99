"""Measure the embedded models: `python -m discoscript_training.evaluate`.

Twelve prompts, four seeds each, rendered by the product's own engine; the judge says which of the
asked attributes are to be seen. Beside it: the same for pictures without guidance, and for painted
scenes of what the prompts ask for, which is the most that can be reached. Contact sheets go to the
work folder: look at them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from discoscript_engine.engine import Engine
from discoscript_engine.job import (
    Cutouts,
    Diffusion,
    FrameJob,
    FromNoise,
    Guidance,
    Models,
    Prompt,
)
from discoscript_engine.model_table import by_name

from .scene_generator import generate
from .scene_parts import make_banks
from .sheets import write_sheet
from .train_judge import Judge, judged, load_judge
from .training import to_tensor, write_figures
from .world import MAIN_ATTRIBUTES

SEEDS = 4
Picture = NDArray[np.uint8]
Hits = dict[str, list[bool]]

#: Prompts, and what a picture of each must show.
PROMPTS: dict[str, dict[str, str]] = {
    "a lighthouse on a cliff above a stormy sea": {
        "object": "lighthouse",
        "terrain": "sea",
        "time": "storm",
    },
    "a castle in the mountains at sunset, oil painting": {
        "object": "castle",
        "terrain": "mountains",
        "time": "sunset",
        "style": "oil",
    },
    "a sailboat on the sea at dawn, watercolor": {
        "object": "sailboat",
        "terrain": "sea",
        "time": "dawn",
        "style": "watercolor",
    },
    "a lone tree in a meadow of wildflowers, sunny day, digital art": {
        "object": "tree",
        "terrain": "meadow",
        "time": "day",
        "style": "digital",
    },
    "a small house in the snow at night, woodblock print": {
        "object": "house",
        "terrain": "snow",
        "time": "night",
        "style": "woodblock",
    },
    "a hot air balloon over the desert, golden": {
        "object": "balloon",
        "terrain": "desert",
        "palette": "golden",
    },
    "a windmill in a meadow at sunset": {
        "object": "windmill",
        "terrain": "meadow",
        "time": "sunset",
    },
    "a ringed planet over the mountains at night, purple": {
        "object": "planet",
        "terrain": "mountains",
        "time": "night",
        "palette": "purple",
    },
    "city skyline at night, teal and orange, matte painting": {
        "terrain": "city",
        "time": "night",
        "palette": "teal and orange",
        "style": "digital",
    },
    "a misty forest at dawn, watercolor": {
        "terrain": "forest",
        "time": "dawn",
        "style": "watercolor",
    },
    "a lighthouse by the sea at sunset, woodblock print by hokusai": {
        "object": "lighthouse",
        "terrain": "sea",
        "time": "sunset",
        "style": "woodblock",
    },
    "black and white castle in the snow, oil painting": {
        "object": "castle",
        "terrain": "snow",
        "palette": "monochrome",
        "style": "oil",
    },
}


def constant(value: float) -> tuple[tuple[int, float], ...]:
    """A cut schedule that never changes."""
    return ((1000, value),)


@dataclass(frozen=True)
class Settings:
    """How frames are rendered: the model table's defaults for `tiny`, and the language's."""

    diffusion: Diffusion
    guidance: Guidance
    cutouts: Cutouts
    size: tuple[int, int] = (128, 96)
    models: Models = field(default_factory=lambda: Models("tiny", False, ("tiny",), "tiny"))


def default_settings(changes: Mapping[str, Any] | None = None) -> Settings:
    """The defaults, but for `changes` such as {"guidance.clamp_max": 0.1}."""
    row: dict[str, Any] = {**by_name("diffusion", "tiny").defaults, **(changes or {})}
    return Settings(
        diffusion=Diffusion(
            steps=row["diffusion.steps"],
            skip_steps=row["diffusion.skip_steps"],
            eta=row.get("diffusion.eta", 0.8),
            sampler="ddim",
            cutn_batches=row["diffusion.cutn_batches"],
            skip_augs=row.get("diffusion.skip_augs", False),
            fuzzy_prompt=False,
            rand_mag=0.05,
            randomize_class=True,
            clip_denoised=row.get("diffusion.clip_denoised", False),
        ),
        guidance=Guidance(
            clip_guidance_scale=row.get("guidance.clip_guidance_scale", 5000.0),
            tv_scale=row.get("guidance.tv_scale", 0.0),
            range_scale=row.get("guidance.range_scale", 150.0),
            sat_scale=row.get("guidance.sat_scale", 0.0),
            clamp_grad=True,
            clamp_max=row.get("guidance.clamp_max", 0.06),
        ),
        cutouts=Cutouts(
            overview=row["cutouts.overview"],
            inner=row["cutouts.inner"],
            ic_pow=row.get("cutouts.ic_pow", constant(1.0)),
            icgray_p=row.get("cutouts.icgray_p", constant(0.2)),
        ),
        size=row["scene.size"],
    )


def change(text: str) -> tuple[str, Any]:
    """NAME=VALUE as a pair; a number for a cut schedule holds throughout."""
    name, _, value = text.partition("=")
    number = json.loads(value)
    return name, constant(number) if name.startswith("cutouts.") else number


def render(engine: Engine, prompt: str | None, seed: int, settings: Settings) -> Picture:
    """One frame from noise; None is no prompt and no guidance at all."""
    guidance = settings.guidance
    if prompt is None:
        guidance = replace(guidance, clip_guidance_scale=0.0)
    job = FrameJob(
        width=settings.size[0],
        height=settings.size[1],
        seed=seed,
        prompts=(Prompt(prompt, 1.0),) if prompt is not None else (),
        models=settings.models,
        diffusion=settings.diffusion,
        guidance=guidance,
        cutouts=settings.cutouts,
        start=FromNoise(),
    )
    return engine.render(job, None, {}, lambda done, steps: None)


def hits(judge: Judge, pictures: list[Picture], wanted: Mapping[str, str]) -> Hits:
    """For each asked attribute, whether it is to be seen in each picture."""
    seen = judged(judge, to_tensor(np.stack(pictures)))
    return {name: [value == right for value in seen[name]] for name, right in wanted.items()}


def rates(all_hits: Iterable[Hits]) -> dict[str, float]:
    """Share of hits over all asked attributes (`all`) and for each attribute."""
    gathered: Hits = {}
    for some in all_hits:
        for name, values in some.items():
            gathered.setdefault(name, []).extend(values)
    total = [value for values in gathered.values() for value in values]
    named = {name: round(float(np.mean(gathered[name])), 3) for name in MAIN_ATTRIBUTES}
    return {"all": round(float(np.mean(total)), 3), **named}


def measure(
    judge: Judge, pictures_of: Callable[[str, Mapping[str, str]], list[Picture]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Hit rates over all prompts, and the rate of each prompt."""
    by_prompt = {
        prompt: hits(judge, pictures_of(prompt, wanted), wanted)
        for prompt, wanted in PROMPTS.items()
    }
    shares = {
        prompt: round(float(np.mean([v for values in some.values() for v in values])), 2)
        for prompt, some in by_prompt.items()
    }
    return rates(by_prompt.values()), shares


def guided_pictures(engine: Engine, settings: Settings) -> dict[str, list[Picture]]:
    return {
        prompt: [render(engine, prompt, seed, settings) for seed in range(SEEDS)]
        for prompt in PROMPTS
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".work/tiny"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--set",
        action="append",
        type=change,
        default=[],
        metavar="NAME=VALUE",
        help="render with another setting, such as guidance.clamp_max=0.1",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    judge, engine = load_judge(arguments.work), Engine("cpu")
    settings = default_settings(dict(arguments.set))

    start = time.process_time()
    guided = guided_pictures(engine, settings)
    seconds = (time.process_time() - start) / (SEEDS * len(PROMPTS))
    sheet = [picture for pictures in guided.values() for picture in pictures]
    write_sheet(arguments.work / "guided.png", sheet, SEEDS, 2, list(PROMPTS))

    free = [render(engine, None, 1000 + seed, settings) for seed in range(48)]
    write_sheet(arguments.work / "unguided.png", free, 8, 1)

    banks, rng = make_banks(), np.random.default_rng(61)
    painted = {
        prompt: [generate(banks, rng, **wanted).image for _ in range(16)]
        for prompt, wanted in PROMPTS.items()
    }

    guided_rates, by_prompt = measure(judge, lambda prompt, wanted: guided[prompt])
    figures = {
        "guided": guided_rates,
        "guided_by_prompt": by_prompt,
        "unguided": measure(judge, lambda prompt, wanted: free)[0],
        "painted": measure(judge, lambda prompt, wanted: painted[prompt])[0],
        "cpu_seconds_per_frame": round(seconds, 2),
        "settings": asdict(settings.guidance),
        "steps": settings.diffusion.steps,
        "size": list(settings.size),
    }
    write_figures("evaluation", figures)


if __name__ == "__main__":
    main()
