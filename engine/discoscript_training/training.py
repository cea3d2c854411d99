"""What all trainers share: the command line, the learning rate over a budget of minutes,
checkpoints, the loss log.
"""

from __future__ import annotations

import argparse
import copy
import csv
import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

FIGURES = Path(__file__).parent / "figures"
WEIGHTS = Path(__file__).parents[1] / "discoscript_engine" / "weights" / "tiny"
IMAGES = Path(__file__).parents[2] / "docs" / "images"


def argument_parser(description: str | None, minutes: float) -> argparse.ArgumentParser:
    """The flags that every trainer has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--minutes", type=float, default=minutes, help="how long to train from now on"
    )
    parser.add_argument(
        "--work", type=Path, default=Path(".work/tiny"), help="folder of data and checkpoints"
    )
    parser.add_argument("--threads", type=int, default=1, help="one is fastest on a shared machine")
    parser.add_argument(
        "--tail", type=float, default=0.5, help="part of the run in which the learning rate falls"
    )
    return parser


@dataclass
class Budget:
    """A run of a given time: `rates` yields a learning-rate factor for each step until the time is
    over.

    The factor rises over the first 100 steps, stays at 1, and falls as a cosine to 0.02 in the last
    part (`tail`).
    """

    seconds: float
    tail: float
    start: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """The part of the time that is over."""
        return (time.monotonic() - self.start) / self.seconds

    def rates(self) -> Iterator[float]:
        step = 0
        while (spent := self.spent) < 1:
            step += 1
            falling = max(0.0, spent - (1 - self.tail)) / self.tail if self.tail > 0 else 0.0
            yield min(1.0, step / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * falling)))


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


def update_average(
    average: nn.Module, parameters: list[Tensor], steps: int, decay: float = 0.999
) -> None:
    """Let the averaged network follow; young averages follow faster."""
    decay = min(decay, (1 + steps) / (20 + steps))
    with torch.no_grad():
        torch._foreach_lerp_(tensors_of(average), parameters, 1 - decay)


def tensors_of(module: nn.Module) -> list[Tensor]:
    """The parameters as plain tensors, for arithmetic on all of them at once."""
    return list(module.parameters())


def averaged_copy(module: nn.Module) -> nn.Module:
    return copy.deepcopy(module).requires_grad_(False)


def save_checkpoint(path: Path, **content: Any) -> None:
    """Write everything that resuming needs, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(content, partial)
    os.replace(partial, path)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    return torch.load(path, weights_only=True) if path.exists() else None


class LossLog:
    """Averages named losses; every so many steps appends them to a csv file and prints them."""

    def __init__(self, path: Path, every: int = 100) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.every = path, every
        self.rows: list[dict[str, float]] = []
        self.start, self.cpu_start = time.monotonic(), time.process_time()
        self.views_start: int | None = None

    def add(self, step: int, views: int, rate: float, **losses: float) -> None:
        self.rows.append(losses)
        if self.views_start is None:
            self.views_start = views
        if step % self.every:
            return
        means = {key: float(np.nanmean([row[key] for row in self.rows])) for key in losses}
        self.rows.clear()
        seconds = time.monotonic() - self.start
        speed = (views - self.views_start) / max(time.process_time() - self.cpu_start, 1e-9)
        new = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["step", "views", "seconds", "rate", *means])
            writer.writerow(
                [step, views, round(seconds), f"{rate:.2e}", *(f"{v:.5f}" for v in means.values())]
            )
        text = "  ".join(f"{key} {value:.4f}" for key, value in means.items())
        print(f"step {step}  views {views}  {seconds:.0f} s  {speed:.1f}/cpu-s  {text}", flush=True)


def working_type() -> torch.dtype:
    """The number format in which this processor trains fastest: bfloat16 where it has AVX-512.
    Elsewhere bfloat16 is emulated, and more than ten times slower than float32."""
    return torch.bfloat16 if torch.backends.cpu.get_cpu_capability() == "AVX512" else torch.float32


def to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """uint8 (n, h, w, 3) to float (n, 3, h, w) in [-1, 1]."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().div_(127.5).sub_(1).contiguous()


def to_pictures(x: Tensor) -> list[NDArray[np.uint8]]:
    """[-1, 1] (n, 3, h, w) to a list of uint8 (h, w, 3)."""
    levels = (x.detach().clamp(-1, 1) + 1).mul(127.5).round().byte().permute(0, 2, 3, 1)
    return list(levels.cpu().numpy())


def alphas_cumprod() -> Tensor:
    """Signal part abar of the 1000 training steps: linear betas from 1e-4 to 0.02."""
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    return torch.cumprod(1 - betas, 0).float()


def read_figures(name: str) -> dict[str, Any]:
    """What was measured of the model that is in the package."""
    figures: dict[str, Any] = json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))
    return figures


def write_figures(name: str, figures: dict[str, Any]) -> None:
    """Keep measured figures for the model card."""
    FIGURES.mkdir(exist_ok=True)
    (FIGURES / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
