"""`discoscript params`: what is found, in which order, and what is said about it."""

import json

import pytest
from commands import ran

from discoscript.errors import Exit
from discoscript.parameters import PARAMETERS, Parameter
from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import Severity, severity
from discoscript.views.settings import example, search, setting_lines

ZOOM = """camera.zoom
  Scale; above 1 moves in.
  value       number, in times per frame
  default     1
  typical     0.8 to 1.25
  limits      above 0
  changes     over the frames
  modes       2d
  also        zoom (Disco Diffusion)
  example     camera: zoom 1.07
              camera: zoom 1 -> 1.07 @ 0..2s ease in-out
"""


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("zoom", "camera.zoom"),
        ("camera.zoom", "camera.zoom"),
        ("rotation_3d_y", "camera.rotate_y"),
        ("tranlate_z", "camera.translate_z"),
        ("max_frames", "scene.frames"),
        ("field of view", "camera.fov"),
        ("previous frame", "coherence.frames_scale"),
        ("smoothness", "guidance.tv_scale"),
        ("turbo steps", "turbo.steps"),
    ],
)
def test_the_best_fit_is_first(words: str, first: str) -> None:
    assert search(words.split())[0].key == first


def test_nothing_is_found_for_words_that_mean_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, "params", "xyzzy")
    assert code == Exit.USAGE and out == "" and "no setting is about `xyzzy`" in err


def test_a_setting_has_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "params", "zoom") == (Exit.OK, ZOOM, "")


def test_a_group_is_a_list_within_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = ran(capsys, "params", "--group", "camera")
    lines = out.splitlines()
    rows = [row for row in PARAMETERS if row.group == "camera"]
    assert len(lines) == len(rows) + 1 and max(map(len, lines)) <= 80
    assert all(line.startswith(row.key) for line, row in zip(lines[1:], rows, strict=True))
    _, everything, _ = ran(capsys, "params")
    assert all(row.key in everything for row in PARAMETERS)


def test_json_has_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = ran(capsys, "params", "--json")
    found = json.loads(out)["parameters"]
    assert [f"{p['group']}.{p['name']}" for p in found] == [row.key for row in PARAMETERS]
    assert all(p["example"] and p["doc"] for p in found)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.key)
def test_the_example_of_every_row_is_read_by_the_checker(row: Parameter) -> None:
    """It has no mistake of its own; what it needs besides (a length, a file) may be missing."""
    outside = {
        "D320",
        "D503",
        "D401",
        "D404",
        "D407",
        "D501",
        "D108",
        "D803",
        "D414",
        "D402",
        "D403",
    }
    for line in example(row):
        found = compile_text(f'disco 1\nprompt "a"\n{line}\n').diagnostics
        bad = [d for d in found if d.code not in outside and severity(d) is Severity.ERROR]
        assert [(d.code, d.message) for d in bad] == []


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.key)
def test_every_page_fits_a_narrow_terminal(row: Parameter) -> None:
    assert all(len(line) <= 80 for line in setting_lines([row], 80))
