"""Hints about values that are not where one may think: jumps, and keys that hold back."""

import numpy as np

from discoscript.parameters import Parameter
from discoscript.scene.amounts import shown
from discoscript.scene.scene import Claim, Hold, Path
from discoscript.schedule.curve import Canvas, Drawn, first_path, held
from discoscript.schedule.tracks import Level
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report
from discoscript.text.source import Span


def check_jumps(row: Parameter, level: Level, canvas: Canvas, report: Report) -> None:
    """A journey that begins elsewhere (D318), keys whose first value reaches back (D319), and in a
    shot a journey from where nothing is (D323).

    The row's default is the one in force.
    """
    claims, drawn = level.claims, level.drawn
    first = first_path(claims)
    for index, claim in enumerate(claims):
        if not isinstance(claim, Path):
            continue
        if level.shot is not None and from_nowhere(claim, claims, drawn):
            _from_nowhere(row, claim, report)
        if index == first and not claim.journey:
            _holds_back(row, claim, level.shot.begin if level.shot else 0, canvas, report)
        elif claim.journey and index != first:
            _jump(row, claim, level, canvas, report)


def from_nowhere(claim: Path, claims: tuple[Claim, ...], drawn: Drawn) -> bool:
    """Whether a journey begins where no other line of its shot says what the value is."""
    if claim.points[0].amount is not None or claim.begin - drawn.begin < 0:
        return False
    return not any(
        isinstance(other, Hold | Path) and other is not claim and other.begin <= claim.begin
        for other in claims
    )


def _from_nowhere(row: Parameter, claim: Path, report: Report) -> None:
    last = claim.points[-1]
    written = report.text(last.amount.span if last.amount else last.span)
    report.add(
        "D323",
        f"this shot does not say where `{row.name}` starts from",
        claim.points[0].span,
        help=f"to go on from the shot before write `{row.name} previous -> {written}`, "
        "else write the value",
    )


def _holds_back(row: Parameter, claim: Path, begin: int, canvas: Canvas, report: Report) -> None:
    default = row.default if isinstance(row.default, int | float) else None
    frame = claim.begin
    if frame <= begin or default is None:
        return
    value = float(held(claim, canvas, np.array([begin]))[0])
    if value != default:
        report.add(
            "D319",
            f"before frame {frame - begin} `{row.name}` is already {value:g}",
            claim.points[0].span,
            help=f"the first key holds back to the start; a line `{row.name} {shown(row.default)}` "
            "gives the frames before it a value of their own",
        )


def _jump(row: Parameter, claim: Path, level: Level, canvas: Canvas, report: Report) -> None:
    """Compares the first value of a journey with what holds before it."""
    drawn = level.drawn
    start = claim.points[0]
    here = claim.begin - drawn.begin
    if start.amount is None or here <= 0 or here >= len(drawn.owner):
        return
    before = level.leaves.get(int(drawn.owner[here - 1]))
    if not isinstance(before, Hold | Path):
        return
    at = np.array([claim.begin])
    was, now = (
        float(held(before, canvas, at)[0]),
        float(canvas.amount(start.amount, claim.window, at)[0]),
    )
    if not np.isclose(was, now, rtol=1e-6, atol=1e-9):
        _report(row, claim, was, now, report)


def _report(row: Parameter, claim: Path, was: float, now: float, report: Report) -> None:
    first, last = claim.points
    written = report.text(last.amount.span if last.amount else last.span)
    value = Span(first.span.start, last.span.end)
    report.add(
        "D318",
        f"`{row.name}` jumps from {was:g} to {now:g} at frame {claim.begin}",
        value,
        help=f"to start from where it is, write `{row.name} -> {written}`",
        fix=Fix(value, f"-> {written}"),
    )
