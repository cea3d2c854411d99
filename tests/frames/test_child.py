"""A renderer in a process of its own: whatever becomes of it, the pictures are the same."""

import io
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Log, digests, planned, render
from PIL import Image

from discoscript.errors import RenderFailure
from discoscript.frames.child import ChildRenderer
from discoscript.frames.frames import render_frames
from discoscript.frames.renderer import Glimpse, OnStep, Picture
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript_engine.job import FrameJob, FromPicture

FRAMES = 4


class OutOfMemoryError(RuntimeError):
    """What torch calls it."""


class Faulty(TestCards):
    """Cards that fail at some frame, as the file that an environment variable names says: `KIND
    SEED TIMES`. Every failure takes one off, so that it counts across processes."""

    def __init__(self, plan: Path) -> None:
        super().__init__()
        self.plan = plan

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        def stepped(done: int, steps: int, glimpse: Glimpse) -> None:
            on_step(done, steps, glimpse)
            if done == 2:
                self.fail(job.seed)

        return super().render(job, previous, assets, stepped)

    def fail(self, seed: int) -> None:
        kind, at, times = self.plan.read_text().split()
        if int(at) != seed or int(times) == 0:
            return
        self.plan.write_text(f"{kind} {at} {int(times) - 1}")
        if kind == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "exit":
            os._exit(3)
        raise {
            "memory": OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
            "poisoned": RuntimeError("CUDA error: an illegal memory access was encountered"),
            "wrong": ValueError("this job makes no sense"),
            "file": FileNotFoundError(2, "No such file or directory", "weights.pt"),
        }[kind]


def faulty(note: object) -> Faulty:
    """What the child makes."""
    return Faulty(Path(os.environ["DISCO_TEST_FAULTS"]))


def cards(note: object) -> TestCards:
    return TestCards()


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "faults.txt"
    path.write_text("none 0 0")
    monkeypatch.setenv("DISCO_TEST_FAULTS", str(path))
    return path


def child(log: Log, make: str = "faulty") -> ChildRenderer:
    return ChildRenderer(f"frames.test_child:{make}", log.note, TestCards().identity)


def rendered(root: Path, log: Log) -> list[str]:
    """The pictures, by a child that ends with the test."""
    renderer = child(log)
    try:
        plan = planned(frames=FRAMES)
        return digests(render_frames(plan, renderer, Store(root, QuickDisk()), log))
    finally:
        renderer.close()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return digests(render(tmp_path_factory.mktemp("unbroken"), planned(frames=FRAMES)))


def test_the_pictures_are_those_of_the_renderer(
    tmp_path: Path, faults: Path, unbroken: list[str]
) -> None:
    log = Log()
    assert rendered(tmp_path / "store", log) == unbroken
    assert "step 0 5/5" in log.lines


LOSSES = {
    "memory": "CUDA out of memory. Tried to allocate 2.00 GiB",
    "poisoned": "CUDA error: an illegal memory access was encountered",
    "killed": "the process that renders was ended by SIGKILL",
    "exit": "the process that renders has ended with code 3",
}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("seed", [7, 9])
def test_a_lost_process_is_replaced_once(
    tmp_path: Path, faults: Path, unbroken: list[str], kind: str, seed: int
) -> None:
    """One frame is rendered again, and every picture is that of an unbroken render."""
    faults.write_text(f"{kind} {seed} 1")
    log = Log()
    assert rendered(tmp_path / "store", log) == unbroken
    notes = [line for line in log.lines if "started again" in line]
    assert notes == [f"{LOSSES[kind]}; the renderer is started again"]
    assert [line for line in log.lines if line.startswith("finished")] == [
        f"finished {index}" for index in range(FRAMES)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("kind", LOSSES)
def test_what_fails_twice_is_the_frame(
    tmp_path: Path, faults: Path, unbroken: list[str], kind: str
) -> None:
    """The frame is named, those before it are kept, and the same command goes on from there."""
    faults.write_text(f"{kind} 9 2")
    with pytest.raises(RenderFailure) as failure:
        rendered(tmp_path / "store", Log())
    assert failure.value.message == (
        f"frame 2 could not be rendered: {LOSSES[kind]}; a second try ended the same way"
    )
    log = Log()
    assert rendered(tmp_path / "store", log) == unbroken
    assert log.lines[:2] == ["kept 0", "kept 1"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("wrong", "this job makes no sense"),
        ("file", "[Errno 2] No such file or directory: 'weights.pt'"),
    ],
)
def test_a_mistake_of_the_job_is_not_tried_again(
    tmp_path: Path, faults: Path, kind: str, said: str
) -> None:
    faults.write_text(f"{kind} 8 1")
    log = Log()
    with pytest.raises(RenderFailure) as failure:
        rendered(tmp_path / "store", log)
    assert failure.value.message == f"frame 1 could not be rendered: {said}"
    assert not [line for line in log.lines if "started again" in line]


class Stop(BaseException):
    """What ends a frame from outside."""


def test_a_stopped_frame_leaves_the_process_as_it_is(faults: Path, unbroken: list[str]) -> None:
    renderer = child(Log(), "cards")
    job = planned(frames=1).frames[0].job
    seen: list[Any] = []

    def stop(done: int, steps: int, glimpse: Glimpse) -> None:
        seen.append(glimpse())
        if done == 2:
            raise Stop

    def follow(done: int, steps: int, glimpse: Glimpse) -> None:
        seen.append(done)

    try:
        with pytest.raises(Stop):
            renderer.render(job, None, {}, stop)
        process = renderer._process.pid
        picture = renderer.render(job, None, {}, follow)
        assert renderer._process.pid == process
    finally:
        renderer.close()
    assert np.array_equal(picture, TestCards().render(job, None, {}, lambda *_: None))
    assert seen[0].shape == picture.shape and seen[2:] == [1, 2, 3, 4, 5]


def test_pictures_are_asked_for_when_a_job_names_them() -> None:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(data, "PNG")
    job = planned(frames=1).frames[0].job
    started = replace(job, start=FromPicture("d" * 64, 0.0))
    renderer = child(Log(), "cards")
    try:
        picture = renderer.render(started, None, {"d" * 64: data.getvalue()}, lambda *_: None)
    finally:
        renderer.close()
    here = TestCards().render(started, None, {"d" * 64: data.getvalue()}, lambda *_: None)
    assert np.array_equal(picture, here)
