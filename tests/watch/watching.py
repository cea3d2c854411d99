"""A watcher on real files, in this process: its states are collected, its renderer draws cards."""

import argparse
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from discoscript.commands import watch
from discoscript.commands._watching import Compiler, first_state
from discoscript.frames.renderer import OnStep, Picture
from discoscript.frames.testcard import TestCards
from discoscript.watch.disk import Taps
from discoscript.watch.live_state import Doing, LiveState
from discoscript.watch.loop import Interrupted, Look, News, Tapped, Watcher
from discoscript.watch.worker import Worker
from discoscript_engine.job import FrameJob

SCRIPT = """disco 1
scene "Beach":
    frames {frames}
    size 64x64
    seed 7
diffusion: steps {steps}
frame 0: prompt "{prompt}"
"""


def script(prompt: str = "a beach", frames: int = 3, steps: int = 4, more: str = "") -> str:
    """A small scene without camera."""
    return SCRIPT.format(prompt=prompt, frames=frames, steps=steps) + more


class Cards(TestCards):
    """Test cards that note what they are asked for, when steps end, and who asks."""

    def __init__(self, delay_s: float = 0.0) -> None:
        super().__init__(delay_s)
        self.seeds: list[int] = []
        self.threads: set[str] = set()
        self.last_step = 0.0
        self.fail: Callable[[FrameJob], None] = lambda job: None

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        self.seeds.append(job.seed)
        self.threads.add(threading.current_thread().name)
        self.fail(job)

        def stepped(done: int, steps: int, glimpse: Callable[[], Picture]) -> None:
            self.last_step = time.monotonic()
            on_step(done, steps, glimpse)

        return super().render(job, previous, assets, stepped)


@dataclass
class Watched:
    """A running watcher, and everything that it has published, each with its moment."""

    path: Path
    store: Path
    cards: Cards
    news: "SimpleQueue[News]"
    states: list[tuple[float, LiveState]] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)  #: seconds spent, at each of them
    loads: int = 0
    code: int | None = None

    @property
    def now(self) -> LiveState:
        """The newest state."""
        return self.states[-1][1]

    def until(self, seen: Callable[[LiveState], bool], seconds: float = 20) -> LiveState:
        """Wait for a state; the first that is as it should be, from the newest on."""
        end, place = time.monotonic() + seconds, max(0, len(self.states) - 1)
        while time.monotonic() < end:
            while place < len(self.states):
                if seen(self.states[place][1]):
                    return self.states[place][1]
                place += 1
            time.sleep(0.002)
        raise AssertionError(f"never seen; the last state is {self.now.doing}, {self.now.problems}")

    def done(self, saves: int | None = None) -> LiveState:
        """Wait until the newest save is rendered."""
        return self.until(lambda s: s.doing is Doing.DONE and (saves is None or s.saves >= saves))

    def moment(self, seen: Callable[[LiveState], bool]) -> float:
        """When such a state was first published."""
        return next(moment for moment, state in self.states if seen(state))

    def spent(self, seen: Callable[[LiveState], bool]) -> float:
        """What the processor had spent on this process by then."""
        place = next(n for n, (_, state) in enumerate(self.states) if seen(state))
        return self.processor[place]


@contextmanager
def watching(
    path: Path,
    *options: str,
    delay_s: float = 0.0,
    every_s: float = 0.25,
    taps: bool = True,
    cards: Cards | None = None,
) -> Iterator[Watched]:
    """Watch the script, which lies in a folder of its own, until the block ends."""
    parser = argparse.ArgumentParser()
    watch.arguments(parser)
    home = path.parent
    places = ["--store", str(home.parent / "store"), "-o", str(home.parent / "out")]
    chosen = parser.parse_args([str(path), "--renderer", "testcard", *places, *options])
    news: SimpleQueue[News] = SimpleQueue()
    watched = Watched(path, home.parent / "store", cards or Cards(delay_s), news)

    def load(note: Callable[[str], None]) -> Cards:
        watched.loads += 1
        return watched.cards

    def publish(state: LiveState) -> None:
        watched.processor.append(time.process_time())
        watched.states.append((time.monotonic(), state))

    tapping = Taps(lambda: news.put(Tapped())) if taps else None
    look = Look(every_s=every_s, watch=tapping.watch if tapping else lambda paths: None)
    worker = Worker(load, news.put, lambda: True)
    watcher = Watcher(
        first_state(chosen), Compiler(chosen).compiled, worker, news, publish, look, chosen.once
    )

    def run() -> None:
        watched.code = watcher.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield watched
    finally:
        news.put(Interrupted())
        thread.join(timeout=30)
        if tapping:
            tapping.close()
        assert not thread.is_alive()


# ───────────── how editors save ─────────────


def in_place(path: Path, text: str) -> None:
    """VS Code: the file is emptied, then written."""
    with open(path, "w") as file:
        file.flush()
        time.sleep(0.01)
        file.write(text)


def renamed(path: Path, text: str) -> None:
    """Many editors: another file takes the place of the old one."""
    other = path.with_name(f".{path.name}.tmp")
    other.write_text(text)
    other.replace(path)


def moved_away(path: Path, text: str) -> None:
    """vim: the old file becomes `name~`, a new one is written, the old one goes."""
    backup = path.with_name(f"{path.name}~")
    path.replace(backup)
    time.sleep(0.01)
    path.write_text(text)
    backup.unlink()


def swapped(path: Path, text: str) -> None:
    """JetBrains: a new file beside it, the old one moved away, the new one in its place."""
    new, old = (
        path.with_name(f"{path.name}___jb_tmp___"),
        path.with_name(f"{path.name}___jb_old___"),
    )
    new.write_text(text)
    path.replace(old)
    new.replace(path)
    old.unlink()


EDITORS: Mapping[str, Callable[[Path, str], None]] = {
    "in place": in_place,
    "renamed": renamed,
    "moved away": moved_away,
    "swapped": swapped,
}
