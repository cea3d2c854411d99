"""A settings file -> its entries, each with its line. Lenient: people edit these files by hand.

JSON with what is found in the wild on top: trailing commas, comments, `True`, `None`, `NaN`, single
quotes, line breaks inside of texts, numbers as Python writes them. What is not plain JSON is noted.
"""

import re
from dataclasses import dataclass, field

#: Brackets inside of brackets.
DEEPEST = 32

#: Entries of a file, all levels together.
MOST = 200_000


class Unreadable(Exception):
    """The text is no settings file; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True)
class Entry:
    """A value and the line where it, or the name in front of it, stands.

    `value` is None, a bool, int, float, str, a tuple of entries or a dict of entries.
    """

    value: object
    line: int


@dataclass(frozen=True)
class SettingsFile:
    """The entries by name, in the order of the file; `slips`: (line, what is not plain JSON)."""

    entries: dict[str, Entry]
    slips: tuple[tuple[int, str], ...] = ()


def read(text: str) -> SettingsFile:
    """The entries of a settings file; Unreadable says where it stops being one."""
    reader = _Reader(text.removeprefix("\ufeff"))
    reader.space()
    top = reader.value(0)
    if not isinstance(top.value, dict):
        raise Unreadable("a settings file is a list of names and values in `{ }`", top.line, 1)
    reader.space()
    if reader.at < len(reader.text):
        reader.slip("text after the last `}` is not read")
    return SettingsFile(top.value, tuple(dict.fromkeys(reader.slips)))


_WORDS: dict[str, object] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None,
    "NaN": float("nan"), "nan": float("nan"), "Infinity": float("inf"), "inf": float("inf"),
    "-Infinity": float("-inf"), "-inf": float("-inf"),
}  # fmt: skip
_PLAIN = frozenset({"true", "false", "null"})
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGNED_WORD = re.compile(r"-?[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CHUNKS = {quote: re.compile(rf"[^{quote}\\]+") for quote in "\"'"}


@dataclass
class _Reader:
    text: str
    at: int = 0
    count: int = 0
    slips: list[tuple[int, str]] = field(default_factory=list)
    _line: int = 1
    _counted: int = 0

    def line(self) -> int:
        """The line at which the reader stands; only ever moves forward."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def slip(self, message: str) -> None:
        self.slips.append((self.line(), message))

    def stop(self, message: str) -> Unreadable:
        return Unreadable(message, self.line(), self.at - self.text.rfind("\n", 0, self.at))

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def space(self) -> None:
        """Skip white space and comments."""
        while True:
            if found := _SPACE.match(self.text, self.at):
                self.at = found.end()
            elif found := _COMMENT.match(self.text, self.at):
                self.slip("a comment")
                self.at = found.end()
            else:
                return

    def value(self, depth: int) -> Entry:
        self.count += 1
        if depth > DEEPEST:
            raise self.stop(f"brackets are nested deeper than {DEEPEST}")
        if self.count > MOST:
            raise self.stop(f"more than {MOST} entries")
        line, first = self.line(), self.peek()
        if first == "{":
            return Entry(self.object(depth), line)
        if first and first in "[(":
            return Entry(self.items(depth), line)
        if first and first in _CHUNKS:
            return Entry(self.string(), line)
        return Entry(self.word(), line)

    def word(self) -> object:
        """A number, or one of the words."""
        if found := _NUMBER.match(self.text, self.at):
            return self.number(found[0])
        found = _SIGNED_WORD.match(self.text, self.at)
        if not found or found[0] not in _WORDS:
            shown = f"`{found[0][:40]}`" if found else f"`{self.peek()}`"
            raise self.stop(f"expected a value, found {shown if self.peek() else 'the end'}")
        if found[0] not in _PLAIN:
            self.slip(f"`{found[0]}` as Python writes it")
        self.at = found.end()
        return _WORDS[found[0]]

    def number(self, text: str) -> object:
        if not _JSON_NUMBER.fullmatch(text):
            self.slip(f"the number `{text[:40]}`")
        self.at += len(text)
        plain = text.replace("_", "")
        whole = plain.lstrip("+-").isdigit() and len(plain) < 19
        return int(plain) if whole else float(plain)

    def string(self) -> str:
        quote, parts = self.peek(), list[str]()
        if quote == "'":
            self.slip("single quotes")
        start = self.at
        self.at += 1
        while (here := self.peek()) != quote:
            if not here:
                self.at = start
                raise self.stop("this text has no closing quote")
            if here == "\\":
                parts.append(self.escape())
            elif found := _CHUNKS[quote].match(self.text, self.at):
                parts.append(found[0])
                self.at = found.end()
        self.at += 1
        text = "".join(parts)
        # Halves of a surrogate pair come as two escapes; a lonely half is no character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def escape(self) -> str:
        after = self.text[self.at + 1 : self.at + 2]
        digits = self.text[self.at + 2 : self.at + 6]
        if after == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            self.at += 6
            return chr(int(digits, 16))
        self.at += 2
        return _ESCAPES.get(after, after)

    def items(self, depth: int) -> tuple[Entry, ...]:
        close = "]" if self.peek() == "[" else ")"
        found: list[Entry] = []
        self.at += 1
        while not self.closes(close, bool(found)):
            found.append(self.value(depth + 1))
        return tuple(found)

    def object(self, depth: int) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        self.at += 1
        while not self.closes("}", bool(found)):
            line, name = self.line(), self.name()
            self.space()
            if self.peek() != ":":
                raise self.stop(f"expected `:` after `{name[:40]}`")
            self.at += 1
            self.space()
            if name in found:
                self.slip(f"`{name[:40]}` is here a second time: this one counts")
            found[name] = Entry(self.value(depth + 1).value, line)
        return found

    def name(self) -> str:
        """A name in quotes; numbers and bare words are taken as well."""
        if self.peek() and self.peek() in _CHUNKS:
            return self.string()
        found = _WORD.match(self.text, self.at) or _NUMBER.match(self.text, self.at)
        if not found:
            raise self.stop("expected a name in quotes" if self.peek() else "`}` is missing")
        self.slip(f"`{found[0][:40]}` without quotes")
        self.at = found.end()
        return found[0]

    def closes(self, close: str, comma: bool) -> bool:
        """Whether the bracket closes here; reads the comma between two entries."""
        self.space()
        if comma and self.peek() == ",":
            self.at += 1
            self.space()
            if self.peek() == close:
                self.slip("a comma after the last entry")
        elif comma and self.peek() and self.peek() != close:
            self.slip("a comma is missing in front of this")
        if not self.peek():
            raise self.stop(f"`{close}` is missing")
        if self.peek() != close:
            return False
        self.at += 1
        return True
