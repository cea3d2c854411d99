"""Input videos: what is known of a file, and what is no video."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.clips import ffmpeg

from discoscript.media.footage import exact_rate, facts, shown
from discoscript.pipeline import compile_text
from discoscript.project import Project
from discoscript.scene.files import VideoFacts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a video of 2 s, its sound longer than its pictures, and other files."""
    place = tmp_path_factory.mktemp("project")
    picture = "testsrc=size=64x48:rate=30000/1001:duration=2"
    sound = ("-f", "lavfi", "-i", "sine=duration=3")
    lavfi = ("-f", "lavfi", "-i")
    ffmpeg(*lavfi, picture, *sound, str(place / "dance.mp4"))
    for name in ("dance.mkv", "dance.avi", "dance.gif", "dance.webm"):
        ffmpeg(*lavfi, picture, str(place / name))
    ffmpeg(*lavfi, "sine=duration=1", str(place / "sound.mp4"))
    index_first = ("-movflags", "+faststart", str(place / "whole.mp4"))
    ffmpeg(*lavfi, picture, *index_first)
    (place / "cut.mp4").write_bytes((place / "whole.mp4").read_bytes()[:-1500])
    pause = ("-vf", "select='not(between(n,10,39))'", "-fps_mode", "vfr")
    ffmpeg(*lavfi, "testsrc=size=64x48:rate=24:duration=2", *pause, str(place / "pause.mp4"))
    (place / "empty.mp4").touch()
    (place / "text.mp4").write_text("no video")
    (place / "list.mp4").write_text("#EXTM3U\n#EXTINF:2,\ndance.mkv\n#EXT-X-ENDLIST\n")
    return place


@pytest.mark.parametrize("name", ["dance.mp4", "dance.mkv", "dance.avi", "dance.webm"])
def test_frames_are_counted_as_they_are_stored(folder: Path, name: str) -> None:
    assert facts(folder / name, name) == VideoFacts(60, Fraction(30000, 1001), (64, 48))


@pytest.mark.parametrize("name", ["sound.mp4", "text.mp4", "list.mp4", "empty.mp4"])
def test_what_holds_no_video(folder: Path, name: str) -> None:
    assert facts(folder / name, name) is None


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


def test_a_video_that_is_cut_is_told_from_none(folder: Path) -> None:
    script = 'disco 1\nprompt "x"\nvideo: source "cut.mp4"\n'
    found = compile_text(script, files=Project(folder)).diagnostics
    (message,) = [d.message for d in found if d.code == "D508"]
    assert re.fullmatch(r'"cut.mp4" is damaged: it ends after \d\d frames', message)


def test_pauses_of_a_video_keep_their_length(folder: Path) -> None:
    found = facts(folder / "pause.mp4", "pause.mp4")
    assert found is not None and (found.frames, found.fps) == (48, 24)


def times(*steps: float) -> np.ndarray:
    """Times of frames from the steps between them, the first one at 7 s."""
    return 7 + np.cumsum([0.0, *steps])


def test_frames_at_a_steady_rate_are_shown_once_each_however_they_jitter() -> None:
    jitter = times(0.04, 0.041, 0.039, 0.04)
    assert shown(jitter, 0.04, Fraction(25)).frames == (0, 1, 2, 3, 4)
    assert shown(jitter, 0.04, None).fps == 25


def test_a_wrong_claim_is_not_believed() -> None:
    assert shown(times(*[0.1] * 9), 0.1, Fraction(1000)).fps == 10


def test_a_pause_repeats_the_frame_before_it() -> None:
    found = shown(times(0.1, 0.1, 0.4, 0.1, 0.1), 0.1, Fraction(6))
    assert found.fps == 10
    assert found.frames == (0, 1, 2, 2, 2, 2, 3, 4, 5)


def test_frames_that_come_too_fast_are_left_out() -> None:
    found = shown(times(0.1, 0.02, 0.08, 0.1, 0.1, 0.1), 0.1, None)
    assert found.frames == (0, 2, 3, 4, 5, 6)


def test_the_last_frame_is_shown_as_long_as_it_says() -> None:
    assert shown(times(0.1, 0.1, 0.17, 0.1), 0.3, None).frames == (0, 1, 2, 2, 3, 4, 4, 4)


def test_a_single_frame_is_a_video() -> None:
    assert shown(times(), 0.04, Fraction(25)).frames == (0,)
