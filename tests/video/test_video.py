"""Videos: what was asked for is what a player finds, and nothing half done has the final name."""

import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from discoscript.media import decode
from discoscript.parameters import BY_KEY
from discoscript.video import video
from discoscript.video.video import CODECS, VideoFailure, encode

FPS = Fraction(12)


def frames(count: int = 10, height: int = 48, width: int = 64):
    """A coloured scene that slides to the right."""
    y, x = np.mgrid[:height, :width]
    for number in range(count):
        shade = np.sin((x - 2 * number) / 9) * 90 + 128
        yield np.stack([shade, 255 - shade, 200 - 2 * y], axis=-1).clip(0, 255).astype(np.uint8)


def decoded(path: Path) -> list[np.ndarray]:
    """The frames as RGB; a player takes the matrix from the file's tags."""
    with av.open(path) as file:
        matrix = {1: "itu709"}
        return [
            f.to_ndarray(format="rgb24", src_colorspace=matrix.get(f.colorspace, "default"))
            for f in file.decode(video=0)
        ]


@pytest.mark.parametrize("name", CODECS)
def test_frames_size_and_colours_survive(tmp_path, name):
    path = tmp_path / f"out{CODECS[name].suffix}"
    assert encode(frames(), path, FPS, name, preset="veryfast") == 10
    found = decoded(path)
    assert len(found) == 10
    for before, after in zip(frames(), found, strict=True):
        assert after.shape == before.shape
        assert np.abs(after.astype(int) - before).mean() < 4


@pytest.mark.parametrize("fps", [FPS, Fraction(30000, 1001), Fraction(1, 2), Fraction(25, 2)])
@pytest.mark.parametrize("name", ["h264", "h265", "prores"])
def test_fps_are_exact(tmp_path, name, fps):
    path = tmp_path / f"out{CODECS[name].suffix}"
    encode(frames(5), path, fps, name, preset="ultrafast")
    with av.open(path) as file:
        assert file.streams.video[0].average_rate == fps
        times = [frame.pts * frame.time_base for frame in file.decode(video=0)]
    assert times == [number / fps for number in range(5)]


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("size", [(33, 47), (32, 32), (16, 160)])
def test_small_and_odd_sizes(tmp_path, name, size):
    path = tmp_path / f"out{CODECS[name].suffix}"
    encode(frames(3, *size), path, FPS, name, preset="ultrafast")
    grown = 2 if CODECS[name].even else 1
    height, width = (-(-side // grown) * grown for side in size)
    assert [frame.shape for frame in decoded(path)] == [(height, width, 3)] * 3


def test_one_frame_is_a_video(tmp_path):
    encode(frames(1), tmp_path / "out.mp4", FPS)
    assert len(decoded(tmp_path / "out.mp4")) == 1


def test_players_are_told_the_colours_and_can_start_at_once(tmp_path):
    path = tmp_path / "out.mp4"
    encode(frames(), path, FPS)
    with av.open(path) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_frames_give_the_same_file(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        encode(frames(), tmp_path / name, FPS)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_name_is_a_name_whatever_is_in_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("http:a.mp4", "-y.mp4", "a;touch b.mp4", "%d 100%.mp4", "größe.mp4"):
        encode(frames(2), Path(name), FPS, preset="ultrafast")
        assert len(decoded(tmp_path / name)) == 2
    assert len(list(tmp_path.iterdir())) == 5


def test_an_old_video_is_replaced(tmp_path):
    path = tmp_path / "out.mp4"
    path.write_text("old")
    encode(frames(2), path, FPS, preset="ultrafast")
    assert len(decoded(path)) == 2


def test_what_ffmpeg_says_is_passed_on(tmp_path):
    with pytest.raises(VideoFailure, match=r"ffmpeg could not write the video: .*crf"):
        encode(frames(), tmp_path / "out.mp4", FPS, crf=-7)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(VideoFailure, match="No such file or directory"):
        encode(frames(200), tmp_path / "missing" / "out.mp4", FPS)


def test_no_frames(tmp_path):
    with pytest.raises(VideoFailure, match="there are no frames"):
        encode([], tmp_path / "out.mp4", FPS)


def test_frames_of_two_sizes(tmp_path):
    mixed = [*frames(2), *frames(1, 32, 32)]
    with pytest.raises(VideoFailure, match="frame 2 has another size"):
        encode(mixed, tmp_path / "out.mp4", FPS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_encode_leaves_the_old_video(tmp_path, error):
    path = tmp_path / "out.mp4"
    path.write_text("old")

    def interrupted():
        yield from frames(5)
        raise error

    with pytest.raises(error):
        encode(interrupted(), path, FPS)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_encode_leaves_no_video_and_the_next_one_works(tmp_path):
    path = tmp_path / "out.mp4"
    code = (
        "import itertools, sys, time; from fractions import Fraction; from pathlib import Path\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "from discoscript.video.video import encode\n"
        "from test_video import frames\n"
        "def endless():\n"
        "    for number in itertools.count():\n"
        "        yield from frames(1)\n"
        "        if number == 50: print('going', flush=True)\n"
        f"encode(endless(), Path({str(path)!r}), Fraction(12))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"going\n"
    child.kill()
    child.wait()
    assert not path.exists()
    (left,) = tmp_path.iterdir()
    wait_until_still(left)
    encode(frames(3), path, FPS, preset="ultrafast")
    assert len(decoded(path)) == 3
    assert left.exists()  # it might be another run's: only old ones are removed


def wait_until_still(path: Path) -> None:
    """Until the orphaned ffmpeg, whose pipe is closed, has finished."""
    size = -1
    while size != (size := path.stat().st_size):
        time.sleep(0.3)


def test_a_half_file_of_a_run_long_dead_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "ABANDONED_S", -1)
    (tmp_path / ".out.mp4.123.partial").write_text("half")
    encode(frames(2), tmp_path / "out.mp4", FPS, preset="ultrafast")
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_without_a_binary_the_way_out_is_named(tmp_path, monkeypatch):
    def none() -> str:
        raise RuntimeError("No ffmpeg exe could be found")

    monkeypatch.setattr(decode.imageio_ffmpeg, "get_ffmpeg_exe", none)
    with pytest.raises(VideoFailure) as failure:
        encode(frames(), tmp_path / "out.mp4", FPS)
    assert "IMAGEIO_FFMPEG_EXE" in failure.value.help


def test_scripts_may_name_every_codec() -> None:
    assert BY_KEY["output.codec"].choices == tuple(CODECS)
