"""Diagnostics for other programs: JSON, GitHub's workflow commands, SARIF."""

import json
import re

import pytest

from discoscript.pipeline import compile_text
from discoscript.text.codes import CODES
from discoscript.text.formats import FORMATS, Checked, diagnostics_json
from discoscript.text.places import ends, line_at, place, where
from discoscript.text.source import Source, Span

#: A mistake behind an emoji (two UTF-16 units), one with a second place, one with a fix.
BAD = """disco 1
scene: frames 24
prompt "🌊 sea" 2/s
camera:
    zoom 1 @ 0..12
    zoom 1.1 @ 8..20
    tranlate_x 3
"""


def written(name, text=BAD, path="my clips/one, two: 50%.disco"):
    """What a format makes of a script."""
    compiled = compile_text(text, path)
    return FORMATS[name].write([Checked(compiled.source, compiled.diagnostics)])


def as_json(text, path):
    compiled = compile_text(text, path)
    return diagnostics_json([Checked(compiled.source, compiled.diagnostics)])


def unescaped(text):
    for sign, code in ((",", "%2C"), (":", "%3A"), ("\n", "%0A"), ("\r", "%0D"), ("%", "%25")):
        text = text.replace(code, sign)
    return text


# ───────────── places ─────────────


def test_a_place_counts_in_characters_and_in_utf16_units() -> None:
    source = Source("a.disco", 'x\nprompt "🌊🏖 sea"\n')
    found = place(source, source.text.index("sea"))
    assert (found.line, found.column, found.column_utf16, found.offset) == (2, 12, 14, 13)
    assert line_at(source, found.offset) == 'prompt "🌊🏖 sea"'
    assert where(source, Span(found.offset, found.offset + 3)) == "a.disco:2"
    first, last = ends(source, Span(0, len(source.text)))
    assert (first.line, first.column, last.line, last.column) == (1, 1, 3, 1)


# ───────────── JSON ─────────────


def test_json_has_every_diagnostic_with_its_place() -> None:
    said = as_json(BAD, "my clips/one, two: 50%.disco")
    assert said["format"] == "discoscript-diagnostics" and said["version"] == 1
    assert said["files"] == [
        {"file": "my clips/one, two: 50%.disco", "errors": 3, "warnings": 0, "hints": 0}
    ]
    rate, overlap, typo = said["diagnostics"]
    assert [d["code"] for d in said["diagnostics"]] == ["D211", "D301", "D101"]
    assert BAD[rate["start"]["offset"] : rate["end"]["offset"]] == "2/s"
    assert rate["start"] == {"line": 3, "column": 16, "offset": 40}
    assert overlap["slug"] == "overlapping-ranges" and overlap["severity"] == "error"
    assert overlap["related"][0]["label"] == "first here"
    assert overlap["related"][0]["start"]["line"] == 5 and overlap["fix"] is None
    (edit,) = typo["fix"]["edits"]
    at = slice(edit["start"]["offset"], edit["end"]["offset"])
    assert (BAD[at], edit["text"]) == ("tranlate_x", "translate_x")


def test_json_of_a_sound_script_is_empty() -> None:
    said = as_json('disco 1\nprompt "a"\n', "a.disco")
    assert said["diagnostics"] == [] and said["files"][0]["errors"] == 0


# ───────────── GitHub ─────────────


def test_github_gets_a_command_for_each_line() -> None:
    first, second, third = written("github").splitlines()
    assert first.startswith(
        "::error file=my clips/one%2C two%3A 50%25.disco,"
        "line=3,col=16,endLine=3,endColumn=19,title=D211 rate-not-allowed::"
    )
    assert "title=D301 overlapping-ranges::two lines set `zoom` on frames 8 to 11%0A" in second
    for line in (first, second, third):
        found = re.fullmatch(r"::(error|warning|notice) ([^\n:]*)::(.*)", line)
        assert found is not None
        properties = dict(p.split("=", 1) for p in found[2].split(","))
        assert unescaped(properties["file"]) == "my clips/one, two: 50%.disco"


def test_github_has_no_columns_where_a_mistake_runs_over_lines() -> None:
    said = written("github", 'disco 1\nprompt """a\n  b\n', "a.disco")
    line = next(line for line in said.splitlines() if "D004" in line)
    found = re.match(r"::error (.*?)::", line)
    assert found is not None
    names = [p.split("=")[0] for p in found[1].split(",")]
    assert names in (
        ["file", "line", "endLine", "title"],
        ["file", "line", "col", "endLine", "endColumn", "title"],
    )
    lines = dict(p.split("=") for p in found[1].split(","))
    assert ("col" in lines) == (lines["line"] == lines["endLine"])


def test_github_says_nothing_of_a_sound_script() -> None:
    assert written("github", 'disco 1\nprompt "a"\n', "a.disco") == ""


# ───────────── SARIF ─────────────


def test_sarif_has_the_rules_and_the_results() -> None:
    log = json.loads(written("sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0" and run["columnKind"] == "utf16CodeUnits"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [row.code for row in CODES]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            region = location["physicalLocation"]["region"]
            first = region["startLine"], region["startColumn"]
            assert (1, 1) <= first <= (region["endLine"], region["endColumn"])


def test_sarif_columns_count_utf16_units() -> None:
    run = json.loads(written("sarif"))["runs"][0]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 17, "endLine": 3, "endColumn": 20}


def test_sarif_fixes_replace_the_mistake() -> None:
    run = json.loads(written("sarif"))["runs"][0]
    (fix,) = run["results"][2]["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    line = BAD.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "tranlate_x"
    assert replacement["insertedContent"] == {"text": "translate_x"}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("my clips/one, two: 50%.disco", "my%20clips/one%2C%20two%3A%2050%25.disco"),
        ("/clips/a b.disco", "file:///clips/a%20b.disco"),
    ],
)
def test_sarif_names_files_as_uris(path: str, uri: str) -> None:
    run = json.loads(written("sarif", path=path))["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {uri}
