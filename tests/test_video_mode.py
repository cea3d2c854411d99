"""Video mode through the command line, on test cards: what is rendered again and written."""

import re
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from commands import ran
from media.clips import clip, ffmpeg, moving
from PIL import Image

from discoscript.errors import Exit

COUNT = 8
SCRIPT = """disco 1

scene:
    size 64x48
    seed 7
video:
    source "dance.mkv"
    every 1
prompt "a dancer made of ink"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script and its video, of eight frames."""
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    clip(tmp_path / "dance.mkv", moving(COUNT))
    write(SCRIPT)
    return tmp_path


def write(script: str) -> None:
    Path("ink.disco").write_text(script)


def cards(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    return ran(capsys, "render", "ink.disco", "--renderer", "testcard", *more)


def rendered(capsys: pytest.CaptureFixture[str], *more: str) -> int:
    """How many frames a render made."""
    code, _, err = cards(capsys, *more)
    assert code == Exit.OK, err
    found = re.search(r"^(\d+) of \d+ frames? rendered", err, re.M)
    assert found, err
    return int(found[1])


def stored() -> list[np.ndarray]:
    """The numbered pictures."""
    return [np.array(Image.open(path)) for path in sorted(Path("out/ink/frames").glob("*.png"))]


def film() -> tuple[list[np.ndarray], float]:
    """The frames of the video that was written, and its speed."""
    reader = imageio_ffmpeg.read_frames("out/ink/ink.mp4")
    facts = next(reader)
    width, height = facts["size"]
    frames = [np.frombuffer(data, np.uint8).reshape(height, width, 3) for data in reader]
    return frames, facts["fps"]


def test_the_video_sets_length_and_speed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(capsys) == COUNT
    frames, fps = film()
    assert (len(frames), fps, len(stored())) == (COUNT, 24, COUNT)
    write(SCRIPT.replace("every 1", "every 3"))
    cards(capsys)
    frames, fps = film()
    assert (len(frames), fps, len(stored())) == (3, 8, 3)


def test_another_name_and_another_date_render_nothing_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rendered(capsys) == COUNT
    Path("dance.mkv").rename("moved.mkv")
    write(SCRIPT.replace("dance.mkv", "moved.mkv"))
    assert rendered(capsys) == 0


def test_a_changed_frame_renders_again_from_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rendered(capsys) == COUNT
    changed = moving(COUNT)
    changed[5, :20] = 255
    clip(folder / "dance.mkv", changed)
    assert rendered(capsys) == COUNT - 5
    write(SCRIPT + "video: flow_warp off\n")
    assert rendered(capsys) == COUNT
    clip(folder / "dance.mkv", moving(COUNT))
    assert rendered(capsys) == 1


def test_a_longer_video_renders_what_is_new(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rendered(capsys) == COUNT
    clip(folder / "dance.mkv", moving(COUNT + 2))
    assert rendered(capsys) == 2


@pytest.mark.parametrize(
    "line", ["video: flow_blend 0.9", "video: flow_check on", "coherence: frames_scale 7"]
)
def test_what_changes_pixels_renders_again(
    folder: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    assert rendered(capsys) == COUNT
    write(SCRIPT + line + "\n")
    assert rendered(capsys) >= COUNT - 1


def test_the_first_frame_shows_the_video(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(SCRIPT + "video: flow_warp off\n")
    cards(capsys)
    for picture, frame in zip(stored(), moving(COUNT), strict=True):
        assert np.array_equal(picture[40:44, 60:], frame[40:44, 60:])


def test_blending_changes_the_video_and_no_picture(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(SCRIPT + "video:\n    flow_warp off\n    blend_mode none\n")
    cards(capsys)
    pictures, (plain, _) = stored(), film()
    write(SCRIPT + "video:\n    flow_warp off\n    blend_mode linear\noutput: blend 0.5\n")
    assert rendered(capsys) == 0
    again, (mixed, _) = stored(), film()
    assert all(np.array_equal(a, b) for a, b in zip(pictures, again, strict=True))
    expected = (pictures[3].astype(float) + pictures[2]) / 2
    assert np.abs(mixed[3] - expected).mean() < 12 < np.abs(plain[3] - expected).mean()
    write(SCRIPT + "video:\n    flow_warp off\n    blend_mode linear\noutput: blend 0\n")
    assert rendered(capsys) == 0
    assert np.abs(film()[0][3].astype(float) - plain[3]).mean() < 2


def test_a_video_that_starts_later_is_blended_with_the_frame_before_its_first(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = "video:\n    flow_warp off\n    blend_mode linear\n"
    linear = SCRIPT + video + "output:\n    blend 0.9\n"
    write(linear)
    cards(capsys)
    whole, _ = film()
    write(linear + "    first_frame 3\n")
    assert rendered(capsys) == 0
    part, _ = film()
    assert len(part) == COUNT - 3
    assert np.abs(part[0].astype(float) - whole[3]).mean() < 4


def test_an_unchanged_video_is_not_written_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards(capsys)
    before = Path("out/ink/ink.mp4").stat().st_mtime_ns
    cards(capsys)
    assert Path("out/ink/ink.mp4").stat().st_mtime_ns == before
    write(SCRIPT + "output: blend 0.2\n")
    cards(capsys)
    assert Path("out/ink/ink.mp4").stat().st_mtime_ns > before


def test_a_part_of_a_video(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(capsys, "--frames", "0..3") == 3
    assert rendered(capsys) == COUNT - 3


def test_a_draft_has_frames_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(capsys) == COUNT
    assert rendered(capsys, "--draft") == COUNT


def test_studies_try_settings_of_the_video(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(SCRIPT + 'study "blend":\n    video.flow_blend in [0.5, 1]\n')
    code, out, err = cards(capsys)
    assert code == Exit.OK, err
    assert Path(out.strip()).name == "sheet.png"


def test_a_plan_names_the_video_and_what_each_frame_starts_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "plan", "ink.disco", "--renderer", "testcard")
    assert "length: that of the input video, with `every 1`" in out
    assert "mode: video, inferred from video.source" in out
    assert re.search(r"reads dance\.mkv \(sha256 [0-9a-f]{12}", out)
    _, out, _ = ran(capsys, "show", "plan", "ink.disco", "--renderer", "testcard")
    assert re.search(r"^0 +\S+ +\S+ +7 .* video [0-9a-f]{4} ", out, re.M)
    assert re.search(r"^1 .* frame 0, video [0-9a-f]{4} ", out, re.M)


def test_a_video_that_can_not_be_decoded_is_told_before_anything_is_rendered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ffmpeg("-i", "dance.mkv", "-g", "1", "-c:v", "libx264", "dance.mp4")
    data = bytearray(Path("dance.mp4").read_bytes())
    at = data.index(b"mdat")
    length = int.from_bytes(data[at - 4 : at])
    data[at + length // 3 : at + length // 2] = bytes(length // 2 - length // 3)
    Path("dance.mp4").write_bytes(data)
    write(SCRIPT.replace("dance.mkv", "dance.mp4"))
    code, out, err = cards(capsys)
    assert code == Exit.USAGE and out == "" and not Path("out").exists()
    assert re.search(r'ink.disco, line 7: "dance.mp4" is damaged: \d of its 8 frames', err)
    code, _, err = ran(capsys, "pack", "ink.disco")
    assert code == Exit.USAGE and "line 7" in err and not Path("ink.discopack").exists()
    assert "save it again" in err
