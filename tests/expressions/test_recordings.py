"""Curves from files: scripts in, schedules and messages out."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from media.waves import kick, tone, write

from discoscript.expressions.recordings import RATE, Recording, follow, loudness
from discoscript.media import kept
from discoscript.pipeline import Compiled, compile_text
from discoscript.project import Project

FPS = 24


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "user_cache_path", lambda *a, **k: tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with three seconds of kicks at 120 bpm below a tone, and a table."""
    root = tmp_path / "project"
    root.mkdir()
    write(root / "song.wav", kick(3) + tone(3))
    (root / "sway.csv").write_text("frame,x,y\n0,-2,0\n24,2,5\n48,0,10\n")
    return root


def compiled(folder: Path | None, *lines: str) -> Compiled:
    head = ["disco 1", "scene:", f"    fps {FPS}", "    duration 5s", "    mode 3d", 'prompt "a"']
    text = "\n".join([*head, *lines])
    return compile_text(text + "\n", files=Project(folder) if folder else None)


def drawn(folder: Path | None, expression: str, *before: str) -> np.ndarray:
    found = compiled(folder, *before, f"camera: translate_z {expression}")
    assert found.schedule is not None, found.diagnostics
    return found.schedule.frames_of["camera.translate_z"]


def codes(folder: Path | None, *lines: str) -> list[str]:
    return [d.code for d in compiled(folder, *lines).diagnostics if d.code not in ("D801", "D110")]


# ───────────── audio ─────────────


def test_a_camera_follows_the_kick(folder: Path) -> None:
    kick = 'let kick = audio("song.wav", low=20, high=150, release=0.25s)'
    values = drawn(folder, "4 + 20 * kick", kick)
    for beat in range(0, 72, FPS // 2):
        assert values[beat] > 23.8, "on the beat"
        assert values[beat + 8] < 4.5, "and back between the beats"
    assert (values[73:] == 4).all(), "silent after the end"
    falls = -np.diff(values[1:7])
    np.testing.assert_allclose(falls, 20 / (0.25 * FPS), atol=0.9)


def test_the_band_chooses(folder: Path) -> None:
    high = drawn(folder, 'audio("song.wav", 4000, 6000)')
    np.testing.assert_allclose(high[1:71], 1, atol=0.02)
    every = drawn(folder, 'audio("song.wav")')
    assert every[0] > 0.98 and 0.2 < every[8] < 0.5


def test_a_release_that_is_not_written_is_a_tenth_of_a_second(folder: Path) -> None:
    np.testing.assert_array_equal(
        drawn(folder, 'audio("song.wav", 20, 150)'),
        drawn(folder, 'audio("song.wav", 20, 150, release=100ms)'),
    )
    kick = [drawn(folder, f'audio("song.wav", 20, 150, release={r})') for r in ("0s", "0.5s", "24")]
    assert (kick[0] <= kick[1]).all() and (kick[1] <= kick[2]).all()
    assert kick[0][:72].mean() < kick[1][:72].mean() < kick[2][:72].mean()


def test_an_attack_is_slow_to_rise(folder: Path) -> None:
    soft = drawn(folder, 'audio("song.wav", 4000, 6000, attack=1s)')
    np.testing.assert_allclose(soft[:24], (np.arange(24) + 1) / 24, atol=0.02)
    np.testing.assert_allclose(soft[25:70], 1, atol=0.02)


@pytest.mark.parametrize("offset", ["1s", "24", "start + 1s"])
def test_an_offset_begins_the_file_later(folder: Path, offset: str) -> None:
    here = drawn(folder, 'audio("song.wav", 20, 150)')
    there = drawn(folder, f'audio("song.wav", 20, 150, offset={offset})')
    assert not there[:23].any()
    np.testing.assert_array_equal(there[24:], here[:-24])
    early = drawn(folder, 'audio("song.wav", 20, 150, offset=-1s)')
    np.testing.assert_array_equal(early[:-24], here[24:])


def test_a_hit_between_two_frames_is_not_lost(folder: Path) -> None:
    """At 3 frames per second a kick lies up to a third of a second after its frame's begin."""
    text = 'disco 1\nscene:\n    fps 3\n    duration 3s\n    mode 3d\nprompt "a"\n'
    text += 'camera: translate_z audio("song.wav", 20, 150, release=0)\n'
    found = compile_text(text, files=Project(folder)).schedule
    assert found is not None
    values = found.frames_of["camera.translate_z"]
    np.testing.assert_allclose(values[[0, 1, 3, 4, 6, 7]], 1, atol=0.05)
    assert values[[2, 5, 8]].max() < 0.6, "only the spectrum's foot reaches these"


def test_names_stand_for_arguments(folder: Path) -> None:
    lets = ['let a = "song.wav"', "let b = a", "let top = 75 * 2"]
    np.testing.assert_array_equal(
        drawn(folder, "audio(b, low=20, high=top)", *lets),
        drawn(folder, 'audio("song.wav", low=20, high=150)'),
    )
    text = compiled(folder, *lets, "camera: translate_z audio(b, high=top)")
    assert not [d for d in text.diagnostics if d.code == "D110"]


def test_wherever_numbers_may_change(folder: Path) -> None:
    audio = 'audio("song.wav", 20, 150)'
    found = compiled(
        folder,
        f'prompt "b" {audio}',
        "camera:",
        f"    translate_z 0 -> 10 * {audio} @ 0..48",
        f"    rotate_z [0: 0, 24: {audio}, 48: 2]",
        f"    translate_x += {audio}",
        f"guidance: clip_guidance_scale 5000 + 1000 * {audio}",
    )
    assert found.schedule is not None, found.diagnostics
    assert not [d for d in found.diagnostics if d.code != "D801"]
    assert found.schedule.frames_of["camera.translate_x"][12] > 0.9


def test_where_nothing_may_change_it_is_refused(folder: Path) -> None:
    assert codes(folder, 'output: crf 20 + audio("song.wav")') == ["D205"]
    assert codes(folder, 'camera: translate_z 4 @ audio("song.wav")..48') == ["D212"]


def test_without_a_folder_the_value_is_zero() -> None:
    values = drawn(None, '4 + audio("no.wav") + csv("no.csv", column="x")')
    assert (values == 4).all()


# ───────────── csv ─────────────


def test_a_camera_follows_a_table(folder: Path) -> None:
    values = drawn(folder, 'csv("sway.csv", column="x")')
    np.testing.assert_allclose(values[[0, 12, 24, 36, 48, 100]], [0, 0.5, 1, 0.75, 0.5, 0.5])


def test_numbers_as_written(folder: Path) -> None:
    values = drawn(folder, 'csv("sway.csv", "y", raw=on)')
    np.testing.assert_allclose(values[[0, 12, 48, 100]], [0, 2.5, 10, 10])


# ───────────── a piece of music ─────────────

MUSIC = """disco 1

scene "kick":
    size 1024x576
    fps 24
    duration 00:00:12
    mode 3d

let kick = audio("stems/drums.wav", low=20, high=150, release=0.25s)
let curve = csv("data/sway.csv", column="x")

prompt "a slow nebula"

camera:
    translate_z 4 + 20 * kick
    translate_x curve * 3
    translate_z -> 0 @ end - 8s..end ease out

output:
    video on
    audio "song.wav"
    crf 17
"""


def test_a_piece_of_music(folder: Path) -> None:
    (folder / "stems").mkdir()
    (folder / "data").mkdir()
    write(folder / "stems" / "drums.wav", kick(12))
    (folder / "data" / "sway.csv").write_text("x\n0\n1\n0.5\n")
    found = compile_text(MUSIC, files=Project(folder))
    assert found.schedule is not None, found.diagnostics
    assert {d.code for d in found.diagnostics} <= {"D801"}
    values = found.schedule.frames_of["camera.translate_z"]
    np.testing.assert_allclose(values[0:96:12], 24, atol=0.3)
    assert values[96:].max() <= 24 and values[286] < 0.1
    assert list(found.schedule.frames_of["camera.translate_x"][:4]) == [0, 3, 1.5, 1.5]
    assert found.schedule.fixed["output.audio"] == "song.wav"


# ───────────── the project is the limit ─────────────


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_a_link_out_of_the_project_is_refused(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.wav", kick(1))
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "link.csv").symlink_to("/etc/passwd")
    assert codes(folder, 'camera: translate_z audio("link.wav")') == ["D502"]
    assert codes(folder, 'camera: translate_z csv("link.csv")') == ["D502"]
    assert codes(folder, 'output: audio "link.wav"') == ["D502"]


def test_a_file_that_holds_no_sound_is_one_message(folder: Path) -> None:
    (folder / "song.mp3").write_text("no sound")
    found = compiled(folder, 'let kick = audio("song.mp3")', "camera: translate_z kick + kick")
    (message,) = found.diagnostics
    assert (message.code, found.source.at(message.span)) == ("D503", '"song.mp3"')


# ───────────── laws of the follower ─────────────

CURVES = arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1, width=16))
TIMES = st.floats(0.5, 50)


