"""One logical line -> its tree, and what is wrong with it.

A line that does not parse is compared with the table of slips. Where the corrected line parses, it
is shown and its tree stands in for the broken one, so that one mistake gives one message.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from discoscript.parameters import GROUPS, with_name
from discoscript.syntax import mistakes
from discoscript.syntax.grammar import walker
from discoscript.syntax.mistakes import Found, Slip
from discoscript.syntax.tree import Token, Tree
from discoscript.text.diagnostics import Diagnostic, Fix
from discoscript.text.source import Span

if TYPE_CHECKING:
    from discoscript.syntax.stops import Stop

#: How deep expressions and one-line blocks may be nested, and how long a number may be.
DEPTH_LIMIT = 64
DIGITS_LIMIT = 40
#: Lines of help longer than this are not shown.
WIDEST_HELP = 100
#: How many slips in one line are corrected to see whether the rest is right.
MOST_SLIPS = 6


@dataclass(frozen=True)
class Reading:
    """What one line says; positions count from the line's first character.

    `tree` is None where the line was not understood. If it comes from a corrected text, `offsets`
    holds for every position in that text the position in the line.
    """

    tree: Tree | None
    mistake: Diagnostic | None = None
    offsets: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Draft:
    """A corrected line and where its characters were."""

    text: str
    offsets: tuple[int, ...]

    def correct(self, found: Found) -> "Draft":
        """The draft with a slip in it corrected."""
        before, after = slice(0, found.start), slice(found.end, None)
        moved = (self.offsets[found.start],) * len(found.write)
        offsets = (*self.offsets[before], *moved, *self.offsets[after])
        return Draft(self.text[before] + found.write + self.text[after], offsets)


@lru_cache(maxsize=1 << 14)
def read(text: str) -> Reading:
    """The tree of a logical line, and at most one mistake."""
    outcome = attempt(text)
    if not isinstance(outcome, Tree):
        found = find(text, outcome)
        return generic(text, outcome) if found is None else corrected(text, found)
    slip = mistakes.find_in_good(text)
    if slip is not None:
        return corrected(text, slip)
    large = too_large(outcome)
    return Reading(outcome) if large is None else Reading(None, large)


def attempt(text: str) -> "Tree | Stop":
    """The tree of a line, or where the parser stopped."""
    tree = walker().parse(text)
    if tree is None:
        from discoscript.syntax.stops import stop

        return stop(text)
    return tree


# ───────────── corrections ─────────────


def find(text: str, stop: "Stop") -> Found | None:
    """The slip that stopped the parser, if it is a known one."""
    return mistakes.find(text, stop.at) or missing_colon(text, stop)


def corrected(text: str, first: Found) -> Reading:
    """The reading of a line with a known slip: its correction, if the whole line is right then."""
    draft = Draft(text, tuple(range(len(text) + 1))).correct(first)
    for slips in range(1, MOST_SLIPS):
        if not draft.text.split("#")[0].strip():
            return Reading(None, describe(first, draft.text, fixable=True))
        tree, found = judge(draft.text)
        if tree is not None and found is None:
            mistake = describe(first, draft.text, fixable=slips == 1)
            return Reading(tree, mistake, draft.offsets)
        if found is None:
            break
        draft = draft.correct(found)
    return Reading(None, describe(first, None, fixable=False))


def judge(text: str) -> tuple[Tree | None, Found | None]:
    """The tree of a line and its next slip; neither, if it is wrong in an unknown way."""
    outcome = attempt(text)
    if not isinstance(outcome, Tree):
        return None, find(text, outcome)
    if too_large(outcome):
        return None, None
    return outcome, mistakes.find_in_good(text)


def describe(found: Found, line: str | None, fixable: bool) -> Diagnostic:
    """The message of a slip, with the corrected line where there is one."""
    shown = line if line and len(line) <= WIDEST_HELP and "\n" not in line else found.write.strip()
    alone = found.slip.alone or not shown
    advice = "" if not shown and found.advice == "write" else found.advice
    return Diagnostic(
        found.slip.code,
        found.message,
        Span(found.start, found.end),
        label=found.slip.label,
        help=advice if alone else f"{advice} `{shown}`",
        fix=Fix(Span(found.start, found.end), found.write) if fixable else None,
    )


_HEAD = re.compile(rf"\s*(?P<word>frame|shot|move|study|{'|'.join(GROUPS)})\b")


def missing_colon(text: str, stop: "Stop") -> Found | None:
    """D012, if the last head of a line lacks its colon and the parser gets further with it."""
    start = mistakes.hide_texts(text).rfind(": ") + 1
    head = _HEAD.match(text, start)
    if head is None:
        return None
    for at in (len(text.rstrip()), len(text[: stop.at].rstrip()), head.end()):
        rest = text[at:].lstrip()
        colon = ": " if rest else ":"
        outcome = attempt(text[:at] + colon + rest)
        if isinstance(outcome, Tree) or outcome.at > stop.at + len(colon):
            words = text[head.start("word") : at]
            message = f"`{words}` needs a `:` before its first line"
            return Found(_COLON, message, "write", at, len(text) - len(rest), colon)
    return None


_COLON = Slip("D012", "", "", "", label="put `:` here")

# ───────────── messages without a correction ─────────────

_WORDS = {
    "NUMBER": "a number",
    "NAME": "a name",
    "STRING": "text in quotes",
    "CURVE": "a curve",
}

#: What is missing after a word that can not be the last one.
_MISSING = {
    "@": ("a time is missing here", "for example `@ 0..48`"),
    "ease": ("a curve is missing here", "for example `ease in-out`"),
    "->": ("the value to arrive at is missing here", "for example `0 -> 10 @ 0..48`"),
    "for": ("a length is missing here", "for example `@ 0 for 2s`"),
    "fade": ("a length is missing here", "for example `fade 1s`"),
    "morph": ("a length is missing here", "for example `morph 1s`"),
    "prompt": ("the text is missing here", 'for example `prompt "a lighthouse"`'),
    "frame": ("a time is missing here", "for example `frame 48:`"),
    "=": ("a value is missing here", "for example `let speed = 4`"),
    "in": ("a list is missing here", "for example `in [50, 100]`"),
}


def generic(text: str, stop: "Stop") -> Reading:
    """A line with a mistake that is in no table."""
    if stop.character:
        return Reading(None, unexpected_character(stop))
    if not stop.word:
        return Reading(None, unfinished(text))
    span = Span(stop.at, stop.at + len(stop.word))
    message = f"did not expect `{stop.word}` here"
    return Reading(None, Diagnostic("D008", message, span, help=expected(stop)))


def unexpected_character(stop: "Stop") -> Diagnostic:
    """D006 for a character that no row of the table knows."""
    help = ""
    if stop.word.isalpha():
        help = "names use the letters a to z, digits and `_`; other text stands in quotes"
    message = f"`{stop.word}` does not belong here"
    if not stop.word.isprintable():
        message, help = "an invisible character stands here", "delete it"
    return Diagnostic("D006", message, Span(stop.at, stop.at + 1), help=help)


def unfinished(text: str) -> Diagnostic:
    """D007, at the last word."""
    tail = max(len(text) - WIDEST_HELP, 0)
    last = re.search(r'("[^"]*"|\w+|[^\w\s"]+)\s*$', text[tail:])
    start, end = (last.start(1) + tail, last.end(1) + tail) if last else (0, len(text))
    word = text[start:end]
    label, help = _MISSING.get(word, ("a value is missing here", _example(text)))
    return Diagnostic("D007", "the statement ends too early", Span(start, end), label, help)


def _example(text: str) -> str:
    """A value for a line that is just the name of a setting."""
    rows = with_name(text.strip().split(".")[-1].split(" ")[-1])
    if rows and isinstance(rows[0].default, int | float) and not isinstance(rows[0].default, bool):
        return f"for example `{rows[0].name} {rows[0].default:g}`"
    return ""


def expected(stop: "Stop") -> str:
    """What could stand where the parser stopped, if that is short to say."""
    if stop.at == 0:
        return "a line begins with a name, as in `zoom 1.02`, or with a word such as `prompt`"
    accepts = stop.expected()
    if "$END" in accepts:
        return "one fact per line: start a new line for the next setting"
    from discoscript.syntax.stops import marks

    words = sorted({_WORDS.get(name) or marks().get(name, "") for name in accepts})
    if not words or "" in words or len(words) > 4:
        return ""
    *most, last = words
    return f"expected {', '.join(most)} or {last}" if most else f"expected {last}"


# ───────────── limits ─────────────

_LONG = frozenset({"NUMBER", "DURATION", "PERCENT", "RATE", "TIMECODE", "SIZE"})

#: Rules that stand around an expression.
_AROUND = frozenset({"set", "layer", "prompt", "block", "open_block", "const", "let"})


def too_large(tree: Tree) -> Diagnostic | None:
    """D708 for a line that is nested too deep or holds a number with too many digits."""
    waiting = [(tree, 0, tree)]
    while waiting:
        node, depth, top = waiting.pop()
        if depth > DEPTH_LIMIT:
            message = f"this is nested deeper than {DEPTH_LIMIT}"
            return _large(top, message, "give parts of it a name with `let`")
        for child in node.children:
            if isinstance(child, Tree):
                waiting.append((child, depth + 1, child if node.data in _AROUND else top))
            elif isinstance(child, Token) and child.type in _LONG and len(child) > DIGITS_LIMIT:
                message = f"this number has more than {DIGITS_LIMIT} digits"
                return _large(node, message, "no setting needs so many")
    return None


def _large(tree: Tree, message: str, help: str) -> Diagnostic:
    span = Span(tree.start, tree.end)
    return Diagnostic("D708", message, span, help=help)


def moved(mistake: Diagnostic, by: int, limit: int) -> Diagnostic:
    """A line's mistake, at its place in the script; nothing points beyond the line's end."""

    def place(span: Span) -> Span:
        return Span(min(span.start + by, limit), min(span.end + by, limit))

    fix = mistake.fix and replace(mistake.fix, span=place(mistake.fix.span))
    return replace(mistake, span=place(mistake.span), fix=fix)
