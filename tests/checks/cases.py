"""Reads the Markdown files beside it: scripts, and what is to be said about them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from discoscript.text.diagnostics import Diagnostic
from discoscript.text.source import Source

FOLDER = Path(__file__).parent

#: Said about scripts that are short for the sake of the case.
TAKEN_FOR_GRANTED = frozenset({"D014", "D110", "D320", "D606"})

_FENCE = re.compile(r"^```(disco|file) (.*?)\s*$\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_CARET = re.compile(r"^(\s*)(\^+) (D\d{3}): (.*)$")
_DASHES = re.compile(r"^(\s*)(-{2,}|-) (\S.*)$")
_DETAIL = re.compile(r"^(label|help|fix)([:~]) (.*)$")


@dataclass
class Expected:
    """What a block asserts about one diagnostic. Columns count from 0."""

    code: str
    message: str
    line: int
    start: int
    end: int
    label: str | None = None
    help: str | None = None
    help_part: str | None = None
    fix: list[str] = field(default_factory=list)
    related: list[tuple[int, int, int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """One block of a file: its script and what it asserts."""

    code: str
    number: int
    fires: bool
    loose: bool
    script: str
    expected: tuple[Expected, ...]
    files: Mapping[str, str]

    @property
    def name(self) -> str:
        """How the test of this case is called."""
        return f"{self.code}-{self.number}-{'fires' if self.fires else 'silent'}"


def all_cases() -> list[Case]:
    """The cases of all files."""
    return [case for path in sorted(FOLDER.glob("D*.md")) for case in cases_of(path)]


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of one file."""
    files: dict[str, str] = {}
    blocks = _FENCE.findall(path.read_text(encoding="utf-8"))
    for number, (kind, words, body) in enumerate(blocks, 1):
        if kind == "file":
            files[words] = body
            continue
        flags = words.split()
        script, expected = read_block(body)
        fires, loose = flags[0] == "fires", "loose" in flags
        assert flags[0] in ("fires", "silent"), f"{path.name}: a block is `fires` or `silent`"
        yield Case(path.stem, number, fires, loose, script, expected, dict(files))


def read_block(body: str) -> tuple[str, tuple[Expected, ...]]:
    """The script of a block without its assertions, and the assertions."""
    script: list[str] = []
    expected: list[Expected] = []
    waiting: list[tuple[int, int, int, str]] = []
    for row in body.splitlines():
        caret, dashes, detail = _CARET.match(row), _DASHES.match(row), _DETAIL.match(row)
        line = len(script)
        if caret:
            start, end = caret.span(2)
            found = Expected(caret[3], caret[4], line, start, end, related=waiting)
            expected.append(found)
            waiting = []
        elif dashes and script:
            place = (line, *dashes.span(2), dashes[3])
            (expected[-1].related if expected and expected[-1].line == line else waiting).append(
                place
            )
        elif detail and expected:
            _add_detail(expected[-1], *detail.groups())
        else:
            script.append(row)
    if waiting:
        expected[-1].related += waiting
    return "".join(f"{row}\n" for row in script), tuple(expected)


def _add_detail(found: Expected, word: str, sign: str, text: str) -> None:
    if word == "fix":
        found.fix.append(text)
    elif word == "label":
        found.label = text
    elif sign == "~":
        found.help_part = text
    else:
        found.help = text


def columns(source: Source, start: int, end: int) -> tuple[int, int, int]:
    """Line, first column and end column of a span, as carets show it."""
    line, column = source.position(start)
    last = max(len(source.line(line)), column)
    return line, column - 1, min(column - 1 + max(end - start, 1), last)


def place(source: Source, found: Diagnostic) -> tuple[str, int, int, int]:
    """The code of a diagnostic and where its carets stand."""
    return (found.code, *columns(source, found.span.start, found.span.end))


def fixed_lines(source: Source, found: Diagnostic, count: int) -> list[str]:
    """The lines around a fix, after it."""
    assert found.fix is not None, f"{found.code} has no fix"
    span = found.fix.span
    text = source.text[: span.start] + found.fix.text + source.text[span.end :]
    first = source.position(span.start)[0]
    return text.split("\n")[first - 1 : first - 1 + count]
