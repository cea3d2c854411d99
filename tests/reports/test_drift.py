"""Drift, contrast, saturation and flicker of pictures whose drift is known."""

import json
from pathlib import Path

import numpy as np
import pytest
from commands import ran

from discoscript.frames.renderer import Picture
from discoscript.reports.drift import Measures, advice, measured
from discoscript_engine.motion.flicker import flicker

CARDS = ("--renderer", "testcard")


def noise(seed: int, gain: float = 60, colour: tuple[int, int, int] = (128, 110, 90)) -> Picture:
    """Soft noise around a colour, 64 x 96."""
    grid = np.random.default_rng(seed).normal(0, gain, (8, 12, 1))
    soft = np.kron(grid, np.ones((8, 8, 1)))
    return np.clip(soft + np.array(colour), 0, 255).astype(np.uint8)


def still(*pictures: Picture, starts: tuple[int, ...] = (0,)) -> Measures:
    return measured(pictures, starts, flicker)


def test_a_film_that_stands_still() -> None:
    found = still(*[noise(1)] * 8)
    assert np.allclose(found.colors, 0) and np.allclose(found.flicker[1:], 0, atol=1e-6)
    assert np.isnan(found.flicker[0])
    assert not advice(found)


def test_colours_that_wander() -> None:
    wander = [noise(1, colour=(128, 110 - 9 * n, 90 + 9 * n)) for n in range(9)]
    found = still(*wander)
    assert np.all(np.diff(found.colors) > 0)
    (drifted, *_) = advice(found)
    assert "color_match" in drifted.help and "`cut @" in drifted.help
    assert (drifted.first, drifted.end) == (0, 9)


def test_a_segment_is_measured_against_its_own_first_frame() -> None:
    other = noise(1, colour=(60, 128, 128))
    found = still(*[noise(1)] * 6, *[other] * 6, starts=(0, 6))
    assert np.allclose(found.colors, 0) and np.isnan(found.flicker[6])
    assert not advice(found)


def test_contrast_that_fades() -> None:
    found = still(*[noise(1, gain=60 * 0.85**n) for n in range(9)])
    assert any("the contrast ends at" in each.found for each in advice(found))


def test_motion_is_no_flicker_and_flicker_is() -> None:
    """The same picture, moved: only what the motion does not explain counts."""
    large = np.kron(np.random.default_rng(3).normal(0, 40, (30, 30, 1)), np.ones((8, 8, 3)))
    large = np.clip(large + 128, 0, 255).astype(np.uint8)
    moved = [large[n : n + 128, n : n + 160] for n in range(8)]
    assert np.nanmean(still(*moved).flicker) < 0.02
    nervous = [np.clip(m.astype(int) + 40 * (n % 2), 0, 255).astype(np.uint8)
               for n, m in enumerate(moved)]  # fmt: skip
    found = still(*nervous)
    assert np.nanmean(found.flicker) > 0.08
    assert any("it flickers" in each.found for each in advice(found))


SCRIPT = """disco 1
scene:
    frames 8
    size 64x64
    seed 1
prompt "a beach"
cut @ 6
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    path = tmp_path / "beach.disco"
    path.write_text(SCRIPT)
    return path


def test_the_command(script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "drift", script, *CARDS)
    assert code == 2 and "render it first" in err
    assert ran(capsys, "render", script, *CARDS, "--frames", "0..4")[0] == 0
    out = ran(capsys, "drift", script, *CARDS)[1]
    assert "of 8 frames the first 4 are rendered" in out
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    drawn = tmp_path / "drift.png"
    out = ran(capsys, "drift", script, *CARDS, "-o", drawn)[1]
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["0..6", "6..8"]
    assert drawn.stat().st_size > 5000
    found = json.loads(ran(capsys, "drift", script, *CARDS, "--json")[1])
    assert found["starts"] == [0, 6] and len(found["colors"]) == 8
    assert found["flicker"][0] is None and found["flicker"][6] is None
