"""The sample scripts through the whole check, and the script with a mistake in every line."""

from pathlib import Path

import pytest

from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import Severity, severity

SAMPLES = Path(__file__).parents[1] / "samples"

#: Diagnostics of `bad/multi.disco`: line, code. Every mistake once; what a broken line means is
#: not judged, and nothing is said about what is missing.
MULTI = [
    (4, "D008"),
    (6, "D119"),
    (8, "D007"),
    (10, "D003"),
    (12, "D119"),
    (12, "D012"),
    (15, "D005"),
    (16, "D401"),
    (17, "D010"),
    (18, "D011"),
    (19, "D007"),
    (20, "D007"),
    (21, "D102"),
    (22, "D008"),
    (23, "D012"),
]


def found(path):
    result = compile_text(path.read_text(encoding="utf-8"), path.name)
    return [
        (result.source.position(d.span.start)[0], d.code, severity(d)) for d in result.diagnostics
    ]


@pytest.mark.parametrize("name", ["01_two_lines", "04_camera3d", "05_camera2d"])
def test_samples_of_what_is_built_have_no_errors(name):
    path = SAMPLES / f"{name}.disco"
    assert [f for f in found(path) if f[2] is not Severity.HINT] == []
    assert compile_text(path.read_text(encoding="utf-8")).schedule is not None


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.disco")), ids=lambda path: path.stem)
def test_the_other_samples_only_say_what_is_not_built(path):
    assert {code for _, code, kind in found(path) if kind is Severity.ERROR} <= {"D119"}


def test_every_mistake_of_a_bad_script_is_told_once():
    assert [(line, code) for line, code, _ in found(SAMPLES / "bad/multi.disco")] == MULTI
