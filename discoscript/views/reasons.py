"""Why frames are rendered, in lines."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from discoscript.plan.reasons import Cause, Reason
from discoscript.terminal import printable
from discoscript.views.words import stretch

Reasons = Sequence[tuple[int, Reason]]


def reason_lines(reasons: Reasons) -> Iterator[str]:
    """A line for each stretch of frames that are stale for the same reason: `40..48: prompt ...`.

    Values that change from frame to frame are those of its first frame.
    """
    stale = [(index, reason) for index, reason in reasons if reason.cause is not Cause.KEPT]
    for _, group in groupby(enumerate(stale), lambda item: _same(item[1], item[0])):
        frames = [found for _, found in group]
        yield f"{stretch(frames[0][0], frames[-1][0] + 1)}: {_together(frames)}"


def _together(frames: Reasons) -> str:
    """What frames that are stale for the same reason have in common."""
    first = frames[0][1]
    texts = {reason.text for _, reason in frames}
    if len(texts) > 1 and first.cause is Cause.PREVIOUS:
        return "the frame before changed"
    return printable(first.text) + (" and so on" if len(texts) > 1 else "")


def _same(found: tuple[int, Reason], place: int) -> tuple[object, ...]:
    """What frames have in common that follow each other and are stale for one reason."""
    index, reason = found
    return index - place, reason.cause, reason.what, reason.path, reason.line


def chain(reasons: Reasons, frame: int) -> Iterator[tuple[int, Reason]]:
    """A frame and its reason; where that is a frame before it, also that one and its reason, back
    to the one where it begins. What lies between is left out."""
    known = dict(reasons)
    yield frame, known[frame]
    begin = frame
    while known[begin].cause is Cause.PREVIOUS and known[begin].frame in known:
        begin = known[begin].frame
    if begin != frame:
        yield begin, known[begin]


def reason_json(index: int, reason: Reason) -> dict[str, Any]:
    """A reason for other programs."""
    return {
        "frame": index,
        "cause": reason.cause.value,
        "text": reason.text,
        "what": reason.what or None,
        "before": reason.before or None,
        "after": reason.after or None,
        "path": reason.path or None,
        "line": reason.line or None,
        "previous": reason.frame if reason.cause is Cause.PREVIOUS else None,
    }
