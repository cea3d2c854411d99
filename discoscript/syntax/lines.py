"""Text -> logical lines: one statement each, with quotes, brackets and comments taken care of.

A logical line is one physical line, or several where brackets or `\"\"\"` are open. Line breaks and
comments inside brackets become blanks of equal length, so that an offset in a line's text plus
the line's start is an offset in the script. A quote or bracket that is never closed ends with its
statement (D002 to D005 are reported here); the missing characters are appended to the line's
text, so that the statement can still be understood.
"""

import re
from dataclasses import dataclass, field

from discoscript.syntax.syntax import Comment
from discoscript.text.diagnostics import Diagnostic, Fix
from discoscript.text.source import Span

#: Corrected lines longer than this are not shown.
_WIDEST = 100

#: Columns that a tab moves on to a multiple of.
TAB = 4

#: A line without quotes, brackets, comments and tabs: most are like this.
_SIMPLE = re.compile(r' *([^\s\ufeff"#\[\]()][^\r\t"#\[\]()\n]*)(?:\n|\Z)')
_MARGIN = re.compile(r"[ \t\r\ufeff]*")
_PLAIN = re.compile(r'[^"#\[\]()\n]*')
_COMMENT = re.compile(r"#[^\n]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_LONG_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""', re.DOTALL)
_TO_LINE_END = re.compile(r"[^\n]*")
_NEXT_LINE = re.compile(r"\n([ \t]*)([^\n]*)")
_CLOSES_TEXT = re.compile(r'[^"\n]*[^"\s([=,]"(?!\w)')
_OPEN_PROMPT = re.compile(r"(.*\bprompts?\s+)(\S[^\"]*)$")
_TEXT_AND_REST = re.compile(r"(.*?)((?:\s+-?[0-9]+(?:\.[0-9]+)?)?(?:\s*@[^@]*)?(?:\s*#.*)?)$")
_CLOSER = {"[": "]", "(": ")"}


@dataclass(frozen=True)
class Line:
    """One logical line. `text` may be longer than `start` to `end` by what was missing there.

    `indent` is the width of the margin, which begins at `margin`. `reported` says that something
    is wrong with this line and was reported.
    """

    margin: int
    start: int
    end: int
    indent: int
    text: str
    reported: bool = False


@dataclass(frozen=True)
class Lines:
    """A script's logical lines and comments, and what is wrong with them."""

    lines: tuple[Line, ...]
    comments: tuple[Comment, ...]
    diagnostics: tuple[Diagnostic, ...]


def split(text: str) -> Lines:
    """The logical lines of a script."""
    splitter = _Splitter(text)
    while splitter.at < len(text):
        splitter.read_line()
    tabs = (_tabs(text, splitter.tabs),) if splitter.tabs else ()
    return Lines(tuple(splitter.lines), tuple(splitter.comments), (*splitter.diagnostics, *tabs))


def columns(margin: str) -> int:
    """The width of a margin; a tab goes on to the next multiple of 4."""
    return len(margin.replace("\r", "").replace("\ufeff", "").expandtabs(TAB))


def _tabs(text: str, margins: list[Span]) -> Diagnostic:
    """D002, once for the whole script."""
    first, more = margins[0], len(margins) - 1
    others = f", on {more} more line{'s' if more > 1 else ''} too" if more else ""
    margin = text[first.start : first.end]
    tab = first.start + margin.index("\t")
    return Diagnostic(
        "D002",
        f"indentation uses a tab{others}",
        Span(tab, tab + 1),
        label="tab here",
        help="use 4 spaces",
        fix=Fix(first, margin.expandtabs(TAB)),
    )


@dataclass
class _Splitter:
    """Walks through the text; `at` is the next character to read."""

    text: str
    at: int = 0
    lines: list[Line] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    tabs: list[Span] = field(default_factory=list)

    def read_line(self) -> None:
        """Read one logical line, or skip an empty one."""
        begin = self.at
        simple = _SIMPLE.match(self.text, begin)
        if simple is not None:
            start, words = simple.start(1), simple[1].rstrip()
            self.lines.append(Line(begin, start, start + len(words), start - begin, words))
            self.at = simple.end()
            return
        self._take(_MARGIN)
        if self._next() == "#":
            self._comment()
        if self._next() in ("\n", ""):
            self.at += 1
            return
        margin = self.text[begin : self.at]
        if "\t" in margin:
            self.tabs.append(Span(begin, self.at))
        self.lines.append(_Statement(self, begin, columns(margin)).read())

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        assert match, "these patterns match everywhere they are used"
        self.at = match.end()
        return match.group()

    def _comment(self) -> str:
        """Step over a comment and keep it; returns blanks of its length."""
        start = self.at
        words = self._take(_COMMENT)
        kept = words.rstrip("\r")
        self.comments.append(Comment(kept, Span(start, start + len(kept))))
        return " " * len(words)


class _Statement:
    """One logical line while it is read."""

    def __init__(self, splitter: _Splitter, margin: int, indent: int) -> None:
        self.splitter = splitter
        self.margin = margin
        self.text = splitter.text
        self.indent = indent
        self.pieces: list[str] = []
        self.brackets: list[int] = []
        self.missing = ""

    def read(self) -> Line:
        """Read to the end of the statement; the splitter then stands at its line break."""
        start, reports = self.splitter.at, len(self.splitter.diagnostics)
        while self._read_piece():
            pass
        if self.brackets:
            self._unclosed_bracket()
        kept = "".join(self.pieces).rstrip()
        end = start + len(kept)
        reported = len(self.splitter.diagnostics) > reports
        return Line(self.margin, start, end, self.indent, kept + self.missing, reported)

    def _read_piece(self) -> bool:
        """Read up to and with the next quote, bracket, comment or break; False at the end."""
        splitter = self.splitter
        self.pieces.append(splitter._take(_PLAIN).replace("\r", " "))
        match splitter._next():
            case '"':
                return self._string()
            case "#":
                self.pieces.append(splitter._comment())
                return True
            case "\n":
                return self._break()
            case "":
                return False
            case bracket:
                return self._bracket(bracket)

    def _bracket(self, bracket: str) -> bool:
        if bracket in _CLOSER:
            self.brackets.append(self.splitter.at)
        elif self.brackets:
            self.brackets.pop()
        self._keep(self.splitter.at + 1)
        return True

    def _break(self) -> bool:
        """A line break: goes on inside brackets, unless the next line begins a statement."""
        if not self.brackets:
            return False
        following = _NEXT_LINE.match(self.text, self.splitter.at)
        assert following, "a line break stands here"
        margin, words = following.groups()
        if words[:1].isalpha() and columns(margin) <= self.indent:
            return False
        self._keep(self.splitter.at + 1)
        return True

    def _string(self) -> bool:
        at = self.splitter.at
        if self.text.startswith('"""', at):
            closed = _LONG_STRING.match(self.text, at)
            if closed is None:
                return self._unclosed_long_string()
        else:
            closed = _STRING.match(self.text, at)
            if closed is None:
                return self._unclosed_string()
        self.pieces.append(closed.group())
        self.splitter.at = closed.end()
        return True

    def _unclosed_string(self) -> bool:
        """D003. Text that goes on below is read as one text, else it ends with its line."""
        at = self.splitter.at
        end = at + len(self._rest_of_line(at))
        closing = _text_below(self.text, end, self.indent)
        advice = 'for text over several lines write `"""` at both ends'
        if closing is None:
            advice = self._closing(self.text[at:end])
        self._report("D003", "string is not closed on this line", at, end, "starts here", advice)
        if closing is None:
            self._keep(end)
            self.missing = '"'
            return False
        self._keep(closing)
        return True

    def _closing(self, rest: str) -> str:
        """How to mend a text that is not closed; the line's words so far stand before `rest`."""
        before = "".join(self.pieces)
        open_text = _OPEN_PROMPT.match(before) if rest == '"' else None
        if open_text:
            return f'a quote is missing before the text: write `{open_text[1]}"{open_text[2]}"`'
        parts = _TEXT_AND_REST.match(rest)
        assert parts, "this pattern matches every line"
        line = f'{before}{parts[1]}"{parts[2]}'
        shown = f": `{line}`" if len(line) <= _WIDEST and not self.brackets else ' with `"`'
        return f'close it{shown}, or use `"""` for text over several lines'

    def _unclosed_long_string(self) -> bool:
        """D004. The text ends before the next line that is not indented deeper."""
        at = self.splitter.at
        end = _end_of_deeper_lines(self.text, at, self.indent)
        self._report(
            "D004",
            "multi-line string is never closed",
            at,
            at + 3,
            "opened here",
            'add `"""` where the text ends',
        )
        self.pieces.append(self.text[at:end])
        self.splitter.at = end
        self.missing = '"""'
        return False

    def _unclosed_bracket(self) -> None:
        """D005, for the innermost bracket; not where an open text is to blame."""
        at = self.brackets[-1]
        closer = _CLOSER[self.text[at]]
        blameless = self.missing != ""
        self.missing += "".join(_CLOSER[self.text[i]] for i in reversed(self.brackets))
        if blameless:
            return
        self._report(
            "D005",
            f"`{self.text[at]}` is never closed",
            at,
            at + 1,
            "opened here",
            f"add `{closer}` before the next statement",
        )

    def _rest_of_line(self, at: int) -> str:
        match = _TO_LINE_END.match(self.text, at)
        return match.group().rstrip() if match else ""

    def _keep(self, end: int) -> None:
        """Take the characters up to `end`; breaks become blanks."""
        piece = self.text[self.splitter.at : end]
        self.pieces.append(piece.replace("\n", " ").replace("\r", " "))
        self.splitter.at = end

    def _report(self, code: str, message: str, at: int, end: int, label: str, advice: str) -> None:
        found = Diagnostic(code, message, Span(at, end), label=label, help=advice)
        self.splitter.diagnostics.append(found)


def _text_below(text: str, end: int, indent: int) -> int | None:
    """Where a text that is open at a line's `end` closes on the next three lines, if it does.

    The quote that closes follows a character of the text; one that opens follows a space.
    """
    for _ in range(3):
        following = _NEXT_LINE.match(text, end + _blank(text, end))
        if following is None:
            return None
        closing = _CLOSES_TEXT.match(text, following.start(2))
        if closing:
            return closing.end()
        if '"' in following.group(2) or columns(following.group(1)) <= indent:
            return None
        end = following.end()
    return None


def _blank(text: str, at: int) -> int:
    """How many blanks stand before the next line break."""
    match = _MARGIN.match(text, at)
    return match.end() - at if match else 0


def _end_of_deeper_lines(text: str, at: int, indent: int) -> int:
    """The end of the line at `at` together with the deeper or empty lines below it."""
    end = text.find("\n", at)
    while end >= 0:
        following = _NEXT_LINE.match(text, end)
        assert following, "a line break stands here"
        margin, words = following.groups()
        if words.strip() and columns(margin) <= indent:
            return end
        end = text.find("\n", end + 1)
    return len(text)
