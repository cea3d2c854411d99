"""Syntax -> what is wrong with its definitions: D109, D112 and D113."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from discoscript.expressions.expressions import names_in
from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS
from discoscript.syntax.syntax import (
    Block,
    Let,
    Mark,
    MoveHead,
    Name,
    ShotHead,
    Statement,
    Syntax,
)
from discoscript.text.diagnostics import Diagnostic, Related

#: Words that join the parts of a statement.
JOINING = frozenset({"by", "for", "to", "as", "in", "ease", "fade", "morph", "image"})
#: Words that are values.
VALUES = frozenset({"on", "off", "none", "random"})
#: Circles longer than this are not shown whole.
LONGEST = 6


@dataclass(frozen=True)
class Definition:
    """A name that a script defines, and the words for what it is."""

    name: Name
    kind: str


def check_definitions(syntax: Syntax) -> Iterator[Diagnostic]:
    """Names that are reserved, defined twice, or defined by themselves."""
    known: dict[str, Definition] = {}
    for one in definitions(syntax.body):
        name = one.name.text
        builtin = reserved(name)
        if builtin:
            message = f"`{name}` is {builtin} and can not be redefined"
            yield Diagnostic("D112", message, one.name.span, help="choose another name")
        elif name in known:
            yield _twice(one, known[name])
        else:
            known[name] = one
    for head in (s.head for s in syntax.body if isinstance(s, Block)):
        if isinstance(head, MoveHead):
            yield from _values_of(head, known)
    lets = {s.name.text: s for s in reversed(syntax.body) if isinstance(s, Let)}
    yield from _circles(dict(sorted(lets.items(), key=lambda item: item[1].span)))


def definitions(body: Iterable[Statement]) -> Iterator[Definition]:
    """All names that a script defines, in the order of its lines; marks may stand in shots."""
    for statement in body:
        match statement:
            case Let(name=name):
                yield Definition(name, "a value")
            case Mark(name=name):
                yield Definition(name, "a mark")
            case Block(head=MoveHead(name=name)):
                yield Definition(name, "a move")
            case Block(head=ShotHead()):
                yield from definitions(statement.body)


def _values_of(head: MoveHead, known: Mapping[str, Definition]) -> Iterator[Diagnostic]:
    """The values of a move: each once, and not called like something built in."""
    seen: dict[str, Name] = {}
    for formal in head.formals:
        name = formal.name
        builtin = reserved(name.text)
        if builtin:
            message = f"`{name.text}` is {builtin} and can not be redefined"
            yield Diagnostic("D112", message, name.span, help="choose another name")
        elif name.text in seen:
            first = Definition(seen[name.text], "a value")
            yield _twice(Definition(name, "a value"), first)
        seen.setdefault(name.text, name)


def reserved(name: str) -> str:
    """What a built-in word is, in words; empty for any other name."""
    if name in CLOCKS:
        return "a built-in clock"
    if name in CONSTANTS:
        return "a built-in constant"
    if name in FUNCTIONS:
        return "a built-in function"
    if name in JOINING:
        return "a word of the language"
    return "a built-in value" if name in VALUES else ""


def _twice(second: Definition, first: Definition) -> Diagnostic:
    other = "" if first.kind == second.kind else f", first as {first.kind}"
    return Diagnostic(
        "D109",
        f"`{second.name.text}` is defined twice{other}",
        second.name.span,
        "second definition",
        "names are defined once: keep one, or choose another name",
        (Related(first.name.span, "first definition"),),
    )


def _circles(lets: dict[str, Let]) -> Iterator[Diagnostic]:
    """D113, once for each circle, at its first definition."""
    order = {name: n for n, name in enumerate(lets)}
    told: set[str] = set()
    for circle in _walk({name: _needs(let, lets) for name, let in lets.items()}):
        if told.isdisjoint(circle):
            told.update(circle)
            first = circle.index(min(circle, key=order.__getitem__))
            yield _circle([*circle[first:], *circle[:first]], lets)


def _needs(let: Let, lets: dict[str, Let]) -> list[str]:
    """The definitions that a definition needs."""
    return [name.text for name in names_in(let.expr) if name.text in lets]


def _walk(needs: dict[str, list[str]]) -> Iterator[list[str]]:
    """Every circle that a walk from name to name runs into, each step taken once."""
    done: set[str] = set()
    for start in needs:
        way: dict[str, Iterator[str]] = {} if start in done else {start: iter(needs[start])}
        while way:
            here = next(reversed(way))
            need = next(way[here], None)
            if need is None:
                done.add(here)
                del way[here]
            elif need in way:
                names = list(way)
                yield names[names.index(need) :]
            elif need not in done:
                way[need] = iter(needs[need])


def _circle(circle: list[str], lets: dict[str, Let]) -> Diagnostic:
    name = circle[0]
    way = [*circle, name] if len(circle) < LONGEST else [*circle[:LONGEST], "..."]
    message = f"`{name}` is defined by itself: {' -> '.join(way)}"
    return Diagnostic("D113", message, lets[name].name.span, help="break the circle")
