"""What a user sees: failures, and how a render goes, live on a terminal or as plain lines."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from discoscript.errors import Failure, Interruption
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.record import Record

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

RED, GREEN, YELLOW, CYAN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def wants_color(stream: TextIO) -> bool:
    """Whether to write colors: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, color: str, stream: TextIO) -> str:
    """The text in a colour, where the stream wants one."""
    return f"{color}{text}{PLAIN}" if wants_color(stream) else text


def printable(text: str) -> str:
    """Text of a script without the control characters that could steer a terminal."""
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text)


def json_line(values: Mapping[str, Any]) -> str:
    """One JSON object on one line, in ASCII: no locale, terminal or odd file name spoils it."""
    return json.dumps(values, allow_nan=False)


def show_failure(failure: Failure) -> None:
    """One line that says what happened, and one that says what to do."""
    if failure.drawn:
        print(failure.drawn, end="", file=sys.stderr)
        return
    if isinstance(failure, Interruption):
        print("\n".join(filter(None, (failure.message, failure.help))), file=sys.stderr)
        return
    print(f"{painted('error', RED + BOLD, sys.stderr)}: {failure.message}", file=sys.stderr)
    if failure.help:
        print(f"  = help: {failure.help}", file=sys.stderr)


def failure_json(failure: Failure) -> dict[str, Any]:
    """The same for other programs."""
    error = {"exit": failure.exit, "message": failure.message, "help": failure.help}
    return {"format": "discoscript-failure", "version": 1, "error": {**error, **failure.details}}


def counted(number: int, thing: str) -> str:
    """`1 frame`, `2 frames`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """`0.04 s`, `3.4 s`, `34 s`, `2 min 05 s`, `1 h 12 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds >= 0.95 else f"{seconds:.2g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class Pace(Events):
    """How fast the render goes, measured here and now, and what is left at that pace.

    `steps` are the diffusion steps of each frame, 0 for a frame that is kept. Those that may come
    out as before are counted as if they had to be rendered.
    """

    def __init__(self, steps: Mapping[int, int]) -> None:
        self.left = {index: count for index, count in steps.items() if count}
        self.steps = steps
        self.frames = len(steps)
        self.ready = self.rendered = self.done = 0
        self.seconds = 0.0

    def kept(self, index: int, record: Record) -> None:
        self.left.pop(index, None)
        self.ready += 1

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self.left.pop(index, None)
        self.ready += 1
        self.rendered += 1
        self.done += self.steps[index]
        self.seconds += seconds

    def eyes(self, index: int, record: Record, seconds: float | None) -> None:
        """An eye is not a frame, but its frame takes longer."""
        self.seconds += seconds or 0.0

    def text(self) -> str:
        """`1.5 s a frame, about 34 s left`; empty before the first frame is finished."""
        if not self.rendered:
            return ""
        a_frame = f"{duration(self.seconds / self.rendered)} a frame"
        left = sum(self.left.values()) * self.seconds / max(1, self.done)
        return f"{a_frame}, about {duration(left)} left" if self.left else a_frame


class Lines(Events):
    """Progress as lines that a log keeps: one for each frame that was rendered."""

    def __init__(self, pace: Pace, stream: TextIO) -> None:
        self.pace, self.stream = pace, stream
        self._kept = 0

    def kept(self, index: int, record: Record) -> None:
        self._kept += 1

    def started(self, index: int) -> None:
        self.close()

    def finished(self, index: int, record: Record, seconds: float) -> None:
        ready = f"{self.pace.ready} of {self.pace.frames} ready"
        self._line(f"frame {index}: {duration(seconds)}; {ready}; {self.pace.text()}")

    def eyes(self, index: int, record: Record, seconds: float | None) -> None:
        if seconds is not None:
            self._line(f"frame {index}: left and right eye {duration(seconds)}")

    def note(self, text: str) -> None:
        self._line(f"note: {text}")

    def close(self) -> None:
        """Say how many frames were kept since the last line."""
        if self._kept:
            self._line(f"{counted(self._kept, 'frame')} kept")
        self._kept = 0

    def _line(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


class Bar(Events):
    """Progress as one live line."""

    def __init__(self, pace: Pace, progress: "Progress", task: "TaskID") -> None:
        self.pace, self.progress, self.task = pace, progress, task

    def kept(self, index: int, record: Record) -> None:
        self._show(0.0, "")

    def step(self, index: int, done: int, steps: int) -> None:
        self._show(done / steps, f"step {done}/{steps}")

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self._show(0.0, "")

    def note(self, text: str) -> None:
        self.progress.console.print(f"note: {text}", highlight=False, markup=False)

    def _show(self, part: float, step: str) -> None:
        text = "  ".join(filter(None, (step, self.pace.text())))
        self.progress.update(self.task, completed=self.pace.ready + part, text=text)


@contextmanager
def progress(steps: Mapping[int, int], quiet: bool) -> Iterator[Events]:
    """Receives the events of one render and shows them on the error stream, unless `quiet`."""
    pace = Pace(steps)
    if quiet:
        yield Events()
    elif sys.stderr.isatty():
        with _live(pace) as bar:
            yield EventsTo(pace, bar)
    else:
        lines = Lines(pace, sys.stderr)
        yield EventsTo(pace, lines)
        lines.close()


@contextmanager
def _live(pace: Pace) -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("frames"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[text]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("frames", total=pace.frames, text="")
        yield Bar(pace, shown, task)
