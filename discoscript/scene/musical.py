"""Frame numbers where beats are meant: a hint for scenes with a tempo (D808)."""

from fractions import Fraction

from discoscript.expressions.expressions import Tempo
from discoscript.scene.outline import Entry
from discoscript.scene.placing import time_span
from discoscript.syntax.syntax import AtPoint, AtRange, Cut, Expr, Number
from discoscript.text.report import Report


def check_frame_numbers(entry: Entry, tempo: Tempo, fps: Fraction, report: Report) -> None:
    """A hint where every time of a line is a frame on which a beat lies; once for a script.

    Lines in blocks are left alone: their times count from elsewhere. So are frames between the
    beats: who writes those means frames.
    """
    said = entry.said
    at = said.at if isinstance(said, Cut) else said.when.at
    if not isinstance(at, AtPoint | AtRange) or entry.under.path:
        return
    times = (at.time,) if isinstance(at, AtPoint) else (at.begin, at.end)
    beats = [_beats(time, tempo, fps) for time in times]
    known = [beat for beat in beats if beat is not None]
    if len(known) < len(beats) or not any(known) or any(d.code == "D808" for d in report.found):
        return
    written = "..".join(f"{beat}b" if beat else "0" for beat in known)
    report.add(
        "D808",
        "frame numbers leave the music when fps or bpm change",
        time_span(at),
        help=f"at this tempo `{report.text(time_span(at))}` is `{written}`",
    )


def _beats(time: Expr, tempo: Tempo, fps: Fraction) -> int | None:
    """The whole beat that a plain frame number lies on; None if it is none."""
    if not isinstance(time, Number) or not time.whole:
        return None
    if time.value == 0:
        return 0
    beats = (Fraction(int(time.value)) - tempo.offset) / tempo.beat(fps)
    return int(beats) if beats.denominator == 1 and beats > 0 else None
