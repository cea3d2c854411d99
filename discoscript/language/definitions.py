"""Syntax -> what is wrong with its definitions: D109, D112 and D113."""

from collections import deque
from collections.abc import Iterator

from discoscript.language.diagnostics import Diagnostic, Related
from discoscript.language.expressions import names_in
from discoscript.language.functions import CLOCKS, CONSTANTS, FUNCTIONS
from discoscript.language.lets import lets_of
from discoscript.language.syntax import Let, Syntax

#: Words that join the parts of a statement.
JOINING = frozenset({"by", "for", "to", "as", "in", "ease", "fade", "morph", "image"})
#: Words that are values.
VALUES = frozenset({"on", "off", "none", "random"})
#: Clocks and functions that are settled but not built yet.
LATER_CLOCKS = frozenset({"beats", "previous"})
LATER_FUNCTIONS = frozenset({"audio", "csv"})
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
    yield from _circles(syntax, lets)


def reserved(name: str) -> str:
    """What a built-in word is, in words; empty for any other name."""
    if name in CLOCKS or name in LATER_CLOCKS:
        return "a built-in clock"
    if name in CONSTANTS:
        return "a built-in constant"
    if name in FUNCTIONS or name in LATER_FUNCTIONS:
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


def _circles(syntax: Syntax, lets: dict[str, Let]) -> Iterator[Diagnostic]:
    """D113, once for each circle, at its first definition."""
    suspects = lets_of(syntax.body, {}).failed
    needs = {name: [n.text for n in names_in(lets[name].expr)] for name in lets if name in suspects}
    done: set[str] = set()
    for name in needs:
        circle = _circle(name, needs) if name not in done else []
        if circle:
            done.update(circle)
            way = [*circle, name] if len(circle) < LONGEST else [*circle[:LONGEST], "..."]
            message = f"`{name}` is defined by itself: {' -> '.join(way)}"
            yield Diagnostic("D113", message, lets[name].name.span, help="break the circle")


def _circle(name: str, needs: dict[str, list[str]]) -> list[str]:
    """The shortest way from a name back to itself, without its end; empty if there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([name])
    while waiting:
        here = waiting.popleft()
        for need in needs.get(here, ()):
            if need == name:
                return _way(here, name, came_from)
            if need not in came_from:
                came_from[need] = here
                waiting.append(need)
    return []


def _way(end: str, start: str, came_from: dict[str, str]) -> list[str]:
    """The steps from `start` to `end`, walked backwards."""
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
