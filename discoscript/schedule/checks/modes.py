"""What is written and has no effect in the mode of the scene, or does not work in it."""

import re

from discoscript.parameters import GROUPS, Mode
from discoscript.schedule.checks.subject import Subject
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report
from discoscript.text.source import Span


def check_modes(subject: Subject) -> None:
    """VR outside 3D (D403), images of an animation (D411), a camera (D414) or a length (D405) in
    video mode."""
    mode, report = subject.schedule.mode, subject.report
    vr, images = subject.place("scene.vr"), subject.place("scene.images")
    if vr is not None and subject.fixed("scene.vr") and mode is not Mode.D3:
        report.add("D403", "VR only works in 3D", vr, help="set `mode 3d`, or delete it")
    if images is not None and subject.fixed("scene.images") != 1 and mode is not Mode.STILL:
        report.add("D411", "`images` is ignored in an animation", images, help="delete it")
    if mode is Mode.VIDEO:
        _camera(subject)
        _length(subject)


def _camera(subject: Subject) -> None:
    for row in (*GROUPS["camera"].values(), *GROUPS["depth"].values()):
        span = subject.place(row.key)
        if span is not None:
            subject.report.add(
                "D414",
                "the camera has no effect in video mode",
                span,
                help="delete it; the previous frame is moved by optical flow instead",
            )
            return


def _length(subject: Subject) -> None:
    for name in ("frames", "duration"):
        span = subject.place(f"scene.{name}")
        if span is not None:
            subject.report.add(
                "D405",
                f"in video mode the input sets the length; `{name}` is ignored",
                span,
                help="delete it",
                fix=_without_line(name, span, subject.report),
            )


def _without_line(name: str, span: Span, report: Report) -> Fix | None:
    """Deletes the line of a setting if there is nothing else on it, and other lines beside it."""
    text = report.source.text
    begin = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    alone = re.fullmatch(rf"[ \t]+{name}[ \t]+", text[begin : span.start])
    if end < 0 or alone is None or text[span.end : end].strip():
        return None
    indent = alone[0][: alone[0].index(name)]
    beside = (text[end + 1 :].partition("\n")[0], text[:begin].rstrip("\n").rpartition("\n")[2])
    return Fix(Span(begin, end + 1), "") if any(_same(line, indent) for line in beside) else None


def _same(line: str, indent: str) -> bool:
    """Whether a line stands in the same block."""
    return line.startswith(indent) and line[len(indent) :][:1].strip() not in ("", "#")
