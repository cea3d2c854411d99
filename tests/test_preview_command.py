"""`discoscript preview`: how the camera moves, as a video, without the frames of a render."""

from pathlib import Path

import av
import numpy as np
import pytest
from commands import ran

from discoscript.commands.preview import preview_size
from discoscript.errors import Exit
from discoscript.views.motion_label import camera_words, labelled
from discoscript_engine.job import Camera2D, Camera3D

FLIGHT = """disco 1
scene:
    frames 12
    fps 12
    mode 3d
    seed random
prompt "a lighthouse"
camera: translate_z 8
cut @ 6
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def script(folder: Path, text: str) -> Path:
    path = folder / "beach.disco"
    path.write_text(text, encoding="utf-8")
    return path


def shapes(path: Path) -> list[tuple[int, ...]]:
    with av.open(str(path)) as video:
        return [frame.to_ndarray(format="rgb24").shape for frame in video.decode(video=0)]


def test_a_video_beside_the_script_and_nothing_else(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, store: Path
) -> None:
    code, out, said = ran(capsys, "preview", script(tmp_path, FLIGHT))
    video = tmp_path / "out" / "beach" / "beach-motion.mp4"
    assert (code, out.strip()) == (Exit.OK, str(video)) and "12 frames in" in said
    assert shapes(video) == [(220, 256, 3)] * 12
    assert not store.exists(), "the frames of renders are not touched"
    assert sorted(p.name for p in tmp_path.rglob("*.*")) == ["beach-motion.mp4", "beach.disco"]


def test_a_part_of_another_size(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, store: Path
) -> None:
    where = tmp_path / "elsewhere"
    asked = ("--frames", "8..10", "--width", "64", "-o", where)
    code, out, _ = ran(capsys, "preview", script(tmp_path, FLIGHT), *asked)
    assert code == Exit.OK and out.strip() == str(where / "beach-motion.mp4")
    assert shapes(where / "beach-motion.mp4") == [(76, 64, 3)] * 4, "from the cut at 6 on"


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ('prompt "a"', (), "is a still: no camera moves in it"),
        (FLIGHT, ("--frames", "20..24"), "frame 20 does not exist: there are 12"),
        (FLIGHT, ("--width", "5"), "--width 5: pictures are 32 to 4096 pixels wide"),
    ],
)
def test_what_has_no_preview(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    text: str,
    options: tuple[str, ...],
    message: str,
) -> None:
    code, _, said = ran(capsys, "preview", script(tmp_path, text), *options)
    assert code == Exit.USAGE and message in said


def test_sizes_keep_the_shape() -> None:
    assert preview_size((1280, 768), None) == (256, 154)
    assert preview_size((128, 96), 101) == (100, 76)


def test_the_numbers_of_the_camera_are_written() -> None:
    flight = Camera3D(0.0, 0.0, 8.0, 0.0, 0.55, 0.0, 40.0, "border", "bicubic", 0.3)
    assert camera_words(flight) == "z 8  pan 0.55"
    assert camera_words(Camera2D(-1.0, 1.02, 0.0, 0.0)) == "angle -1  zoom 1.02"
    assert camera_words(Camera2D(0.0, 1.0, 0.0, 0.0)) == "still" and camera_words(None) == "cut"


def test_the_label_leaves_the_picture_as_it_is() -> None:
    picture = np.full((40, 60, 3), 77, np.uint8)
    page = labelled(picture, "12  1.00 s  日本 " + "long " * 20, None)
    assert np.array_equal(page[:40], picture) and page.shape == (68, 60, 3)
    assert page[40:].max() > 200
