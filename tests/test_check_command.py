"""`discoscript check`: formats, what counts as an error, the input stream."""

import io
import json
import sys
from pathlib import Path

import pytest
from commands import ran

from discoscript.errors import Exit
from discoscript.text.formats import FORMATS

#: A warning (a name that is not used) and a hint (an unusual value).
WARNED = 'disco 1\nlet a = 4\nprompt "a"\nscene: frames 2\ncamera: zoom 2\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "warned.disco").write_text(WARNED)
    (tmp_path / "bad one.disco").write_text("disco 1\nfoo\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], Exit.OK),
        (["--deny", "warnings"], Exit.SCRIPT),
        (["--deny-warnings"], Exit.SCRIPT),
        (["--no-hints"], Exit.OK),
        (["--no-hints", "--deny", "warnings"], Exit.SCRIPT),
        (["--deny", "hints"], Exit.USAGE),
        (["--format", "xml"], Exit.USAGE),
    ],
)
def test_exit_codes(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int
) -> None:
    assert ran(capsys, "check", "warned.disco", *options)[0] == code


def test_a_folder_stands_for_its_scripts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("clips/sea.disco", "clips/.draft/sea.disco"):
        (folder / name).parent.mkdir()
        (folder / name).write_text('disco 1\nprompt "a"\n')
    code, out, err = ran(capsys, "check", ".")
    assert code == Exit.SCRIPT and out.splitlines() == ["clips/sea.disco: no errors"]
    assert "bad one.disco: 1 error" in err and "warned.disco: 1 warning" in err
    code, _, err = ran(capsys, "check", "clips/.draft/..", "empty")
    assert code == Exit.USAGE and "there is no file empty" in err


def test_hints_can_be_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = ran(capsys, "check", "warned.disco")
    assert "hint[D801]" in err and "warning[D110]" in err
    _, _, err = ran(capsys, "check", "warned.disco", "--no-hints")
    assert "hint[D801]" not in err and "warned.disco: 1 warning\n" in err


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_goes_to_the_output_and_keeps_the_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, out, err = ran(capsys, "check", "bad one.disco", "warned.disco", "--format", name)
    assert code == Exit.SCRIPT and err == "" and "D110" in out
    code, out, err = ran(capsys, "check", "warned.disco", "--format", name)
    assert code == Exit.OK and err == ""


def test_json_of_several_files_is_one_object(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(capsys, "check", "bad one.disco", "warned.disco", "--json")
    said = json.loads(out)
    assert [f["file"] for f in said["files"]] == ["bad one.disco", "warned.disco"]
    assert {d["file"] for d in said["diagnostics"]} == {"bad one.disco", "warned.disco"}


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_script_may_come_in_on_the_input_stream(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, b"disco 1\nfoo\n")
    code, _, err = ran(capsys, "check", "-")
    assert code == Exit.SCRIPT and "--> -:2:1" in err
    (folder / "clips").mkdir()
    (folder / "clips" / "start.txt").write_text("no picture")
    piped(monkeypatch, b'disco 1\nprompt "a"\ninit: image "stort.png"\n')
    code, _, err = ran(capsys, "check", "-", "--stdin-path", "clips/draft.disco")
    assert code == Exit.SCRIPT and "--> clips/draft.disco:3:13" in err.replace("\\", "/")


@pytest.mark.parametrize("data", [b"caf\xe9", b"#" * (2**20 + 1)])
def test_an_input_stream_that_is_no_script_is_one_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
) -> None:
    piped(monkeypatch, data)
    code, out, err = ran(capsys, "check", "-")
    assert code == Exit.USAGE and out == "" and err.startswith("error: - is ")
