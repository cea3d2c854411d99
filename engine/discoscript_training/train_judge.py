"""Train the judge: `python -m discoscript_training.train_judge --minutes 12`.

The judge says what is to be seen in a picture. It measures whether guided pictures show what their
prompts ask for, so it shares nothing with the CLIP that guides them: another architecture (plain
convolutions with ReLU), another loss, other pictures. Its weights lie beside this file, so that
`make judge` measures without training; they are not part of the wheel.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from discoscript_engine.models.weights import read_weights, save_weights

from .shards import Pictures, open_shards
from .training import (
    Budget,
    LossLog,
    argument_parser,
    load_checkpoint,
    save_checkpoint,
    set_rate,
    to_tensor,
    working_type,
    write_figures,
)
from .world import ATTRIBUTES, MAIN_ATTRIBUTES

JUDGE = Path(__file__).with_name("judge.safetensors")
RATE = 2e-3
BATCH = 96
WIDTHS = (24, 48, 96, 160)


class Judge(nn.Module):
    """Stacked 3x3 convolutions, mean and maximum over the places, one classifier per attribute."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [*_layer(3, WIDTHS[0], 2)]
        for width_in, width_out in zip(WIDTHS, WIDTHS[1:] + WIDTHS[-1:], strict=True):
            layers += [*_layer(width_in, width_in, 1), *_layer(width_in, width_out, 2)]
        self.body = nn.Sequential(*layers)
        self.heads = nn.ModuleList(
            [nn.Linear(2 * WIDTHS[-1], len(ATTRIBUTES[name])) for name in MAIN_ATTRIBUTES]
        )

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> list[Tensor]:
        """RGB in [-1, 1] to logits for each main attribute."""
        h = self.body(x)
        pooled = torch.cat([h.mean((2, 3)), h.amax((2, 3))], 1)
        return [head(pooled) for head in self.heads]


def _layer(width_in: int, width_out: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(width_in, width_out, 3, stride, 1, bias=False)
    return [convolution, nn.BatchNorm2d(width_out), nn.ReLU()]


def main() -> None:
    arguments = argument_parser(__doc__, minutes=12).parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = arguments.work / "judge.pt"
    state = load_checkpoint(checkpoint)
    steps = state["steps"] if state else 0
    torch.manual_seed(41 + steps)
    rng = np.random.default_rng([41, steps])
    judge = Judge()
    optimizer = torch.optim.AdamW(judge.parameters(), RATE, weight_decay=0.05, fused=True)
    if state:
        judge.load_state_dict(state["judge"])
        optimizer.load_state_dict(state["optimizer"])
    judge = judge.to(memory_format=torch.channels_last)
    pictures = open_shards(arguments.work / "data", "judge")
    log = LossLog(arguments.work / "judge.csv")
    for rate in Budget(arguments.minutes * 60, arguments.tail).rates():
        set_rate(optimizer, RATE * rate)
        index = rng.integers(0, len(pictures), BATCH)
        codes = torch.from_numpy(pictures.codes[index].astype(np.int64))
        x = disturb(to_tensor(pictures.take_images(index)))
        with torch.autocast("cpu", torch.bfloat16, enabled=working_type() is torch.bfloat16):
            guesses = judge(x.contiguous(memory_format=torch.channels_last))
        losses = [
            F.cross_entropy(guess.float(), codes[:, list(ATTRIBUTES).index(name)])
            for name, guess in zip(MAIN_ATTRIBUTES, guesses, strict=True)
        ]
        loss = torch.stack(losses).sum()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        steps += 1
        log.add(steps, steps * BATCH, RATE * rate, loss=float(loss.detach()))
    judge.eval()
    save_checkpoint(
        checkpoint, judge=judge.state_dict(), optimizer=optimizer.state_dict(), steps=steps
    )
    save_weights(JUDGE, judge)
    accuracy = held_out_accuracy(judge, open_shards(arguments.work / "data", "held_out"))
    mean = round(sum(accuracy.values()) / len(accuracy), 3)
    figures = {"views": steps * BATCH, "held_out_accuracy": accuracy, "mean_accuracy": mean}
    write_figures("judge", figures)


def disturb(x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Mirror, shift, blur and noise: generated pictures are not as clean as painted ones."""
    count, _, height, width = x.shape
    x = torch.where((torch.rand(count) < 0.5)[:, None, None, None], x.flip(3), x)
    padded = F.pad(x, (6, 6, 6, 6), mode="replicate")
    left, top = (int(torch.randint(0, 13, ())) for _ in range(2))
    x = padded[:, :, top : top + height, left : left + width]
    blurred = F.interpolate(
        F.avg_pool2d(x, 2), size=(height, width), mode="bilinear", align_corners=False
    )
    x = torch.lerp(x, blurred, torch.rand(count, 1, 1, 1) * (torch.rand(count, 1, 1, 1) < 0.5))
    return x + 0.1 * torch.rand(count, 1, 1, 1) * torch.randn_like(x)


def load_judge() -> Judge:
    judge = Judge()
    judge.load_state_dict(read_weights(JUDGE)[0])
    return judge.eval().requires_grad_(False)


@torch.no_grad()
def judged(judge: Judge, x: Float[Tensor, "b 3 h w"]) -> dict[str, list[str]]:
    """What the judge sees: for each main attribute one value per picture."""
    return {
        name: [ATTRIBUTES[name][int(code)] for code in logits.argmax(1)]
        for name, logits in zip(MAIN_ATTRIBUTES, judge(x), strict=True)
    }


def held_out_accuracy(judge: Judge, pictures: Pictures, count: int = 2000) -> dict[str, float]:
    right = dict.fromkeys(MAIN_ATTRIBUTES, 0)
    for first in range(0, count, 100):
        index = np.arange(first, first + 100)
        for name, values in judged(judge, to_tensor(pictures.take_images(index))).items():
            truth = pictures.codes[index, list(ATTRIBUTES).index(name)]
            right[name] += sum(
                value == ATTRIBUTES[name][code] for value, code in zip(values, truth, strict=True)
            )
    return {name: round(number / count, 3) for name, number in right.items()}


if __name__ == "__main__":
    main()