@given(CURVES)
def test_without_times_it_changes_nothing(values: np.ndarray) -> None:
    np.testing.assert_allclose(follow(values, 0, 0), values, atol=1e-6)


@given(CURVES, TIMES)
def test_a_release_is_the_smallest_curve_above_that_falls_no_faster(
    values: np.ndarray, release: float
) -> None:
    level, expected = 0.0, []
    for value in values:
        level = max(value, level - 1 / release)
        expected.append(level)
    np.testing.assert_allclose(follow(values, 0, release), expected, atol=1e-5)


@given(CURVES, TIMES, st.one_of(st.just(0.0), TIMES))
def test_an_attack_rises_no_faster(values: np.ndarray, attack: float, release: float) -> None:
    level, expected = 0.0, []
    for value in follow(values, 0, release):
        level = min(value, level + 1 / attack)
        expected.append(level)
    np.testing.assert_allclose(follow(values, attack, release), expected, atol=1e-5)


@given(CURVES, st.floats(1, 120), st.floats(-50, 50))
def test_a_frame_has_the_loudest_moment_of_its_time(
    values: np.ndarray, fps: float, offset: float
) -> None:
    recording = Recording(np.arange(len(values)) / RATE, values)
    frames = np.arange(-3.0, 60.0)
    heard = loudness(recording, frames, fps, 0, 0, offset)
    for frame, value in zip(frames, heard, strict=True):
        begin = int(np.floor((frame - offset) / fps * RATE + 1e-6))
        end = int(np.ceil((frame - offset + 1) / fps * RATE - 1e-6))
        inside = values[max(begin, 0) : max(end, 0)]
        assert value == pytest.approx(inside.max(initial=0), abs=1e-5)


# ───────────── an edit is checked at once ─────────────


def test_a_check_after_an_edit_takes_milliseconds(folder: Path) -> None:
    write(folder / "song.wav", kick(120, 8000), rate=8000)
    line = 'camera: translate_z 4 + 20 * audio("song.wav", low=20, high=150, release=0.25s)'
    compiled(folder, line)
    seconds = []
    for number in range(5):
        began = time.process_time()
        compiled(folder, line, f"# edit {number}")
        seconds.append(time.process_time() - began)
    print(f"check with two minutes of sound: {min(seconds) * 1000:.1f} ms")
    assert min(seconds) < 0.5
