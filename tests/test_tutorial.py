"""The tutorial does what it says: every script is written, every command typed, in order.

docs/tutorial.md holds two kinds of blocks: `disco NAME`, a script that the reader saves as NAME,
and `console`, what they type after `$ ` and what they then see. Outputs are compared exactly but
for what differs from machine to machine (`HERE_OTHERWISE`). `render` paints test cards here, so
that ten steps take seconds; nothing else is different.

DISCOSCRIPT_ACCEPT=1 writes what the commands print into the tutorial.
"""

import contextlib
import io
import math
import os
import re
import shlex
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import ROOT

from discoscript.cli import main

PAGE = ROOT / "docs" / "tutorial.md"
TEXT = PAGE.read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(disco|console)(?: (\S+))?$\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)]+)\)")
_PROMPT = "$ "

#: What is not the same on every machine, and what stands for it in the comparison.
HERE_OTHERWISE = (
    # one line for each frame as it is finished
    (r"(?m)^(?:frame \d+: .* ready.*\n)+", "...\n"),
    # how long it took
    (r"rendered in .*", "rendered in ..."),
    # the models, the processor and the renderer
    (r"(?m)^renders with .*", "renders with the models"),
    # how much memory this machine has
    (r"(?m)^(memory: .* needed), .* free$", r"\1"),
)

#: The largest picture of the page, so that it opens quickly.
MOST_BYTES = 120_000


@dataclass(frozen=True)
class Typed:
    """A command and what the page says that it prints; `place` is where that stands."""

    command: str
    output: str
    place: slice


@dataclass(frozen=True)
class Saved:
    """A script and the name that the reader gives it."""

    name: str
    script: str


def steps() -> Iterator[Typed | Saved]:
    """What the reader does, in order."""
    for block in _BLOCK.finditer(TEXT):
        kind, name, body = block.groups()
        if kind == "disco":
            yield Saved(name, body)
        else:
            yield from typed(body, block.start(3))


def typed(body: str, start: int) -> Iterator[Typed]:
    """The commands of a block."""
    for part in re.split(r"^(?=\$ )", body, flags=re.MULTILINE)[1:]:
        begin = start + body.index(part)
        command, _, output = part.partition("\n")
        words = begin + len(command) + 1
        yield Typed(command.removeprefix(_PROMPT), output, slice(words, words + len(output)))


def alike(output: str) -> str:
    """An output as it is on every machine; blank lines at its end do not count."""
    for pattern, words in HERE_OTHERWISE:
        output = re.sub(pattern, words, output)
    return "".join(f"{line.rstrip()}\n" for line in output.rstrip().splitlines())


def printed(command: str) -> str:
    """What a command prints on both streams; nothing that it says is a traceback."""
    program, *arguments = shlex.split(command)
    assert program == "discoscript", command
    if arguments[0] == "render":
        arguments += ["--renderer", "testcard"]
    seen = io.StringIO()
    with contextlib.redirect_stdout(seen), contextlib.redirect_stderr(seen):
        try:
            main(arguments)
        except SystemExit as stop:
            seen.write(str(stop.code or ""))
    assert "Traceback" not in seen.getvalue()
    return seen.getvalue()


def put_a_song(path: Path) -> None:
    """Six seconds of a drum, two beats a second: the song that step nine asks for."""
    rate, seconds = 8000, 6
    beat = [math.sin(n * 2 * math.pi * 80 / rate) * math.exp(-n / 400) for n in range(rate // 2)]
    samples = [int(20_000 * value) for value in beat * (2 * seconds)]
    with wave.open(str(path), "wb") as song:
        song.setnchannels(1)
        song.setsampwidth(2)
        song.setframerate(rate)
        song.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def test_every_script_and_every_command_of_the_tutorial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "100")
    put_a_song(tmp_path / "song.wav")
    text, waiting = TEXT, set[str]()
    seen: list[tuple[Typed, str]] = []
    for step in steps():
        if isinstance(step, Saved):
            Path(step.name).parent.mkdir(exist_ok=True)
            Path(step.name).write_text(step.script, encoding="utf-8")
            waiting.add(step.name)
        else:
            seen.append((step, printed(step.command)))
            waiting -= {name for name in waiting if name in step.command or "/" in name}
    assert waiting == set(), "every script is used by a command after it"
    if os.environ.get("DISCOSCRIPT_ACCEPT"):
        for one, output in reversed(seen):
            if alike(output) != alike(one.output):
                before, after = text[: one.place.start], text[one.place.stop :]
                text = before + shown(output) + ("" if after.startswith("```") else "\n") + after
        PAGE.write_text(text, encoding="utf-8")
        return
    for one, output in seen:
        assert alike(output) == alike(one.output), f"{one.command}: DISCOSCRIPT_ACCEPT=1"


def shown(output: str) -> str:
    """An output as the page shows it: the many lines of a render, and its time, as dots."""
    for pattern, words in HERE_OTHERWISE[:2]:
        output = re.sub(pattern, words, output)
    return output.rstrip() + "\n"


def test_it_has_ten_steps() -> None:
    assert re.findall(r"^## (\d+)\.", TEXT, re.MULTILINE) == [str(n) for n in range(1, 11)]


def test_each_step_has_a_script_and_a_command() -> None:
    for step in re.split(r"^## \d+\.", TEXT, flags=re.MULTILINE)[1:]:
        assert {block[1] for block in _BLOCK.finditer(step)} == {"disco", "console"}, step[:40]


def test_nothing_stands_in_other_blocks() -> None:
    """What is not tested is not there."""
    fences = re.findall(r"^```(.+)$", TEXT, re.MULTILINE)
    assert {fence.split()[0] for fence in fences} == {"disco", "console"}
    assert all(fence == "console" or len(fence.split()) == 2 for fence in fences)


def test_the_pictures_are_there_and_open_quickly() -> None:
    pictures = _PICTURE.findall(TEXT)
    assert len(pictures) >= 5
    for words, path in pictures:
        assert len(words) > 10 and 0 < (PAGE.parent / path).stat().st_size < MOST_BYTES, path


def test_names_of_scripts_that_are_in_the_examples_are_free() -> None:
    """The reader may save them beside the examples without losing one."""
    taken = {path.name for path in (ROOT / "examples").glob("*.disco")}
    assert taken.isdisjoint(step.name for step in steps() if isinstance(step, Saved))
