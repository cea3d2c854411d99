"""Identity: what besides the job can change a picture. Found without importing torch."""

from dataclasses import dataclass

#: Raised by hand when the engine's pixels may change; a golden test fails if they move without it.
EPOCH = 1


@dataclass(frozen=True)
class Identity:
    """`epoch` names the renderer and its algorithm version (`engine 1`, `testcard 1`); `numeric`
    is the class of machines that compute equal bits (`cpu-x86_64-avx512 fp32 torch2.14`);
    `models` pairs a role (`clip tiny`) with the SHA-256 of its weights and configuration."""

    epoch: str
    numeric: str
    models: tuple[tuple[str, str], ...]
