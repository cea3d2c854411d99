"""Whether there is memory for what is asked for, and what to write where there is not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from discoscript.commands._rendering import Asked
from discoscript.errors import RenderFailure
from discoscript_engine import room
from discoscript_engine.identity import device_kind, precision
from discoscript_engine.job import FrameJob
from discoscript_engine.model_table import by_name, rows
from discoscript_engine.room import Room, gigabytes, room_for


def room_of(wanted: Asked) -> Room | None:
    """Room for all frames on the device that would render them; None for test cards, and where a
    model is never loaded."""
    jobs = [frame.job for frame in wanted.plan.frames]
    named = {job.models for job in jobs}
    if wanted.backend.name != "engine" or not all(r.built for each in named for r in rows(each)):
        return None
    return _room(wanted, jobs)


def refuse_too_large(wanted: Asked) -> None:
    """RenderFailure, with what to write instead, if there is too little memory even with one cut at
    a time."""
    found = room_of(wanted)
    if found is None or found.fits:
        return
    needed, free = gigabytes(found.needed), gigabytes(found.free or 0)
    raise RenderFailure(
        f"{wanted.script.path} needs {needed} of memory or more, even with one cut at a time; "
        f"{free} are free",
        " or ".join((*_ways_out(wanted), "render with the embedded models: --draft")),
    )


def _ways_out(wanted: Asked) -> Iterator[str]:
    """What to write in the script, each with what it then needs: whatever fits."""
    jobs = [frame.job for frame in wanted.plan.frames]
    models = jobs[0].models
    if not models.secondary:
        if not jobs[0].checkpoint:
            yield from _way("checkpoint on", wanted, [replace(j, checkpoint=True) for j in jobs])
        if models.diffusion != "tiny":
            ahead = replace(models, secondary=True)
            yield from _way("secondary on", wanted, [replace(j, models=ahead) for j in jobs])
    yield from _smaller(wanted, jobs)


def _way(words: str, wanted: Asked, jobs: Sequence[FrameJob]) -> Iterator[str]:
    found = _room(wanted, jobs)
    if found.fits:
        yield f"write `{words}` ({gigabytes(found.needed)})"


def _smaller(wanted: Asked, jobs: Sequence[FrameJob]) -> Iterator[str]:
    """The largest size of about the same shape that fits, if any does."""
    row = by_name("diffusion", jobs[0].models.diffusion)
    for tenths in range(9, 0, -1):
        width, height = (
            max(side * tenths // 10 // row.size_multiple * row.size_multiple, row.size_minimum)
            for side in wanted.schedule.size
        )
        small = [replace(job, width=width, height=height) for job in jobs]
        if _room(wanted, small).fits:
            yield from _way(f"size {width}x{height}", wanted, small)
            return


def _room(wanted: Asked, jobs: Sequence[FrameJob]) -> Room:
    kind = device_kind()
    return room_for(jobs, kind, precision(kind), room.free_memory(kind))
