"""Syntax -> what is wrong with its definitions: D109, D112 and D113."""

from collections.abc import Iterator

from discoscript.expressions.expressions import names_in
from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS
from discoscript.syntax.syntax import Let, Syntax
from discoscript.text.diagnostics import Diagnostic, Related

#: Words that join the parts of a statement.
JOINING = frozenset({"by", "for", "to", "as", "in", "ease", "fade", "morph", "image"})
#: Words that are values.
VALUES = frozenset({"on", "off", "none", "random"})
#: Clocks that are settled but not built yet.
LATER_CLOCKS = frozenset({"beats", "previous"})
#: Circles longer than this are not shown whole.
LONGEST = 6


def check_definitions(syntax: Syntax) -> Iterator[Diagnostic]:
    """Names that are reserved, defined twice, or defined by themselves."""
    lets: dict[str, Let] = {}
    for let in (line for line in syntax.body if isinstance(line, Let)):
        name = let.name.text
        kind = reserved(name)
        if kind:
            message = f"`{name}` is {kind} and can not be redefined"
            yield Diagnostic("D112", message, let.name.span, help="choose another name")
        elif name in lets:
            yield _twice(let, lets[name])
        else:
            lets[name] = let
    yield from _circles(lets)


def reserved(name: str) -> str:
    """What a built-in word is, in words; empty for any other name."""
    if name in CLOCKS or name in LATER_CLOCKS:
        return "a built-in clock"
    if name in CONSTANTS:
        return "a built-in constant"
    if name in FUNCTIONS:
        return "a built-in function"
    if name in JOINING:
        return "a word of the language"
    return "a built-in value" if name in VALUES else ""


def _twice(second: Let, first: Let) -> Diagnostic:
    return Diagnostic(
        "D109",
        f"`{second.name.text}` is defined twice",
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
