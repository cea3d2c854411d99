"""How fetching and checking files goes, live on a terminal or as plain lines."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from discoscript.models.clock import Clock
from discoscript.models.progress import Progress
from discoscript.models.sizes import size_text
from discoscript.terminal import duration

if TYPE_CHECKING:
    from rich.progress import Progress as Shown

EVERY_S = 10.0  #: between two lines


class Lines(Progress):
    """Lines that a log keeps: where a file comes from, and every ten seconds how far it is."""

    def __init__(self, name: str, clock: Clock, stream: TextIO) -> None:
        self.name, self.clock, self.stream = name, clock, stream
        self._said = self._began = clock.now_s()
        self._first = 0
        self._total: int | None = None

    def checking(self, read: int, size: int) -> None:
        if self._due() and read < size:
            self._say(f"checks {size_text(read)} of {size_text(size)}")

    def started(self, host: str, here: int, total: int | None) -> None:
        self._began, self._first, self._total = self.clock.now_s(), here, total
        size = size_text(total) if total is not None else "a file of unknown size"
        goes_on = f", {size_text(here)} are here already" if here else ""
        self._say(f"{size} from {host}{goes_on}")

    def got(self, here: int) -> None:
        if self._due():
            seconds = max(1e-9, self.clock.now_s() - self._began)
            self._say(_pace(here, self._total, (here - self._first) / seconds))

    def note(self, text: str) -> None:
        self._say(text)

    def _due(self) -> bool:
        return self.clock.now_s() - self._said >= EVERY_S

    def _say(self, text: str) -> None:
        print(f"{self.name}: {text}", file=self.stream, flush=True)
        self._said = self.clock.now_s()


def _pace(here: int, total: int | None, speed: float) -> str:
    """`120 MB of 354 MB, 12 MB/s, 20 s left`."""
    rate = f"{size_text(round(speed))}/s"
    if total is None:
        return f"{size_text(here)}, {rate}"
    left = f", {duration((total - here) / speed)} left" if speed else ""
    return f"{size_text(here)} of {size_text(total)}, {rate}{left}"


class Bar(Progress):
    """One live line."""

    def __init__(self, name: str, shown: "Shown") -> None:
        self.name, self.shown = name, shown
        self._task = shown.add_task(name, total=None, start=False)

    def checking(self, read: int, size: int) -> None:
        self.shown.update(
            self._task, description=f"{self.name}: checks", total=size, completed=read
        )

    def started(self, host: str, here: int, total: int | None) -> None:
        self.shown.remove_task(self._task)  # a new one, so that what is here is no speed
        self._task = self.shown.add_task(self.name, total=total, completed=here)

    def got(self, here: int) -> None:
        self.shown.update(self._task, completed=here)

    def note(self, text: str) -> None:
        self.shown.console.print(f"{self.name}: {text}", highlight=False, markup=False)


@contextmanager
def showing(name: str, clock: Clock) -> Iterator[Progress]:
    """Shows what happens to one file on the error stream."""
    if not sys.stderr.isatty():
        yield Lines(name, clock, sys.stderr)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(name, shown)
