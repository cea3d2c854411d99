"""Fills LiveStates from a real script, compiled and rendered, without watching any file.

A test or a picture of the docs says how far the render goes; the watcher makes the same states.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from discoscript.commands._rendering import Asked, asked_for
from discoscript.commands._script import compiled_script
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.frames import State, look, render_frames
from discoscript.frames.previews import Preview, Previews
from discoscript.frames.record import Record
from discoscript.frames.renderer import Renderer
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript.pipeline import has_errors
from discoscript.terminal import Pace
from discoscript.watch.live_state import (
    Current,
    Doing,
    LiveFrame,
    LiveState,
    Progress,
    Shown,
    planned_frames,
    problems_of,
    with_frames,
)


class Enough(BaseException):
    """The render is as far as it was wanted."""


class Driver(Events):
    """A script in a file, what is shown of it, and a renderer. `publish` gets every state."""

    def __init__(
        self,
        path: Path,
        store: Path,
        publish: Callable[[LiveState], None],
        renderer: Renderer | None = None,
        every: int = 1,
    ) -> None:
        self.path, self.store = path, Store(store)
        self.publish, self.renderer = publish, renderer or TestCards()
        self.state = LiveState(str(path))
        self._until: Callable[[LiveState], bool] = lambda state: False
        self._asked: Asked | None = None
        self._pace = Pace({})
        self._events = EventsTo(self, self._pace, Previews(every, self._glimpsed))

    def show(self, state: LiveState) -> None:
        """Publish a state; ends the render if it is the one that was waited for."""
        self.state = state
        self.publish(state)
        if self._until(state):
            raise Enough

    def save(self, text: str, at: str = "14:02:11", reason: str = "") -> None:
        """Write the script and compile it. `reason` is that of the frames to be rendered."""
        self.path.write_text(text)
        script = compiled_script(self.path)
        found = script.compiled
        problems = problems_of(found.diagnostics, found.source)
        saves = self.state.saves + 1
        state = replace(self.state, problems=problems, saves=saves, saved=at, video="")
        if found.schedule is None or has_errors(found.diagnostics):
            self.show(replace(state, doing=Doing.BROKEN, current=None, change=""))
            return
        options = argparse.Namespace(draft=False, renderer="testcard", store=self.store.root)
        self._asked = asked_for(script, found.schedule, options)
        plan = self._asked.plan
        seen = look(plan, self.renderer.identity(plan.models), self.store)
        indices = [frame.index for frame in plan.frames]
        records = [self.store.record(f.key) if f.key else None for f in seen]
        kept = [f.state is State.KEPT for f in seen]
        digests = [r.digest if k and r else None for k, r in zip(kept, records, strict=True)]
        old = {state.first + place: frame for place, frame in enumerate(state.frames)}
        reasons = ["" if k else reason for k in kept]
        planned = planned_frames(indices, seen, digests, [None] * len(indices), old)
        told = zip(planned, reasons, strict=True)
        frames = tuple(replace(frame, reason=why) for frame, why in told)
        todo = len(kept) - sum(kept)
        self._pace.__init__({i: 25 for i in indices})  # type: ignore[misc]
        self.show(
            replace(
                state,
                title=script.title,
                fps=Fraction(found.schedule.fps),
                size=found.schedule.size,
                schedule=found.schedule,
                doing=Doing.RENDERING if todo else Doing.DONE,
                plan=state.plan + 1,
                frames=frames,
                first=indices[0],
                good=at,
                change=f"{len(kept)} frames: {sum(kept)} kept, {todo} to render",
                progress=Progress("full", sum(kept), len(kept)),
            )
        )

    def render(self, until: Callable[[LiveState], bool] = lambda state: False) -> None:
        """Render what is missing, to the end or until a state is as wanted."""
        assert self._asked is not None
        self._until = until
        try:
            assets = self._asked.assets.contents
            render_frames(self._asked.plan, self.renderer, self.store, self._events, assets)
            self.show(replace(self.state, doing=Doing.DONE, current=None))
        except Enough:
            pass
        finally:
            self._until = lambda state: False

    # ───────────── events ─────────────

    def started(self, index: int) -> None:
        self.show(replace(self._with(index, state=Shown.RENDERING), current=Current(index)))

    def step(self, index: int, done: int, steps: int) -> None:
        now = self.state.current
        jpeg = now.jpeg if now else None
        self.show(replace(self.state, current=Current(index, done, steps, jpeg, "full")))

    def _glimpsed(self, seen: Preview) -> None:
        now = Current(seen.index, seen.done, seen.steps, seen.jpeg, "full")
        self.show(replace(self.state, current=now))

    def kept(self, index: int, record: Record) -> None:
        self._ready(index, record)

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self._ready(index, record)

    def _ready(self, index: int, record: Record) -> None:
        state = self._with(index, state=Shown.KEPT, digest=record.digest)
        kept = sum(frame.state is Shown.KEPT for frame in state.frames)
        pace = self._pace
        a_frame = pace.seconds / pace.rendered if pace.rendered else None
        left = a_frame * (len(state.frames) - kept) if a_frame else None
        progress = Progress("full", kept, len(state.frames), a_frame, left)
        self.show(replace(state, current=None, progress=progress))

    def _with(self, index: int, **values: object) -> LiveState:
        frame: LiveFrame = self.state.frames[index - self.state.first]
        return with_frames(self.state, {index: replace(frame, **values)})  # type: ignore[arg-type]
