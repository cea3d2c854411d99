"""The JSON schedule: valid, complete, and the same schedule when it is read back."""

import json
from fractions import Fraction

import numpy as np
import pytest
from commands import ROOT
from json_schema import mistakes

from discoscript.parameters import PARAMETERS, Axis, Kind
from discoscript.pipeline import compile_text
from discoscript.schedule.document import document, paths
from discoscript.schedule.runs import runs
from discoscript.text.places import ends

SCHEMA = json.loads((ROOT / "docs" / "schedule.schema.json").read_text(encoding="utf-8"))

ARRAYS = {
    Kind.NUMBER: np.float64,
    Kind.PERCENT: np.float64,
    Kind.WHOLE: np.int64,
    Kind.STEPS_OR_PERCENT: np.int64,
    Kind.TRUTH: np.bool_,
}

#: Everything that a document holds: odd frame rate, moves, layers, cuts, steps, files, morphs.
RICH = """disco 1
scene "Rich 🌊":
    fps 24000/1001
    frames 40
    seed random
    size 128x96
let speed = 2
prompt "watermark" -0.3 @ 0..end
frame 0: prompt "a sea, \\"quoted\\""
frame 16 morph 8: prompt "ein Sturm — 嵐"
frame 30: cut
camera:
    translate_z 1 -> 1/3 @ 0..24 ease in-out
    translate_z += 0.1 * sin(seconds)
    fov 60 @ 12..18
    padding zeros @ 20
diffusion: skip_steps 5
cutouts: ic_pow 1 -> 10 @ 0..1000
init: image "refs/harbour.png"
output: last_frame 1.01s
"""

SCRIPTS = {
    path.name: path.read_text(encoding="utf-8")
    for folder in ("examples", "tests/samples")
    for path in sorted((ROOT / folder).glob("*.disco"))
} | {"rich": RICH}

COMPILED = {name: compile_text(text, name) for name, text in SCRIPTS.items()}
SOUND = [name for name, compiled in COMPILED.items() if compiled.schedule is not None]


def written(name):
    """The document of a script, through its text."""
    compiled = COMPILED[name]
    text = json.dumps(document(compiled.schedule, compiled.source), allow_nan=False)
    return json.loads(text)


def read(found):
    """A document's values as a schedule has them: fixed, frames_of, progress, by parameter."""
    fixed, moving, progress = {}, {}, {}
    for row in PARAMETERS:
        part = found["parameters"][row.key]
        if row.axis is Axis.FIXED:
            fixed[row.key] = value(part["value"], row)
        elif row.axis is Axis.PROGRESS:
            progress[row.key] = spread(part["progress"])
        else:
            entries = part["values"] if "values" in part else [part["value"]] * found["frames"]
            array = np.empty(found["frames"], dtype=ARRAYS.get(row.kind, object))
            array[:] = [value(entry, row) for entry in entries]
            moving[row.key] = array
    return fixed, moving, progress


def value(entry, row):
    if isinstance(entry, list):
        return tuple(entry)
    return Fraction(entry) if row.kind is Kind.TIME and entry is not None else entry


def spread(pairs):
    starts = [0, *(end for end, _ in pairs)]
    parts = [
        np.full(end - start, number) for start, (end, number) in zip(starts, pairs, strict=False)
    ]
    return np.concatenate(parts)


def test_enough_scripts_are_looked_at() -> None:
    assert len(SOUND) >= 6 and "rich" in SOUND


