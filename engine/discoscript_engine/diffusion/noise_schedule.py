"""Number of steps -> noise schedule: how much noise is left at each step, and what time it is.

Indices count from the picture (0) to the noise (`steps` - 1); sampling walks them downwards.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Time runs from 0 to 1000 for the network, however many steps it was trained with.
TRAINING_STEPS = 1000


@dataclass(frozen=True)
class NoiseSchedule:
    """Linear schedule of Ho et al. (2020), thinned out as in Nichol & Dhariwal (2021).

    The noised picture at index i is sqrt(abar) picture + sqrt(1 - abar) noise, with
    abar = `alphas_cumprod[i]`. `timestep_map` gives each index's place in the full schedule,
    `model_timestep` the time that the network is told (rounded to single precision).
    """

    timestep_map: tuple[int, ...]
    betas: tuple[float, ...]
    alphas_cumprod: tuple[float, ...]
    model_timestep: tuple[float, ...]

    @property
    def steps(self) -> int:
        """How many steps a full run takes."""
        return len(self.betas)

    def signal(self, index: int) -> float:
        """sqrt(abar): the share of the picture."""
        return math.sqrt(self.alphas_cumprod[index])

    def noise(self, index: int) -> float:
        """sqrt(1 - abar): the share of the noise."""
        return math.sqrt(1 - self.alphas_cumprod[index])

    def previous(self, index: int) -> float:
        """abar of the next lower index, where less noise is left; 1 below index 0."""
        return self.alphas_cumprod[index - 1] if index > 0 else 1.0

    def secondary_time(self, index: int) -> float:
        """The same time for networks trained on (signal, noise) = (cos, sin)(pi t / 2)."""
        return math.atan2(self.noise(index), self.signal(index)) * 2 / math.pi

    def progress(self, index: int) -> int:
        """Which of the 1000 steps of diffusion progress this is: 0 is noise, 999 the picture."""
        return TRAINING_STEPS - (math.trunc(self.model_timestep[index]) + 1)


def noise_schedule(steps: int) -> NoiseSchedule:
    """The schedule of a run with `steps` steps.

    The full schedule has floor(1000/steps)*steps entries (so that every k-th entry gives exactly
    `steps`), or `steps` beyond 1000; its betas run from 0.1/T to 20/T.
    """
    if steps < 1:
        raise ValueError(f"a diffusion needs at least one step, not {steps}")
    stride = max(1, TRAINING_STEPS // steps)
    kept = np.arange(0, stride * steps, stride)
    alphas_cumprod = _full_alphas_cumprod(stride * steps)[kept]
    before = np.concatenate([[1.0], alphas_cumprod[:-1]])
    scale = np.float32(TRAINING_STEPS / (stride * steps))
    return NoiseSchedule(
        timestep_map=tuple(kept.tolist()),
        betas=tuple((1 - alphas_cumprod / before).tolist()),
        alphas_cumprod=tuple(alphas_cumprod.tolist()),
        model_timestep=tuple((kept.astype(np.float32) * scale).tolist()),
    )


def _full_alphas_cumprod(length: int) -> NDArray[np.float64]:
    """abar of every entry of the linear schedule."""
    scale = TRAINING_STEPS / length
    betas = np.linspace(0.0001 * scale, 0.02 * scale, length, dtype=np.float64)
    return np.cumprod(1 - betas, dtype=np.float64)
