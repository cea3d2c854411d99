"""Every command line in the documents is typed, in a folder that has what they name.

Those of a command stand in its table row's file: `--help` and docs/reference/commands.md show them.
Test cards stand for the engine, and a server of this machine for where models are fetched from;
`watch` ends after one render. Nothing else is different.
"""

import io
import json
import re
import shlex
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import pytest
from commands import ROOT, ran
from desk import CARDS, furnish
from models.servers import Site, published, row, site, whole

from discoscript.cli import COMMANDS, Command, declare, module_of
from discoscript.commands import cache, models, show
from discoscript.commands._models import Setup
from discoscript.errors import Exit
from discoscript.models.library import Library
from discoscript_engine.model_row import Model

ROWS = {command.name: command for command in COMMANDS}
NAMES = list(ROWS)

#: The pages whose command lines are typed; the tutorial has a test of its own.
PAGES = sorted(p for p in (ROOT / "docs").glob("*.md") if p.name != "tutorial.md")

_FENCE = re.compile(r"^```(?:sh)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def example_lines(command: Command) -> list[str]:
    """The command lines that `--help` shows, without what is said of them."""
    lines = module_of(command).EXAMPLES.splitlines()
    typed = [line.strip() for line in lines if line.startswith("  discoscript ")]
    return [re.split(r"\s{2,}", line)[0] for line in typed]


def page_lines(text: str) -> list[str]:
    """The command lines of a page, without comments."""
    lines = [line for block in _FENCE.findall(text) for line in block.splitlines()]
    return [line.partition(" #")[0] for line in lines if line.startswith("discoscript ")]


# ───────────── typing ─────────────


class Terminal:
    """Types command lines in the current folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, line: str, *more: str) -> tuple[int, str, str]:
        """Exit code, output and error output."""
        _, *words = [name for word in shlex.split(line) for name in _expanded(word)]
        words, source = _without(words, "<")
        words, target = _without(words, ">")
        data = Path(source).read_bytes() if source else b""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        code, out, err = ran(self.capsys, *words, *_quick(words), *more)
        if target:
            Path(target).write_text(out)
        return code, out, err


def _expanded(word: str) -> list[str]:
    """The files that a pattern stands for, as a shell has it."""
    return sorted(glob(word)) or [word] if "*" in word else [word]


def _without(words: list[str], sign: str) -> tuple[list[str], str]:
    """Words without `< FILE`, and the name of the file."""
    if sign not in words:
        return words, ""
    at = words.index(sign)
    return words[:at] + words[at + 2 :], words[at + 1]


def _quick(words: list[str]) -> list[str]:
    """Options that make a command quick and let it end. What is pinned is the engine's."""
    parser = ArgumentParser()
    declare(ROWS[words[0]], parser)
    if words[0] == "lock":
        return []
    if "--locked" in words:
        return ["--frames", "0..1"]
    cards = CARDS if "--renderer" in parser.format_help() else ()
    return [*cards, *(("--once", "--no-preview") if words[0] == "watch" else ())]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, made once."""
    from discoscript.cli import main

    folder = tmp_path_factory.mktemp("desk") / "films"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("DISCOSCRIPT_STORE", "store")

        def discoscript(*words: str) -> None:
            assert main(list(words)) == Exit.OK, words

        furnish(folder, discoscript)
    return folder


def fetchable(server: Site, name: str, file: str) -> Model:
    """A row whose file this machine serves; what is in it is its name."""
    data = file.encode()
    return row(name, published(server.url(f"/{file}", whole(data)), name=file, data=data))


@pytest.fixture
def terminal(
    furnished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Terminal]:
    """A terminal in a copy of the folder."""
    shutil.copytree(furnished, tmp_path / "films")
    monkeypatch.chdir(tmp_path / "films")
    monkeypatch.setenv("DISCOSCRIPT_STORE", "store")
    monkeypatch.setenv("COLUMNS", "100")
    with site() as server:
        table = [fetchable(server, "ViTB32", "ViT-B-32.pt"), fetchable(server, "RN50", "RN50.pt")]
        setup = Setup(table, Library(tmp_path / "models"))
        monkeypatch.setattr(models, "Setup", lambda: setup)
        yield Terminal(capsys, monkeypatch)


# ───────────── the examples of every command ─────────────


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_do_what_they_say(terminal: Terminal, name: str) -> None:
    for line in example_lines(ROWS[name]):
        code, out, err = terminal(line)
        assert code == Exit.OK, f"{line}: {out}{err}"


@pytest.mark.parametrize("name", NAMES)
def test_with_json_the_output_is_one_object(terminal: Terminal, name: str) -> None:
    """Of `watch` it is a stream of them."""
    for line in example_lines(ROWS[name]):
        if "--format" in line or "--frames 10..20" in line:  # a table; the object is always whole
            continue
        code, out, err = terminal(line.partition(" >")[0], "--json")
        assert code == Exit.OK and out.isascii(), f"{line}: {out}{err}"
        found = [json.loads(text) for text in out.splitlines()]
        if name == "watch":
            assert all(each["event"] for each in found), line
        else:
            (one,) = found
            assert one["format"].startswith("discoscript-") and one["version"] == 1, line
            assert f"`{one['format']}`" in FORMATS, "docs/formats.md tells of it"


FORMATS = (ROOT / "docs" / "formats.md").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_with_json_a_failure_is_one_object_too(terminal: Terminal, name: str) -> None:
    code, out, err = terminal(f"discoscript {name} --frobnicate", "--json")
    said = json.loads(out)
    assert said["format"] == "discoscript-failure" and err == ""
    assert code == said["error"]["exit"] == Exit.USAGE and said["error"]["message"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_another_kind_is_no_traceback(terminal: Terminal, name: str) -> None:
    """A folder, nothing, noise, a picture, a pack, and what is not there, in place of a file."""
    Path("empty").touch()
    Path("noise").write_bytes(bytes(range(256)))
    named = (line.split() for line in example_lines(ROWS[name]) if "<" not in line)
    words = next((w for w in named if len(w) > 2 and any(map(_is_file, w))), None)
    if words is None:
        assert name in {"init", "params", "cache", "setup", "explain"}, "it takes no file"
        return
    at = next(place for place, word in enumerate(words) if _is_file(word))
    for odd in ("clips", "empty", "noise", "beach_0012.png", "beach.discopack", "lost/x.disco", ""):
        code, out, err = terminal(shlex.join([*words[:at], odd, *words[at + 1 :]]), "--json")
        objects = [json.loads(line) for line in out.splitlines()]
        assert code in set(Exit) and (len(objects) == 1 or name == "watch"), f"{odd}: {out}{err}"
        if "lost" in odd:
            assert code == Exit.USAGE and "lost" in out, "it is named"


def _is_file(word: str) -> bool:
    return Path(word).is_file() or ":" in word


def test_the_errors_of_a_script_are_in_the_object(terminal: Terminal) -> None:
    Path("beach.disco").write_text('disco 1\nprompt "a"\nscene: zooom 2\n')
    for command in ("plan", "render", "watch --once", "export --disco-diffusion", "pack", "diff"):
        code, out, err = terminal(f"discoscript {command} beach.disco", "--json")
        said = json.loads(out)
        wrong = said["problems"] if command.startswith("watch") else said["error"]["diagnostics"]
        assert code == Exit.SCRIPT and wrong[0]["code"] == "D101" and err == "", command


def test_two_formats_at_once_are_refused(terminal: Terminal) -> None:
    for line in ("check --format github beach.disco", "show plan beach.disco --format csv"):
        code, out, _ = terminal(f"discoscript {line}", "--json")
        assert code == Exit.USAGE and "two formats" in json.loads(out)["error"]["message"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cache", list(cache.ACTIONS)),
        ("models", [action.name for action in models.ACTIONS]),
        ("show", list(show.STAGES)),
        ("setup", ["git"]),
    ],
)
def test_every_action_has_an_example(name: str, words: list[str]) -> None:
    lines = example_lines(ROWS[name])
    missing = [word for word in words if not any(f"{name} {word}" in line for line in lines)]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_examples_in_the_documents(name: str) -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text()
    lines = example_lines(ROWS[name])
    assert lines and all(f"\n  {line}" in page for line in lines)


# ───────────── the pages ─────────────


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_command_lines_of_a_page_work(terminal: Terminal, page: Path) -> None:
    for line in page_lines(page.read_text()):
        code, out, err = terminal(line)
        assert code == Exit.OK, f"{line}: {out}{err}"
