"""What is shown of a plan before anything of it is rendered."""

from discoscript.frames.frames import State
from discoscript.terminal import counted
from discoscript.watch.live_state import LiveFrame, LiveState, planned_frames
from discoscript.watch.work import Pass, Work, spans


def frames_of(work: Work, before: LiveState) -> tuple[LiveFrame, ...]:
    """What is shown of a new plan before anything of it is rendered."""
    last, others = work.last, work.passes[:-1]
    indices = [frame.index for frame in last.plan.frames]
    drafts = digests(others[0]) if others else [None] * len(indices)
    old = {before.first + place: frame for place, frame in enumerate(before.frames)}
    return planned_frames(indices, last.found, digests(last), drafts, old)


def digests(one: Pass) -> list[str | None]:
    """The picture of every frame that is there."""
    found = []
    for each in one.found:
        kept = each.state is State.KEPT and each.key
        record = one.store.record(each.key) if kept and each.key else None
        found.append(record.digest if record else None)
    return found


def change_of(one: Pass, edited: frozenset[int] | None) -> str:
    """`2 of 6 segments touched (frames 40-111): 168 kept, 72 to render`."""
    states = [each.state for each in one.found]
    todo = len(states) - states.count(State.KEPT)
    frames = f"{states.count(State.KEPT)} kept, {todo} to render"
    if edited is None:
        return f"{counted(len(states), 'frame')}: {frames}"
    if not edited:
        return f"no frame changed: {frames}"
    segments = one.plan.segments
    touched = sum(any(frame.index in edited for frame in segment) for segment in segments)
    first = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans(sorted(edited))[:3])
    more = ", ..." if len(spans(sorted(edited))) > 3 else ""
    return (
        f"{touched} of {counted(len(segments), 'segment')} touched (frames {first}{more}): {frames}"
    )
