"""Disco Diffusion's cut schedules: `[12]*400+[4]*600`, a value for each of 1000 steps.

The notebook hands these texts to Python; here a grammar of numbers, lists, `+`, `*` and brackets
reads them.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from discoscript.exchange.keyframes import number

#: Steps of diffusion progress.
STEPS = 1000

#: Entries of a list, also on the way to the result.
LONGEST = 100_000

#: Brackets inside of brackets.
DEEPEST = 32

_TOKEN = re.compile(r"\s*([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|\S)")


class NoSchedule(ValueError):
    """The text is no cut schedule."""


Runs = tuple[tuple[int, int, float], ...]


def read_schedule(text: str) -> list[float]:
    """The values in order, as many as the text makes; NoSchedule says why there are none.

    A number alone is one value.
    """
    reader = _Reader(_tokens(text))
    value = reader.sum(0)
    if reader.peek():
        raise NoSchedule(f"`{reader.peek()}` is not expected here")
    values = value if isinstance(value, list) else [value]
    if not values:
        raise NoSchedule("the list is empty")
    return values


def runs(values: Sequence[float]) -> Runs:
    """Stretches `(begin, end, value)` of equal values, filled up or cut to 1000 steps.

    One value alone holds everywhere; a list that is too short keeps its last value.
    """
    full = [*values[:STEPS], *[values[-1]] * (STEPS - len(values))]
    found, begin = [], 0
    for value, same in groupby(full):
        end = begin + len(list(same))
        found.append((begin, end, value))
        begin = end
    return tuple(found)


def text_of(values: Sequence[float]) -> str:
    """`[12]*400+[4]*600`."""
    return "+".join(f"[{number(value)}]*{end - begin}" for begin, end, value in runs(values))


def _tokens(text: str) -> Iterator[str]:
    if len(text) > LONGEST:
        raise NoSchedule("the text is too long")
    return (match[1] for match in _TOKEN.finditer(text))


_Value = float | list[float]


class _Reader:
    """Reads sums of products; `*` repeats a list, `+` joins two."""

    def __init__(self, tokens: Iterator[str]) -> None:
        self.tokens = list(tokens)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if self.peek() != token:
            found = f"found `{self.peek()}`" if self.peek() else "found the end"
            raise NoSchedule(f"expected `{token}`, {found}")
        self.at += 1

    def sum(self, depth: int) -> _Value:
        value = self.product(depth)
        parts = [value]
        while self.peek() == "+":
            self.take()
            parts.append(self.product(depth))
        return _joined(parts) if len(parts) > 1 else value

    def product(self, depth: int) -> _Value:
        value = self.atom(depth)
        while self.peek() == "*":
            self.take()
            value = _repeated(value, self.atom(depth))
        return value

    def atom(self, depth: int) -> _Value:
        if depth > DEEPEST:
            raise NoSchedule(f"brackets are nested deeper than {DEEPEST}")
        token = self.take()
        if token == "(":
            value = self.sum(depth + 1)
            self.expect(")")
            return value
        if token == "[":
            return self.list(depth)
        if token == "-":
            value = self.atom(depth + 1)
            if isinstance(value, list):
                raise NoSchedule("a list has no sign")
            return -value
        if token[:1].isdigit() or (token[:1] == "." and len(token) > 1):
            return float(token)
        raise NoSchedule(f"`{token}` is no number and no list" if token else "it ends too early")

    def list(self, depth: int) -> "list[float]":
        found: list[float] = []
        while self.peek() != "]":
            value = self.sum(depth + 1)
            if isinstance(value, list):
                raise NoSchedule("a list inside of a list")
            found.append(value)
            if self.peek() != "]":
                self.expect(",")
        self.take()
        return found


def _joined(parts: list[_Value]) -> _Value:
    numbers = [part for part in parts if not isinstance(part, list)]
    if len(numbers) == len(parts):
        return sum(numbers)
    if numbers:
        raise NoSchedule("a list and a number cannot be added")
    whole = [value for part in parts if isinstance(part, list) for value in part]
    return _limited(len(whole), whole)


def _repeated(left: _Value, right: _Value) -> _Value:
    if not isinstance(left, list) and not isinstance(right, list):
        return left * right
    if isinstance(left, list) and isinstance(right, list):
        raise NoSchedule("a list cannot be multiplied by a list")
    values, times = (left, right) if isinstance(left, list) else (right, left)
    assert isinstance(values, list) and not isinstance(times, list)
    if not times.is_integer():
        raise NoSchedule(f"a list cannot be repeated {times:g} times")
    count = max(0, int(times))
    _limited(len(values) * count, values)
    return values * count


def _limited(length: int, values: list[float]) -> list[float]:
    if length > LONGEST:
        raise NoSchedule(f"more than {LONGEST} values")
    return values
