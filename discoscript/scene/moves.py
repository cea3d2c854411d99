"""Moves and their uses -> the lines that they stand for.

Each `use` becomes a block with a head of its own (`Played`) and the lines of the move. The values
that it gives are lets whose names no script can write (`dolly#3.speed`), so that however often a
value is used, it stands for itself once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from discoscript.scene.libraries import Joined, Library, is_move
from discoscript.syntax.renaming import renamed
from discoscript.syntax.syntax import (
    Argument,
    Block,
    Call,
    Expr,
    Formal,
    Let,
    MoveHead,
    Name,
    Played,
    Statement,
    StudyHead,
    Syntax,
    Text,
    Unparsed,
    Use,
)
from discoscript.text import suggest
from discoscript.text.diagnostics import Related
from discoscript.text.report import Report
from discoscript.text.source import Span

#: Moves may play moves, this deep; a script may unfold to this many lines.
DEEPEST, MOST_LINES = 16, 20_000


@dataclass(frozen=True)
class Unfolded:
    """A script whose uses are played. `failed` are names that have an error of their own."""

    syntax: Syntax
    failed: frozenset[str]
    moves: tuple[Span, ...]
    used: frozenset[str]


def unfold(joined: Joined, report: Report) -> Unfolded:
    """All lines of a script with every use played, and the definitions of its libraries."""
    unfolding = Unfolding(joined, report)
    body = tuple(unfolding.body(joined.syntax.body))
    unplayed = tuple(unfolding.unplayed(joined.syntax.body))
    brought = (definition for definition in joined.brought if not is_move(definition))
    whole = (*brought, *unfolding.lets, *body, *unplayed)
    moves = tuple(move.span for move in unfolding.moves.values())
    failed = joined.failed | unfolding.failed
    return Unfolded(replace(joined.syntax, body=whole), failed, moves, frozenset(unfolding.played))


@dataclass
class Unfolding:
    """Replaces uses; `open` are the moves that are being played, from outside."""

    joined: Joined
    report: Report
    moves: dict[str, Block] = field(default_factory=dict)
    lets: list[Let] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    played: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)
    count: int = 0
    lines: int = 0

    def __post_init__(self) -> None:
        for block in (*self.joined.syntax.body, *self.joined.brought):
            if isinstance(block, Block) and isinstance(block.head, MoveHead):
                self.moves.setdefault(block.head.name.text, block)

    def body(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """Lines that stand together; definitions of moves are left out."""
        for statement in statements:
            match statement:
                case Block(head=MoveHead()):
                    continue
                case Block(head=StudyHead()):
                    yield statement
                case Block() | Unparsed():
                    body = tuple(self.body(statement.body))
                    unchanged = body == statement.body
                    yield statement if unchanged else replace(statement, body=body)
                case Use():
                    yield from self.use(statement)
                case _:
                    yield statement

    def use(self, use: Use) -> Iterator[Statement]:
        """The lines of the move that a use plays; one that can not be played is an unknown line."""
        move = self._move(use)
        names = None if move is None else self._bound(use, move)
        if move is None or names is None:
            yield Unparsed((), use.span)
            return
        played = Played(use.move.text, use.at, use.span)
        yield self._block(move, names, played)

    def unplayed(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """The moves that no use plays: their lines are checked all the same."""
        for block in statements:
            if not isinstance(block, Block) or not isinstance(block.head, MoveHead):
                continue
            if block.head.name.text in self.played:
                continue
            names = {formal.name.text: self._new_name(block.head) for formal in block.head.formals}
            self.failed.update(names.values())
            head = Played(block.head.name.text, None, block.head.span, loose=True)
            yield self._block(block, names, head)

    def _block(self, move: Block, names: Mapping[str, str], head: Played) -> Block:
        assert isinstance(move.head, MoveHead)
        self.open.append(move.head.name.text)
        lines = renamed(move.body, {old: (new, old) for old, new in names.items()})
        body = tuple(self.body(lines))
        self.open.pop()
        return Block(head, body, head.span)

    # ───────────── which move ─────────────

    def _move(self, use: Use) -> Block | None:
        """The move that a use names; None after reporting why there is none to play."""
        name = use.move.text
        move = self.moves.get(name)
        if move is None:
            if use.move.parts[0] not in self.joined.failed:
                self._unknown(use)
            return None
        self.played.add(name)
        if name in self.open:
            circle = " -> ".join([*self.open[self.open.index(name) :], name])
            message = f"the move `{name}` uses itself: {circle}"
            self.report.add("D117", message, use.span, help="moves can not repeat themselves")
            return None
        self.lines += size(move.body)
        if len(self.open) >= DEEPEST or self.lines > MOST_LINES:
            self._too_large(use)
            return None
        return move

    def _unknown(self, use: Use) -> None:
        name = use.move.text
        moves = [move for move in self.moves if not is_inner(move)]
        close = suggest.did_you_mean(name, moves)
        short = {known.split(".")[-1]: known for known in reversed(moves)}
        near = suggest.closest(use.move.parts[-1], short)
        if near and not close:
            close = f"did you mean `{short[near]}`?"
        known = f"the moves are {', '.join(f'`{move}`' for move in moves)}"
        help = close or (known if moves else f"define it: `move {use.move.parts[-1]}(): ...`")
        self.report.add(
            "D106", f"there is no move `{name}`", use.move.span, "unknown move", help=help
        )

    def _too_large(self, use: Use) -> None:
        if any(found.code == "D709" for found in self.report.found):
            return
        deep = len(self.open) >= DEEPEST
        found = f"moves play moves deeper than {DEEPEST}"
        if not deep:
            found = f"the moves of this script unfold to more than {MOST_LINES} lines"
        self.report.add("D709", found, use.span, help="use fewer moves inside moves")

    # ───────────── its values ─────────────

    def _new_name(self, head: MoveHead) -> str:
        self.count += 1
        return f"{head.name.text}#{self.count}"

    def _bound(self, use: Use, move: Block) -> dict[str, str] | None:
        """What the values of a move are called in this use; None after reporting a wrong one."""
        head = move.head
        assert isinstance(head, MoveHead)
        problem = wrong_values(head.formals, use.arguments)
        if problem:
            self._wrong_values(use, head, problem)
            return None
        values = tuple(bound(head.formals, use.arguments))
        if not self._right_kinds(use, values):
            return None
        prefix = self._new_name(head)
        for formal, expr in values:
            name = Name((prefix, formal.name.text), formal.name.span)
            self.lets.append(Let(name, expr, expr.span))
        return {formal.name.text: prefix for formal in head.formals}

    def _right_kinds(self, use: Use, values: Iterable[tuple[Formal, Expr]]) -> bool:
        """Whether no text is given in place of a number. The reader of a library's lines would
        learn of it there, far from the place where it is to be mended."""
        wrong = [(f, expr) for f, expr in values if isinstance(expr, Text) and _is_number(f)]
        for formal, expr in wrong:
            self.report.add(
                "D201",
                f"`{use.move.text}` takes a number for `{formal.name.text}`",
                expr.span,
                "this is text",
                help=f"give it a number, as in `{self.report.text(formal.span)}`",
                related=(Related(formal.span, "defined here"),),
            )
        return not wrong

    def _wrong_values(self, use: Use, head: MoveHead, problem: str) -> None:
        values = ", ".join(self.report.text(formal.span) for formal in head.formals)
        line = self.report.line(head.span)
        path = self.report.source.path_at(head.span.start)
        where = f"on line {line}"
        if path != self.report.source.path_at(use.span.start):
            where = f'in "{path}"'
        self.report.add(
            "D114",
            f"`{use.move.text}` {problem}",
            use.span,
            help=f"it is defined as `{head.name.parts[-1]}({values})` {where}",
            related=(Related(head.span, "defined here"),),
        )


def _is_number(formal: Formal) -> bool:
    return formal.default is not None and not isinstance(formal.default, Text | Name | Call)


def is_inner(name: str) -> bool:
    """Whether a move is there for other moves only: `_circling`, `camera._circling`."""
    return name.rpartition(".")[2].startswith("_")


def size(body: Iterable[Statement]) -> int:
    """How many lines a body has."""
    return sum(1 + (size(s.body) if isinstance(s, Block | Unparsed) else 0) for s in body)


def wrong_values(formals: tuple[Formal, ...], arguments: tuple[Argument, ...]) -> str:
    """What is wrong with the values of a use, in words; empty if nothing is."""
    names = [formal.name.text for formal in formals]
    placed = sum(1 for argument in arguments if argument.name is None)
    if placed > len(names):
        values = f"{len(names) or 'no'} value{'' if len(names) == 1 else 's'}"
        return f"takes {values}, {placed} given"
    given = set(names[:placed])
    for argument in arguments:
        if argument.name is None:
            continue
        if argument.name not in names:
            close = suggest.did_you_mean(argument.name, names)
            return f"has no value `{argument.name}`{'; ' + close if close else ''}"
        if argument.name in given:
            return f"gets `{argument.name}` twice"
        given.add(argument.name)
    missing = [f.name.text for f in formals if f.default is None and f.name.text not in given]
    return f"needs a value for `{missing[0]}`" if missing else ""


def bound(
    formals: tuple[Formal, ...], arguments: tuple[Argument, ...]
) -> Iterator[tuple[Formal, Expr]]:
    """Each value of a move with what the use gives it, or its default."""
    placed = [argument.value for argument in arguments if argument.name is None]
    named = {argument.name: argument.value for argument in arguments if argument.name}
    for index, formal in enumerate(formals):
        expr = placed[index] if index < len(placed) else named.get(formal.name.text, formal.default)
        assert expr is not None, "the values were checked"
        yield formal, expr


def unused_libraries(joined: Joined, used: Iterable[str], report: Report) -> None:
    """Imports of which nothing is used (D111)."""
    prefixes = {name.split(".")[0] for name in used}
    for library in joined.libraries:
        if library.prefix not in prefixes and library.definitions:
            _unused(library, report)


def _unused(library: Library, report: Report) -> None:
    path = report.text(library.line.path.span)
    report.add("D111", f"nothing from {path} is used", library.line.span, help="delete the line")
