"""Every frame of a plan is kept, or stale for one named reason."""

from collections.abc import Iterator, Sequence

from discoscript.frames.frames import Found, Loss, State
from discoscript.plan.asked import Past, past
from discoscript.plan.comparing import reason
from discoscript.plan.lines import Lines
from discoscript.plan.plan import FramePlan, PlannedFrame
from discoscript.plan.reasons import KEPT, Cause, Files, Reason
from discoscript.plan.run import Run
from discoscript_engine.identity import Identity

_LOSSES = {Loss.EVICTED: Cause.EVICTED, Loss.DAMAGED: Cause.DAMAGED}


def explained(
    plan: FramePlan,
    found: Sequence[Found],
    identity: Identity,
    files: Files,
    lines: Lines,
    before: Run | None,
) -> tuple[Reason, ...]:
    """One reason for each frame; `found` is what `look` says of them, `before` an earlier run of
    the script."""
    return tuple(_reasons(plan, found, identity, files, lines, before))


def _reasons(
    plan: FramePlan,
    found: Sequence[Found],
    identity: Identity,
    files: Files,
    lines: Lines,
    before: Run | None,
) -> Iterator[Reason]:
    first = 0
    for place, (frame, each) in enumerate(zip(plan.frames, found, strict=True)):
        first = first if frame.follows else place
        if {each.state, each.eyes} <= {State.KEPT, None}:
            yield KEPT
        elif each.loss is not None:
            yield Reason(_LOSSES[each.loss])
        else:
            old = before.frame(frame.index) if before else None
            if old is None or before is None:
                yield Reason(Cause.NEW)
                continue
            new = past(frame, identity)
            own = reason(frame.index, old, new, before.files, files, lines)
            yield own or _other(plan.frames, found, place, first, before)


def _other(
    frames: Sequence[PlannedFrame], found: Sequence[Found], place: int, first: int, before: Run
) -> Reason:
    """The reason where a frame itself is asked for as before: a picture that it starts from, or
    that gives it its colours, is another one or not made yet; else it has left the store."""
    if frames[place].follows:
        for source in (place - 1, first):
            index = frames[source].index
            old = before.frame(index)
            if old is None or _moved(old, found[source]):
                return Reason(Cause.PREVIOUS, frame=index)
    return Reason(Cause.EVICTED)


def _moved(old: Past, now: Found) -> bool:
    """Whether a frame's pictures are not those of the earlier run, or may not be."""
    return old.pictures != now.pictures
