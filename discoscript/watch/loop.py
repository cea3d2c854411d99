"""The watcher: files -> compilations -> renders -> LiveState. What to do when, `machine.py` says.

Everything that happens comes in through one queue; the disk, the clock and the renderer are
behind small interfaces, so that a test can be all three.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from discoscript.errors import Exit, Failure
from discoscript.frames.frames import State as FrameState
from discoscript.terminal import Pace
from discoscript.watch import machine
from discoscript.watch.disk import signature
from discoscript.watch.inputs import Contents
from discoscript.watch.live_state import (
    Current,
    Doing,
    LiveFrame,
    LiveState,
    Problem,
    Progress,
    Shown,
    with_frames,
)
from discoscript.watch.machine import Action, Compiled, Ended, Leave, Quit, Start, Stop
from discoscript.watch.planned import change_of, frames_of
from discoscript.watch.settling import Settling, Signature, next_look, settled
from discoscript.watch.work import Work, changed, hurried
from discoscript.watch.worker import (
    Begun,
    Encoded,
    Kept,
    Message,
    Noted,
    Over,
    PassDone,
    Stepped,
)

POLL_S = 0.25  #: between two looks at the files where nothing taps
PATIENCE_S = 3.0  #: with a render that is to end, when the user has gone
NOTES = 20  #: that are kept


@dataclass(frozen=True)
class Tapped:
    """Something has moved in a watched folder."""


@dataclass(frozen=True)
class Interrupted:
    """The user wants to go."""


News = Message | Tapped | Interrupted


@dataclass(frozen=True)
class Compilation:
    """What a save means: the passes to render, none where it has errors. `noted` are the files that
    were read for it. `state` puts what the script is into what is shown; `reasons` finds out why
    each frame of the last pass is rendered, which takes longer than to know that it is."""

    noted: Mapping[Path, Signature | None]
    work: Work | None
    problems: tuple[Problem, ...]
    state: Callable[[LiveState], LiveState] = lambda state: state
    reasons: Callable[[], Sequence[str]] = lambda: ()


class Rendering(Protocol):
    """The renderer, as the watcher uses it."""

    def start(self, work: Work) -> None:
        """Render this."""

    def stop(self, keep: frozenset[str]) -> None:
        """Stop, but finish the picture whose key is in `keep`."""


@dataclass(frozen=True)
class Look:
    """How files are looked at, and how often where nothing taps."""

    signature: Callable[[Path], Signature | None] = signature
    every_s: float = POLL_S
    clock: Callable[[], float] = time.monotonic
    watch: Callable[[Iterable[Path]], None] = lambda paths: None  #: have these tap


class Watcher:
    """One watched script. `publish` gets every LiveState."""

    def __init__(
        self,
        first: LiveState,
        compile: Callable[[], Compilation],
        rendering: Rendering,
        news: "SimpleQueue[News]",
        publish: Callable[[LiveState], None],
        look: Look,
        once: bool = False,
    ) -> None:
        self.live = first
        self._compile, self._rendering, self._news = compile, rendering, news
        self._publish, self._look = publish, look
        self._machine: machine.State[Work] = machine.State(once=once)
        self._settling, self._contents = Settling(), Contents()
        self._looked = 0.0
        self._code: Exit | None = None
        self._leaving: float | None = None  #: since when
        self._work: Work | None = None  #: of the last script without errors
        self._why: Callable[[], Sequence[str]] | None = None  #: what says why, until it has
        self._pass, self._pace, self._ready = "", Pace({}), set[int]()

    def run(self) -> Exit:
        """Watch until the user goes, or with `once` until all is rendered; the exit code."""
        self._saved()
        while self._code is None:
            self._wait()
            if self._machine.leaving is not None:
                self._hurry()
            elif not self._machine.once and self._files_changed():
                self._saved()
        return self._code

    def _hurry(self) -> None:
        """Do not wait for ever for a step to end: models that are being loaded take their time."""
        self._leaving = self._leaving or self._look.clock()
        if self._look.clock() - self._leaving > PATIENCE_S and self._code is None:
            self._code = self._machine.leaving

    # ───────────── files ─────────────

    def _files_changed(self) -> bool:
        """Whether the script, or what it reads, has another content than what was compiled."""
        now = self._look.clock()
        if now < self._looked + (next_look(self._settling, now) or self._look.every_s):
            return False
        self._looked = now
        found = {path: self._look.signature(path) for path in self._settling.known}
        self._settling, paths = settled(self._settling, now, found)
        if not paths:
            return False
        failed = self.live.doing is Doing.FAILED  # saved again after a failure: try again
        return failed or bool(self._contents.changed(paths))

    def _saved(self) -> None:
        """Compile what is there now."""
        found = self._compile()
        self._settling = Settling(found.noted)
        self._contents.compiled(found.noted)
        self._look.watch(found.noted)
        saved = datetime.now().strftime("%H:%M:%S")
        saves = self.live.saves + 1
        state = replace(self.live, problems=found.problems, saves=saves, saved=saved, notes=())
        if found.work is None:
            self.live = replace(state, doing=Doing.BROKEN, change="")
            self._say()
            self._event(Compiled(None))
            return
        self._plan(found, found.state(state))

    def _plan(self, found: Compilation, state: LiveState) -> None:
        assert found.work is not None
        before = self._work
        old = before.last.plan if before else None
        passes = tuple(hurried(old, one) for one in found.work.passes)
        work = Work(passes, self.live.plan + 1)
        frames = frames_of(work, state)
        edited = changed(old, work.last.plan) if before else None
        state = replace(
            state,
            frames=frames,
            first=work.last.plan.frames[0].index,
            plan=work.number,
            good=state.saved,
            doing=Doing.COMPILING,
            change=change_of(work.last, edited),
        )
        self._work = work
        self.live = state
        self._say()  # to find out what of the old render is still wanted takes a moment
        same = self._machine.now == work and self._machine.phase is machine.Phase.RENDERING
        self._event(Compiled(work))
        if self._machine.phase is machine.Phase.IDLE:
            self.live = replace(self.live, doing=Doing.DONE, current=None)
        elif same or self._machine.phase is machine.Phase.STOPPING:
            self.live = replace(self.live, doing=Doing.RENDERING)
        self._say()
        self._why = found.reasons
        self._explain()

    def _explain(self) -> None:
        """Put the reasons to the frames. A render that is still to stop has not yet kept what it
        did, with which they are compared."""
        if self._why is None or self._machine.phase is machine.Phase.STOPPING:
            return
        why, self._why = self._why, None
        reasons: Sequence[str] = ()
        with suppress(Failure):  # they only explain
            reasons = why()
        told = zip(self.live.frames, reasons, strict=False)
        frames = tuple(replace(frame, reason=reason) for frame, reason in told)
        if frames:
            self.live = replace(self.live, frames=frames)
            self._say()

    # ───────────── what happens ─────────────

    def _wait(self) -> None:
        """Take in what has happened, all of it at once; wait for something, but not for long."""
        batch: list[News] = []
        try:
            now = self._look.clock()
            patience = next_look(self._settling, now) or self._look.every_s
            batch.append(self._news.get(timeout=patience))
            while True:
                batch.append(self._news.get_nowait())
        except Empty:
            pass
        frames: dict[int, LiveFrame] = {}
        for one in batch:
            self._take(one, frames)
        self.live = with_frames(self.live, frames)
        if any(not isinstance(one, Tapped) for one in batch):
            self._say()
            self._explain()

    def _take(self, one: News, frames: dict[int, LiveFrame]) -> None:
        if isinstance(one, Tapped):
            self._looked = 0.0
        elif isinstance(one, Interrupted):
            self._event(Quit())
        elif isinstance(one, Kept):
            self._kept(one, frames)
        elif isinstance(one, Begun) and self._counts(one.name):
            frame = self._frame(one.index, frames)
            if frame.state is not Shown.KEPT:  # a draft of what is there already
                frames[one.index] = replace(frame, state=Shown.RENDERING)
            self.live = replace(self.live, current=Current(one.index, pass_name=one.name))
        elif isinstance(one, Stepped):
            self._stepped(one)
        elif isinstance(one, Encoded) and self._machine.phase is machine.Phase.RENDERING:
            progress = replace(self.live.progress, encoded=one.done, total=one.count)
            self.live = replace(self.live, doing=Doing.ENCODING, progress=progress, current=None)
        elif isinstance(one, Noted):
            self.live = replace(self.live, notes=(*self.live.notes, one.text)[-NOTES:])
        elif isinstance(one, PassDone):
            self._pass_done(one)
        elif isinstance(one, Over):
            self._over(one, frames)

    def _frame(self, index: int, frames: Mapping[int, LiveFrame]) -> LiveFrame:
        place = index - self.live.first
        known = self.live.frames
        return frames.get(index) or (
            known[place] if 0 <= place < len(known) else LiveFrame(Shown.QUEUED)
        )

    def _kept(self, one: Kept, frames: dict[int, LiveFrame]) -> None:
        if not self._counts(one.name):
            return
        self._begin_pass(one.name)
        if one.index not in self._ready:  # what is rendered first is come by again
            if one.seconds is None:
                self._pace.kept(one.index, one.record)
            else:
                self._pace.finished(one.index, one.record, one.seconds)
        self._ready.add(one.index)
        draft = one.name != self._current_work().last.name
        frame = self._frame(one.index, frames)
        digest = one.record.digest
        if not draft:
            frames[one.index] = replace(frame, state=Shown.KEPT, digest=digest, draft=False)
        elif frame.state is not Shown.KEPT:
            frames[one.index] = replace(frame, state=Shown.STALE, digest=digest, draft=True)
        now = self.live.current
        current = None if now and now.index == one.index else now
        self.live = replace(self.live, current=current, progress=self._progress(one.name))

    def _stepped(self, one: Stepped) -> None:
        self._begin_pass(one.name)
        now = self.live.current
        jpeg = one.jpeg or (now.jpeg if now and now.index == one.index else None)
        current = Current(one.index, one.done, one.steps, jpeg, one.name)
        self.live = replace(self.live, current=current)
        if self._machine.phase is machine.Phase.RENDERING:
            self.live = replace(self.live, doing=Doing.RENDERING)

    def _pass_done(self, one: PassDone) -> None:
        video = str(one.delivery.video or "")
        self.live = replace(self.live, video=video, current=None)

    def _over(self, one: Over, frames: dict[int, LiveFrame]) -> None:
        now = self.live.current
        if now is not None:
            old = self._frame(now.index, frames)
            resting = Shown.STALE if old.digest else Shown.QUEUED
            state = Shown.FAILED if one.failure else resting
            frames[now.index] = replace(old, state=state)
        self.live = replace(self.live, current=None)
        if one.failure is not None:
            problem = Problem("error", one.failure.message, help=one.failure.help)
            problems = (*self.live.problems, problem)
            self.live = replace(self.live, problems=problems, doing=Doing.FAILED)
        elif self.live.doing is not Doing.BROKEN:
            doing = Doing.DONE if one.code == Exit.OK else Doing.STOPPED
            self.live = replace(self.live, doing=doing)
        self._event(Ended(one.code))

    def _event(self, event: machine.Event[Work]) -> None:
        self._machine, actions = machine.step(self._machine, event)
        for action in actions:
            self._act(action)

    def _act(self, action: Action[Work]) -> None:
        if isinstance(action, Start):
            self._pass = ""
            one = action.render.passes[0]
            progress = Progress(one.name, 0, len(one.plan.frames))
            self.live = replace(self.live, doing=Doing.RENDERING, progress=progress, video="")
            self._rendering.start(action.render)
        elif isinstance(action, Stop):
            self._rendering.stop(action.keep)
        elif isinstance(action, Leave):
            self._code = action.code

    # ───────────── progress ─────────────

    def _current_work(self) -> Work:
        assert self._machine.now is not None
        return self._machine.now

    def _counts(self, name: str) -> bool:
        """Whether what a pass made belongs to what is shown: an old render's frame need not."""
        return self._machine.phase is machine.Phase.RENDERING and any(
            one.name == name for one in self._current_work().passes
        )

    def _begin_pass(self, name: str) -> None:
        """Start to count anew where another pass begins."""
        if self._pass == name or self._machine.now is None:
            return
        self._pass, self._ready = name, set()
        one = next(each for each in self._machine.now.passes if each.name == name)
        kept = (found.state is FrameState.KEPT for found in one.found)
        self._pace = Pace(
            {f.index: 0 if k else f.steps for f, k in zip(one.plan.frames, kept, strict=True)}
        )

    def _progress(self, name: str) -> Progress:
        pace = self._pace
        a_frame = pace.seconds / pace.rendered if pace.rendered else None
        left = sum(pace.left.values()) * pace.seconds / max(1, pace.done) if pace.rendered else None
        return Progress(name, pace.ready, pace.frames, a_frame, left)

    def _say(self) -> None:
        self._publish(self.live)
