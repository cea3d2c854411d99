"""What quantities are, and what comes of calculating with them."""

from collections.abc import Mapping
from enum import StrEnum

from discoscript.expressions.functions import Function, Takes
from discoscript.syntax.syntax import Argument, Binary, Call, Expr, Negative


class Quantity(StrEnum):
    """What a value is, in the words of the messages."""

    NUMBER = "a number"
    TIME = "a time"
    PERCENT = "a percent"
    RATE = "a speed"
    TEXT = "text"
    SIZE = "a size"
    TRUTH = "on or off"
    WORD = "a word"


ACCEPTED: Mapping[Takes, frozenset[Quantity]] = {
    Takes.NUMBER: frozenset({Quantity.NUMBER}),
    Takes.TIME: frozenset({Quantity.NUMBER, Quantity.TIME}),
    Takes.SHARE: frozenset({Quantity.NUMBER, Quantity.TIME, Quantity.PERCENT}),
    Takes.TEXT: frozenset({Quantity.TEXT}),
    Takes.TRUTH: frozenset({Quantity.TRUTH}),
}

MISMATCH_HELP: Mapping[frozenset[Quantity], str] = {
    frozenset((Quantity.TIME, Quantity.NUMBER)): (
        "the clocks `seconds` and `elapsed` are plain numbers: write `2`, not `2s`"
    ),
}


def combine(operator: str, left: Quantity, right: Quantity) -> Quantity | None:
    """What `left operator right` is, or None where that has no meaning.

    Numbers stand for frames beside a time: `end - 8s`, `24 + 2s`.
    """
    number, time = Quantity.NUMBER, Quantity.TIME
    match operator:
        case "+" | "-" if left == right:
            return left
        case "+" | "-" if {left, right} == {number, time}:
            return time
        case "*" if number in (left, right):
            return right if left is number else left
        case "/" if right is number:
            return left
        case "/" if left == right:
            return number
        case "**" if left is number and right is number:
            return number
        case "<" | "<=" | ">" | ">=" | "==" | "!=" if left == right:
            return number
    return None


def wrong_arguments(function: Function, arguments: tuple[Argument, ...]) -> str:
    """`takes 1 value, 2 given`, or "" when the arguments fit."""
    names = [p.name for p in function.parameters]
    plain = [a for a in arguments if a.name is None]
    named = [a.name for a in arguments if a.name is not None]
    for name in named:
        if name not in names:
            return f"has no value called `{name}`"
        if named.count(name) > 1 or names.index(name) < len(plain):
            return f"gets `{name}` twice"
    if len(plain) > len(names) and not function.more:
        return f"takes {_values(len(names))}, {len(plain)} given"
    rest = function.parameters[len(plain) :]
    missing = [p.name for p in rest if p.default is None and p.name not in named]
    if missing and not arguments:
        return "needs its values in the parentheses"
    return f"is missing `{missing[0]}`" if missing else ""


def _values(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"


def measure(expr: Expr) -> tuple[int, int]:
    """Depth and number of nodes, without recursion."""
    deepest, nodes = 0, 0
    stack: list[tuple[Expr, int]] = [(expr, 1)]
    while stack:
        node, depth = stack.pop()
        deepest, nodes = max(deepest, depth), nodes + 1
        match node:
            case Negative(operand=operand):
                stack.append((operand, depth + 1))
            case Binary(left=left, right=right):
                stack += [(left, depth + 1), (right, depth + 1)]
            case Call(arguments=arguments):
                stack += [(a.value, depth + 1) for a in arguments]
    return deepest, nodes
