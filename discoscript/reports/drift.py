"""How a render holds together: colours, contrast and flicker, frame by frame, and what may help.

All but flicker is measured in CIELAB, where a distance of 1 is about what an eye can tell.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from discoscript.frames.colors import to_lab
from discoscript.frames.renderer import Picture
from discoscript.views.words import stretch

#: Measures one pair of pictures that follow each other.
Flicker = Callable[[Picture, Picture], float]


@dataclass(frozen=True)
class Measures:
    """Of each frame, all of shape (frames,): `colors`, the distance of its mean colour from that of
    its segment's first frame; `contrast`, the spread of its lightness; `saturation`, its mean
    chroma; `flicker`, its difference from the frame before once motion is taken out, NaN at the
    start of a segment. `starts` are the first frames of segments, 0 first."""

    colors: NDArray[np.float64]
    contrast: NDArray[np.float64]
    saturation: NDArray[np.float64]
    flicker: NDArray[np.float64]
    starts: tuple[int, ...]

    @property
    def segments(self) -> list[tuple[int, int]]:
        """First frame and end of each segment."""
        return list(zip(self.starts, (*self.starts[1:], len(self.colors)), strict=True))


@dataclass(frozen=True)
class Advice:
    """What is unusual about the segment of frames `first` to `end`, excluded, and what may help."""

    first: int
    end: int
    found: str
    help: str

    @property
    def text(self) -> str:
        """One line."""
        return f"frames {stretch(self.first, self.end)}: {self.found}; {self.help}"


def measured(pictures: Iterable[Picture], starts: Sequence[int], flicker: Flicker) -> Measures:
    """The measures of pictures in order, all of one size."""
    rows = list(_rows(pictures, frozenset(starts), flicker))
    columns = np.array(rows, float).reshape(-1, 4).T
    return Measures(columns[0], columns[1], columns[2], columns[3], tuple(starts))


def _rows(
    pictures: Iterable[Picture], starts: frozenset[int], flicker: Flicker
) -> Iterator[tuple[float, float, float, float]]:
    first, before = np.zeros(3), None
    for index, picture in enumerate(pictures):
        lab = to_lab(picture)
        mean = lab.mean((0, 1))
        begins = index in starts or before is None
        first = mean if begins else first
        drift = float(np.linalg.norm(mean - first))
        chroma = float(np.hypot(lab[..., 1], lab[..., 2]).mean())
        jump = float("nan") if begins or before is None else flicker(before, picture)
        yield drift, float(lab[..., 0].std()), chroma, jump
        before = picture


# ───────────── what is unusual ─────────────
# The limits are rules of thumb: a film may want to leave its colours.

#: Distances of colour that everybody sees; shares of the first frame's contrast and saturation.
DRIFTED, FLAT, HARD, PALE, LOUD = 25.0, 0.6, 1.6, 0.55, 1.8
#: Flicker above which a film looks nervous.
NERVOUS = 0.08
#: Segments of fewer frames are too short to judge.
SHORT = 6

_HOLD = "`coherence: color_match mean` holds colours to the first frame"


def advice(measures: Measures) -> tuple[Advice, ...]:
    """What is unusual, segment by segment; nothing where all is well."""
    found = (
        Advice(first, end, what, help)
        for first, end in measures.segments
        if end - first >= SHORT
        for what, help in _unusual(measures, first, end)
    )
    return tuple(found)


def _unusual(measures: Measures, first: int, end: int) -> Iterator[tuple[str, str]]:
    here = slice(first, end)
    far = measures.colors[here]
    if far[-1] > DRIFTED:
        turn = first + int(np.argmax(far > DRIFTED))
        yield (
            f"the colours end {far[-1]:.0f} away from where they began (past {DRIFTED:.0f} at "
            f"frame {turn})",
            f"if the prompts do not ask for that, {_HOLD}, or `cut @ {turn}` starts anew",
        )
    yield from _share("contrast", measures.contrast[here], FLAT, HARD)
    yield from _share("saturation", measures.saturation[here], PALE, LOUD)
    jumps = measures.flicker[here]
    nervous = float(np.nanmean(jumps)) if np.isfinite(jumps).any() else 0.0
    if nervous > NERVOUS:
        yield (
            f"it flickers by {nervous:.3f} on average",
            "a larger `coherence: frames_skip_steps` or `frames_scale` holds frames together",
        )


def _share(
    name: str, values: NDArray[np.float64], low: float, high: float
) -> Iterator[tuple[str, str]]:
    """A measure whose last quarter is far below or above the first frame's."""
    if values[0] <= 1:  # of a picture of one colour there is nothing to lose
        return
    share = float(np.median(values[-max(1, len(values) // 4) :]) / values[0])
    if share < low or share > high:
        yield f"the {name} ends at {share:.0%} of what it was", _HOLD
