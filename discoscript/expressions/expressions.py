"""Expression + clock -> its values, by walking the tree. Never `eval`: numbers in, numbers out.

Expressions reach this module checked (`quantities.py`), so every name is known. What the
arithmetic cannot do (division by zero, a square root of -1) gives inf or nan; the compiler
reports those with their frame.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.functions import FUNCTIONS, Function, Parameter, Takes, Values
from discoscript.expressions.recordings import Recording
from discoscript.syntax.syntax import (
    Argument,
    Binary,
    Call,
    Duration,
    Expr,
    Name,
    Negative,
    Number,
    Percent,
    Rate,
    Text,
    Timecode,
)


@dataclass(frozen=True)
class Tempo:
    """Beats per minute, and the frame of beat 0."""

    bpm: Fraction
    offset: Fraction = Fraction(0)

    def beat(self, fps: Fraction) -> Fraction:
        """The length of a beat in frames."""
        return fps * 60 / self.bpm


@dataclass(frozen=True)
class Clock:
    """The frames to compute, and the range that `t`, `elapsed`, `start` and `end` speak of.

    `recordings` is what calls found in files; a call that is not in it gives 0.
    `marks` are the frames of names for times. `previous` is the last value of the shot before.
    """

    frames: NDArray[np.float64]
    fps: Fraction
    begin: int
    end: int
    block: tuple[int, int]
    tempo: Tempo | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    recordings: Mapping[Call, Recording] = field(default_factory=dict)
    previous: Values = field(default_factory=lambda: np.float64(np.nan))
    cache: dict[str, Values] = field(default_factory=dict, compare=False)


OPERATORS: Mapping[str, Callable[[Values, Values], Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "<": lambda a, b: np.less(a, b).astype(np.float64),
    "<=": lambda a, b: np.less_equal(a, b).astype(np.float64),
    ">": lambda a, b: np.greater(a, b).astype(np.float64),
    ">=": lambda a, b: np.greater_equal(a, b).astype(np.float64),
    "==": lambda a, b: np.equal(a, b).astype(np.float64),
    "!=": lambda a, b: np.not_equal(a, b).astype(np.float64),
}


def evaluate(expr: Expr, lets: Mapping[str, Expr], clock: Clock) -> Values:
    """The value at every frame of the clock, or one number where it does not change.

    Times are in frames, rates per second, percents as written (25 for `25%`). `lets` holds the
    names that the expression reaches, each after those that it needs itself: so that a long chain
    of names is no deep recursion, and each is computed once.
    """
    with np.errstate(all="ignore"):
        for name, definition in lets.items():
            if name not in clock.cache:
                clock.cache[name] = _value(definition, clock)
        return _value(expr, clock)


def _value(expr: Expr, clock: Clock) -> Values:
    match expr:
        case Number() | Percent():
            return np.float64(expr.value)
        case Rate():
            per_second = clock.tempo.bpm / 60 if clock.tempo and expr.unit == "b" else 1
            return np.float64(expr.value * float(per_second))
        case Duration():
            beats = clock.tempo is not None and expr.unit == "b"
            unit = clock.tempo.beat(clock.fps) if clock.tempo and beats else clock.fps
            return np.float64(expr.value * unit)
        case Timecode():
            return np.float64(expr.seconds * clock.fps + expr.frames)
        case Negative():
            return np.negative(_value(expr.operand, clock))
        case Binary():
            left, right = _value(expr.left, clock), _value(expr.right, clock)
            return OPERATORS[expr.operator](left, right)
        case Call():
            return _call(expr, clock)
        case Name():
            return _name(expr.text, clock)
        case Text():
            return np.float64(np.nan)  # the path of a file: it was read when the call was checked
    raise TypeError(f"{type(expr).__name__} is not a number")


def _name(name: str, clock: Clock) -> Values:
    """A `let`, a clock or a constant."""
    if name not in clock.cache:
        clock.cache[name] = _built_in(name, clock)
    return clock.cache[name]


def _built_in(name: str, clock: Clock) -> Values:
    fps, length = float(clock.fps), max(clock.end - clock.begin, 1)
    values: dict[str, Callable[[], Values]] = {
        "frame": lambda: clock.frames,
        "seconds": lambda: clock.frames / fps,
        "t": lambda: np.clip((clock.frames - clock.begin) / length, 0, 1),
        "beats": lambda: _beats(clock),
        "previous": lambda: clock.previous,
        "elapsed": lambda: (clock.frames - clock.begin) / fps,
        "pi": lambda: np.float64(np.pi),
        "tau": lambda: np.float64(2 * np.pi),
        "fps": lambda: np.float64(fps),
        "start": lambda: np.float64(clock.block[0]),
        "end": lambda: np.float64(clock.block[1]),
        "on": lambda: np.float64(1),
        "off": lambda: np.float64(0),
    }
    return values[name]() if name in values else np.float64(clock.marks[name])


def _beats(clock: Clock) -> Values:
    """Beats since beat 0."""
    if clock.tempo is None:
        return np.float64(0)
    return (clock.frames - float(clock.tempo.offset)) / float(clock.tempo.beat(clock.fps))


def _call(call: Call, clock: Clock) -> Values:
    """Arguments by place or name, defaults for the rest, then the function of the table."""
    function = FUNCTIONS[call.function.text]
    if function.reads:
        return _recorded(call, function, clock)
    given = bind(function, call.arguments)
    values: list[Values | str] = [clock.frames] if function.now else []
    for parameter in function.parameters:
        argument = given.get(parameter.name)
        if argument is None:
            values.append(_default(parameter, clock))
        elif parameter.takes is Takes.SHAPE:
            values.append(argument.text if isinstance(argument, Name) else "sine")
        else:
            values.append(_share(argument, _value(argument, clock), values))
    rest = call.arguments[len(function.parameters) :] if function.more else ()
    computed = function.compute(*values, *(_value(a.value, clock) for a in rest))
    return computed if isinstance(computed, np.ndarray) else np.float64(computed)


def _recorded(call: Call, function: Function, clock: Clock) -> Values:
    """What the file says at the frames; 0 where nothing is known of the script's folder."""
    recording = clock.recordings.get(call)
    if recording is None:
        return np.float64(0)
    given = bind(function, call.arguments)
    values = [
        _value(given[p.name], clock) if p.name in given else _default(p, clock)
        for p in function.parameters
        if not p.reading
    ]
    return np.asarray(function.compute(recording, clock.frames, float(clock.fps), *values))


