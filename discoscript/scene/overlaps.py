"""Claims that contradict each other: two strong ones on a frame, or two weak ones from a frame."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from discoscript.scene.scene import Claim, Hold, Path, Play, Total, Visit
from discoscript.text.diagnostics import Related
from discoscript.text.report import Report


def strong(claim: Claim) -> tuple[int, int] | None:
    """The frames that a claim takes from all weak ones; None if it takes none."""
    match claim:
        case Visit(begin=begin, end=end) | Total(begin=begin, end=end):
            return begin, end
        case Path() if claim.begin < claim.end:
            return claim.begin, claim.end
    return None


def ranges_of(claim: Claim) -> tuple[tuple[int, int], ...]:
    """All ranges that a claim takes; a move takes those on which one of its lines speaks."""
    if isinstance(claim, Play):
        return tuple(spoken(claim))
    span = strong(claim)
    return () if span is None else (span,)


def spoken(play: Play) -> Iterator[tuple[int, int]]:
    """The ranges, in order and apart, on which the lines of a move say something."""
    found = [span for claim in play.claims for span in ranges_of(claim)]
    held = [start for claim in play.claims if (start := weak_from(claim)) is not None]
    if held:
        found.append((play.begin if holds_back(play.claims) else min(held), play.end))
    end = play.begin
    for begin, last in sorted(found):
        begin, last = max(begin, end), min(last, play.end)
        if begin < last:
            yield begin, last
            end = last


def holds_back(claims: Sequence[Claim]) -> bool:
    """Whether the first claim that stays is a path with a value of its own."""
    staying = [claim for claim in claims if isinstance(claim, Hold | Path)]
    first = min(staying, key=lambda c: (c.begin, isinstance(c, Path)), default=None)
    return isinstance(first, Path) and first.points[0].amount is not None


def weak_from(claim: Claim) -> int | None:
    """The frame from which a claim holds where nothing else does; None if it never does."""
    match claim:
        case Hold(begin=begin):
            return begin
        case Path():
            return claim.end
    return None


def check_overlaps(
    name: str, claims: Sequence[Claim], report: Report, what: str = "frame", origin: int = 0
) -> None:
    """Report claims on one setting that contradict each other (D301, D310).

    `what` is the unit of the axis, `origin` the frame from which the lines count. Of three lines on
    the same frames each pair of neighbours in time is reported, not every pair.
    """
    for claim in claims:
        if isinstance(claim, Play):
            check_overlaps(name, claim.claims, report, what)
    inside = _steps_inside(name, claims, report, what)
    _strong_against_strong(name, claims, report, what, origin)
    earlier: dict[int, Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim.span):
        start = weak_from(claim)
        if start is None or id(claim) in inside:
            continue
        first = earlier.setdefault(start, claim)
        if first is not claim and (strong(first) is None or strong(claim) is None):
            _report(name, first, claim, f"from {what} {start} on", report, HELP_WEAK)


HELP_WEAK = "keep one of them, or let the second begin at another time"


def _strong_against_strong(
    name: str, claims: Sequence[Claim], report: Report, what: str, origin: int
) -> None:
    ranges = [(*span, claim) for claim in claims for span in ranges_of(claim)]
    ranges.sort(key=lambda entry: (entry[0], entry[2].span))
    reach: tuple[int, Claim] | None = None
    for begin, end, claim in ranges:
        if reach is not None and begin < reach[0]:
            last = min(end, reach[0]) - 1
            frames = f"on {what} {begin}" if last == begin else f"on {what}s {begin} to {last}"
            first, second = sorted((reach[1], claim), key=lambda c: c.span)
            help = "make the ranges meet: " + _meet(end, reach, origin)
            _report(name, first, second, frames, report, help)
        if reach is None or end > reach[0]:
            reach = (end, claim)


def _meet(end: int, reach: tuple[int, Claim], origin: int) -> str:
    """How the later range looks if it begins where the earlier one ends."""
    if end > reach[0] and not isinstance(reach[1], Play):
        return f"`{reach[0] - origin}..{end - origin}`, or add one to the other with `+=`"
    return "end the first where the second begins, or add one to the other with `+=`"


def _report(name: str, first: Claim, second: Claim, frames: str, report: Report, help: str) -> None:
    report.add(
        "D301",
        f"two lines set `{name}` {frames}",
        second.span,
        "and again here",
        help=help,
        related=(Related(first.span, "first here"),),
    )


def _steps_inside(name: str, claims: Sequence[Claim], report: Report, what: str) -> set[int]:
    """Steps while a journey or keys are moving (D310); which claims those are."""
    paths = sorted((c for c in claims if isinstance(c, Path)), key=lambda path: path.begin)
    begins = [path.begin for path in paths]
    found: set[int] = set()
    for step in claims:
        if isinstance(step, Hold) and step.step:
            before = bisect_right(begins, step.begin)
            if before and step.begin < paths[before - 1].end:
                found.add(id(step))
                _inside(name, step, paths[before - 1], report, what)
    return found


def _inside(name: str, step: Hold, path: Path, report: Report, what: str) -> None:
    report.add(
        "D310",
        f"`{name}` is still moving at {what} {step.begin}",
        step.span,
        "set here",
        help=f"it moves until {what} {path.end} (line {report.line(path.span)}); "
        f"set it at {path.end} or later",
        related=(Related(path.span, "moving here"),),
    )
