"""Values, frames and expressions in words."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import Mode
from discoscript.syntax.syntax import (
    Argument,
    Binary,
    Call,
    Dim,
    Duration,
    Expr,
    Name,
    Negative,
    Number,
    Percent,
    Rate,
    Size,
    Text,
    Timecode,
)
from discoscript.terminal import printable


def shown(value: object) -> str:
    """A value as a script would write it, numbers with four digits: `on`, `2.015`, `1280x768`."""
    match value:
        case None:
            return "none"
        case bool() | np.bool_():
            return "on" if value else "off"
        case float() | np.floating():
            # No minus zero, and nothing that only the rounding of a sum has left.
            number = float(value)
            number = 0.0 if abs(number) < 1e-12 else number
            if number.is_integer() and abs(number) < 1e15:
                return str(int(number))
            return f"{number:g}" if abs(number) >= 1000 else f"{number:.4g}"
        case Fraction():
            return f"{float(value):g}"
        case tuple():
            return f"[{', '.join(shown(part) for part in value)}]"
    return printable(str(value))


def unit_in(unit: str, mode: Mode) -> str:
    """The unit in a mode: `pixels (2d) or units (3d) per frame` is `pixels per frame` in 2d."""
    which = 1 if mode is Mode.D2 else 2
    return re.sub(r"(\w+) \(2d\) or (\w+) \(3d\)", rf"\{which}", unit)


def sized(value: tuple[Any, ...]) -> str:
    """`1280x768`."""
    return "x".join(str(side) for side in value)


def change(values: Sequence[object] | NDArray[Any]) -> str:
    """`2`, `2 -> 8`, or `0 -> 0.5 -> -0.5 -> 0`: the way through its farthest values."""
    first, last = shown(values[0]), shown(values[-1])
    if len({shown(v) for v in values}) == 1:
        return first
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "if":
        return f"{first} -> {last}"
    low, high = min(values[0], values[-1]), max(values[0], values[-1])
    far = sorted({int(values.argmin()), int(values.argmax())})
    beyond = (shown(values[at]) for at in far if not low <= values[at] <= high)
    return " -> ".join([first, *beyond, last])


def stretch(start: int, end: int) -> str:
    """`0..24`, or `3` for one frame."""
    return str(start) if end - start == 1 else f"{start}..{end}"


def seconds(frames: int, fps: Fraction) -> str:
    """`3 s`, `2.04 s`: how long some frames last."""
    return f"{round(float(frames / fps), 2):g} s"


def given(arguments: Sequence[Argument]) -> str:
    """The values of a call: `20, low=4`."""
    said = ((a.name, expression(a.value)) for a in arguments)
    return ", ".join(f"{name}={value}" if name else value for name, value in said)


def expression(expr: Expr, inside: bool = False) -> str:
    """An expression with every bracket that the language reads into it."""
    match expr:
        case Number(value=value):
            return f"{value:g}"
        case Duration(value=value, unit=unit) | Rate(value=value, unit=unit):
            sign = "/" if isinstance(expr, Rate) else ""
            return f"{float(value):g}{sign}{unit}"
        case Percent(value=value):
            return f"{float(value):g}%"
        case Timecode(seconds=whole, frames=frames):
            return f"{float(whole):g}s" + (f" + {frames} frames" if frames else "")
        case Size(width=width, height=height):
            return f"{width}x{height}"
        case Text(value=value):
            return f'"{printable(value)}"'
        case Dim(text=text) | Name(text=text):
            return text
        case Call(function=function, arguments=arguments):
            return f"{function.text}({given(arguments)})"
        case Negative(operand=operand):
            return f"-{expression(operand, True)}"
        case Binary(operator=operator, left=left, right=right):
            text = f"{expression(left, True)} {operator} {expression(right, True)}"
            return f"({text})" if inside else text