def _default(parameter: Parameter, clock: Clock) -> Values | str:
    default = parameter.default
    if isinstance(default, str) and parameter.takes is Takes.TIME:
        return np.float64(default.removesuffix("s")) * float(clock.fps)
    return default if isinstance(default, str) else np.float64(default or 0)


def _share(argument: Expr, value: Values, before: list[Values | str]) -> Values:
    """A percent argument counts in the argument before it: `pulse(1s, width=10%)`."""
    if isinstance(argument, Percent) and before and not isinstance(before[-1], str):
        return value / 100 * before[-1]
    return value


def bind(function: Function, arguments: tuple[Argument, ...]) -> dict[str, Expr]:
    """Which expression each parameter gets; unknown names and extra values are left out."""
    names = [p.name for p in function.parameters]
    bound = dict(zip(names, [a.value for a in arguments if a.name is None], strict=False))
    bound.update({a.name: a.value for a in arguments if a.name in names})
    return bound


def written_number(expr: Expr) -> float | None:
    """The number that an expression is as it is written; most are."""
    sign = 1.0
    if isinstance(expr, Negative):
        expr, sign = expr.operand, -1.0
    return sign * float(expr.value) if isinstance(expr, Number | Percent) else None


def names_in(expr: Expr) -> tuple[Name, ...]:
    """Every name in an expression (functions' names left out), from left to right."""
    if isinstance(expr, Number):
        return ()
    return tuple(node for node in nodes_of(expr) if isinstance(node, Name))


def nodes_of(expr: Expr) -> Iterator[Expr]:
    """An expression and all its parts, from left to right, without recursion."""
    stack: list[Expr] = [expr]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case Negative(operand=operand):
                stack.append(operand)
            case Binary(left=left, right=right):
                stack += [right, left]
            case Call(arguments=arguments):
                stack += [a.value for a in reversed(arguments)]
