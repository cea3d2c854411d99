"""Measure the embedded models: `python -m discoscript_training.evaluate`.

Twelve prompts, four seeds each, rendered as a script that says nothing but the prompt is; the
judge says which of the asked attributes are to be seen. Beside it: the same for pictures without
guidance, and for painted scenes of what the prompts ask for, which is the most that can be
reached. Contact sheets go to the work folder: look at them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from discoscript.pipeline import compile_text
from discoscript.plan.plan import plan
from discoscript.text.diagnostics import draw
from discoscript_engine.engine import Engine
from discoscript_engine.job import FrameJob

from .scene_generator import generate
from .scene_parts import make_banks
from .sheets import write_sheet
from .train_judge import Judge, judged, load_judge
from .training import to_tensor, write_figures
from .world import MAIN_ATTRIBUTES

#: Seeds of the measured pictures; others were used to choose the defaults.
SEEDS = range(100, 104)
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


def job_of(prompt: str, seed: int, settings: Iterable[str] = ()) -> FrameJob:
    """The first frame of a script with that prompt. `settings` are more lines of the script."""
    lines = ("disco 1", f"scene: seed {seed}", f'prompt "{prompt}"', *settings)
    compiled = compile_text("\n".join(lines))
    if compiled.schedule is None:
        raise SystemExit(draw(compiled.diagnostics, compiled.source))
    return plan(compiled.schedule, seed, {}).frames[0].job


def setting(text: str) -> str:
    """`guidance.clamp_max=0.1` as a line of a script."""
    name, _, value = text.partition("=")
    group, _, name = name.partition(".")
    return f"{group}: {name} {value}"


def render(engine: Engine, job: FrameJob) -> Picture:
    """The picture of a frame that starts from noise."""
    return engine.render(job, None, {}, lambda *step: None)


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


def guided_pictures(engine: Engine, settings: list[str]) -> dict[str, list[Picture]]:
    """Pictures of each prompt, one for each seed."""
    return {
        prompt: [render(engine, job_of(prompt, seed, settings)) for seed in SEEDS]
        for prompt in PROMPTS
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".work/tiny"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--set",
        action="append",
        type=setting,
        default=[],
        metavar="NAME=VALUE",
        help="render with another setting, such as guidance.clamp_max=0.1",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    judge, engine = load_judge(arguments.work), Engine("cpu")
    example = job_of(next(iter(PROMPTS)), SEEDS[0], arguments.set)

    start = time.process_time()
    guided = guided_pictures(engine, arguments.set)
    seconds = (time.process_time() - start) / (len(SEEDS) * len(PROMPTS))
    sheet = [picture for pictures in guided.values() for picture in pictures]
    write_sheet(arguments.work / "guided.png", sheet, len(SEEDS), 2, list(PROMPTS))

    free = [render(engine, replace(example, prompts=(), seed=1000 + k)) for k in range(48)]
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
        "settings": asdict(example.guidance),
        "steps": example.diffusion.steps,
        "size": [example.width, example.height],
    }
    write_figures("evaluation", figures)


if __name__ == "__main__":
    main()
