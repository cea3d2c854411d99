"""Lines -> blocks, by indentation. Reports D009 to D011, and blocks that are nested too deep.

Every line opens a level that lines below it may join if they are indented deeper. Only heads and
lines that were not understood may own such lines; elsewhere the first one is reported and then
taken in, so that one slip in the layout gives one message.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from discoscript.syntax.syntax import (
    Block,
    GroupHead,
    Head,
    Layer,
    Set,
    Statement,
    TitledHead,
    Unparsed,
)
from discoscript.text.diagnostics import Diagnostic, Fix
from discoscript.text.source import Span

#: How deep blocks may stand in each other.
DEEPEST = 16


@dataclass(frozen=True)
class Entry:
    """One line: `heads` from the outside in, then a statement, or None if lines follow below.

    Its margin begins at `margin` and is `indent` columns wide.
    """

    span: Span
    margin: int
    indent: int
    heads: tuple[Head, ...]
    statement: Statement | None
    understood: bool = True

    @property
    def opens(self) -> bool:
        """Whether this is the head of a block of lines."""
        return self.understood and self.statement is None


@dataclass
class _Level:
    """A line (None: the script itself) and the lines that belong to it so far.

    `adopts` says that the line's block was not indented: settings beside it belong to it.
    """

    entry: Entry | None
    dropped: bool = False
    adopts: bool = False
    body: list[Statement] = field(default_factory=list)
    indents: list[int] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """How many blocks this level adds."""
        if self.entry is None:
            return 0
        return len(self.entry.heads) if self.entry.understood else 1

    @property
    def is_leaf(self) -> bool:
        """Whether lines below it would be a surprise."""
        return self.entry is not None and self.entry.statement is not None

    def holds(self, entry: Entry) -> bool:
        """Whether a line's indentation puts it inside."""
        if self.entry is None or entry.indent > self.entry.indent:
            return True
        beside = entry.indent == self.entry.indent
        return self.adopts and beside and isinstance(entry.statement, Set | Layer)

    def close(self) -> Iterable[Statement]:
        """The statements that this level comes to."""
        if self.entry is None or self.dropped:
            return ()
        if not self.entry.understood:
            return (Unparsed(tuple(self.body), self.entry.span),)
        first = () if self.entry.statement is None else (self.entry.statement,)
        return _wrap(self.entry, (*first, *self.body))


def _wrap(entry: Entry, body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The blocks of a line's heads around `body`."""
    end = max((entry.span.end, *(statement.span.end for statement in body)))
    for head in reversed(entry.heads):
        body = (Block(head, body, Span(head.span.start, end)),)
    return body


def nest(entries: Iterable[Entry]) -> tuple[tuple[Statement, ...], list[Diagnostic]]:
    """The statements of a script, and what is wrong with its indentation."""
    nesting = _Nesting()
    for entry in entries:
        nesting.add(entry)
    while len(nesting.levels) > 1:
        nesting.close()
    return tuple(nesting.levels[0].body), nesting.diagnostics


class _Nesting:
    """Blocks while they are built: the last level is the one that was opened last."""

    def __init__(self) -> None:
        self.levels = [_Level(None)]
        self.diagnostics: list[Diagnostic] = []

    def add(self, entry: Entry) -> None:
        """Put a line where its indentation says."""
        self._adopt(entry)
        while not self.levels[-1].holds(entry) or self._is_sibling(entry.indent):
            self.close()
        self._check_indent(self.levels[-1], entry)
        self.levels.append(_Level(entry, self._is_too_deep(entry)))

    def close(self) -> None:
        """Close the last level; its statements go to the one before."""
        level = self.levels.pop()
        if level.entry is not None and level.entry.opens and not level.body and not level.indents:
            self._report_empty(level.entry)
        self.levels[-1].body.extend(level.close())

    def _adopt(self, entry: Entry) -> None:
        """A setting right below the head of a group, not indented, was meant to be inside."""
        level = self.levels[-1]
        opener = level.entry
        if opener is None or not opener.opens or level.adopts or entry.indent != opener.indent:
            return
        is_group = isinstance(opener.heads[-1], GroupHead | TitledHead)
        if is_group and isinstance(entry.statement, Set | Layer) and not entry.heads:
            self._report_empty(opener)
            level.adopts = True

    def _is_sibling(self, indent: int) -> bool:
        """Whether the last line is a leaf, but lines further out have this very indentation."""
        last = self.levels[-1]
        if not last.is_leaf or last.indents:
            return False
        return any(indent in level.indents for level in self.levels[:-1])

    def _check_indent(self, level: _Level, entry: Entry) -> None:
        """Report a line that is not where lines of this level are, and take it in."""
        known = level.indents
        if entry.indent in known:
            return
        level.indents = [*known, entry.indent]
        if level.entry is None:
            if not known and entry.indent > 0:
                self._report("D009", "this line is indented but no block is open", entry, _OPEN)
        elif level.is_leaf:
            if not known:
                self._report_leaf(level.entry, entry)
        elif known:
            message = f"indented {_spaces(entry.indent)}, its neighbours {known[0]}"
            self._report("D010", message, entry, "line it up with the line above")

    def _report_leaf(self, above: Entry, entry: Entry) -> None:
        """D009 below a line that owns nothing."""
        if above.heads:
            message = "the line above already holds its one line"
            help = "give every line of that block a line of its own, below its head"
            fix = _below_head(above, entry)
        else:
            message = "this line is indented but no block is open"
            help = "line it up with the line above; " + _OPEN
            fix = None
        self._report("D009", message, entry, help, fix)

    def _is_too_deep(self, entry: Entry) -> bool:
        """Whether a line stands too deep; the first such line is reported."""
        depth = _Level(entry).depth
        for level in self.levels:
            if level.dropped:
                return True
            depth += level.depth
        too_deep = depth > DEEPEST
        if too_deep:
            message = f"blocks are nested deeper than {DEEPEST}"
            help = "most scripts need two or three levels"
            self.diagnostics.append(Diagnostic("D708", message, entry.span, help=help))
        return too_deep

    def _report_empty(self, entry: Entry) -> None:
        help = "indent the lines that belong to it, or delete it"
        found = Diagnostic("D011", "this block has no lines in it", entry.span, help=help)
        self.diagnostics.append(found)

    def _report(
        self, code: str, message: str, entry: Entry, help: str, fix: Fix | None = None
    ) -> None:
        """A message about a line's margin."""
        start = entry.span.start
        span = Span(entry.margin, start) if entry.indent else Span(start, start + 1)
        self.diagnostics.append(Diagnostic(code, message, span, help=help, fix=fix))


def _below_head(above: Entry, entry: Entry) -> Fix | None:
    """The fact beside a head put on a line of its own, over the line that wants to join it."""
    if above.statement is None:
        return None
    beside = Span(above.heads[-1].span.end, above.statement.span.start)
    return Fix(beside, f":\n{' ' * entry.indent}")


_OPEN = "a block starts with a line that ends in `:`"


def _spaces(count: int) -> str:
    return f"{count} space" if count == 1 else f"{count} spaces"
