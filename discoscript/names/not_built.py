"""Syntax -> what this version can not read yet (D119): statements and values.

Nothing that is accepted is silently ignored; the rows of the tables say what is built. Settings
that are read but not rendered yet are found in the schedule (`schedule/unrendered.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from discoscript.names.definitions import LATER_CLOCKS
from discoscript.syntax.statements import STATEMENTS
from discoscript.syntax.syntax import (
    Block,
    Duration,
    Import,
    Layer,
    Mark,
    Name,
    PromptLine,
    Rate,
    Set,
    ShotHead,
    Statement,
    StudyHead,
    Syntax,
    Unparsed,
    Use,
)
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.source import Span

#: Where names in a statement are not values.
_NOT_VALUES = frozenset({"name", "move", "function", "alias", "title", "body", "head", "span"})


def check_not_built(syntax: Syntax) -> Iterator[Diagnostic]:
    """D119 for all lines of a script."""
    search = _Search()
    search.body(syntax.body)
    yield from search.diagnostics


@dataclass
class _Search:
    """Goes through all lines."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def body(self, statements: Iterable[Statement]) -> None:
        """Lines that stand together."""
        for statement in statements:
            match statement:
                case Block():
                    self.block(statement)
                case Unparsed():
                    self.body(statement.body)
                case Set() | Layer():
                    self.values(statement)
                case _:
                    self.statement(statement)

    def block(self, block: Block) -> None:
        """A head and its lines. What stands in a study is not looked at."""
        head = block.head
        if not STATEMENTS[type(head)].built:
            row = STATEMENTS[type(head)]
            length = len(row.word)
            self.add(row.word, Span(head.span.start, head.span.start + length), row.instead)
            if isinstance(head, StudyHead):
                return
        if not isinstance(head, ShotHead):
            self.values(head)
        self.body(block.body)

    def statement(self, statement: Statement) -> None:
        """A line that is neither a block nor a setting."""
        row = STATEMENTS[type(statement)]
        if not row.built:
            start = statement.span.start
            whole = statement.span if isinstance(statement, Import | Mark | Use) else None
            self.add(row.word, whole or Span(start, start + len(row.word)), row.instead)
            return
        if isinstance(statement, PromptLine) and statement.image:
            span = Span(statement.span.start, statement.text.span.end)
            self.add("prompt image", span, "describe the picture in words")
            return
        self.values(statement)

    def values(self, node: object) -> None:
        """Beats, and clocks that come later."""
        for value in _values(node):
            match value:
                case Duration(unit="b") | Rate(unit="b"):
                    self.add("beats", value.span, "write seconds (`2s`) or frames", are=True)
                case Name() if value.text in LATER_CLOCKS:
                    self.add(value.text, value.span, "use `frame` or `seconds`")

    def add(self, word: str, span: Span, help: str, are: bool = False) -> None:
        """Keep one message."""
        subject = f"{word} are" if are else f"`{word}` is"
        self.diagnostics.append(Diagnostic("D119", f"{subject} not built yet", span, help=help))


def _values(node: object) -> Iterator[object]:
    """All parts of a statement that are values."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(reversed(part))
        elif hasattr(part, "__dataclass_fields__"):
            yield part
            fields = vars(part).items()
            waiting.extend(value for name, value in fields if name not in _NOT_VALUES)
