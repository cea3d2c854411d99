"""What the documents show is what the program does."""

import re
import subprocess
import sys

import pytest
from checks.cases import TAKEN_FOR_GRANTED
from checks.diagnose import Folder
from commands import ROOT

from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import Severity, draw, severity

README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = re.findall(
    r"^```disco(.*?)$\n(.*?)^```$",
    (ROOT / "docs" / "language.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)
SCRIPTS = re.findall(r"```disco\n(.*?)```", README, re.DOTALL)
SHOWN = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
#: The files that the guide's scripts name.
FILES = {
    "song.wav": "",
    "dance.mp4": "96 frames at 24 fps",
    "refs/wave.png": "",
    "refs/harbour.jpg": "",
}
EXAMPLES = sorted((ROOT / "examples").glob("*.disco"))


def errors(text: str) -> list[str]:
    found = compile_text(text).diagnostics
    return [d.code for d in found if severity(d) is Severity.ERROR]


def test_the_scripts_of_the_readme_have_the_errors_that_it_says() -> None:
    assert [errors(script) for script in SCRIPTS] == [[], [], ["D301"], []]


def test_the_message_in_the_readme_is_the_one_that_is_drawn() -> None:
    clash = next(script for script in SCRIPTS if errors(script))
    compiled = compile_text(clash, "clash.disco")
    drawn = draw(compiled.diagnostics, compiled.source)
    assert [line.rstrip() for line in SHOWN[-1].splitlines()] == [
        line.rstrip() for line in drawn.splitlines()
    ]


@pytest.mark.parametrize(
    ("words", "script"), GUIDE, ids=[script.strip().partition("\n")[0] for _, script in GUIDE]
)
def test_the_scripts_of_the_guide_are_right(words: str, script: str) -> None:
    """They may be short: without a prompt or a length."""
    found = compile_text(script, files=Folder(FILES)).diagnostics
    wrong = [d for d in found if d.code not in TAKEN_FOR_GRANTED]
    assert [f"{d.code}: {d.message}" for d in wrong] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_say_nothing_wrong(path) -> None:
    found = compile_text(path.read_text(encoding="utf-8")).diagnostics
    assert [d.code for d in found if d.code != "D014"] == []


def test_the_reference_is_as_the_tables_say() -> None:
    """`docs/reference/` is generated; after a change of a table it has to be written anew."""
    check = [sys.executable, "docs/generate.py", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"run `make docs` (python docs/generate.py): {done.stdout}"
