"""Deforum's formulas in `t` -> expressions of the language. Read by a grammar, never evaluated
as code."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from discoscript.exchange.values import NotCarried

#: Brackets and calls inside of one another.
DEEPEST = 40

#: Characters of one formula.
LONGEST = 2_000

_TOKEN = re.compile(
    r"\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|[<>=!]=|[-+*/%<>(),])"
)


@dataclass(frozen=True)
class Formula:
    """A formula: its text in the language, its value at a frame, whether it changes."""

    text: str
    level: int
    at: Callable[[float], float]
    varies: bool = False

    def inside(self, level: int) -> str:
        """The text where only operators above `level` may stand without brackets."""
        return self.text if self.level >= level else f"({self.text})"


COMPARE, SUM, PRODUCT, UNARY, POWER, ATOM = range(6)

#: Functions by Deforum's names: how they are called here, and what they compute.
FUNCTIONS: Mapping[str, tuple[str, Callable[..., float]]] = {
    "sin": ("sin", math.sin),
    "cos": ("cos", math.cos),
    "tan": ("tan", math.tan),
    "arctan2": ("atan2", math.atan2),
    "abs": ("abs", abs),
    "sqrt": ("sqrt", math.sqrt),
    "exp": ("exp", math.exp),
    "log": ("log", math.log),
    "floor": ("floor", math.floor),
    "ceil": ("ceil", math.ceil),
    "round": ("round", round),
    "max": ("max", max),
    "min": ("min", min),
    "where": ("select", lambda condition, yes, no: yes if condition else no),
}
_ARGUMENTS = {"arctan2": (2, 2), "max": (2, 16), "min": (2, 16), "where": (3, 3)}

_BINARY: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "<": lambda a, b: float(a < b),
    ">": lambda a, b: float(a > b),
    "<=": lambda a, b: float(a <= b),
    ">=": lambda a, b: float(a >= b),
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
}


def formula(text: str, variables: Mapping[str, float]) -> Formula:
    """The formula; `variables` are numbers by name, `t` is the frame. NotCarried says what the
    language does not have."""
    if len(text) > LONGEST:
        raise NotCarried(f"a formula longer than {LONGEST} characters")
    reader = _Reader(_tokens(text), variables)
    found = reader.compare(0)
    if reader.peek():
        raise NotCarried(f"`{reader.peek()}` is not expected in `{text.strip()[:60]}`")
    return found


def value(found: Formula, frame: float) -> float:
    """The value at a frame; NotCarried where there is none."""
    try:
        result = found.at(frame)
        if isinstance(result, complex) or not math.isfinite(result):
            raise ValueError
    except (ArithmeticError, ValueError):
        raise NotCarried(f"`{found.text[:60]}` has no value at frame {frame:g}") from None
    return float(result)


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise NotCarried(f"`{text[at:].strip()[:1]}` is not known in formulas here")
        tokens.append(found[1])
        at = found.end()
    return tokens


@dataclass
class _Reader:
    tokens: list[str]
    variables: Mapping[str, float]
    position: int = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if expected and token not in expected:
            found = f"found `{token}`" if token else "it ends"
            raise NotCarried(f"expected `{expected[0]}` in a formula, {found}")
        self.position += 1
        return token

    def compare(self, depth: int) -> Formula:
        if depth > DEEPEST:
            raise NotCarried("a formula with too many brackets inside of brackets")
        left = self.chain(depth, SUM, "+", "-")
        if self.peek() in ("<", ">", "<=", ">=", "==", "!="):
            sign = self.take()
            return _pair(sign, left, self.chain(depth, SUM, "+", "-"), COMPARE)
        return left

    def chain(self, depth: int, level: int, *signs: str) -> Formula:
        """Sums of products, products of factors, from left to right."""

        def part() -> Formula:
            if level == SUM:
                return self.chain(depth, PRODUCT, "*", "/", "%")
            return self.unary(depth)

        left = part()
        while self.peek() in signs:
            sign = self.take()
            left = _mod(left, part()) if sign == "%" else _pair(sign, left, part(), level)
        return left

    def unary(self, depth: int) -> Formula:
        if depth > DEEPEST:
            raise NotCarried("a formula with too many signs in a row")
        if self.peek() == "+":
            self.take()
            return self.unary(depth + 1)
        if self.peek() == "-":
            self.take()
            inner = self.unary(depth + 1)
            return Formula(f"-{inner.inside(UNARY)}", UNARY, lambda t: -inner.at(t), inner.varies)
        base = self.atom(depth)
        if self.peek() != "**":
            return base
        self.take()
        power = self.unary(depth + 1)
        text = f"{base.inside(ATOM)} ** {power.inside(UNARY)}"
        varies = base.varies or power.varies
        return Formula(text, POWER, lambda t: _BINARY["**"](base.at(t), power.at(t)), varies)

    def atom(self, depth: int) -> Formula:
        token = self.take()
        if token == "(":
            inner = self.compare(depth + 1)
            self.take(")")
            return inner
        if token[:1].isdigit() or token[:1] == ".":
            number = float(token)
            plain = token if re.fullmatch(r"\d+(\.\d+)?([eE][+-]?\d+)?", token) else repr(number)
            return Formula(plain, ATOM, lambda t: number)
        if token == "t":
            return Formula("frame", ATOM, lambda t: t, True)
        if token == "pi":
            return Formula("pi", ATOM, lambda t: math.pi)
        if token in self.variables:
            known = self.variables[token]
            whole = f"{known:g}" if abs(known) < 1e6 else repr(int(known))
            return Formula(whole, ATOM if known >= 0 else UNARY, lambda t: known)
        if token in FUNCTIONS and self.peek() == "(":
            return self.call(token, depth)
        raise NotCarried(f"`{token}` is not known in formulas here" if token else "it ends early")

    def call(self, name: str, depth: int) -> Formula:
        self.take("(")
        parts = [self.compare(depth + 1)]
        while self.peek() == ",":
            self.take()
            parts.append(self.compare(depth + 1))
        self.take(")")
        low, high = _ARGUMENTS.get(name, (1, 1))
        if not low <= len(parts) <= high:
            raise NotCarried(f"`{name}` with {len(parts)} values in a formula")
        here, compute = FUNCTIONS[name]
        text = f"{here}({', '.join(part.text for part in parts)})"
        varies = any(part.varies for part in parts)
        return Formula(text, ATOM, lambda t: compute(*(part.at(t) for part in parts)), varies)


def _pair(sign: str, left: Formula, right: Formula, level: int) -> Formula:
    """`left sign right`; the right side of `-` and `/` keeps its brackets."""
    text = f"{left.inside(level or SUM)} {sign} {right.inside(level + 1)}"
    compute = _BINARY[sign]
    both = left.varies or right.varies
    return Formula(text, level, lambda t: compute(left.at(t), right.at(t)), both)


def _mod(left: Formula, right: Formula) -> Formula:
    text = f"mod({left.text}, {right.text})"
    both = left.varies or right.varies
    return Formula(text, ATOM, lambda t: math.fmod(left.at(t), right.at(t)), both)
