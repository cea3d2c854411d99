"""Noise and a denoiser -> picture: what samplers are, and the two of Disco Diffusion.

A denoiser looks at a noisy picture and tells picture and noise apart; guidance is a denoiser
wrapped round another one (`guidance.guided`). A sampler walks the schedule from index `first`
down to 0 and calls `callback` after each step.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from discoscript_engine.diffusion.noise_schedule import NoiseSchedule

Image = Float[Tensor, "b 3 h w"]

#: (noisy picture, time 0..1000 for each picture of the batch) -> noise.
NoiseModel = Callable[[Image, Float[Tensor, " b"]], Image]


@runtime_checkable
class DiffusionModel(Protocol):
    """A NoiseModel; with `checkpoint` it keeps less for the way back, and computes it again."""

    def __call__(
        self, x: Float[Tensor, "b 3 h w"], t: Float[Tensor, " b"], *, checkpoint: bool = False
    ) -> Float[Tensor, "b 3 h w"]: ...


@dataclass(frozen=True)
class Prediction:
    """What a denoiser sees in a noisy picture: the `picture` without guidance, in [-1, 1] where
    the network is sure of itself, and the `noise`, which carries the guidance."""

    picture: Float[Tensor, "b 3 h w"]
    noise: Float[Tensor, "b 3 h w"]


#: (noisy picture, time 0..1 as the angle t pi/2 of the mix) -> v.
VelocityModel = Callable[[Image, Float[Tensor, " b"]], Image]

#: (noisy picture, index in the schedule) -> prediction.
Denoiser = Callable[[Image, int], Prediction]

#: Index in the schedule -> standard normal noise for that step.
StepNoise = Callable[[int], Image]

#: (noisy picture, or noise that was seen in it; index) -> the same mirrored, if the script wants a
#: symmetric picture at this step; called before it.
Mirror = Callable[[Image, int], Image]


@dataclass(frozen=True)
class Step:
    """One step done: what is left of the noise at `index`, and the picture predicted there."""

    index: int
    x: Float[Tensor, "b 3 h w"]
    picture: Float[Tensor, "b 3 h w"]


Callback = Callable[[Step], None]


class Sampler(Protocol):
    """Noisy picture at index `first` -> picture, by calling the denoiser at every index."""

    def __call__(
        self,
        denoise: Denoiser,
        x: Float[Tensor, "b 3 h w"],
        schedule: NoiseSchedule,
        *,
        first: int,
        eta: float,
        step_noise: StepNoise,
        mirror: Mirror,
        callback: Callback,
    ) -> Float[Tensor, "b 3 h w"]: ...


def denoiser(model: NoiseModel, schedule: NoiseSchedule) -> Denoiser:
    """The denoiser that a noise-predicting network is."""

    def denoise(x: Float[Tensor, "b 3 h w"], index: int) -> Prediction:
        time = x.new_full((len(x),), schedule.model_timestep[index])
        noise = model(x, time)
        return Prediction(picture_in(x, noise, schedule, index), noise)

    return denoise


def velocity_denoiser(model: VelocityModel, schedule: NoiseSchedule) -> Denoiser:
    """The denoiser that a network is which predicts v, Salimans & Ho (2022)."""

    def denoise(x: Float[Tensor, "b 3 h w"], index: int) -> Prediction:
        v = model(x, x.new_full((len(x),), schedule.secondary_time(index)))
        alpha, sigma = schedule.signal(index), schedule.noise(index)
        return Prediction(alpha * x - sigma * v, sigma * x + alpha * v)

    return denoise


def clipped(
    prediction: Prediction, x: Float[Tensor, "b 3 h w"], schedule: NoiseSchedule, index: int
) -> Prediction:
    """The prediction with its picture held in [-1, 1] and the noise that then remains."""
    picture = prediction.picture.clamp(-1, 1)
    noise = (x - schedule.signal(index) * picture) / schedule.noise(index)
    return replace(prediction, picture=picture, noise=noise)


def picture_in(
    x: Float[Tensor, "b 3 h w"],
    noise: Float[Tensor, "b 3 h w"],
    schedule: NoiseSchedule,
    index: int,
) -> Float[Tensor, "b 3 h w"]:
    """x0 = (x - sqrt(1 - abar) eps) / sqrt(abar)."""
    return (x - schedule.noise(index) * noise) / schedule.signal(index)


def start(
    schedule: NoiseSchedule,
    noise: Float[Tensor, "b 3 h w"],
    picture: Float[Tensor, "b 3 h w"] | None,
    first: int,
) -> Float[Tensor, "b 3 h w"]:
    """What sampling begins with at index `first`: the picture noised to that index.

    Without a picture it is pure noise; if steps are skipped, the picture counts as black-grey
    zeros, as in the reference, so that the noise is scaled by sqrt(1 - abar).
    """
    if picture is None and first == schedule.steps - 1:
        return noise
    noised = schedule.noise(first) * noise
    return noised if picture is None else schedule.signal(first) * picture + noised


def ddim(
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
    """DDIM, Song et al. (2021); `eta` 0 adds no noise, 1 adds as much as DDPM.

    Returns the picture predicted at index 0, without guidance: it is what is shown and saved.
    """
    for index in range(first, -1, -1):
        x = mirror(x, index)
        seen = denoise(x, index)
        picture = picture_in(x, seen.noise, schedule, index)
        sigma = _ddim_sigma(schedule, index, eta)
        left = math.sqrt(max(0.0, 1 - schedule.previous(index) - sigma**2))
        x = math.sqrt(schedule.previous(index)) * picture + left * seen.noise
        if sigma > 0:
            x = x + sigma * step_noise(index)
        callback(Step(index, x, seen.picture))
    return seen.picture


def _ddim_sigma(schedule: NoiseSchedule, index: int, eta: float) -> float:
    """The standard deviation of the fresh noise; at most what the next index has room for."""
    abar, previous = schedule.alphas_cumprod[index], schedule.previous(index)
    sigma = eta * math.sqrt((1 - previous) / (1 - abar) * (1 - abar / previous))
    return min(sigma, math.sqrt(1 - previous))


#: Adams-Bashforth: weights of the newest noise and of those before it, by how many there are.
ADAMS_BASHFORTH: Mapping[int, tuple[float, ...]] = {
    1: (1.0,),
    2: (3 / 2, -1 / 2),
    3: (23 / 12, -16 / 12, 5 / 12),
    4: (55 / 24, -59 / 24, 37 / 24, -9 / 24),
}


def plms(
    denoise: Denoiser,
    x: Float[Tensor, "b 3 h w"],
    schedule: NoiseSchedule,
    *,
    first: int,
    eta: float,
    step_noise: StepNoise,
    mirror: Mirror,
    callback: Callback,
    order: int = 2,
) -> Float[Tensor, "b 3 h w"]:
    """PLMS, Liu et al. (2022): multistep with `order` noises; no fresh noise, whatever `eta`.

    The first step has no noises before it: it looks ahead to the next index instead. Where the
    picture is mirrored, so are the noises that were seen in it.
    """
    noises: list[Float[Tensor, "b 3 h w"]] = []
    for index in range(first, -1, -1):
        x, noises = mirror(x, index), [mirror(noise, index) for noise in noises]
        seen = denoise(x, index)
        noises = [seen.noise, *noises][:order]
        noise = _extrapolated(noises) if index > 0 else seen.noise
        if index == first and index > 0:
            ahead = denoise(_without_noise(x, noise, schedule, index), index - 1)
            noise = (seen.noise + ahead.noise) / 2
        x = _without_noise(x, noise, schedule, index)
        callback(Step(index, x, seen.picture))
    return seen.picture


def _extrapolated(noises: list[Float[Tensor, "b 3 h w"]]) -> Float[Tensor, "b 3 h w"]:
    """The noise that the last ones, newest first, lead to."""
    weighted = [w * n for w, n in zip(ADAMS_BASHFORTH[len(noises)], noises, strict=True)]
    return sum(weighted[1:], weighted[0])


def _without_noise(
    x: Float[Tensor, "b 3 h w"],
    noise: Float[Tensor, "b 3 h w"],
    schedule: NoiseSchedule,
    index: int,
) -> Float[Tensor, "b 3 h w"]:
    """The step to the next lower index along `noise`, with none added."""
    previous = schedule.previous(index)
    picture = picture_in(x, noise, schedule, index)
    return math.sqrt(previous) * picture + math.sqrt(1 - previous) * noise
