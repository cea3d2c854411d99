"""A sound file -> how loud a band of it is over time, computed once and kept by file hash.

Loudness is the amplitude of the band in short-time spectra (Allen and Rabiner, "A unified approach
to short-time Fourier analysis and synthesis", Proc. IEEE 65, 1977): a Hann window of about 46 ms
every 10 ms, centred on its moment; the energies of the bins in the band are added up. The scale is
linear, not decibels: a kick drum stands out from the bass that goes on below it. The loudest moment
of the file is 1. Values are rounded to four places, so that decoders that differ in the last
bit give the same frames.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from discoscript.expressions.recordings import RATE, Recording
from discoscript.media.decode import LONGEST_S, Samples, decode
from discoscript.media.kept import kept
from discoscript.media.state import State, digest, state_of
from discoscript.scene.files import Unreadable

Values = NDArray[np.float64]

#: Changes when the numbers change: what was kept before is computed anew.
ALGORITHM = 1

WINDOW_S = 2048 / 44_100  #: about how long a spectrum listens; the samples are a power of 2
SILENCE = 1e-3  #: a band that never exceeds this (-60 dB of full scale) is silent
LARGEST = 4 * 2**30  #: bytes of a file


def loudness(path: Path, name: str, low: float, high: float) -> Recording:
    """The loudness of `low` to `high` Hz, 0 to 1, every 1/RATE seconds from the file's start.

    Unreadable, which calls the file `name`, if it holds no sound.
    """
    return _loudness(state_of(path, name, LARGEST), low, high)


@lru_cache(maxsize=32)
def _loudness(state: State, low: float, high: float) -> Recording:
    """The same, computed once for each state of a file."""
    identity = f"loudness {ALGORITHM} {digest(state)} {low!r} {high!r}"
    values = kept(identity, lambda: analysed(decode(state.path, state.name), low, high))
    if len(values) > LONGEST_S * RATE:
        hours = f"{LONGEST_S // 3600} hours"
        raise Unreadable(f'"{state.name}" is longer than {hours}', "cut it first", "D507")
    values.setflags(write=False)
    return Recording(np.arange(len(values)) / RATE, values)


def analysed(blocks: Iterable[tuple[int, Samples]], low: float, high: float) -> Values:
    """The loudness of a band, 0 to 1, of samples that come in blocks with their rate."""
    blocks = iter(blocks)
    first = next(blocks, None)
    if first is None:
        return np.zeros(0)
    samples = (block for _, block in chain([first], blocks))
    found = np.concatenate(list(_amplitudes(samples, first[0], low, high)))
    peak = found.max(initial=0.0)
    return np.round(found / peak, 4) if SILENCE < peak < np.inf else np.zeros(len(found))


def _amplitudes(samples: Iterable[Samples], rate: int, low: float, high: float) -> Iterator[Values]:
    """The amplitude of the band every 1/RATE seconds; a sine of full scale has 1."""
    size = 2 ** round(np.log2(WINDOW_S * rate))
    window = np.hanning(size + 1)[:-1]
    scale = 2 / np.sqrt(size * np.sum(window**2))
    band = _bins(low, high, rate, size)
    silence = np.zeros(size // 2)  # before and after: spectra are centred on their moments
    rest, at, moment = np.zeros(0), 0, 0  # `rest` begins at sample `at`
    for block in chain([silence], samples, [silence]):
        rest = np.concatenate([rest, block])
        past = max((at + len(rest) - size) * RATE // rate + 1, moment)
        starts = np.arange(moment, past) * rate // RATE - at
        if len(starts):
            spectra = np.fft.rfft(sliding_window_view(rest, size)[starts] * window)[:, band]
            yield scale * np.sqrt(np.sum(spectra.real**2 + spectra.imag**2, axis=1))
        moment, done = past, past * rate // RATE - at
        rest, at = rest[done:], at + done


def _bins(low: float, high: float, rate: int, size: int) -> slice:
    """The bins of the spectrum from `low` to `high` Hz: at least the nearest one."""
    width = rate / size
    first = min(int(np.ceil(low / width)), size // 2)
    last = min(int(np.floor(high / width)), size // 2)
    if first > last:
        first = last = min(round((low + high) / 2 / width), size // 2)
    return slice(first, last + 1)
