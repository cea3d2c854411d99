"""What a run leaves to read: a page without danger, the same as JSON, and a list of runs."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from commands import ran

from discoscript.frames import testcard
from discoscript.reports.keeping import kept
from discoscript.reports.page import page
from discoscript.reports.run_report import KEPT, from_json, to_json

CARDS = ("--renderer", "testcard")
EVIL = '<script>alert(1)</script> "><img src=x onerror=alert(2)> ${body}'

BEACH = """disco 1
scene "Beach":
    frames 6
    size 64x64
    fps 12
    seed 3
prompt "a beach"
camera: angle 0 -> 3 @ 0..6
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    path = tmp_path / "film" / "beach.disco"
    path.parent.mkdir()
    path.write_text(BEACH)
    return path


def out(script: Path) -> Path:
    return script.parent / "out" / "beach"


class Tags(HTMLParser):
    """The elements of a page, and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs


def tags(text: str) -> Tags:
    found = Tags()
    found.feed(text)
    return found


def test_a_run_is_told_of(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    (report,) = kept(out(script))
    assert (report.title, report.frames, report.size, report.seed) == ("Beach", 6, (64, 64), 3)
    assert [index for index, _ in report.rendered] == [0, 1, 2, 3, 4, 5]
    assert report.ended == "finished" and report.result.endswith("beach.mp4")
    settings = {each.name: (each.value, each.by) for each in report.settings}
    assert settings["camera.angle"] == ("0 -> 2.5", "script")
    assert [(w.text, w.first, w.end, w.weight) for w in report.prompts] == [("a beach", 0, 6, "1")]
    text = (out(script) / "report.html").read_text()
    assert "6 rendered in" in text and "data:image/jpeg" in text and "data:image/png" in text


def test_a_run_that_renders_nothing_leaves_the_last_one(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    before = (out(script) / "report.html").read_bytes()
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    assert len(list(kept(out(script)))) == 1
    assert (out(script) / "report.html").read_bytes() == before


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (OSError("no GPU"), 3)])
def test_a_run_that_did_not_end_well(
    error: BaseException,
    code: int,
    script: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    render = testcard.TestCards.render

    def third_fails(self: testcard.TestCards, job: object, *others: object) -> object:
        if getattr(job, "seed", 0) == 3 + 2:
            raise error
        return render(self, job, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(testcard.TestCards, "render", third_fails)
    assert ran(capsys, "render", script, *CARDS)[0] == code
    (report,) = kept(out(script))
    assert [index for index, _ in report.rendered] == [0, 1]
    words = "interrupted" if code == 130 else "frame 2 could not be rendered: no GPU"
    assert report.ended == words


def test_the_page_runs_nothing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a stranger's script says, it is text."""
    quoted = EVIL.replace('"', '\\"').replace("{", "{{").replace("}", "}}")
    words = BEACH.replace("a beach", quoted).replace("Beach", "<b>B</b>")
    script.write_text(words)
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    text = (out(script) / "report.html").read_text()
    found = tags(text)
    assert "script" not in found.names and "b" not in found.names
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert all(
        str(v).startswith("data:") for name, v in found.attributes if name in ("src", "href")
    )
    assert "default-src 'none'" in text and "$body" not in text.replace("${body}", "")


def test_json_and_back(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "render", script, *CARDS)
    (report,) = kept(out(script))
    assert from_json(to_json(report)) == report
    text = to_json(report)
    for broken in (
        "",
        "[]",
        "{",
        text.replace("discoscript-run", "x"),
        text.replace('"fps"', '"f"'),
    ):
        with pytest.raises(ValueError):
            from_json(broken)
    assert page(replace(report, rendered=()), b"", b"")


def test_the_list_of_runs(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "report", script)
    assert code == 2 and "there is no report of" in err
    ran(capsys, "render", script, *CARDS)
    (report,) = kept(out(script))
    for number in range(KEPT + 5):
        older = replace(report, began=f"2025-01-01T00:{number:02}:00")
        (out(script) / "runs" / f"{older.name}.json").write_text(to_json(older))
    (out(script) / "runs" / "2024.json").write_text("rubbish")
    script.write_text(BEACH.replace("0 -> 3", "0 -> 4"))
    ran(capsys, "render", script, *CARDS)
    text = ran(capsys, "report", script)[1]
    assert text.splitlines()[0].split() == ["BEGAN", "RENDERED", "OF", "TOOK", "ENDED"]
    assert text.splitlines()[-1] == str(out(script) / "report.html")
    runs = json.loads(ran(capsys, "report", script, "--json")[1])["runs"]
    assert len(runs) == KEPT, "the oldest are removed"
    assert [run["began"] for run in runs] == sorted((r["began"] for r in runs), reverse=True)


def test_the_runs_of_a_study_are_listed_too(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(BEACH + 'study "Seeds": scene.seed in [1, 2]\n')
    ran(capsys, "render", script, *CARDS)
    head, *rows, _, page = ran(capsys, "report", script)[1].splitlines()
    assert head.split()[-1] == "STUDY" and len(rows) == 2
    assert {row.split()[-1] for row in rows} == {"Seeds/01-scene.seed-1", "Seeds/02-scene.seed-2"}
    assert Path(page).is_file() and "Seeds" in page


def test_a_report_that_can_not_be_written_stops_nothing(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out(script).mkdir(parents=True)
    (out(script) / "runs").write_text("in the way")
    code, _, err = ran(capsys, "render", script, *CARDS)
    assert code == 0 and "cannot write the report" in err
