"""Train the depth model of `tiny`: `python -m discoscript_training.train_depth --minutes 10`.

The scenes know their disparity. A map that ignores the picture (low is near) is already close, so
the figures are given beside that baseline, and for the pixels of standing and flying objects alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from discoscript_engine.models.tiny_depth import TinyDepth
from discoscript_engine.models.weights import save_weights

from .shards import Pictures, open_shards
from .training import (
    WEIGHTS,
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

RATE = 2e-3
BATCH = 32


def main() -> None:
    arguments = argument_parser(__doc__, minutes=10).parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = arguments.work / "depth.pt"
    state = load_checkpoint(checkpoint)
    steps = state["steps"] if state else 0
    torch.manual_seed(51 + steps)
    rng = np.random.default_rng([51, steps])
    net = TinyDepth()
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.01, fused=True)
    if state:
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
    pictures = open_shards(arguments.work / "data", "train")
    log = LossLog(arguments.work / "depth.csv")
    for rate in Budget(arguments.minutes * 60, arguments.tail).rates():
        set_rate(optimizer, RATE * rate)
        x, disparity = draw_batch(pictures, rng)
        with torch.autocast("cpu", torch.bfloat16, enabled=working_type() is torch.bfloat16):
            predicted = net.disparity(x)
        loss = depth_loss(predicted.float(), disparity)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        steps += 1
        log.add(steps, steps * BATCH, RATE * rate, loss=float(loss.detach()))
    net.eval()
    save_checkpoint(checkpoint, net=net.state_dict(), optimizer=optimizer.state_dict(), steps=steps)
    save_weights(WEIGHTS / "depth.safetensors", net)
    held_out = open_shards(arguments.work / "data", "held_out")
    write_figures("depth", {"views": steps * BATCH, **held_out_errors(net, held_out)})


def draw_batch(
    pictures: Pictures, rng: np.random.Generator
) -> tuple[Float[Tensor, "b 3 h w"], Float[Tensor, "b 1 h w"]]:
    """Pictures and disparities, mirrored, shifted, blurred and noisy at random."""
    index = rng.integers(0, len(pictures), BATCH)
    x = to_tensor(pictures.take_images(index))
    disparity = torch.from_numpy(pictures.take_disparity(index))[:, None].float() / 255
    if rng.random() < 0.5:
        x, disparity = x.flip(3), disparity.flip(3)
    top, left = int(rng.integers(0, 17)), int(rng.integers(0, 17))  # a piece, as after zooming in
    x, disparity = (part[:, :, top : top + 80, left : left + 112] for part in (x, disparity))
    if rng.random() < 0.3:
        x = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear", align_corners=False)
    return x + 0.15 * torch.rand(BATCH, 1, 1, 1) * torch.randn_like(x), disparity


def depth_loss(predicted: Float[Tensor, "b 1 h w"], disparity: Float[Tensor, "b 1 h w"]) -> Tensor:
    """Absolute error, and that of differences between neighbours, for sharp outlines."""
    across = (predicted.diff(dim=3) - disparity.diff(dim=3)).abs().mean()
    down = (predicted.diff(dim=2) - disparity.diff(dim=2)).abs().mean()
    return (predicted - disparity).abs().mean() + 0.5 * (across + down)


@torch.no_grad()
def held_out_errors(net: TinyDepth, pictures: Pictures, count: int = 1000) -> dict[str, Any]:
    """Mean absolute errors of disparity (0 to 1), beside the fixed map of median disparities."""
    index = np.arange(count)
    truth = torch.from_numpy(pictures.take_disparity(index))[:, None].float() / 255
    predicted = torch.cat(
        [
            net.disparity(to_tensor(pictures.take_images(index[first : first + 50])))
            for first in range(0, count, 50)
        ]
    )
    median_map = truth.median(0, keepdim=True).values
    odd = (truth - median_map).abs() > 0.15  # mostly objects, and skies or grounds out of place

    def errors(guess: Tensor) -> dict[str, float]:
        error = (guess - truth).abs()
        return {
            "all": round(float(error.mean()), 4),
            "odd_places": round(float(error[odd].mean()), 4),
        }

    return {
        "mean_absolute_error": errors(predicted),
        "baseline_median_map": errors(median_map.expand_as(truth)),
    }


if __name__ == "__main__":
    main()
