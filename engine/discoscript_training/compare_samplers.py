"""Compare the samplers at equal cost: `python -m discoscript_training.compare_samplers`.

Twelve of the prompts by which settings are chosen, rendered with every sampler in the same number
of steps. Measured: what the judge sees of the asked attributes, and how near the embedded CLIP
finds picture and prompt (it also guides, so it flatters all of them alike). The table goes to
`figures/samplers_STEPS.json`, a contact sheet to the work folder: look at it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import cosine_similarity

from discoscript_engine.diffusion.cutouts import cut_out, overview_cuts
from discoscript_engine.engine import Engine
from discoscript_engine.images import to_tensor
from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import Clip, load_clip

from .evaluate import SEEDS, Picture, guided_pictures, hits, rates
from .judge_prompts import CHOOSING
from .sheets import write_sheet
from .train_judge import Judge, load_judge
from .training import write_figures

SHOWN = 8  #: prompts on the contact sheet
PROMPTS = dict(list(CHOOSING.items())[:12])

#: What is compared, by its name in the table.
SETTINGS: dict[str, tuple[str, ...]] = {
    "ddim, eta 0.8": (),
    "ddim, eta 0": ("diffusion: eta 0",),
    "plms": ("diffusion: sampler plms",),
    "dpmpp_2m": ("diffusion: sampler dpmpp_2m",),
    "unipc": ("diffusion: sampler unipc",),
}


@torch.no_grad()
def nearness(clip: Clip, picture: Picture, prompt: str) -> float:
    """Cosine of the angle between picture and prompt, as CLIP sees them."""
    image = (to_tensor(torch.from_numpy(picture)) + 1) / 2
    height, width = picture.shape[:2]
    cut = cut_out(image, overview_cuts(1, width, height), clip.image_size)
    return float(cosine_similarity(clip.encode_image(cut), clip.encode_text(prompt)[None]))


def measured(
    judge: Judge, clip: Clip, pictures: dict[str, list[Picture]], seconds: float
) -> dict[str, float]:
    """One row of the table."""
    count = sum(map(len, pictures.values()))
    near = [nearness(clip, p, prompt) for prompt, some in pictures.items() for p in some]
    seen = rates(hits(judge, some, PROMPTS[prompt]) for prompt, some in pictures.items())
    return {
        "judge": seen["all"],
        "clip": round(float(np.mean(near)), 3),
        "cpu_seconds": round(seconds / count, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".work/tiny"))
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--seeds", type=int, default=3, help="pictures of each prompt")
    arguments = parser.parse_args()
    judge = load_judge()
    clip = load_clip(by_name("clip", "tiny"), torch.device("cpu"))
    engine, seeds, steps = Engine("cpu"), SEEDS[: arguments.seeds], arguments.steps
    table, sheet = {}, []
    for name, settings in SETTINGS.items():
        begun = time.process_time()
        lines = (f"diffusion: steps {steps}", *settings)
        pictures = guided_pictures(engine, PROMPTS, seeds, lines)
        table[name] = measured(judge, clip, pictures, time.process_time() - begun)
        sheet += [some[0] for some in list(pictures.values())[:SHOWN]]
        print(f"{steps} steps, {name}: {table[name]}", flush=True)
    labels = [f"{steps} steps, {name}" for name in SETTINGS]
    write_sheet(arguments.work / f"samplers_{steps}.png", sheet, SHOWN, 1, labels)
    write_figures(f"samplers_{steps}", {"pictures": len(seeds) * len(PROMPTS), "table": table})


if __name__ == "__main__":
    main()
