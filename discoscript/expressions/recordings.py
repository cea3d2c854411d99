"""What a file says over time, and its values at the frames of a scene.

The disk is behind `Recordings`: the check of an expression asks for what a call needs, and what
comes back is kept beside the script's names (`Lets.recordings`) until the values are computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import FileKind
from discoscript.text.source import Span

Values = NDArray[np.float64]

#: How often the loudness of a sound is taken, per second.
RATE = 100

#: A frame that begins this close before a sample (in samples) begins at it: 0.1 s is 9.999... /100.
NEARLY = 1e-6


@dataclass(frozen=True, eq=False)
class Recording:
    """`values[i]` at `times[i]`; times rise, in seconds of the file or (`seconds` False) frames.

    Of a sound: one value every 1/RATE seconds from 0 on.
    """

    times: Values
    values: Values
    seconds: bool = True


@dataclass(frozen=True)
class Wanted:
    """What a call asks of a file: its path, and the arguments that say what is read from it.

    `spans` are the places of the path (`path`) and of the arguments that were written.
    """

    kind: FileKind
    path: str
    options: Mapping[str, float | str | bool]
    spans: Mapping[str, Span]


class Recordings(Protocol):
    """Where the check of an expression gets recordings from."""

    def find(self, wanted: Wanted) -> Recording | None:
        """The recording; None after reporting what is wrong, or where no file is known at all."""
        ...


class NoRecordings:
    """Recordings of a script whose folder is not known."""

    def find(self, wanted: Wanted) -> Recording | None:
        """None."""
        return None


def loudness(
    recording: Recording,
    frames: Values,
    fps: float,
    attack: float,
    release: float,
    offset: float,
) -> Values:
    """The loudest moment of each frame, 0 to 1; `attack`, `release` and `offset` in frames.

    The curve needs `attack` to rise from 0 to 1 and `release` to fall from 1 to 0; the file begins
    at `offset`, and before it and after its end there is silence. The loudest moment while a frame
    is shown, not the one at which it begins: a hit between two frames is not lost.
    """
    samples = follow(recording.values, attack / fps * RATE, release / fps * RATE)
    if not len(samples):
        return np.zeros(frames.shape)
    with np.errstate(all="ignore"):
        begins = np.floor((frames - offset) / fps * RATE + NEARLY)
        ends = np.ceil((frames - offset + 1) / fps * RATE - NEARLY)
    first, last = _index(begins, len(samples)), _index(ends, len(samples))
    heard = last > first
    pairs = np.column_stack([first, np.maximum(last, first + 1)]).ravel()
    loudest = np.maximum.reduceat(np.append(samples, [0.0, 0.0]), pairs)[::2]
    return np.where(heard, loudest, 0.0)


def _index(places: Values, length: int) -> NDArray[np.int64]:
    return np.clip(np.nan_to_num(places), 0, length).astype(np.int64)


def follow(values: Values, attack: float, release: float) -> Values:
    """An envelope follower: rises by at most 1 in `attack` samples, falls by 1 in `release`.

    First the smallest curve above `values` that falls no faster, then the largest one below that
    which rises no faster: two running extremes, so there is no loop over the samples.
    """
    places = np.arange(len(values), dtype=np.float64)
    if release > 0:
        fall = places / release
        values = np.maximum.accumulate(values + fall) - fall
    if attack > 0:
        rise = (places + 1) / attack  # from 0 just before the file begins
        values = np.minimum.accumulate(np.append(0.0, values - rise))[1:] + rise
    return np.clip(np.round(values, 6), 0.0, 1.0)


def column(recording: Recording, frames: Values, fps: float) -> Values:
    """The value at each frame: linear between rows, the first and last one held outside."""
    places = frames / fps if recording.seconds else frames
    return np.interp(places, recording.times, recording.values)
