"""DPM-Solver++(2M) and UniPC: samplers that step along log(signal / noise).

Between two indices the noisy picture follows, exactly,

    x_t = noise_t / noise_s x_s + signal_t h int_0^1 exp(-h (1 - u)) picture(u) du

where h is how much the log ratio rises and picture(u) the guided picture predicted on the way. What
is needed is a guess of that curve: a line through the last two predictions (DPM-Solver++), which
UniPC bends, afterwards, to go through the new one too.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from discoscript_engine.diffusion.noise_schedule import NoiseSchedule
from discoscript_engine.diffusion.sampling import (
    Callback,
    Denoiser,
    Mirror,
    Step,
    StepNoise,
    picture_in,
)

#: Predictions that a step forwards looks back on.
REMEMBERED = 2


def dpmpp_2m(
    denoise: Denoiser,
    x: Float[Tensor, "b 3 h w"],
    schedule: NoiseSchedule,
    *,
    first: int,
    eta: float,
    step_noise: StepNoise,
    mirror: Mirror,
    callback: Callback,
) -> Float[Tensor, "b 3 h w"]:
    """DPM-Solver++(2M), Lu et al. (2022), of second order; no fresh noise, whatever `eta`."""
    pictures: list[Float[Tensor, "b 3 h w"]] = []
    for index in range(first, -1, -1):
        x, pictures = mirror(x, index), [mirror(picture, index) for picture in pictures]
        seen = denoise(x, index)
        pictures = [picture_in(x, seen.noise, schedule, index), *pictures][:REMEMBERED]
        x = ahead(x, pictures, schedule, index)
        callback(Step(index, x, seen.picture))
    return seen.picture


def unipc(
    denoise: Denoiser,
    x: Float[Tensor, "b 3 h w"],
    schedule: NoiseSchedule,
    *,
    first: int,
    eta: float,
    step_noise: StepNoise,
    mirror: Mirror,
    callback: Callback,
) -> Float[Tensor, "b 3 h w"]:
    """UniPC-2, Zhao et al. (2023): each step is made as in DPM-Solver++(2M), and made again, one
    order better, once the picture at its end is known; that costs no further look. No fresh
    noise, whatever `eta`."""
    base: Float[Tensor, "b 3 h w"] = x
    pictures: list[Float[Tensor, "b 3 h w"]] = []
    for index in range(first, -1, -1):
        x, base = mirror(x, index), mirror(base, index)
        pictures = [mirror(picture, index) for picture in pictures]
        seen = denoise(x, index)
        pictures = [picture_in(x, seen.noise, schedule, index), *pictures]
        base = corrected(base, pictures, schedule, index) if index < first else x
        pictures = pictures[:REMEMBERED]
        x = ahead(base, pictures, schedule, index)
        callback(Step(index, x, seen.picture))
    return seen.picture


def ahead(
    x: Float[Tensor, "b 3 h w"],
    pictures: list[Float[Tensor, "b 3 h w"]],
    schedule: NoiseSchedule,
    index: int,
) -> Float[Tensor, "b 3 h w"]:
    """From `index` to the next lower one, by the predictions at `index` and before it.

    The last prediction alone decides at the end: to index 0 the log ratio rises so far that a line
    would be drawn out to several times its length.
    """
    picture = pictures[0]
    if index == 0:
        return picture
    h = log_ratio(schedule, index - 1) - log_ratio(schedule, index)
    if len(pictures) > 1 and index > 1:
        before = log_ratio(schedule, index) - log_ratio(schedule, index + 1)
        picture = picture + h / (2 * before) * (pictures[0] - pictures[1])
    kept = schedule.noise(index - 1) / schedule.noise(index)
    return kept * x - schedule.signal(index - 1) * math.expm1(-h) * picture


def corrected(
    base: Float[Tensor, "b 3 h w"],
    pictures: list[Float[Tensor, "b 3 h w"]],
    schedule: NoiseSchedule,
    index: int,
) -> Float[Tensor, "b 3 h w"]:
    """What lies at `index`, from what lay at the index above, `base`: the curve goes through the
    predictions at `index`, above it and, if there is one, above that."""
    new, old = pictures[:2]
    h = log_ratio(schedule, index) - log_ratio(schedule, index + 1)
    weights = moments(h)
    slope, bend = new - old, torch.zeros_like(new)
    if len(pictures) > REMEMBERED:
        at = (log_ratio(schedule, index + 2) - log_ratio(schedule, index + 1)) / h
        bend = (slope - (pictures[2] - old) / at) / (1 - at)
        slope = slope - bend
    towards = weights[0] * old + weights[1] * slope + weights[2] * bend
    kept = schedule.noise(index) / schedule.noise(index + 1)
    return kept * base + schedule.signal(index) * towards


def moments(h: float) -> tuple[float, float, float]:
    """h int_0^1 exp(-h (1 - u)) u^k du for k = 0, 1, 2."""
    constant = -math.expm1(-h)
    linear = 1 - constant / h
    return constant, linear, 1 - 2 * linear / h


def log_ratio(schedule: NoiseSchedule, index: int) -> float:
    """log(signal / noise)."""
    return math.log(schedule.signal(index) / schedule.noise(index))
