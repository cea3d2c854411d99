"""The video that is encoded while its frames are made: the same bytes, or none at all."""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, planned
from hypothesis import given
from hypothesis import strategies as st
from video.test_growing import EndsAfter, playable
from video.test_output import FILM

from discoscript.errors import RenderFailure
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript.video import ahead, videos
from discoscript.video.ahead import Ahead, NotTheFrames
from discoscript.video.delivering import deliver
from discoscript.video.output import Output

FRAMES = 8


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every render were a long one."""
    monkeypatch.setattr(ahead, "BEGINS_S", 0.0)


def run(
    folder: Path, events: Events | None = None, frames: int = FRAMES, delay_s: float = 0.0
) -> Path:
    """The video of a render of test cards."""
    plan = planned(frames=frames, diffusion__steps=2)
    output = Output(folder, "beach", plan, Store(folder / "store", QuickDisk()))
    counting = Counting(TestCards(delay_s))
    video = deliver(output, counting, events or Events(), {}, FILM).video
    assert video is not None
    return video


def leftovers(folder: Path) -> list[str]:
    """Videos and parts of videos in a folder, except the video so far."""
    names = (path.name for path in folder.glob("*beach*") if path.is_file())
    return sorted(name for name in names if "so-far" not in name)


def test_the_video_is_the_one_that_is_made_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_it = run(tmp_path / "ahead").read_bytes()
    monkeypatch.setattr(videos.Videos, "ahead", lambda self: None)
    assert run(tmp_path / "after").read_bytes() == with_it


def test_frames_are_encoded_while_others_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    plain = videos.Videos._decoded

    def noted(self: videos.Videos, digest: str) -> Picture:
        decoded.append(digest)
        return plain(self, digest)

    class Waits(Events):
        """Holds the last frame back until the encoder has taken one."""

        def started(self, index: int) -> None:
            deadline = threading.Event()
            for _ in range(500):
                if index < FRAMES - 1 or decoded:
                    return
                deadline.wait(0.02)

    monkeypatch.setattr(videos.Videos, "_decoded", noted)
    calls = []
    monkeypatch.setattr(
        videos.Videos, "_pictures", lambda self, records, eyes=None: calls.append(1) or iter(())
    )
    video = run(tmp_path, Waits())
    assert len(decoded) == FRAMES and playable(video) == FRAMES


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RenderFailure("out of memory")])
def test_an_ended_render_leaves_no_part_of_it(tmp_path: Path, end: BaseException) -> None:
    with pytest.raises(type(end)):
        run(tmp_path, EndsAfter(5, end))
    assert leftovers(tmp_path) == []
    assert "video" not in {thread.name for thread in threading.enumerate()}
    assert playable(run(tmp_path)) == FRAMES


class Recorded:
    """An encoder that keeps what it is given, if it is given an end."""

    def __init__(self) -> None:
        self.video: list[int] | None = None

    def __call__(self, pictures: Iterable[Picture]) -> None:
        self.video = [int(picture[0, 0, 0]) for picture in pictures]


def record(index: int) -> Record:
    return Record(f"key {index}", f"{index}", 1, 1.0, "2026-11-24T21:00:00Z", "test cards")


def picture(digest: str) -> Picture:
    return np.full((2, 2, 3), int(digest), np.uint8)


def told(
    order: Sequence[int],
    first: int,
    last: int,
    encode: Recorded,
    read: Callable[[str], Picture] = picture,
) -> Ahead:
    """An encoder that was told of frames in that order."""
    encoder = Ahead(encode, read, first, last)
    for index in order:
        encoder.finished(index, record(index), 1.0)
    return encoder


@given(st.permutations(range(12)), st.integers(0, 5), st.integers(6, 12))
def test_the_order_in_which_frames_are_made_does_not_matter(
    order: list[int], first: int, last: int
) -> None:
    recorded = Recorded()
    encoder = told(order, first, last, recorded)
    assert encoder.completed([str(index) for index in range(first, last)], Events())
    assert recorded.video == list(range(first, last))


def test_other_frames_than_the_render_has_are_no_video() -> None:
    recorded = Recorded()
    encoder = told(range(4), 0, 4, recorded)
    assert not encoder.completed(["0", "1", "2", "9"], Events())
    assert recorded.video is None


def test_a_frame_made_again_after_the_video_asks_for_another_one() -> None:
    encoder = told(range(4), 0, 4, Recorded())
    assert encoder.completed(["0", "1", "2", "3"], Events())
    assert not encoder.completed(["0", "1", "2", "9"], Events())


def test_a_picture_that_is_gone_leaves_the_video_to_the_end() -> None:
    def gone(digest: str) -> Picture:
        if digest == "2":
            raise NotTheFrames
        return picture(digest)

    recorded = Recorded()
    encoder = told(range(4), 0, 4, recorded, gone)
    assert not encoder.completed(["0", "1", "2", "3"], Events()) and recorded.video is None


def test_an_encoder_that_is_closed_makes_nothing() -> None:
    recorded = Recorded()
    told(range(4), 0, 4, recorded).close()
    assert recorded.video is None


def test_how_far_the_encoder_is_is_told() -> None:
    class Log(Events):
        seen: list[tuple[int, int]]

        def encoded(self, done: int, count: int) -> None:
            self.seen.append((done, count))

    log = Log()
    log.seen = []
    encoder = told(range(4), 0, 4, Recorded())
    assert encoder.completed(["0", "1", "2", "3"], log) and log.seen[-1] == (4, 4)
