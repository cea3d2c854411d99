"""Speeds of the camera that depend on the frames per second."""

from collections.abc import Iterator

from discoscript.expressions.quantity import Quantity
from discoscript.parameters import GROUPS, Parameter
from discoscript.scene.plain_points import PlainPoints
from discoscript.scene.scene import Claim, Formula, Path, Total
from discoscript.schedule.checks.subject import Subject
from discoscript.schedule.limits import amounts_of


def check_speeds(subject: Subject) -> None:
    """A speed per frame in a script that counts speeds per second elsewhere (D807).

    Amounts per frame are the language's plain form, so nothing is said where all are: the hint is
    for a script that means to be independent of `fps` and forgot a line.
    """
    claims = [(row, claim) for row in _speeds() for claim in _claims(subject, row)]
    if not any(_counts_seconds(claim) for _, claim in claims):
        return
    for row, amount in ((row, amount) for row, claim in claims for amount in _amounts(claim)):
        text = subject.report.source.at(amount.span)
        if amount.unit is Quantity.NUMBER and text not in ("0", "1"):
            fps, value = float(subject.schedule.fps), _number(text)
            rate = None if value is None else value**fps if row.factor else value * fps
            subject.report.add(
                "D807",
                f"`{text}` is per frame: at another `fps` the speed changes",
                amount.span,
                help="other lines count per second: write a speed with `/s` here too"
                if rate is None
                else f"`{rate:g}/s` says the same, independent of `fps`",
            )
            return


def _speeds() -> Iterator[Parameter]:
    return (row for row in GROUPS["camera"].values() if row.per_frame)


def _claims(subject: Subject, row: Parameter) -> Iterator[Claim]:
    """The lines of a row that are speeds: totals are none."""
    track = subject.scene.tracks.get(row.key)
    return (claim for claim in (track.leaves() if track else ()) if not isinstance(claim, Total))


def _counts_seconds(claim: Claim) -> bool:
    """Whether a speed of the line is per second; plain numbers never are."""
    if isinstance(claim, Path) and isinstance(claim.points, PlainPoints):
        return False
    return any(amount.unit is Quantity.RATE for amount in _amounts(claim))


def _amounts(claim: Claim) -> Iterator[Formula]:
    return (amount for amount, *_ in amounts_of(claim) if isinstance(amount, Formula))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
