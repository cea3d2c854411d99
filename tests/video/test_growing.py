"""The video so far: it plays up to the last finished frame, whatever ended the render."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, planned
from video.test_output import FILM

from discoscript.errors import RenderFailure
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript.video import growing
from discoscript.video.delivering import deliver
from discoscript.video.in_order import InOrder
from discoscript.video.output import Output


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every render were a long one."""
    monkeypatch.setattr(growing, "BEGINS_S", 0.0)


class EndsAfter(Events):
    """Ends the render after some frames, as a failure or as Ctrl-C does."""

    def __init__(self, frames: int, end: BaseException) -> None:
        self.left, self.end = frames, end

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.end


def run(folder: Path, frames: int = 8, events: Events | None = None, delay_s: float = 0.0) -> None:
    plan = planned(frames=frames, diffusion__steps=2)
    output = Output(folder, "beach", plan, Store(folder / "store", QuickDisk()))
    deliver(output, Counting(TestCards(delay_s)), events or Events(), {}, FILM)


def playable(path: Path) -> int:
    """How many frames a player gets out of a file."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RenderFailure("out of memory")])
def test_an_ended_render_plays_up_to_its_last_frame(tmp_path: Path, end: BaseException) -> None:
    with pytest.raises(type(end)):
        run(tmp_path, events=EndsAfter(5, end))
    assert playable(tmp_path / "beach-so-far.mp4") == 5
    assert not (tmp_path / "beach.mp4").exists()


def test_a_resumed_render_has_the_frames_of_before(tmp_path: Path) -> None:
    for more in (3, 2):
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, events=EndsAfter(more, KeyboardInterrupt()))
    assert playable(tmp_path / "beach-so-far.mp4") == 5


def test_segments_that_are_there_already_follow_the_ones_before_them() -> None:
    """A walk first tells of what is there, wherever it stands in the video."""
    order = InOrder(0, 6)
    told = [list(order.arrived(index, str(index))) for index in (4, 5, 0, 1, 2, 3)]
    assert told == [[], [], ["0"], ["1"], ["2"], ["3", "4", "5"]]


def test_the_whole_video_takes_its_place(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, events=EndsAfter(5, KeyboardInterrupt()))
    run(tmp_path)
    assert playable(tmp_path / "beach.mp4") == 8
    assert not (tmp_path / "beach-so-far.mp4").exists()


def test_a_quick_render_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "BEGINS_S", 60.0)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, events=EndsAfter(5, KeyboardInterrupt()))
    assert not (tmp_path / "beach-so-far.mp4").exists()


def test_it_never_writes_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "beach-so-far.mp4").symlink_to(victim)
    with pytest.raises(KeyboardInterrupt):
        run(out, events=EndsAfter(5, KeyboardInterrupt()))
    assert victim.read_text() == "mine" and playable(out / "beach-so-far.mp4") == 5


def test_an_encoder_that_fails_does_not_end_the_render(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        growing, "_command", lambda *_: [sys.executable, "-c", "raise SystemExit(1)"]
    )
    run(tmp_path)
    assert playable(tmp_path / "beach.mp4") == 8


def frames_of(folder: Path) -> int:
    return len(list((folder / "frames").glob("*.png"))) if (folder / "frames").is_dir() else 0


def waited(folder: Path, frames: int) -> Iterator[None]:
    while frames_of(folder) < frames:
        yield time.sleep(0.002)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(word) for text in lists for word in text.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("whole", [False, True], ids=["render", "render and encoder"])
@pytest.mark.parametrize("frames", [3, 6, 9, 14, 20])
def test_a_killed_render_plays(tmp_path: Path, frames: int, whole: bool) -> None:
    """Killed at the moment when so many frames are finished. The encoder writes what it was given;
    killed too, it takes with it what it had not come to, of a render with 25 frames a second."""
    context = multiprocessing.get_context("fork")
    process = context.Process(target=run, args=(tmp_path, 40, None, 0.02))
    process.start()
    for _ in waited(tmp_path, frames):
        assert process.is_alive()
    assert process.pid is not None
    encoder = children(process.pid)
    for pid in (process.pid, *(encoder if whole else ())):
        os.kill(pid, signal.SIGKILL)
    process.join()
    finished = frames_of(tmp_path)
    time.sleep(0.5)  # the encoder sees that nobody writes to it any more
    lost = finished - playable(tmp_path / "beach-so-far.mp4")
    print(f"killed after {finished} frames: {lost} missing")
    assert encoder and 0 <= lost <= (12 if whole else 2)