@pytest.mark.parametrize("name", SOUND)
def test_documents_suit_the_schema(name: str) -> None:
    assert mistakes(written(name), SCHEMA) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.pop("frames"),
        lambda found: found.update(version=2),
        lambda found: found.update(more=1),
        lambda found: found["parameters"]["camera.fov"].update(value=40.0, values=[40.0]),
        lambda found: found["parameters"]["camera.fov"].update({"from": "nowhere"}),
        lambda found: found["prompts"][0]["weights"].append([0, 1]),
        lambda found: found["assets"].update({"a.png": {"sha256": "abc"}}),
        lambda found: found.update(fps=12.0),
    ],
)
def test_the_schema_refuses_what_is_wrong(spoil) -> None:
    found = written("rich")
    spoil(found)
    assert mistakes(found, SCHEMA) != []


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_lost_on_the_way(name: str) -> None:
    found, schedule = written(name), COMPILED[name].schedule
    fixed, moving, progress = read(found)
    assert fixed == dict(schedule.fixed)
    for key, values in schedule.frames_of.items():
        assert values.tolist() == moving[key].tolist() and values.dtype == moving[key].dtype, key
    for key, values in schedule.progress.items():
        assert np.array_equal(values, progress[key]), key
    assert found["frames"] == schedule.frames and Fraction(found["fps"]) == schedule.fps
    assert (found["width"], found["height"]) == schedule.size and found["mode"] == schedule.mode
    assert tuple(s["start"] for s in found["segments"]) == schedule.starts
    assert found["seed"]["offsets"] == schedule.seeds.tolist()
    assert {key: part["from"] for key, part in found["parameters"].items()} == schedule.sources


@pytest.mark.parametrize("name", SOUND)
def test_prompts_come_back(name: str) -> None:
    found, schedule = written(name), COMPILED[name].schedule
    assert len(found["prompts"]) == len(schedule.prompts)
    for part, row in zip(found["prompts"], schedule.prompts, strict=True):
        weight, present = np.zeros(schedule.frames), np.zeros(schedule.frames, dtype=bool)
        for start, end, number in part["weights"]:
            weight[start:end], present[start:end] = number, True
        assert part["text"] == row.text
        assert np.array_equal(weight, row.weight) and np.array_equal(present, row.present)


@pytest.mark.parametrize("name", SOUND)
def test_the_lines_come_back(name: str) -> None:
    """Every frame names the line that gave its value, in the same place of the same file."""
    found, compiled = written(name), COMPILED[name]
    for key, origin in compiled.schedule.origins.items():
        part = found["parameters"][key]
        for lines, spans in ((part["lines"], origin.spans), (part["layers"], origin.layers)):
            for line, span in zip(lines, spans, strict=True):
                first, last = ends(compiled.source, span)
                file = compiled.source.path_at(span.start)
                assert (line["file"], line["line"], line["column"]) == (
                    file, first.line, first.column
                )  # fmt: skip
                assert (line["end_line"], line["end_column"]) == (last.line, last.column)
        owner = [
            -1 if line is None else line
            for start, end, line in part["given_by"]
            for _ in range(start, end)
        ]
        assert owner == origin.owner.tolist()
    silent = set(found["parameters"]) - set(compiled.schedule.origins)
    assert not any("lines" in found["parameters"][key] for key in silent)


def test_files_are_named_with_their_digest_where_it_is_known() -> None:
    compiled = COMPILED["rich"]
    assert paths(compiled.schedule) == ("refs/harbour.png",)
    assert written("rich")["assets"] == {"refs/harbour.png": {"sha256": None}}
    known = document(compiled.schedule, compiled.source, {"refs/harbour.png": "0" * 64})
    assert known["assets"]["refs/harbour.png"]["sha256"] == "0" * 64
    assert mistakes(json.loads(json.dumps(known)), SCHEMA) == []


def test_a_line_of_the_source_map() -> None:
    fov = written("rich")["parameters"]["camera.fov"]
    assert fov["given_by"] == [[0, 12, None], [12, 18, 0], [18, 40, None]]
    assert (fov["lines"][0]["line"], fov["from"]) == (15, "script")
    assert fov["values"][11:13] == [40.0, 60.0]


def test_runs_of_values() -> None:
    assert runs(np.array([1.0, 1.0, np.nan, np.nan, 2.0]))[0] == (0, 2, 1.0)
    assert [(a, b) for a, b, _ in runs(np.array([1.0, np.nan, np.nan, 2.0]))] == [
        (0, 1), (1, 3), (3, 4)
    ]  # fmt: skip
    assert runs(np.array(["a", None, None], dtype=object)) == [(0, 1, "a"), (1, 3, None)]
    assert runs(np.array([])) == []
