"""Train the diffusion model of `tiny`: `python -m discoscript_training.train_diffusion`.

The network predicts the clean picture (Li and He, "Back to Basics: Let Denoising Generative Models
Denoise", 2025): it works on blocks of 4x4 pixels, whose 48 values of noise do not pass through
layers of 64 channels, while a picture does. The error counts as that of v would (Salimans and Ho,
2022), up to a bound; the engine turns the picture into noise.

Steps are taken as `optimizers` says, and most noise levels are drawn where it is decided what is
to be seen. Weights are trained in bfloat16 with a float32 master copy where the processor has
AVX-512. The first part of a run may use half-size pictures, four times cheaper: the network is
convolutional, and layout, light and shapes carry over. A later run resumes from the checkpoint;
where there is none, `--from-published` goes on from the weights that are part of the package.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from discoscript_engine.models.unet import UNet, UNetConfig
from discoscript_engine.models.weights import read_weights, save_weights

from .optimizers import Optimizers
from .shards import Pictures, open_shards
from .training import (
    WEIGHTS,
    Budget,
    LossLog,
    alphas_cumprod,
    argument_parser,
    averaged_copy,
    load_checkpoint,
    read_figures,
    save_checkpoint,
    tensors_of,
    to_tensor,
    update_average,
    working_type,
    write_figures,
)

CONFIG = UNetConfig(
    channels=64,
    channel_mult=(1, 2, 3),
    blocks=(1, 2, 2),
    attention_factors=(2, 4),
    out_channels=3,
    head_channels=64,
    resample_in_blocks=False,
    unshuffle=4,
)
RATE = 1e-3
OUTER_LAYERS = ("time_embed.", "input_blocks.0.", "out.")
MAX_WEIGHT = 10.0
#: Between 150 and 700 it is decided what is to be seen; before it only colour and light are there,
#: after it only grain is left. In training more than three of four times lie there.
TIMES = (0, 150, 700, 1000)
EVEN_SHARES = (0.0, 0.15, 0.7, 1.0)
TRAINING_SHARES = (0.0, 0.075, 0.85, 1.0)
BATCH = 32
BATCH_HALF_SIZE = 64


def main() -> None:
    parser = argument_parser(__doc__, minutes=100)
    parser.add_argument(
        "--half-size", type=float, default=0.3, help="part of the run with pictures of half size"
    )
    parser.add_argument(
        "--from-published", action="store_true", help="go on from the weights of the package"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = arguments.work / "diffusion.pt"
    state = load_checkpoint(checkpoint)
    if state is None and arguments.from_published:
        state = published()
    seen = state["seen"] if state else 0
    torch.manual_seed(seen)
    rng = np.random.default_rng([21, seen])
    master = UNet(CONFIG)
    optimizers = Optimizers(master, RATE, outer=OUTER_LAYERS)
    average = averaged_copy(master)
    if state:
        master.load_state_dict(state["master"])
        average.load_state_dict(state["average"])
        if "optimizers" in state:
            optimizers.load_state_dict(state["optimizers"])
    worker = averaged_copy(master).to(working_type()).requires_grad_(True)
    pictures, abar = open_shards(arguments.work / "data", "train"), alphas_cumprod()
    log = LossLog(arguments.work / "diffusion.csv")
    steps = state["steps"] if state else 0
    half_size_seen = state["half_size_seen"] if state else 0

    def keep() -> None:
        save_checkpoint(
            checkpoint,
            master=master.state_dict(),
            average=average.state_dict(),
            optimizers=optimizers.state_dict(),
            steps=steps,
            seen=seen,
            half_size_seen=half_size_seen,
        )
        save_weights(
            WEIGHTS / "diffusion.safetensors",
            average,
            config=asdict(CONFIG),
            predicts="picture",
            views=seen,
        )

    budget = Budget(arguments.minutes * 60, arguments.tail)
    for rate in budget.rates():
        half_size = budget.spent < arguments.half_size
        x = draw_batch(pictures, rng, BATCH_HALF_SIZE if half_size else BATCH, half_size)
        optimizers.set_rate(RATE * rate)
        losses = train_step(master, worker, optimizers, x, abar)
        steps, seen = steps + 1, seen + len(x)
        half_size_seen += len(x) if half_size else 0
        update_average(average, tensors_of(master), steps)
        log.add(steps, seen, RATE * rate, **losses)
        if steps % 500 == 0:
            keep()
    keep()
    write_figures("diffusion", held_out_figures(average, arguments, seen, half_size_seen, steps))


def published() -> dict[str, Any]:
    """A state to go on from: the averaged weights of the package, without the optimizer's."""
    weights, _ = read_weights(WEIGHTS / "diffusion.safetensors")
    figures = read_figures("diffusion")
    return {
        "master": weights,
        "average": weights,
        "seen": figures["views"],
        "steps": figures["steps"],
        "half_size_seen": figures["views_at_half_size"],
    }


