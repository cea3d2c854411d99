"""The table of functions, constants and clocks that expressions may use.

Every function works on whole arrays of frames at once. `TIME` arguments arrive in frames, however
they were written (`2s`, `48`, `4b`); `now` functions also get the frame numbers, counted from the
start of the scene, as their first argument. Functions that read a file get what it says instead
(`recordings.py`), and the frames with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.expressions.recordings import column, loudness
from discoscript.parameters import FileKind

Values = NDArray[np.float64] | np.float64


class Takes(StrEnum):
    """What an argument is."""

    NUMBER = "number"
    TIME = "time"
    SHARE = "time or percent"
    SHAPE = "shape"
    TEXT = "text"
    TRUTH = "on or off"


@dataclass(frozen=True)
class Parameter:
    """One argument; `default` None means that it must be given.

    A TIME may have a default in seconds (`0.1s`). `reading`: it says what is read from the file,
    so it is needed before anything is computed. `fixed`: it may not change from frame to frame.
    """

    name: str
    takes: Takes = Takes.NUMBER
    default: float | str | None = None
    reading: bool = False
    fixed: bool = False


@dataclass(frozen=True)
class Function:
    """One row. `more` lets the last argument repeat; `now` functions change with the frame.

    `reads`: the kind of file that the first argument is the path of. Such a function is computed
    from the recording, the frames, the frames per second, and the arguments that are not `reading`.
    """

    parameters: tuple[Parameter, ...]
    compute: Callable[..., Any]
    doc: str
    more: bool = False
    now: bool = False
    reads: FileKind | None = None

    def usage(self, name: str) -> str:
        """`wave(period, shape=sine, phase=0)`."""
        shown = [
            p.name
            if p.default in (None, "")
            else f"{p.name}={p.default if isinstance(p.default, str) else f'{p.default:g}'}"
            for p in self.parameters
        ]
        return f"{name}({', '.join([*shown, '...'] if self.more else shown)})"


SHAPES: Mapping[str, Callable[[Values], Values]] = {
    "sine": lambda u: np.sin(2 * np.pi * u),
    "triangle": lambda u: 1 - 4 * np.abs(np.mod(u + 0.25, 1) - 0.5),
    "square": lambda u: np.where(np.mod(u, 1) < 0.5, 1.0, -1.0),
    "saw": lambda u: 2 * np.mod(u + 0.5, 1) - 1,
}


def wave(now: Values, period: Values, shape: str, phase: Values) -> Values:
    """-1 to 1, once every `period` frames; with `phase` 0.25 it starts a quarter further on."""
    return SHAPES[shape](np.mod(now + phase * period, period) / period)


def pulse(now: Values, every: Values, width: Values, phase: Values) -> Values:
    """1 for the first `width` frames of every `every` frames, else 0."""
    return np.where(np.mod(now + phase * every + 1e-9, every) < width, 1.0, 0.0)


def noise(now: Values, period: Values, seed: Values, phase: Values) -> Values:
    """Smooth noise from -1 to 1 that takes a new direction about every `period` frames.

    Gradient noise in one dimension: 0 at every whole period, a slope drawn from `seed` there.
    """
    u = np.asarray(now / period + phase, dtype=np.float64)
    cell = np.floor(u)
    x = u - cell
    rise, fall = slope(cell, seed) * x, slope(cell + 1, seed) * (x - 1)
    blend = x**3 * (x * (6 * x - 15) + 10)
    return 2 * (rise + (fall - rise) * blend)


def slope(cell: NDArray[np.float64], seed: Values) -> NDArray[np.float64]:
    """A number in [-1, 1) for each cell: a hash, so that frames can be drawn in any order."""
    with np.errstate(all="ignore"):
        key = np.nan_to_num(np.asarray(cell)).astype(np.int64).view(np.uint64)
        salt = np.nan_to_num(np.asarray(seed, dtype=np.float64)).astype(np.int64).view(np.uint64)
        x = key * np.uint64(0x9E3779B97F4A7C15) + salt * np.uint64(0xD1B54A32D192ED03)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
        x = x ^ (x >> np.uint64(31))
    return np.asarray(x >> np.uint64(11), dtype=np.float64) / 2.0**52 - 1


def smoothstep(low: Values, high: Values, x: Values) -> Values:
    """0 below `low`, 1 above `high`, an S between them."""
    u = np.clip((x - low) / (high - low), 0, 1)
    return u * u * (3 - 2 * u)


def numbers(*names: str) -> tuple[Parameter, ...]:
    """Plain number arguments, all of them required."""
    return tuple(Parameter(name) for name in names)


def largest(*values: Values) -> Values:
    """The largest of any number of values."""
    result = values[0]
    for value in values[1:]:
        result = np.maximum(result, value)
    return result


def smallest(*values: Values) -> Values:
    """The smallest of any number of values."""
    result = values[0]
    for value in values[1:]:
        result = np.minimum(result, value)
    return result


PERIOD, PHASE = Parameter("period", Takes.TIME), Parameter("phase", default=0.0)

FUNCTIONS: Mapping[str, Function] = {
    "sin": Function(numbers("x"), np.sin, "sine of x radians"),
    "cos": Function(numbers("x"), np.cos, "cosine of x radians"),
    "tan": Function(numbers("x"), np.tan, "tangent of x radians"),
    "atan2": Function(
        numbers("y", "x"), np.arctan2, "the angle in radians of a point, -pi to pi: 0 along x"
    ),
    "abs": Function(numbers("x"), np.abs, "x without its sign"),
    "min": Function(numbers("a", "b"), smallest, "the smallest value", more=True),
    "max": Function(numbers("a", "b"), largest, "the largest value", more=True),
    "clamp": Function(
        numbers("x", "low", "high"),
        lambda x, low, high: np.minimum(np.maximum(x, low), high),
        "x, but at least low and at most high",
    ),
    "mix": Function(numbers("a", "b", "t"), lambda a, b, t: a + (b - a) * t, "from a to b by t"),
    "step": Function(
        numbers("edge", "x"), lambda edge, x: np.where(x < edge, 0.0, 1.0), "0 below edge, then 1"
    ),
    "smoothstep": Function(numbers("low", "high", "x"), smoothstep, "an S from 0 to 1"),
    "floor": Function(numbers("x"), np.floor, "the whole number below"),
    "ceil": Function(numbers("x"), np.ceil, "the whole number above"),
    "round": Function(numbers("x"), np.rint, "the nearest whole number"),
    "sqrt": Function(numbers("x"), np.sqrt, "square root"),
    "exp": Function(numbers("x"), np.exp, "e to the power of x"),
    "log": Function(numbers("x"), np.log, "natural logarithm"),
    "mod": Function(numbers("a", "b"), np.mod, "the rest of a divided by b"),
    "sign": Function(numbers("x"), np.sign, "-1, 0 or 1"),
    "select": Function(
        numbers("condition", "a", "b"),
        lambda condition, a, b: np.where(condition != 0, a, b),
        "a where the condition holds, else b",
    ),
    "wave": Function(
        (PERIOD, Parameter("shape", Takes.SHAPE, "sine"), PHASE),
        wave,
        "-1 to 1 and back once a period: sine, triangle, square or saw",
        now=True,
    ),
    "pulse": Function(
        (Parameter("every", Takes.TIME), Parameter("width", Takes.SHARE, 1.0), PHASE),
        pulse,
        "1 for the first width of every period (one frame by default), else 0",
        now=True,
    ),
    "noise": Function(
        (PERIOD, Parameter("seed", default=0.0), PHASE), noise, "smooth noise, -1 to 1", now=True
    ),
    "audio": Function(
        (
            Parameter("path", Takes.TEXT, reading=True),
            Parameter("low", Takes.NUMBER, 20.0, reading=True),
            Parameter("high", Takes.NUMBER, 20_000.0, reading=True),
            Parameter("attack", Takes.TIME, 0.0, fixed=True),
            Parameter("release", Takes.TIME, "0.1s", fixed=True),
            Parameter("offset", Takes.TIME, 0.0, fixed=True),
        ),
        loudness,
        "0 to 1: how loud a sound file is between low and high Hz",
        now=True,
        reads=FileKind.SOUND,
    ),
    "csv": Function(
        (
            Parameter("path", Takes.TEXT, reading=True),
            Parameter("column", Takes.TEXT, "", reading=True),
            Parameter("raw", Takes.TRUTH, "off", reading=True),
        ),
        column,
        "0 to 1: a column of a table (its only one needs no name); raw=on: its numbers as written",
        now=True,
        reads=FileKind.TABLE,
    ),
}

CONSTANTS: Mapping[str, str] = {
    "pi": "half a turn in radians",
    "tau": "a whole turn in radians",
    "fps": "frames per second",
    "start": "first frame of the block",
    "end": "the frame after the last one of the block",
}


CLOCKS: Mapping[str, str] = {
    "frame": "frames since the start of the scene",
    "seconds": "seconds since the start of the scene",
    "beats": "beats since beat 0 of the scene",
    "t": "0 to 1 over the range of this line",
    "elapsed": "seconds since the start of this line",
    "previous": "the value on the last frame before this shot",
}
