"""Hints about values that are not where one may think: jumps, and keys that hold back."""

import numpy as np

from discoscript.parameters import Parameter
from discoscript.scene.amounts import shown
from discoscript.scene.scene import Claim, Hold, Path, Visit
from discoscript.schedule.curve import NOBODY, Canvas, Drawn, first_path, held
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report
from discoscript.text.source import Span


def check_jumps(
    row: Parameter, claims: tuple[Claim, ...], drawn: Drawn, canvas: Canvas, report: Report
) -> None:
    """A journey that begins elsewhere (D318), keys whose first value reaches back (D319).

    The row's default is the one in force.
    """
    first = first_path(claims)
    for index, claim in enumerate(claims):
        if not isinstance(claim, Path):
            continue
        if index == first and not claim.journey:
            _holds_back(row, claim, canvas, report)
        elif claim.journey and index != first:
            _jump(row, index, claims, drawn, canvas, report)


def _holds_back(row: Parameter, claim: Path, canvas: Canvas, report: Report) -> None:
    default = row.default if isinstance(row.default, int | float) else None
    frame = claim.begin
    if frame <= 0 or default is None:
        return
    value = float(held(claim, canvas, np.array([0]))[0])
    if value != default:
        report.add(
            "D319",
            f"before frame {frame} `{row.name}` is already {value:g}",
            claim.points[0].span,
            help=f"the first key holds back to the start; a line `{row.name} {shown(row.default)}` "
            "gives the frames before it a value of their own",
        )


def _jump(
    row: Parameter,
    index: int,
    claims: tuple[Claim, ...],
    drawn: Drawn,
    canvas: Canvas,
    report: Report,
) -> None:
    """Compares the first value of a journey with what holds before it."""
    claim = claims[index]
    assert isinstance(claim, Path)
    start = claim.points[0]
    if start.amount is None or claim.begin <= 0 or claim.begin >= canvas.length:
        return
    owner = int(drawn.owner[claim.begin - 1])
    if owner == NOBODY or isinstance(claims[owner], Visit):
        return
    before = claims[owner]
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
