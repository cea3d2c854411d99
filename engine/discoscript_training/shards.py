"""Training pictures on disk: shards of plain numpy arrays, read through memory maps."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .scene_generator import generate
from .scene_parts import make_banks

SHARD_SIZE = 4000
#: Streams of pictures that never share a seed: for training, for the judge, for measuring.
STREAMS = {"train": 1, "judge": 2, "held_out": 3}


@dataclass(frozen=True)
class Pictures:
    """Shards opened together. images: uint8 (n, 96, 128, 3) each; disparity: uint8 (n, 96, 128);
    codes: (n, 11).
    """

    images: list[NDArray[np.uint8]]
    disparity: list[NDArray[np.uint8]]
    codes: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.codes)

    def take_images(self, index: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.stack([self.images[i // SHARD_SIZE][i % SHARD_SIZE] for i in index])

    def take_disparity(self, index: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.stack([self.disparity[i // SHARD_SIZE][i % SHARD_SIZE] for i in index])


def make_shard(folder: Path, stream: str, number: int) -> None:
    """Paint the shard `number` of a stream (12 to 20 seconds) unless it is there already."""
    path = _path(folder, stream, number, "codes")
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    banks, rng = make_banks(), np.random.default_rng([STREAMS[stream], number])
    pictures = [generate(banks, rng) for _ in range(SHARD_SIZE)]
    _write(_path(folder, stream, number, "images"), np.stack([p.image for p in pictures]))
    _write(_path(folder, stream, number, "disparity"), np.stack([p.disparity for p in pictures]))
    _write(path, np.stack([p.spec.codes() for p in pictures]))


def open_shards(folder: Path, stream: str, limit: int | None = None) -> Pictures:
    """Open the finished shards of a stream, in order."""
    numbers: list[int] = []
    while (limit is None or len(numbers) < limit) and _path(
        folder, stream, len(numbers), "codes"
    ).exists():
        numbers.append(len(numbers))
    if not numbers:
        raise FileNotFoundError(
            f"no {stream} pictures in {folder}; run python -m discoscript_training.make_data first"
        )

    def each(part: str) -> list[NDArray[np.uint8]]:
        return [np.load(_path(folder, stream, number, part), mmap_mode="r") for number in numbers]

    return Pictures(each("images"), each("disparity"), np.concatenate(each("codes")))


def _path(folder: Path, stream: str, number: int, part: str) -> Path:
    return folder / f"{stream}_{number:03d}_{part}.npy"


def _write(path: Path, array: NDArray[np.uint8]) -> None:
    partial = path.with_suffix(".partial.npy")
    np.save(partial, array)
    os.replace(partial, path)
