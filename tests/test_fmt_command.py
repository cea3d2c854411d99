"""`discoscript fmt`: what it writes, shows and returns."""

import io
import os
import sys
from pathlib import Path

import pytest
from commands import discoscript

from discoscript.cli import main
from discoscript.errors import Exit

UNTIDY = "disco 1\ncamera:\n  zoom  1.02   # slowly\n"
TIDY = "disco 1\n\ncamera:\n    zoom 1.02  # slowly\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output and error output of `discoscript fmt` in this process."""
    code = main(["fmt", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_script_is_rewritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = folder / "a.disco"
    script.write_text(UNTIDY)
    script.chmod(0o640)
    assert ran(capsys, "a.disco") == (Exit.OK, "a.disco: formatted\n1 script formatted\n", "")
    assert script.read_text() == TIDY
    assert script.stat().st_mode & 0o777 == 0o640
    assert os.listdir(folder) == ["a.disco"]


def test_a_tidy_script_is_not_touched(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = folder / "a.disco"
    script.write_text(TIDY)
    os.utime(script, ns=(1, 1))
    assert ran(capsys, "a.disco") == (Exit.OK, "1 script left as it was\n", "")
    assert script.stat().st_mtime_ns == 1


def test_a_link_stays_a_link(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "real.disco").write_text(UNTIDY)
    (folder / "link.disco").symlink_to("real.disco")
    assert ran(capsys, "link.disco")[0] == Exit.OK
    assert (folder / "link.disco").is_symlink() and (folder / "real.disco").read_text() == TIDY


def test_line_ends_of_other_systems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert ran(capsys, "a.disco")[0] == Exit.OK
    assert (folder / "a.disco").read_bytes() == TIDY.encode()


def test_folders_are_walked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lib").mkdir()
    (folder / ".trash").mkdir()
    for name in ("a.disco", "lib/b.disco", ".trash/c.disco", "notes.txt"):
        (folder / name).write_text(UNTIDY)
    code, out, _ = ran(capsys, ".", "a.disco")
    assert code == Exit.OK
    assert out.splitlines() == [
        "a.disco: formatted",
        "lib/b.disco: formatted",
        "2 scripts formatted",
    ]
    assert (folder / "notes.txt").read_text() == UNTIDY
    assert ran(capsys, ".trash")[0] == Exit.OK
    assert (folder / ".trash/c.disco").read_text() == TIDY


def test_a_folder_without_scripts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, folder)
    assert code == Exit.USAGE and "there are no scripts in" in err


def test_check_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_text(UNTIDY)
    (folder / "b.disco").write_text(TIDY)
    code, out, _ = ran(capsys, "--check", "a.disco", "b.disco")
    assert code == Exit.SCRIPT
    assert out == "a.disco: would change\n1 script would change, 1 left as it was\n"
    assert (folder / "a.disco").read_text() == UNTIDY
    assert ran(capsys, "--check", "b.disco")[0] == Exit.OK


def test_diff_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_text(UNTIDY.rstrip())
    code, out, _ = ran(capsys, "--diff", "a.disco")
    assert code == Exit.SCRIPT
    assert out == (
        "--- a.disco\n+++ a.disco\n@@ -1,3 +1,4 @@\n disco 1\n+\n camera:\n"
        "-  zoom  1.02   # slowly\n\\ No newline at end of file\n+    zoom 1.02  # slowly\n"
    )
    assert (folder / "a.disco").read_text() == UNTIDY.rstrip()
    (folder / "a.disco").write_text(TIDY)
    assert ran(capsys, "--diff", "a.disco") == (Exit.OK, "", "")


def test_a_diff_on_a_terminal_is_in_colours_and_harmless(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    (folder / "a.disco").write_text("zoom  1 # \x1b[2J\n")
    _, out, _ = ran(capsys, "--diff", "a.disco")
    assert "\x1b[31m-zoom  1 #  [2J\x1b[0m\n\x1b[32m+zoom 1  #  [2J\x1b[0m\n" in out


def test_mistakes_are_shown_and_the_rest_is_formatted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.disco").write_text("disco 1\ncamera:\n  zoom  1 1\n  angle  2\n")
    code, out, err = ran(capsys, "a.disco")
    assert code == Exit.SCRIPT and "a.disco: formatted" in out
    assert (folder / "a.disco").read_text() == ("disco 1\n\ncamera:\n    zoom  1 1\n    angle 2\n")
    assert "error[D008]" in err and "--> a.disco:4:13" in err and "a.disco: 1 error" in err


def test_what_a_line_means_is_not_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_text("disco 1\ncamera: zooom 1\n")
    assert ran(capsys, "a.disco") == (Exit.OK, "1 script left as it was\n", "")


def test_fix(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_text(
        'camera:\n  rotation_3d_y 3\n  zoom "0: (1)"\nfov 3 @ 0-4\nlet a = missing\n'
    )
    code, out, err = ran(capsys, "--fix", "a.disco")
    assert (folder / "a.disco").read_text() == (
        "disco 1\n\ncamera:\n    rotate_y 3\n    zoom [0: 1]\n\n"
        "camera: fov 3 @ 0..4\nlet a = missing\n"
    )
    assert "a.disco:2:3: fixed D103: `rotation_3d_y` is called `rotate_y` here" in out
    assert [line.split()[2] for line in out.splitlines() if " fixed " in line].count("D308:") == 1
    assert out.endswith("a.disco: formatted\n1 script formatted\n")
    assert code == Exit.SCRIPT
    assert "error" in err and "missing" in err and "D103" not in err


def test_a_script_that_is_fixed_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_text("disco 1\nprompt “a sea”\ncamera: rotation_3d_y 1 @ 0..4\n")
    code, _, err = ran(capsys, "--fix", "--check", "a.disco")
    assert code == Exit.SCRIPT and "D006" in err
    assert ran(capsys, "--fix", "a.disco")[0] == Exit.OK
    assert (folder / "a.disco").read_text() == (
        'disco 1\nprompt "a sea"\ncamera: rotate_y 1 @ 0..4\n'
    )


class Stdin:
    """An input with these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_from_the_input_to_the_output(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(UNTIDY.encode()))
    assert ran(capsys, "-") == (Exit.OK, TIDY, "")
    monkeypatch.setattr(sys, "stdin", Stdin('prompt  "é'.encode()))
    code, out, err = ran(capsys, "-", "--stdin-path", "clips/sea.disco")
    assert (code, out) == (Exit.SCRIPT, 'prompt  "é\n')
    assert "error[D003]" in err and "--> clips/sea.disco:1:9" in err
    monkeypatch.setattr(sys, "stdin", Stdin(UNTIDY.encode()))
    assert ran(capsys, "-", "--check") == (Exit.SCRIPT, "-: would change\n", "")
    monkeypatch.setattr(sys, "stdin", Stdin("disco 1\nprompt “a”\n".encode()))
    code, out, err = ran(capsys, "-", "--fix")
    assert (code, out) == (Exit.OK, 'disco 1\nprompt "a"\n') and "-:2:8: fixed D006" in err
    monkeypatch.setattr(sys, "stdin", Stdin(b"\xff"))
    assert ran(capsys, "-")[0] == Exit.USAGE


def test_as_an_editor_starts_it(folder: Path) -> None:
    (folder / "a.disco").write_text(UNTIDY)
    result = discoscript("fmt", "--check", "a.disco", cwd=folder)
    assert (result.returncode, result.stderr) == (Exit.SCRIPT, "")


@pytest.mark.parametrize(
    "arguments", [["none.disco"], ["-", "a.disco"], ["--stdin-path", "x", "a.disco"]]
)
def test_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (folder / "a.disco").write_text(UNTIDY)
    code, out, err = ran(capsys, *arguments)
    assert (code, out) == (Exit.USAGE, "") and err.startswith("error: ")
    assert (folder / "a.disco").read_text() == UNTIDY


@pytest.mark.skipif(os.name == "nt" or os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_refuses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.disco").write_text(UNTIDY)
    folder.chmod(0o500)
    code, _, err = ran(capsys, "a.disco")
    folder.chmod(0o700)
    assert code == Exit.DISK and "cannot write a.disco" in err


def test_a_disk_that_is_full(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    (folder / "a.disco").write_text(UNTIDY)
    monkeypatch.setattr(os, "fsync", full)
    code, _, err = ran(capsys, "a.disco")
    assert code == Exit.DISK and "cannot write a.disco: no space left on device" in err
    assert (folder / "a.disco").read_text() == UNTIDY and os.listdir(folder) == ["a.disco"]
