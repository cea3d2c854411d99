"""Input videos: what is known of a file, and what is no video."""

import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

from discoscript.media.footage import exact_rate, facts
from discoscript.pipeline import compile_text
from discoscript.project import Project
from discoscript.scene.files import VideoFacts


def ffmpeg(*words: str) -> None:
    """Run ffmpeg with sources that it makes up itself."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", *words]
    subprocess.run(command, check=True, timeout=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a video of 2 s, its sound longer than its pictures, and other files."""
    place = tmp_path_factory.mktemp("project")
    picture = "testsrc=size=64x48:rate=30000/1001:duration=2"
    sound = ("-f", "lavfi", "-i", "sine=duration=3")
    ffmpeg("-i", picture, *sound, str(place / "dance.mp4"))
    ffmpeg("-i", picture, str(place / "dance.mkv"))
    ffmpeg("-i", "sine=duration=1", str(place / "sound.mp4"))
    (place / "text.mp4").write_text("no video")
    (place / "list.mp4").write_text("#EXTM3U\n#EXTINF:2,\ndance.mkv\n#EXT-X-ENDLIST\n")
    return place


@pytest.mark.parametrize("name", ["dance.mp4", "dance.mkv"])
def test_frames_are_counted_as_they_are_stored(folder: Path, name: str) -> None:
    assert facts(folder / name) == VideoFacts(60, Fraction(30000, 1001), (64, 48))


@pytest.mark.parametrize("name", ["sound.mp4", "text.mp4", "list.mp4", "missing.mp4"])
def test_what_holds_no_video(folder: Path, name: str) -> None:
    assert facts(folder / name) is None


def test_a_project_looks_only_inside(folder: Path) -> None:
    inside = folder / "inside"
    inside.mkdir()
    assert Project(folder).video("dance.mp4") is not None
    assert Project(inside).video("../dance.mp4") is None


@pytest.mark.parametrize(
    ("told", "exact"),
    [
        (29.97, Fraction(30000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (25.0, Fraction(25)),
        (30.0, Fraction(30)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_exact_rate(told: float, exact: Fraction) -> None:
    assert exact_rate(told) == exact


def test_every_second_frame_of_an_odd_number() -> None:
    used = VideoFacts(49, Fraction(24), (64, 48)).every(2)
    assert (used.frames, used.fps) == (25, 12)


@pytest.mark.parametrize("every", [1, 2, 7])
def test_the_footage_sets_length_and_speed(folder: Path, every: int) -> None:
    script = f'disco 1\nprompt "x"\nvideo:\n    source "dance.mp4"\n    every {every}\n'
    made = compile_text(script, files=Project(folder)).schedule
    assert made is not None
    assert made.frames == -(-60 // every)
    assert made.fps == Fraction(30000, 1001) / every
    assert made.fixed["output.fps"] == pytest.approx(29.97 / every, abs=1e-3)


def test_a_written_fps_is_for_times_and_the_sound_stays_in_sync(folder: Path) -> None:
    script = 'disco 1\nprompt "x"\nscene: fps 24\nvideo: source "dance.mp4"\n'
    made = compile_text(script, files=Project(folder)).schedule
    assert made is not None
    assert made.fps == 24
    assert made.fixed["output.fps"] == pytest.approx(29.97 / 2, abs=1e-3)
