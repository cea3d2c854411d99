"""(frame seed, purpose, step) -> random generator.

Every draw has its own generator, so that what one part of a frame draws never shifts what
another part gets. Numbers are drawn on the CPU: all devices see the same ones.
"""

from hashlib import blake2b
from typing import Literal

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from discoscript_engine.transfer import uploaded

Purpose = Literal[
    "initial noise",
    "step noise",
    "cut geometry",
    "augmentations",
    "fuzzy prompts",
    "picture prompts",
    "Perlin",
]


def generator(seed: int, purpose: Purpose, *place: int) -> Generator:
    """A generator of its own for this use; `place` tells steps, models or batches apart."""
    name = " ".join(map(str, (seed, purpose, *place)))
    digest = blake2b(name.encode(), digest_size=8).digest()
    return Generator().manual_seed(int.from_bytes(digest, "little") >> 1)


def normal(shape: tuple[int, ...], rng: Generator, device: torch.device) -> Float[Tensor, "..."]:
    """Standard normal numbers, drawn on the CPU."""
    return uploaded(torch.randn(shape, generator=rng), device)


def uniform(low: float, high: float, rng: Generator) -> float:
    """One number from [low, high)."""
    return low + (high - low) * float(torch.rand((), generator=rng))


def happens(chance: float, rng: Generator) -> bool:
    """True with this probability."""
    return uniform(0.0, 1.0, rng) < chance


def below(bound: int, rng: Generator) -> int:
    """One whole number from 0 to bound - 1."""
    return int(torch.randint(bound, (), generator=rng))
