"""`discoscript explain`: pages of codes, entries of the reference, and what is near."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, discoscript, environment

from discoscript.cli import main
from discoscript.errors import Exit
from discoscript.expressions.easing import EASINGS
from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS
from discoscript.reference import curves, words
from discoscript.text.codes import CODES


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and error output."""
    code = main(["explain", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_code_has_its_page_and_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explained(capsys, "D301")
    assert code == Exit.OK and out.startswith("# D301: two lines set one setting")
    message, right = out.index("error[D301]: two lines set `translate_z`"), out.index("Right:")
    assert out.index("Wrong:") < message < right


def test_a_slug_and_small_letters_are_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    pages = [explained(capsys, word)[1] for word in ("D301", "d301", "overlapping-ranges")]
    assert len(set(pages)) == 1


def test_without_a_word_the_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explained(capsys)
    assert code == Exit.OK
    for row in CODES:
        assert f"  {row.code}  {row.slug} " in out
    assert "the script has no version line (hint)" in out


def test_curves_are_listed_with_their_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in explained(capsys, "curves")[1].splitlines() if "  " in line]
    assert [line.split("  ")[1] for line in lines] == [curves.usage(name) for name in EASINGS]
    assert lines[0].startswith("▁▁▂▂▂▃▃▃▃▄▄▄▅▅▅▆▆▆▆▇▇▇██  linear"), lines[0]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("zoom", ["## camera.zoom", "default: `1`", "usual: 0.8 to 1.25", "modes: 2d"]),
        ("camera.zoom", ["## camera.zoom"]),
        ("rotation_3d_y", ["## camera.rotate_y", "in Disco Diffusion: `rotation_3d_y`"]),
        ("steps", ["## diffusion.steps", "## turbo.steps", "## ease steps(n)", "`tiny`: `25`"]),
        ("camera", ["## camera", "| `fov` |"]),
        ("frame", ["## `frame`", "frames since the start of the scene"]),
        ("wave", ["## wave(period, shape=sine, phase=0)", "wave(24, shape=saw)"]),
        ("functions", ["clamp(x, low, high)", "seconds since the start of the scene"]),
        ("statements", ["## `prompt`", "may stand in"]),
        ("settings", ["## output", "## scene"]),
        ("clocks", ["| `seconds` |", "| `tau` |"]),
    ],
)
def test_words_lead_to_the_reference(
    capsys: pytest.CaptureFixture[str], word: str, parts: list[str]
) -> None:
    code, out, _ = explained(capsys, word)
    assert code == Exit.OK and [part for part in parts if part not in out] == []


def test_every_word_has_an_entry() -> None:
    assert [word for word in words.all_words() if not words.entries(word)] == []
    assert {*EASINGS, *FUNCTIONS, *CLOCKS, *CONSTANTS} <= set(words.all_words())


@pytest.mark.parametrize(
    ("word", "help"),
    [("zoomm", ""), ("D331", "did you mean"), ("qqqqqq", "lists the codes")],
)
def test_an_unknown_word(capsys: pytest.CaptureFixture[str], word: str, help: str) -> None:
    code, out, err = explained(capsys, word)
    assert code == Exit.USAGE and out == ""
    assert f"nothing is called `{word}`" in err and help in err and "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="no pty")
@pytest.mark.parametrize(
    ("word", "part"),
    [("D301", "error[D301]"), ("curves", "in-out-bounce"), ("camera.zoom", "0.8 to 1.25")],
)
def test_on_a_terminal_it_is_laid_out(word: str, part: str) -> None:
    """Headings and code without their Markdown marks, in colour."""
    shown = on_a_terminal("explain", word)
    assert "```" not in shown and "\n#" not in shown and "\x1b[" in shown
    assert part in shown


@pytest.mark.skipif(os.name == "nt", reason="no pty")
def test_a_terminal_is_told_once_where_there_is_more(tmp_path: Path) -> None:
    """About the first error; hints alone are not worth a line, nor is a pipe."""
    script = tmp_path / "beach.disco"
    script.write_text('prompt "a"\nprompt "b" 0\ncamera: fov 200 @ 0..24\ncamera: zom 1\n')
    shown = on_a_terminal("check", script)
    assert shown.count("discoscript explain") == 1 and "discoscript explain D203" in shown
    assert "discoscript explain" not in discoscript("check", script).stderr
    script.write_text('prompt "a"\n')
    shown = on_a_terminal("check", script)
    assert "hint" in shown and "discoscript explain" not in shown


def on_a_terminal(*arguments: str | Path) -> str:
    """What `discoscript ARGUMENTS` shows on a terminal."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "discoscript", *map(str, arguments)]
    env = environment(TERM="xterm-256color", COLUMNS="100")
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=slave, stderr=slave)
    os.close(slave)
    shown = _drained(master)
    process.wait(60)
    return shown


def _drained(master: int) -> str:
    data = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not piece:
            break
        data += piece
    os.close(master)
    return data.decode()
