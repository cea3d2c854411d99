"""All lines about one setting -> its value at every frame: the scene's lines, then each shot's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.lets import Lets
from discoscript.parameters import Resolved
from discoscript.scene.scene import (
    Amount,
    Claim,
    Formula,
    Hold,
    Layer,
    Path,
    Play,
    ShotTrack,
    Total,
    Track,
    Visit,
    leaves_of,
)
from discoscript.schedule.curve import NOBODY, Canvas, Drawn, Values, draw, numbered, put


@dataclass(frozen=True)
class Level:
    """The lines of the scene or of one shot, and what they alone draw on its frames.

    `leaves` are the single lines by their numbers.
    """

    claims: tuple[Claim, ...]
    drawn: Drawn
    leaves: Mapping[int, Claim]
    shot: ShotTrack | None = None


@dataclass(frozen=True)
class DrawnTrack:
    """Values at every frame, layers left out; `owner` numbers the single lines in `leaves`.

    `covered` are lines of the scene that would count if no shot spoke, each with a shot that does.
    `canvas` is what it is drawn on: it knows what `previous` is in each shot.
    """

    values: Values
    owner: NDArray[np.int64]
    leaves: tuple[Claim, ...]
    levels: tuple[Level, ...]
    covered: tuple[tuple[Claim, ShotTrack], ...]
    canvas: Canvas


def draw_track(track: Track, canvas: Canvas, rest: Resolved) -> DrawnTrack:
    """Draw the lines of the scene, and over them those of its shots, one after the other."""
    before = np.full(canvas.length if track.shots else 0, np.nan)
    canvas = replace(canvas, previous=before if track.shots else None)
    leaves = [leaf for claim in track.claims for leaf in leaves_of(claim)]
    outside = draw(track.claims, canvas, rest, None, numbered(leaves))
    levels = [Level(track.claims, outside, dict(enumerate(leaves)))]
    values, owner = outside.values, outside.owner
    if track.shots:
        values, owner = values.copy(), owner.copy()
    for shot in track.shots:
        end = min(shot.end, canvas.length)
        if end <= shot.begin:
            continue  # beyond the end, where the length has an error
        own = [leaf for claim in shot.claims for leaf in leaves_of(claim)]
        numbers = numbered(own, len(leaves))
        here = slice(shot.begin, end)
        if shot.begin and mentions_previous(shot, canvas.lets):
            before[here] = last_value(shot, track.layers, values, canvas)
        inside = draw(shot.claims, canvas, values[here], (shot.begin, end), numbers)
        if inside.values.dtype == object and values.dtype != object:
            values = values.astype(object)
        put(inside, values[here], owner[here])
        levels.append(Level(shot.claims, inside, dict(enumerate(own, len(leaves))), shot))
        leaves += own
    covered = tuple(hidden(leaves, outside.owner, owner, track.shots))
    return DrawnTrack(values, owner, tuple(leaves), tuple(levels), covered, canvas)


def hidden(
    leaves: list[Claim],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    shots: tuple[ShotTrack, ...],
) -> Iterator[tuple[Claim, ShotTrack]]:
    """Lines that count nowhere any more, each with the first shot that took its frames."""
    if not shots:
        return
    for number in np.setdiff1d(before[before != NOBODY], after):
        frame = int(np.argmax(before == number))
        shot = next(s for s in shots if s.begin <= frame < s.end)
        yield leaves[number], shot


# ───────────── previous ─────────────


def last_value(shot: ShotTrack, layers: tuple[Layer, ...], values: Values, canvas: Canvas) -> float:
    """The value on the last frame before a shot.

    Layers that end with the shot before are part of it; those that go on are added again anyway.
    """
    last = shot.begin - 1
    value = float(values[last])
    for operator in ("+=", "*="):
        for layer in layers:
            claim = layer.claim
            if layer.operator == operator and isinstance(claim, Play) and claim.end <= shot.begin:
                neutral = 0.0 if operator == "+=" else 1.0
                amount = float(draw((claim,), canvas, neutral, (last, shot.begin)).values[0])
                value = value + amount if operator == "+=" else value * amount
    return value


def amounts(claim: Claim) -> tuple[Amount | None, ...]:
    """All amounts of a claim."""
    match claim:
        case Hold() | Visit() | Total():
            return (claim.amount,)
        case Path(points=points):
            return tuple(point.amount for point in points)
        case Play(claims=claims):
            return tuple(amount for inside in claims for amount in amounts(inside))


def mentions_previous(shot: ShotTrack, lets: Lets) -> bool:
    """Whether a line of a shot speaks of the last value before it, itself or by a name."""
    found = (amount for claim in shot.claims for amount in amounts(claim))
    return any(isinstance(a, Formula) and lets.reach(a.expr, "previous") for a in found)
