"""The length that a script implies: the last time it speaks of.

A range ends where it ends; a point n needs frame n, so it counts as n + 1 frames. Times that
depend on the length (`end`, `50%`) imply nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from discoscript.parameters import Axis
from discoscript.scene.outline import Entry, Outline, Timed, Under
from discoscript.scene.placing import time_span
from discoscript.scene.settings import row_of
from discoscript.scene.times import Block, Times, UnknownEnd, WrongTime, round_frames
from discoscript.syntax.plain_keys import PlainKeys
from discoscript.syntax.syntax import (
    At,
    AtFor,
    AtPoint,
    AtRange,
    Cut,
    Expr,
    FrameHead,
    GroupHead,
    Key,
    Listed,
    Played,
)
from discoscript.text.source import Span


@dataclass(frozen=True)
class Implied:
    """`frames` long, because of what stands at `span`; `whole` False: perhaps longer."""

    frames: int
    span: Span
    whole: bool = True


NOTHING = Implied(0, Span(0, 0))


def implied_length(outline: Outline, times: Times) -> Implied:
    """The longest length that any line needs. `times` must not know the end."""
    found = [NOTHING]
    for start in outline.starts:
        if isinstance(start.head, FrameHead) and not start.under.loose:
            found += _frame(start.head, start.under, times)
    for entry in outline.entries:
        if not entry.under.loose and on_frames(entry):
            found += _entry(entry, times)
    return max(found, key=lambda implied: implied.frames)


def _frame(head: FrameHead, under: Under, times: Times) -> Iterator[Implied]:
    """What a `frame` block and its morph need."""
    for outer in under.heads:
        times = _below(outer, times)
    yield from _point(head.time, times)
    if head.morph is not None:
        yield from _for(head.time, head.morph.length, times)


def _below(head: Timed, times: Times) -> Times:
    """The times of the lines below a head."""
    at = AtPoint(head.time, head.time.span) if isinstance(head, FrameHead) else _at_of(head)
    return times if at is None else _inside(at, times)


def _at_of(head: Timed) -> At | None:
    return head.at if isinstance(head, GroupHead | Played) else None


def on_frames(entry: Entry) -> bool:
    """Whether the times of a line are frames."""
    if isinstance(entry.said, Cut):
        return True
    row = row_of(entry)
    return row.axis in (Axis.FRAMES, Axis.SEGMENT) if row else not hasattr(entry.said, "name")


def _entry(entry: Entry, times: Times) -> Iterator[Implied]:
    """What a line and the ranges of its heads need."""
    for head in entry.under.heads:
        at = _at_of(head)
        if at is not None:
            yield from _at(at, times)
        if at is not None and isinstance(head, Played):
            return  # the move must fit
        times = _below(head, times)
    said = entry.said
    at = said.at if isinstance(said, Cut) else said.when.at
    if at is not None:
        yield from _at(at, times)
        times = _inside(at, times)
    if not isinstance(said, Cut) and isinstance(said.value, Listed):
        for key in _last_keys(said.value):
            yield from _point(key.time, times)


def _last_keys(listed: Listed) -> Iterator[Key]:
    """The keys of a list of which one has the last time."""
    entries = listed.entries
    if isinstance(entries, PlainKeys):
        frames = entries.columns.frames
        yield entries[frames.index(max(frames))]
    else:
        yield from (entry for entry in entries if isinstance(entry, Key))


def _inside(at: At, times: Times) -> Times:
    """The times of a block that begins at `at`."""
    begin = _read(at.time if isinstance(at, AtPoint) else at.begin, times)
    origin = times.origin if begin is None else begin
    end = _read(at.end, times) if isinstance(at, AtRange) else None
    return times.within(origin, Block(origin, end))


def _at(at: At, times: Times) -> Iterator[Implied]:
    match at:
        case AtPoint(time=time):
            section = _section(time, times)
            if section is not None and section.end is not None:
                yield Implied(round_frames(section.end), time.span)
            else:
                yield from _point(time, times)
        case AtRange(end=end):
            frames = _read(end, times)
            if frames is not None:
                yield Implied(round_frames(frames), time_span(at))
        case AtFor(begin=begin, length=length):
            yield from _for(begin, length, times)


def _point(time: Expr, times: Times) -> Iterator[Implied]:
    frames = _read(time, times)
    if frames is not None:
        yield Implied(round_frames(frames) + 1, time.span)


def _for(begin: Expr, length: Expr, times: Times) -> Iterator[Implied]:
    start = _read(begin, times)
    try:
        if start is not None:
            yield Implied(round_frames(start + times.length(length)), length.span)
    except (UnknownEnd, WrongTime):
        return


def _section(time: Expr, times: Times) -> Block | None:
    try:
        return times.section(time)
    except (UnknownEnd, WrongTime):
        return None


def _read(expr: Expr, times: Times) -> Fraction | None:
    """A place in time. A wrong one is noted, so that the length is known to be a guess."""
    try:
        return times.point(expr)
    except UnknownEnd:
        return None
    except WrongTime as wrong:
        times.quantities.report.add(wrong.code, wrong.message, wrong.span)
        return None
