"""Two schedules -> what differs, by effect: lengths, shots, settings, prompts.

How a script is written does not count, only what comes of it. Frames are compared with the frames
that stand for them: those of a shot with those of the shot of the same title, wherever that lies
(of several, the first with the first); all others with the frame of the same number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import PARAMETERS, Axis, Resolved
from discoscript.scene.scene import Shot
from discoscript.schedule.runs import runs
from discoscript.schedule.schedule import Schedule

#: Two changed stretches with no more equal frames than this between them are told as one.
NEAR = 3

#: Settings that `Facts` tells of: they say in another way how long, how large and how fast.
_FACTS = ("scene.frames", "scene.duration", "scene.fps", "scene.size", "scene.mode", "scene.images")


@dataclass(frozen=True)
class Piece:
    """Frames `first` to `end` (excluded) of the new schedule stand for those from `old` on."""

    first: int
    end: int
    old: int


@dataclass(frozen=True)
class Fixed:
    """A setting that holds for the whole render. `key` is `group.name`, or a fact such as
    `length`."""

    key: str
    before: Resolved
    after: Resolved


@dataclass(frozen=True)
class Moving:
    """A setting on the frames `first` to `end` (excluded), or steps of 1000 where `steps`.

    `before` and `after` are its values there, of one length.
    """

    key: str
    first: int
    end: int
    before: NDArray[Any]
    after: NDArray[Any]
    steps: bool = False


@dataclass(frozen=True)
class Prompted:
    """A prompt on the frames `first` to `end` (excluded). `before` and `after` are its weights,
    None where it is not there at all."""

    text: str
    image: bool
    first: int
    end: int
    before: NDArray[np.float64] | None
    after: NDArray[np.float64] | None


@dataclass(frozen=True)
class Placed:
    """A shot, or with an empty title a cut, that is new, gone, or elsewhere: its frames."""

    title: str
    before: tuple[int, int] | None
    after: tuple[int, int] | None


@dataclass(frozen=True)
class Filed:
    """A file that both read, of one name but not of one content: its SHA-256."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """All that differs; `same` where nothing does. No schedule knows of `files`: who reads them
    adds them."""

    fixed: tuple[Fixed, ...]
    placed: tuple[Placed, ...]
    moving: tuple[Moving, ...]
    prompts: tuple[Prompted, ...]
    files: tuple[Filed, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both render alike."""
        return not (self.fixed or self.placed or self.moving or self.prompts or self.files)


def difference(old: Schedule, new: Schedule) -> Difference:
    """What differs between two schedules."""
    pieces = matched(old, new)
    return Difference(
        fixed=(*_facts(old, new), *_fixed(old, new)),
        placed=(*_shots(old.shots, new.shots), *_cuts(old, new, pieces)),
        moving=(*_moving(old, new, pieces), *_steps(old, new)),
        prompts=tuple(_prompts(old, new, pieces)),
    )


def changed_files(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Filed, ...]:
    """The files, path to SHA-256, that both read and that changed in between."""
    both = sorted(old.keys() & new.keys())
    return tuple(Filed(path, old[path], new[path]) for path in both if old[path] != new[path])


# ───────────── which frames stand for which ─────────────


def matched(old: Schedule, new: Schedule) -> tuple[Piece, ...]:
    """The frames of the new schedule that stand for frames of the old one, in order."""
    places = np.arange(new.frames)
    places[places >= old.frames] = -1
    titles = _titled(old.shots)
    places[_inside(new.shots, new.frames) | _inside(old.shots, new.frames)] = -1
    for title, shot in _titled(new.shots).items():
        before = titles.get(title)
        if before is not None:
            length = min(shot.end - shot.begin, before.end - before.begin)
            places[shot.begin : shot.begin + length] = np.arange(
                before.begin, before.begin + length
            )
    shift = np.where(places < 0, new.frames + old.frames, places - np.arange(new.frames))
    found = [Piece(a, b, int(places[a])) for a, b, _ in runs(shift)]
    return tuple(piece for piece in found if piece.old >= 0)


def _titled(shots: Iterable[Shot]) -> dict[tuple[str, int], Shot]:
    """Shots by title, and by which of that title each is: 0 the first."""
    count: Counter[str] = Counter()
    found = {}
    for shot in shots:
        found[shot.title, count[shot.title]] = shot
        count[shot.title] += 1
    return found


def _inside(shots: Iterable[Shot], frames: int) -> NDArray[np.bool_]:
    covered = np.zeros(frames, bool)
    for shot in shots:
        covered[shot.begin : shot.end] = True
    return covered


# ───────────── what differs ─────────────


def _facts(old: Schedule, new: Schedule) -> Iterator[Fixed]:
    yield from _unlike("length", old.frames, new.frames)
    yield from _unlike("fps", old.fps, new.fps)
    yield from _unlike("mode", str(old.mode), str(new.mode))
    yield from _unlike("size", old.size, new.size)


