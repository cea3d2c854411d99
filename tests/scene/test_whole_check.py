"""The sample scripts through the whole check, and the script with a mistake in every line."""

from pathlib import Path

import pytest

from discoscript.pipeline import compile_text
from discoscript.project import Project
from discoscript.text.diagnostics import Severity, severity

SAMPLES = Path(__file__).parents[1] / "samples"

#: Diagnostics of `bad/multi.disco`: line, code. Every mistake once; what a broken line means is
#: not judged, and nothing is said about what is missing.
MULTI = [
    (4, "D008"),
    (8, "D007"),
    (9, "D801"),
    (10, "D003"),
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
    text = path.read_text(encoding="utf-8")
    result = compile_text(text, path.name, Project(path.parent))
    return [
        (result.source.position(d.span.start)[0], d.code, severity(d)) for d in result.diagnostics
    ]


#: This one only exercises the syntax: its times do not fit together.
ONLY_SYNTAX = "14_everything_inline"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.disco")), ids=lambda path: path.stem)
def test_samples_have_no_errors(path):
    errors = [f for f in found(path) if f[2] is Severity.ERROR]
    assert path.stem == ONLY_SYNTAX or errors == []


def test_every_mistake_of_a_bad_script_is_told_once():
    assert [(line, code) for line, code, _ in found(SAMPLES / "bad/multi.disco")] == MULTI
