"""What of a LiveState is new: as events that a program can read, and as lines for a log."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, TextIO

from discoscript.terminal import counted, duration, json_line
from discoscript.watch.live_state import Doing, LiveState, Problem, Shown

#: One event: what happened, and its particulars.
Event = dict[str, Any]

#: Where the live page is, "" if there is none.
Address = Callable[[], str]


def news(old: LiveState | None, new: LiveState) -> Iterator[Event]:
    """The events between two states, in their order. The first state has none before it."""
    if new.saved and (old is None or new.saves != old.saves):
        yield _saved(new)
    same = old is not None and new.plan == old.plan
    if old is not None and same:
        yield from _frames(old, new)
    known = len(old.notes) if old is not None and same else 0
    yield from ({"event": "note", "text": text} for text in new.notes[known:])
    if old is None or new.doing is not old.doing:
        if new.doing is Doing.DONE:
            yield {"event": "done", "frames": len(new.frames), "video": new.video}
        if new.doing is Doing.FAILED:
            yield {"event": "failed", **_problem(new.problems[-1])}
    elif new.doing is Doing.DONE and new.video != old.video:
        yield {"event": "done", "frames": len(new.frames), "video": new.video}


def _saved(state: LiveState) -> Event:
    broken = state.doing is Doing.BROKEN
    event: Event = {"event": "saved", "time": state.saved, "script": state.script}
    event |= {"renders": not broken, "change": state.change}
    problems = [p for p in state.problems if p.severity != "hint"]
    return event | {"problems": [_problem(problem) for problem in problems]}


def _frames(old: LiveState, new: LiveState) -> Iterator[Event]:
    if old.frames is new.frames:
        return
    for place, (before, now) in enumerate(zip(old.frames, new.frames, strict=False)):
        ready = now.state is Shown.KEPT and before.state is not Shown.KEPT
        if not ready and now.digest == before.digest:
            continue
        progress = new.progress
        yield {
            "event": "frame",
            "frame": new.first + place,
            "draft": now.draft,
            "digest": now.digest,
            "ready": progress.ready,
            "of": progress.total,
            "seconds_left": progress.seconds_left and round(progress.seconds_left, 1),
        }


def _problem(problem: Problem) -> Event:
    return {key: value for key, value in asdict(problem).items() if value}


class _Telling:
    """Says every event, and where the live page is: at first, and whenever that has changed."""

    def __init__(self, address: Address) -> None:
        self.before: LiveState | None = None
        self.address, self.told = address, ""

    def __call__(self, state: LiveState) -> None:
        where = self.address()
        if where != self.told:
            self.told = where
            self.say({"event": "preview", "url": where})
        for event in news(self.before, state):
            self.say(event)
        self.before = state

    def say(self, event: Event) -> None:
        """Say one event."""
        raise NotImplementedError


class JsonLines(_Telling):
    """Each event as a line of JSON."""

    def __init__(self, stream: TextIO, address: Address = lambda: "") -> None:
        super().__init__(address)
        self.stream = stream

    def say(self, event: Event) -> None:
        print(json_line(event), file=self.stream, flush=True)


class Lines(_Telling):
    """Each event as a line that a log keeps."""

    def __init__(self, stream: TextIO, address: Address = lambda: "") -> None:
        super().__init__(address)
        self.stream = stream

    def say(self, event: Event) -> None:
        for line in lines(event):
            print(line, file=self.stream, flush=True)


def lines(event: Event) -> Iterator[str]:
    """An event in words."""
    kind = event["event"]
    if kind == "saved":
        what = event["change"] if event["renders"] else "it has errors; nothing is rendered"
        yield f"[{event['time']}] {event['script']}: {what}"
        for problem in event["problems"]:
            yield from problem_lines(problem)
    elif kind == "frame":
        left = event["seconds_left"]
        about = f"; about {duration(left)} left" if left else ""
        draft = "draft of " if event["draft"] else ""
        yield f"{draft}frame {event['frame']}: {event['ready']} of {event['of']} ready{about}"
    elif kind == "done":
        video = f": {event['video']}" if event["video"] else ""
        yield f"{counted(event['frames'], 'frame')} ready{video}"
    elif kind == "failed":
        yield from problem_lines(event)
    elif kind == "preview":
        yield f"preview {event['url']}"
    elif kind == "note":
        yield f"note: {event['text']}"


def problem_lines(problem: Event) -> Iterator[str]:
    """A diagnostic with its code frame, as `discoscript check` shows it."""
    code = f"[{problem['code']}]" if problem.get("code") else ""
    yield f"{problem['severity']}{code}: {problem['message']}"
    if problem.get("frame"):
        yield problem["frame"]
    if problem.get("help"):
        yield f"  = help: {problem['help']}"