def _fixed(old: Schedule, new: Schedule) -> Iterator[Fixed]:
    for key in old.fixed:
        if key not in _FACTS:
            yield from _unlike(key, old.fixed[key], new.fixed[key])


def _unlike(key: str, before: Resolved, after: Resolved) -> Iterator[Fixed]:
    if before != after:
        yield Fixed(key, before, after)


def _shots(old: Sequence[Shot], new: Sequence[Shot]) -> Iterator[Placed]:
    before = {title: (shot.begin, shot.end) for title, shot in _titled(old).items()}
    after = {title: (shot.begin, shot.end) for title, shot in _titled(new).items()}
    for title in dict.fromkeys((*after, *before)):
        if before.get(title) != after.get(title):
            yield Placed(title[0], before.get(title), after.get(title))


def _cuts(old: Schedule, new: Schedule, pieces: Sequence[Piece]) -> Iterator[Placed]:
    """Cuts that one of the two has where the other has none."""
    starts, olds = set(new.starts), set(old.starts)
    for piece in pieces:
        for frame in range(piece.first, piece.end):
            there, here = piece.old + frame - piece.first in olds, frame in starts
            if there != here:
                at = (frame, frame + 1)
                yield Placed("", at if there else None, at if here else None)


def _moving(old: Schedule, new: Schedule, pieces: Sequence[Piece]) -> Iterator[Moving]:
    for row in PARAMETERS:
        if row.key in new.frames_of:
            before, after = old.frames_of[row.key], new.frames_of[row.key]
            for first, end, was in _changed(before, after, pieces):
                yield Moving(row.key, first, end, was, after[first:end])


def _steps(old: Schedule, new: Schedule) -> Iterator[Moving]:
    for row in PARAMETERS:
        if row.axis is Axis.PROGRESS:
            before, after = old.progress[row.key], new.progress[row.key]
            for first, end, was in _changed(before, after, (Piece(0, len(after), 0),)):
                yield Moving(row.key, first, end, was, after[first:end], steps=True)


def _prompts(old: Schedule, new: Schedule, pieces: Sequence[Piece]) -> Iterator[Prompted]:
    """Prompts by their words, whatever the lines that say them."""
    before, after = _weights(old), _weights(new)
    nothing_before = np.full(old.frames, np.nan)
    nothing_after = np.full(new.frames, np.nan)
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name, nothing_before), after.get(name, nothing_after)
        for first, end, part in _changed(was, now, pieces):
            for a, b in _kinds(part, now[first:end]):
                values = _there(part[a:b]), _there(now[first + a : first + b])
                yield Prompted(name[0], name[1], first + a, first + b, *values)


def _weights(schedule: Schedule) -> dict[tuple[str, bool], NDArray[np.float64]]:
    """The weight of each prompt, (frames,); NaN where it does not count."""
    found: dict[tuple[str, bool], NDArray[np.float64]] = {}
    for row in schedule.prompts:
        name = row.text, row.image
        whole = found.setdefault(name, np.full(schedule.frames, np.nan))
        present = row.present
        whole[present] = np.nan_to_num(whole[present]) + row.weight[present]
    return found


def _kinds(before: NDArray[np.float64], after: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Stretches on which a prompt is new, gone, or of another weight throughout."""
    kind = np.isnan(before) * 2 + np.isnan(after)
    return [(a, b) for a, b, kind in runs(kind) if kind != 3]


def _there(weights: NDArray[np.float64]) -> NDArray[np.float64] | None:
    return None if np.isnan(weights[0]) else weights


# ───────────── stretches ─────────────


def _changed(
    before: NDArray[Any], after: NDArray[Any], pieces: Sequence[Piece]
) -> Iterator[tuple[int, int, NDArray[Any]]]:
    """The stretches on which two arrays differ, with the values of `before` there."""
    for piece in pieces:
        was = before[piece.old : piece.old + piece.end - piece.first]
        now = after[piece.first : piece.end]
        for first, end in joined(_unequal(was, now)):
            yield piece.first + first, piece.first + end, was[first:end]


def _unequal(before: NDArray[Any], after: NDArray[Any]) -> NDArray[np.bool_]:
    differ = np.asarray(before != after, dtype=bool)
    if before.dtype.kind == after.dtype.kind == "f":
        differ &= ~(np.isnan(before) & np.isnan(after))
    return differ


def joined(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches where a flag is up, those joined that lie near each other.

    Two curves may cross: there they agree for a frame, and the change is one all the same.
    """
    found = [(a, b) for a, b, flag in runs(flags) if flag]
    ends = [i for i, ((_, a), (b, _)) in enumerate(pairwise(found)) if b - a > NEAR]
    groups = pairwise([-1, *ends, len(found) - 1]) if found else ()
    return [(found[a + 1][0], found[b][1]) for a, b in groups]
