"""A render may be killed at any moment: the same command again gives what an unbroken run gives."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from frames.disks import KilledDisk, StepDisk
from frames.renders import Counting, digests, planned, render

from discoscript.frames.events import Events
from discoscript.frames.frames import render_frames
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript.plan.plan import FramePlan

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

FRAMES = 5


def frames() -> FramePlan:
    return planned(frames=FRAMES, starts=(0, 3))


class Noting(Counting):
    """Notes every frame that it begins in a file, so that a killed process can be asked too."""

    def __init__(self, notes: Path, delay_s: float = 0.0) -> None:
        super().__init__(TestCards(delay_s))
        self.notes = notes

    def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
        picture = super().render(job, previous, assets, on_step)
        with open(self.notes, "a") as file:
            file.write(f"{job.seed}\n")
        return picture


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return digests(render(tmp_path_factory.mktemp("unbroken") / "store", frames()))


def verify(root: Path) -> None:
    """Every object of the store is sound, and every record can be answered."""
    store = Store(root)
    for path in [p for p in (root / "obj").rglob("*") if p.is_file()]:
        assert store.read(path.name) is not None
    for path in [p for p in (root / "rec").rglob("*") if p.is_file()]:
        assert store.lookup(path.name) is not None
    assert store.quarantined == 0


def steps_of_a_render(root: Path) -> int:
    disk = StepDisk()
    render_frames(frames(), Counting(), Store(root, disk), Events())
    return len(disk.steps)


def _killed_render(root: Path, notes: Path, at: int) -> None:
    render_frames(frames(), Noting(notes), Store(root, KilledDisk(at)), Events())


def test_killed_at_disk_steps(tmp_path: Path, unbroken: list[str]) -> None:
    """Before, inside and after writes, renames, links, fsyncs and folders of a whole render: every
    third of them, `make reliability` takes them all."""
    steps = steps_of_a_render(tmp_path / "count")
    context = multiprocessing.get_context("fork")
    for at in range(1, steps + 1, 3):
        root, notes = tmp_path / f"{at}" / "store", tmp_path / f"{at}.txt"
        process = context.Process(target=_killed_render, args=(root, notes, at))
        process.start()
        process.join(timeout=60)
        assert process.exitcode == -signal.SIGKILL, f"step {at} was not reached"
        outcome = render(root, frames(), Noting(notes))
        assert digests(outcome) == unbroken, f"killed at step {at}"
        assert len(notes.read_text().split()) <= FRAMES + 1, f"killed at step {at}"
        verify(root)
    print(f"{len(range(1, steps + 1, 3))} kills at {steps} disk steps: 0 differing pictures")
    assert steps >= 100


#: The same render in a process of its own, slow enough to be hit in the middle.
SCRIPT = """
import sys
from pathlib import Path
from frames.test_kill import Noting, frames
from frames.renders import digests, render
print("ready", flush=True)
print(*digests(render(Path(sys.argv[1]), frames(), Noting(Path(sys.argv[2]), 0.01))))
"""


def start(root: Path, notes: Path) -> subprocess.Popen[str]:
    here = Path(__file__).parents[1]
    path = os.pathsep.join(map(str, (here, here.parent, here.parent / "engine")))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root), str(notes)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path + os.pathsep + os.environ.get("PYTHONPATH", "")},
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def moments(count: int, seconds: float) -> Iterator[float]:
    """Random moments of a render that takes `seconds`, always the same ones."""
    chance = random.Random(20)
    return (chance.uniform(0, seconds) for _ in range(count))


def test_killed_at_random_moments(tmp_path: Path, unbroken: list[str]) -> None:
    """Killed again and again on one store; each kill costs at most the frame it hits."""
    root, notes, kills = tmp_path / "store", tmp_path / "notes.txt", 0
    notes.touch()
    for moment in moments(count=12, seconds=0.08):
        process = start(root, notes)
        time.sleep(moment)
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    process = start(root, notes)
    assert process.stdout is not None
    out = process.stdout.read()  # not communicate(): part of it may have been read with the line
    assert process.wait(timeout=60) == 0 and out.split() == unbroken
    assert len(notes.read_text().split()) <= FRAMES + kills
    verify(root)
    print(f"{kills} kills at random moments: 0 differing pictures")
