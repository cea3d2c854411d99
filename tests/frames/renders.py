"""Renders of hand-built schedules on test cards, with what ran."""

from dataclasses import dataclass, field
from pathlib import Path

from frames.disks import QuickDisk
from schedule.schedules import schedule

from discoscript.frames.events import Events
from discoscript.frames.frames import Outcome, render_frames
from discoscript.frames.record import Record
from discoscript.frames.renderer import OnStep, Picture
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript.plan.plan import FramePlan, plan
from discoscript_engine.identity import Identity
from discoscript_engine.job import Eyes, FrameJob, Models, Move


def planned(**values: object) -> FramePlan:
    """The plan of a schedule with these values."""
    return plan(schedule(**values), 7, {})  # type: ignore[arg-type]


@dataclass
class Counting:
    """Test cards that remember the seeds of the frames they were asked for."""

    cards: TestCards = field(default_factory=TestCards)
    epoch: str = "testcard 1"
    seeds: list[int] = field(default_factory=list)

    def identity(self, models: Models) -> Identity:
        return Identity(self.epoch, "any machine", ())

    def render(
        self, job: FrameJob, previous: Picture | None, assets: dict[str, bytes], on_step: OnStep
    ) -> Picture:
        self.seeds.append(job.seed)
        return self.cards.render(job, previous, assets, on_step)

    def move(self, move: Move, picture: Picture) -> Picture:
        return self.cards.move(move, picture)

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        return self.cards.eyes(eyes, picture)


@dataclass
class Log(Events):
    """Events as lines."""

    lines: list[str] = field(default_factory=list)

    def kept(self, index: int, record: Record) -> None:
        self.lines.append(f"kept {index}")

    def started(self, index: int) -> None:
        self.lines.append(f"started {index}")

    def step(self, index: int, done: int, steps: int) -> None:
        self.lines.append(f"step {index} {done}/{steps}")

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self.lines.append(f"finished {index}")

    def eyes(self, index: int, record: Record, seconds: float | None) -> None:
        self.lines.append(f"eyes {index}" + ("" if seconds is None else " made"))

    def note(self, text: str) -> None:
        self.lines.append(text)


def render(root: Path, frames: FramePlan, renderer: object | None = None) -> Outcome:
    """Render into the store at `root`."""
    store = Store(root, QuickDisk())
    return render_frames(frames, renderer or Counting(), store, Events())  # type: ignore[arg-type]


def digests(outcome: Outcome) -> list[str]:
    """The pictures of a render, by content."""
    return [r.digest for r in outcome.records]
