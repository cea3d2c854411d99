"""FramePlan -> frames in the store: what is there is kept, what is not is rendered.

The chain is walked by output digests, so a frame that comes out as before leaves everything after
it in place. A frame is always rendered from the decoded *stored* bytes of its predecessor: an
interrupted render continued later gives the same pictures as an unbroken one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from discoscript.errors import DiskFailure, Failure, RenderFailure
from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.frames.renderer import OnStep, Picture, Renderer
from discoscript.frames.store import Store
from discoscript.plan.frame_key import CUT, frame_key
from discoscript.plan.plan import FramePlan, PlannedFrame
from discoscript_engine.identity import Identity
from discoscript_engine.job import FrameJob


class State(Enum):
    """What the store knows of a frame before rendering."""

    KEPT = "kept"
    RENDER = "render"
    OPEN = "open"  #: after a missing frame: kept if that one comes out as before


@dataclass(frozen=True)
class Outcome:
    """The record of every frame of the plan, and the frames that were rendered, in that order."""

    records: tuple[Record, ...]
    rendered: tuple[int, ...]


def survey(plan: FramePlan, identity: Identity, store: Store) -> tuple[State, ...]:
    """What a render would do, frame by frame, without rendering or writing anything."""
    return tuple(state for state, _ in look(plan, identity, store))


def look(plan: FramePlan, identity: Identity, store: Store) -> tuple[tuple[State, str | None], ...]:
    """The state and the key of every frame.

    The key is None where it is not known yet: it depends on the picture of the frame before.
    """
    seen: list[tuple[State, str | None]] = []
    previous: str | None = CUT
    for frame in plan.frames:
        previous = previous if frame.follows else CUT
        if previous is None:
            seen.append((State.OPEN, None))
            continue
        key = frame_key(frame.job, identity, previous)
        record = store.record(key)
        kept = record is not None and store.holds(record)
        seen.append((State.KEPT if kept else State.RENDER, key))
        previous = record.digest if record else None
    return tuple(seen)


def render_frames(
    plan: FramePlan,
    renderer: Renderer,
    store: Store,
    events: Events,
    assets: Mapping[str, bytes] | None = None,
) -> Outcome:
    """Every frame of `plan` in the store. `assets` maps the SHA-256 of a picture to its bytes.

    May be interrupted at any point; what is finished is kept. A frame that cannot be rendered is a
    RenderFailure that names it.
    """
    return _Walk(plan, renderer, store, events, assets or {}).all()


class _Walk:
    """One walk along the frames; `records` holds those that are done, at the same places."""

    def __init__(
        self,
        plan: FramePlan,
        renderer: Renderer,
        store: Store,
        events: Events,
        assets: Mapping[str, bytes],
    ) -> None:
        self.plan, self.renderer, self.store = plan, renderer, store
        self.events, self.assets = events, assets
        self.identity = renderer.identity(plan.models)
        self.records: list[Record] = []
        self.rendered: list[int] = []

    def all(self) -> Outcome:
        for place, frame in enumerate(self.plan.frames):
            record = self.store.lookup(self._key(place))
            if record is None:
                record = self._made(place)
            else:
                self.events.kept(frame.index, record)
            self.records.append(record)
        return Outcome(tuple(self.records), tuple(self.rendered))

    def _key(self, place: int) -> str:
        frame = self.plan.frames[place]
        previous = self.records[place - 1].digest if frame.follows else CUT
        return frame_key(frame.job, self.identity, previous)

    def _made(self, place: int) -> Record:
        """The frame, rendered now, unless another process did so while this one waited."""
        frame = self.plan.frames[place]
        previous = self._picture(place - 1) if frame.follows else None
        key = self._key(place)
        with self.store.claim(key):
            record = self.store.lookup(key)
            if record is None:
                return self._rendered(frame, key, previous)
        self.events.kept(frame.index, record)
        return record

    def _rendered(self, frame: PlannedFrame, key: str, previous: Picture | None) -> Record:
        before = self.store.record(key)
        self.events.started(frame.index)
        began = time.monotonic()
        data = png.encode(self._drawn(frame.index, frame.job, previous))
        seconds = time.monotonic() - began
        record = self.store.put(key, data, seconds, self.identity.epoch)
        self.rendered.append(frame.index)
        self.events.finished(frame.index, record, seconds)
        if before is not None and before.digest != record.digest:
            self.events.note(f"frame {frame.index} came out differently from the first time")
        return record

    def _drawn(self, index: int, job: FrameJob, previous: Picture | None) -> Picture:
        """What the renderer makes of the job; anything that it raises names the frame."""
        try:
            picture = self.renderer.render(job, previous, self.assets, self._on_step(index))
        except Failure:
            raise
        except Exception as error:
            reason = str(error).strip() or type(error).__name__
            raise RenderFailure(f"frame {index} could not be rendered: {reason}") from error
        if picture.shape != (job.height, job.width, 3) or picture.dtype != np.uint8:
            raise RenderFailure(f"frame {index} could not be rendered: the picture is malformed")
        return picture

    def _on_step(self, index: int) -> OnStep:
        return lambda done, steps: self.events.step(index, done, steps)

    def _picture(self, place: int) -> Picture:
        """The stored picture of a frame that is done; rendered again if the store has lost it."""
        data = self.store.read(self.records[place].digest)
        if data is None:
            self._restore(place)
            data = self.store.read(self.records[place].digest)
        if data is None:
            raise DiskFailure(f"the frame store loses what is written to it: {self.store.root}")
        return png.decode(data)

    def _restore(self, place: int) -> None:
        """Render a lost frame again, after those before it that are lost too."""
        index = self.plan.frames[place].index
        self.events.note(f"frame {index} was damaged in the frame store; it is rendered again")
        first = place
        while self.plan.frames[first].follows and not self._readable(first - 1):
            first -= 1
        for again in range(first, place + 1):
            self.records[again] = self._made(again)

    def _readable(self, place: int) -> bool:
        return self.store.read(self.records[place].digest) is not None
