"""Measure the embedded models: `make judge`.

Every prompt of `judge_prompts`, rendered as a script that says nothing but the prompt is; the judge
says which of the asked attributes are to be seen. Beside it: the same for pictures without
guidance, and for painted scenes of what the prompts ask for, which is the most that can be
reached. Contact sheets go to docs/images: look at them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
import torch
from numpy.typing import NDArray

from discoscript.pipeline import compile_text
from discoscript.plan.plan import plan
from discoscript.text.diagnostics import draw
from discoscript.video.finish import enlarged
from discoscript_engine.engine import Engine
from discoscript_engine.job import FrameJob

from .judge_prompts import CHOOSING, UNTOUCHED, Prompts
from .scene_generator import generate
from .scene_parts import make_banks
from .sheets import write_sheet
from .train_judge import Judge, judged, load_judge
from .training import IMAGES, read_figures, to_tensor, write_figures
from .world import MAIN_ATTRIBUTES

#: Seeds of the measured pictures; others were used to choose the defaults.
SEEDS = range(100, 108)
#: Seeds for choosing settings.
CHOICE_SEEDS = range(200, 202)
#: So many of the first for each of the prompts by which settings are chosen.
SEEDS_CHOOSING = 2
#: Pictures without guidance, and painted scenes of each prompt.
UNGUIDED, PAINTED = 32, 16
#: Prompts that are painted small and enlarged, and painted large.
ENLARGED = (
    "a castle in the mountains at sunset, oil painting",
    "a sailboat on the sea at dawn, watercolor",
    "a hot air balloon over the desert, golden",
    "a windmill in a meadow at sunset",
)
LARGE = (256, 192)
Picture = NDArray[np.uint8]
Pictures = Mapping[str, list[Picture]]
Hits = dict[str, list[bool]]


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


def measure(judge: Judge, prompts: Prompts, pictures: Pictures) -> dict[str, dict[str, float]]:
    """Hit rates over all prompts, and the rate of each prompt."""
    found = {prompt: hits(judge, pictures[prompt], wanted) for prompt, wanted in prompts.items()}
    shares = {
        prompt: round(float(np.mean([value for values in some.values() for value in values])), 2)
        for prompt, some in found.items()
    }
    return {"rates": rates(found.values()), "by_prompt": shares}


def guided_pictures(
    engine: Engine, prompts: Iterable[str], seeds: Sequence[int], settings: Iterable[str] = ()
) -> dict[str, list[Picture]]:
    """Pictures of each prompt, one for each seed."""
    lines = tuple(settings)
    return {
        prompt: [render(engine, job_of(prompt, seed, lines)) for seed in seeds]
        for prompt in prompts
    }


def unguided_pictures(engine: Engine, settings: Iterable[str] = ()) -> list[Picture]:
    """What the diffusion model draws where no prompt tells it what."""
    example = job_of(next(iter(CHOOSING)), SEEDS[0], settings)
    return [
        render(engine, replace(example, prompts=(), seed=1000 + number))
        for number in range(UNGUIDED)
    ]


def painted_scenes(prompts: Prompts) -> dict[str, list[Picture]]:
    """Scenes of the training world that show what each prompt asks for."""
    banks, rng = make_banks(), np.random.default_rng(61)
    return {
        prompt: [generate(banks, rng, **wanted).image for _ in range(PAINTED)]
        for prompt, wanted in prompts.items()
    }


def write_larger(engine: Engine) -> None:
    """Two ways to a larger picture, one above the other: enlarge a small one, or paint it large."""
    width, height = LARGE
    seed, size = CHOICE_SEEDS[1], (f"scene: size {width}x{height}",)
    small = [render(engine, job_of(prompt, seed)) for prompt in ENLARGED]
    finished = [enlarged(picture, width / picture.shape[1], picture) for picture in small]
    painted = [render(engine, job_of(prompt, seed, size)) for prompt in ENLARGED]
    labels = ["128x96, enlarged by Lanczos", f"{width}x{height}"]
    write_sheet(IMAGES / "larger.jpg", [*finished, *painted], len(ENLARGED), 1, labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--choose",
        metavar="NAME=VALUE",
        help="try another setting on the prompts that are there for it, such as "
        "guidance.clamp_max=0.1",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    judge, engine = load_judge(), Engine("cpu")
    if arguments.choose:
        lines = (setting(arguments.choose),)
        tried = guided_pictures(engine, CHOOSING, CHOICE_SEEDS, lines)
        found = {arguments.choose: measure(judge, CHOOSING, tried)["rates"]}
        write_figures("choices", read_figures("choices") | found)
    else:
        write_larger(engine)
        write_figures("evaluation", evaluated(judge, engine))


def evaluated(judge: Judge, engine: Engine) -> dict[str, object]:
    """All figures of the card's table; the contact sheets are written on the way."""
    start = time.process_time()
    untouched = guided_pictures(engine, UNTOUCHED, SEEDS)
    seconds = (time.process_time() - start) / (len(SEEDS) * len(UNTOUCHED))
    write_sheet(IMAGES / "untouched.jpg", flat(untouched), len(SEEDS), 1, list(UNTOUCHED))
    choosing = guided_pictures(engine, CHOOSING, SEEDS[:SEEDS_CHOOSING])
    free = unguided_pictures(engine)
    write_sheet(IMAGES / "unguided.jpg", free, 8, 1)
    job = job_of(next(iter(CHOOSING)), SEEDS[0])
    return {
        "untouched": measure(judge, UNTOUCHED, untouched),
        "untouched_pictures": len(SEEDS) * len(UNTOUCHED),
        "choosing": measure(judge, CHOOSING, choosing),
        "choosing_pictures": SEEDS_CHOOSING * len(CHOOSING),
        "unguided": measure(judge, UNTOUCHED, dict.fromkeys(UNTOUCHED, free)),
        "painted": measure(judge, UNTOUCHED, painted_scenes(UNTOUCHED)),
        "cpu_seconds_per_frame": round(seconds, 2),
        "settings": asdict(job.guidance),
        "steps": job.diffusion.steps,
        "size": [job.width, job.height],
    }


def flat(pictures: Pictures) -> list[Picture]:
    """All pictures, prompt by prompt."""
    return [picture for some in pictures.values() for picture in some]


if __name__ == "__main__":
    main()