def draw_batch(
    pictures: Pictures, rng: np.random.Generator, count: int, half_size: bool
) -> Float[Tensor, "b 3 h w"]:
    """Random pictures, every second one mirrored."""
    x = to_tensor(pictures.take_images(rng.integers(0, len(pictures), count)))
    x[: count // 2] = x[: count // 2].flip(3)
    return F.avg_pool2d(x, 2) if half_size else x


def noisy(x: Float[Tensor, "b 3 h w"], t: Tensor, abar: Tensor) -> Float[Tensor, "b 3 h w"]:
    """The picture with the noise of step t."""
    signal = abar[t][:, None, None, None].sqrt()
    spread = (1 - abar[t])[:, None, None, None].sqrt()
    return signal * x + spread * torch.randn_like(x)


def weight(t: Tensor, abar: Tensor) -> Float[Tensor, " b"]:
    """What an error of the picture counts at step t: as that of v would, up to a bound."""
    return (1 / (1 - abar[t])).clamp(max=MAX_WEIGHT)


def stratified_times(count: int, shares: tuple[float, ...] = EVEN_SHARES) -> Tensor:
    """Times in 0..999, one from each of `count` equal parts of the draws, so that every batch sees
    all noise levels. `shares`: the shares of the draws that lie below each of `TIMES`.
    """
    drawn = (torch.arange(count) + torch.rand(count)) / count
    times = torch.from_numpy(np.interp(drawn.numpy(), shares, TIMES))
    return times.long().clamp(0, 999)[torch.randperm(count)]


def train_step(
    master: nn.Module, worker: nn.Module, optimizers: Optimizers, x: Tensor, abar: Tensor
) -> dict[str, float]:
    """One update: gradients from the worker, the step on the float32 master."""
    t = stratified_times(len(x), TRAINING_SHARES)
    predicted = worker(noisy(x, t, abar).to(working_type()), t.float()).float()
    errors = (predicted - x).square().mean((1, 2, 3)) * weight(t, abar)
    errors.mean().backward()
    masters, workers = tensors_of(master), tensors_of(worker)
    for kept, working in zip(masters, workers, strict=True):
        kept.grad = None if working.grad is None else working.grad.float()
        working.grad = None
    nn.utils.clip_grad_norm_(masters, 1.0)
    optimizers.step()
    with torch.no_grad():
        torch._foreach_copy_(workers, masters)
    return {"loss": float(errors.detach().mean()), **by_noise(errors.detach(), t)}


def by_noise(errors: Tensor, t: Tensor) -> dict[str, float]:
    """Mean error where there is little, some and much noise."""
    parts = {"low": t < 250, "middle": (t >= 250) & (t < 600), "high": t >= 600}
    return {name: float(errors[part].mean()) for name, part in parts.items()}


@torch.no_grad()
def held_out_figures(
    net: nn.Module, arguments: Any, seen: int, half_size_seen: int, steps: int
) -> dict[str, Any]:
    """Mean weighted error on 512 pictures never trained on, with fixed noise."""
    pictures = open_shards(arguments.work / "data", "held_out")
    abar = alphas_cumprod()
    torch.manual_seed(99)
    errors, times = [], []
    for first in range(0, 512, 32):
        x, t = to_tensor(pictures.take_images(np.arange(first, first + 32))), stratified_times(32)
        predicted = net(noisy(x, t, abar), t.float())
        errors.append((predicted - x).square().mean((1, 2, 3)) * weight(t, abar))
        times.append(t)
    error, t = torch.cat(errors), torch.cat(times)
    means = {"all": float(error.mean()), **by_noise(error, t)}
    return {
        "parameters": sum(parameter.numel() for parameter in net.parameters()),
        "steps": steps,
        "views": seen,
        "views_at_half_size": half_size_seen,
        "held_out_error": {name: round(value, 4) for name, value in means.items()},
    }


if __name__ == "__main__":
    main()
