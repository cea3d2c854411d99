"""All lines about one setting -> its value at every frame: the scene's lines, then each shot's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.expressions import names_in
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
from discoscript.syntax.renaming import with_value


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
    """

    values: Values
    owner: NDArray[np.int64]
    leaves: tuple[Claim, ...]
    levels: tuple[Level, ...]
    covered: tuple[tuple[Claim, ShotTrack], ...]


def draw_track(track: Track, canvas: Canvas, rest: Resolved) -> DrawnTrack:
    """Draw the lines of the scene, and over them those of its shots, one after the other."""
    leaves = [leaf for claim in track.claims for leaf in leaves_of(claim)]
    outside = draw(track.claims, canvas, rest, None, numbered(leaves))
    levels = [Level(track.claims, outside, dict(enumerate(leaves)))]
    values, owner = outside.values, outside.owner
    if track.shots:
        values, owner = values.copy(), owner.copy()
    for shot in track.shots:
        claims = with_previous(shot, track.layers, values, canvas)
        own = [leaf for claim in claims for leaf in leaves_of(claim)]
        numbers = numbered(own, len(leaves))
        here = slice(shot.begin, shot.end)
        inside = draw(claims, canvas, values[here], (shot.begin, shot.end), numbers)
        if inside.values.dtype == object and values.dtype != object:
            values = values.astype(object)
        put(inside, values[here], owner[here])
        levels.append(Level(claims, inside, dict(enumerate(own, len(leaves))), shot))
        leaves += own
    covered = tuple(hidden(leaves, outside.owner, owner, track.shots))
    return DrawnTrack(values, owner, tuple(leaves), tuple(levels), covered)


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


def with_previous(
    shot: ShotTrack, layers: tuple[Layer, ...], values: Values, canvas: Canvas
) -> tuple[Claim, ...]:
    """The claims of a shot with `previous` filled in: the last value of the shot before.

    Layers that end with that shot are part of it; those that go on are added again anyway.
    """
    if shot.begin == 0 or not any(mentions_previous(claim) for claim in shot.claims):
        return shot.claims
    last = shot.begin - 1
    value = float(values[last])
    for operator in ("+=", "*="):
        for layer in layers:
            claim = layer.claim
            if layer.operator == operator and isinstance(claim, Play) and claim.end <= shot.begin:
                neutral = 0.0 if operator == "+=" else 1.0
                amount = float(draw((claim,), canvas, neutral, (last, shot.begin)).values[0])
                value = value + amount if operator == "+=" else value * amount
    return tuple(filled(claim, value) for claim in shot.claims)


def amounts(claim: Claim) -> tuple[Amount | None, ...]:
    """All amounts of a claim."""
    match claim:
        case Hold() | Visit() | Total():
            return (claim.amount,)
        case Path(points=points):
            return tuple(point.amount for point in points)
        case Play(claims=claims):
            return tuple(amount for inside in claims for amount in amounts(inside))


def mentions_previous(claim: Claim) -> bool:
    """Whether a claim speaks of the last value of the shot before."""
    return any(isinstance(a, Formula) and "previous" in names_of(a) for a in amounts(claim))


def names_of(formula: Formula) -> set[str]:
    """The names in a formula."""
    return {name.text for name in names_in(formula.expr)}


def filled(claim: Claim, value: float) -> Claim:
    """The claim with a number in place of `previous`."""
    match claim:
        case Hold() | Visit() | Total():
            return replace(claim, amount=_filled(claim.amount, value))
        case Path(points=points):
            new = (replace(p, amount=p.amount and _filled(p.amount, value)) for p in points)
            return replace(claim, points=tuple(new))
        case Play(claims=claims):
            return replace(claim, claims=tuple(filled(inside, value) for inside in claims))


def _filled(amount: Amount, value: float) -> Amount:
    if not isinstance(amount, Formula) or "previous" not in names_of(amount):
        return amount
    return replace(amount, expr=with_value(amount.expr, "previous", value))
