"""The frames of an input video: known by their pixels, decoded when they are asked for."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from media.clips import clip, ffmpeg, moving
from PIL import Image

from discoscript.media import video_frames as module
from discoscript.media.state import state_of
from discoscript.media.video_frames import IN_MEMORY, VideoFrames
from discoscript.scene.files import Unreadable

FRAMES = moving(9)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def frames_of(path: Path, every: int = 1, size: tuple[int, int] = (64, 48)) -> VideoFrames:
    return VideoFrames(state_of(path, path.name), every, size)


def pixels(frames: VideoFrames, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    """All frames, in order."""
    raw = b"".join(frames[name] for name in frames.digests)
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, size[1], size[0], 3)


def test_a_frame_is_its_pixels_and_its_name_is_their_hash(tmp_path: Path) -> None:
    frames = frames_of(clip(tmp_path / "a.mkv", FRAMES))
    assert np.array_equal(pixels(frames), FRAMES)
    assert frames.digests == tuple(hashlib.sha256(f.tobytes()).hexdigest() for f in FRAMES)


def test_every_third_frame(tmp_path: Path) -> None:
    assert np.array_equal(pixels(frames_of(clip(tmp_path / "a.mkv", FRAMES), 3)), FRAMES[::3])


def test_other_sizes_are_stretched_to_that_of_the_scene(tmp_path: Path) -> None:
    odd = moving(2, 72, 48)[:, :, :37]
    ffmpeg_size = (48, 64)
    found = pixels(frames_of(clip(tmp_path / "a.mkv", odd), size=ffmpeg_size), ffmpeg_size)
    expected = Image.fromarray(odd[0]).resize(ffmpeg_size, Image.Resampling.LANCZOS)
    assert np.array_equal(found[0], np.array(expected))


def test_a_video_that_was_held_upright_is_shown_upright(tmp_path: Path) -> None:
    clip(tmp_path / "a.mkv", FRAMES)
    flat, turned = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    ffmpeg("-i", str(tmp_path / "a.mkv"), "-c:v", "libx264rgb", "-qp", "0", str(flat))
    ffmpeg("-display_rotation", "90", "-i", str(flat), "-c", "copy", str(turned))
    found = pixels(frames_of(turned, size=(48, 64)), (48, 64))
    assert np.array_equal(found, np.rot90(FRAMES, axes=(1, 2)))


def test_neither_name_nor_date_change_a_frame_and_one_changed_frame_changes_alone(
    tmp_path: Path,
) -> None:
    before = frames_of(clip(tmp_path / "a.mkv", FRAMES))
    other = (tmp_path / "a.mkv").rename(tmp_path / "b.mkv")
    os.utime(other, (1, 1))
    assert frames_of(other).digests == before.digests
    changed = FRAMES.copy()
    changed[4, 0, 0] ^= 1
    after = frames_of(clip(tmp_path / "c.mkv", changed))
    assert [a == b for a, b in zip(after.digests, before.digests, strict=True)].index(False) == 4
    assert after.digests[5:] == before.digests[5:]


def test_a_file_is_decoded_once_to_know_its_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "a.mkv", FRAMES)
    first = frames_of(path).digests
    monkeypatch.setattr(module, "_decoded", None)
    assert frames_of(path).digests == first


def test_frames_are_read_in_order_in_one_go_and_few_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, begun, decoded = frames_of(clip(tmp_path / "a.mkv", FRAMES)), [], module._decoded
    monkeypatch.setattr(module, "_decoded", lambda state: begun.append(1) or decoded(state))
    for before, name in zip(frames.digests, frames.digests[1:], strict=False):
        assert frames[before] and frames[name]
    assert len(begun) == 1
    assert len(frames._recent) == IN_MEMORY
    assert np.frombuffer(frames[frames.digests[2]], np.uint8).tobytes() == FRAMES[2].tobytes()
    assert len(begun) == 2
    frames.close()


def test_a_frame_that_comes_again_is_one_frame(tmp_path: Path) -> None:
    twice = FRAMES[[0, 1, 0, 0, 2, 1]]
    frames = frames_of(clip(tmp_path / "a.mkv", twice))
    assert len(frames) == 3 and len(frames.digests) == 6
    assert np.array_equal(pixels(frames), twice)


def test_a_frame_that_can_not_be_decoded_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=24:duration=1", "-g", "1", str(path))
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 900
    data[at : at + 4000] = bytes(4000)
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r'"a.mp4" is damaged: \d+ of its 24 frames'):
        frames_of(path)


def test_a_file_that_changes_under_a_render_is_noticed(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mkv", FRAMES)
    frames = frames_of(path)
    clip(path, 255 - FRAMES)
    with pytest.raises(Unreadable, match="was changed while it was being read"):
        frames[frames.digests[0]]
