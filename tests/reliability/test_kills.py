"""Hundreds of SIGKILLs: at every disk step of several renders, and at random moments."""

import multiprocessing
import signal
import sys
import time
from pathlib import Path

import pytest
from figures import Figure
from frames.disks import KilledDisk, StepDisk
from frames.renders import Counting, digests, planned, render
from frames.test_kill import Noting, moments, start, verify

from discoscript.frames.events import Events
from discoscript.frames.frames import render_frames
from discoscript.frames.store import Store
from discoscript.plan.plan import FramePlan

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

#: Renders of one segment, of several, and of none that goes on from another.
STARTS = {"one segment": (0,), "three segments": (0, 3, 5), "only cuts": tuple(range(7))}
FRAMES, RANDOM = 7, 60


def plan_of(starts: tuple[int, ...]) -> FramePlan:
    return planned(frames=FRAMES, starts=starts)


def killed_render(root: Path, notes: Path, starts: tuple[int, ...], at: int) -> None:
    render_frames(plan_of(starts), Noting(notes), Store(root, KilledDisk(at)), Events())


def test_five_hundred_kills(tmp_path: Path, figure: Figure) -> None:
    """The same command again gives the pictures of an unbroken run, and does a frame twice at
    most."""
    context = multiprocessing.get_context("fork")
    kills = differing = worst = 0
    for number, starts in enumerate(STARTS.values()):
        plan, disk = plan_of(starts), StepDisk()
        unbroken = digests(render(tmp_path / f"{number}" / "whole", plan))
        render_frames(plan, Counting(), Store(tmp_path / f"{number}" / "count", disk), Events())
        for at in range(1, len(disk.steps) + 1):
            root, notes = tmp_path / f"{number}" / f"{at}", tmp_path / f"{number}-{at}.txt"
            process = context.Process(target=killed_render, args=(root, notes, starts, at))
            process.start()
            process.join(timeout=60)
            assert process.exitcode == -signal.SIGKILL, f"step {at} was not reached"
            kills += 1
            differing += digests(render(root, plan, Noting(notes))) != unbroken
            worst = max(worst, len(notes.read_text().split()) - FRAMES)
            verify(root)
    figure(1, "kills that were tried, missing to 500", max(0, 500 - kills), 0)
    figure(1, f"renders of {kills} killed ones that came out differently", differing, 0)
    figure(1, "frames that a kill costs, at most", worst, 1)


def test_kills_at_random_moments(tmp_path: Path, figure: Figure) -> None:
    """Killed again and again on one store, which stays sound all the time."""
    root, notes = tmp_path / "store", tmp_path / "notes.txt"
    notes.touch()
    kills = 0
    for moment in moments(count=RANDOM, seconds=0.08):
        process = start(root, notes)
        time.sleep(moment)
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
        if (root / "obj").is_dir():
            verify(root)
    process = start(root, notes)
    assert process.stdout is not None
    process.stdout.read()
    assert process.wait(timeout=60) == 0
    figure(1, f"frames made twice after {kills} kills at random moments, for each kill",
           max(0, len(notes.read_text().split()) - 5) / max(kills, 1), 1)  # fmt: skip
