"""Lets: the names of a script, in an order in which each needs only those before it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from discoscript.expressions.expressions import names_in
from discoscript.expressions.recordings import Recording
from discoscript.syntax.syntax import Block, Call, Expr, Let, Mark, Number, Statement


@dataclass(frozen=True)
class Lets:
    """`exprs` is in dependency order. Names in `failed` have an error of their own: using them is
    no new one.

    `marks` are names for times; as numbers they are frames. `recordings` is what the calls in these
    expressions, and in those that use them, found in files.
    """

    exprs: Mapping[str, Expr] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    statements: Mapping[str, Let] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    recordings: dict[Call, Recording] = field(default_factory=dict)

    @cached_property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """The lets that each let names."""
        return {name: self._named(expr) for name, expr in self.exprs.items()}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each let."""
        return {name: place for place, name in enumerate(self.exprs)}

    def _named(self, expr: Expr) -> tuple[str, ...]:
        found = (name.text for name in names_in(expr))
        return tuple(dict.fromkeys(text for text in found if text in self.exprs))

    def needed(self, expr: Expr, known: Container[str] = ()) -> tuple[str, ...]:
        """The lets that an expression reaches, in an order in which they can be computed.

        Those that are `known`, and what only they need, are left out.
        """
        if not self.exprs or isinstance(expr, Number):
            return ()
        reached: set[str] = set()
        waiting = list(self._named(expr))
        while waiting:
            name = waiting.pop()
            if name not in reached and name not in known:
                reached.add(name)
                waiting.extend(self.needs[name])
        return tuple(sorted(reached, key=self.order.__getitem__))

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """All names as lines may write them: a value of a move is known under a longer one."""
        names = (*self.exprs, *self.failed, *self.marks)
        return tuple(dict.fromkeys(n.rpartition(".")[2] if "#" in n else n for n in names))

    def reach(self, expr: Expr, word: str) -> bool:
        """Whether an expression speaks of a built-in name, itself or by a let."""
        parts = (expr, *(self.exprs[name] for name in self.needed(expr)))
        return any(name.text == word for part in parts for name in names_in(part))


def lets_of(
    body: Sequence[Statement],
    replaced: Mapping[str, Expr],
    failed: frozenset[str] = frozenset(),
) -> Lets:
    """All `let` lines of a script; `replaced` gives other expressions to some of them.

    Of two definitions the first counts (the second is reported as D109). `failed` are names that
    have an error elsewhere.
    """
    statements: dict[str, Let] = {}
    for let in _lines(body, Let):
        statements.setdefault(let.name.text, let)
    exprs = {name: replaced.get(name, let.expr) for name, let in statements.items()}
    ordered, circles = _in_order(exprs)
    marks = frozenset(mark.name.text for mark in _lines(body, Mark))
    return Lets(ordered, circles | failed, statements, marks)


Line = TypeVar("Line", Let, Mark)


def _lines(body: Iterable[Statement], kind: type[Line]) -> Iterator[Line]:
    for statement in body:
        if isinstance(statement, kind):
            yield statement
        elif isinstance(statement, Block):
            yield from _lines(statement.body, kind)


def _in_order(exprs: Mapping[str, Expr]) -> tuple[dict[str, Expr], frozenset[str]]:
    """Repeatedly take the names whose needs are met; what is left is in a circle or needs one."""
    needs = {n: {m.text for m in names_in(e) if m.text in exprs} for n, e in exprs.items()}
    users: dict[str, list[str]] = {name: [] for name in exprs}
    for name, needed in needs.items():
        for other in needed:
            users[other].append(name)
    ready = [name for name, needed in needs.items() if not needed]
    ordered: dict[str, Expr] = {}
    while ready:
        name = ready.pop(0)
        ordered[name] = exprs[name]
        for user in users[name]:
            needs[user].discard(name)
            if not needs[user]:
                ready.append(user)
    return ordered, frozenset(exprs.keys() - ordered.keys())
