"""The table of curves: how a value gets from 0 to 1 while time goes from 0 to 1.

The names are those that follow `ease`. The direction comes first, because that is what one hears:
`in` starts slowly, `out` arrives slowly. The families are those of easings.net and CSS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Easing:
    """One row. `make` takes the numbers in parentheses (`parameters` names them) -> the curve.

    `rises` says that the curve never goes back; the others overshoot on purpose.
    """

    doc: str
    make: Callable[..., Curve]
    parameters: tuple[str, ...] = ()
    rises: bool = True


def reverse(curve: Curve) -> Curve:
    """The `out` form of an `in` curve: the same, seen from its end."""
    return lambda u: 1 - curve(1 - u)


def both(curve: Curve) -> Curve:
    """The `in-out` form of an `in` curve: half of it, then half of its reverse."""
    return lambda u: np.where(u < 0.5, curve(2 * u) / 2, 1 - curve(2 - 2 * u) / 2)


def linear(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """As fast at the start as at the end."""
    return u


def hold(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 until the very end."""
    return np.where(u < 1, 0.0, 1.0)


def smooth(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """3u² - 2u³: at rest at both ends. Through keys it is a spline (`schedule.curve`)."""
    return u * u * (3 - 2 * u)


def sine(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """A quarter of a cosine, the plain `in`."""
    return np.where(u < 1, 1 - np.cos(u * np.pi / 2), 1.0)


def power(exponent: int) -> Curve:
    """u to the power of `exponent`."""
    return lambda u: u**exponent


def expo(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """2^(10u - 10), with the ends exact."""
    return np.where(u <= 0, 0.0, 2 ** (10 * u - 10))


def circ(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """A quarter of a circle."""
    return 1 - np.sqrt(np.maximum(1 - u * u, 0))


def back(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Swings back by about 10 % before it goes."""
    return u * u * (2.70158 * u - 1.70158)


def elastic(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """A spring that swings more and more, with the ends exact."""
    swing = -(2 ** (10 * u - 10)) * np.sin((10 * u - 10.75) * 2 * np.pi / 3)
    return np.where(u <= 0, 0.0, np.where(u >= 1, 1.0, swing))


def bounce_out(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ball that comes to rest: four parabolas."""
    n, d = 7.5625, 2.75
    return np.select(
        [u < 1 / d, u < 2 / d, u < 2.5 / d],
        [n * u * u, n * (u - 1.5 / d) ** 2 + 0.75, n * (u - 2.25 / d) ** 2 + 0.9375],
        n * (u - 2.625 / d) ** 2 + 0.984375,
    )


def steps(count: float) -> Curve:
    """`count` equal jumps; the first one at the end of the first part."""
    n = max(int(count), 1)
    return lambda u: np.floor(u * n + 1e-9) / n


def bezier(x1: float, y1: float, x2: float, y2: float) -> Curve:
    """CSS cubic-bezier: from (0, 0) to (1, 1) with two handles; x1 and x2 lie in 0..1."""

    def axis(a: float, b: float, s: NDArray[np.float64]) -> NDArray[np.float64]:
        return 3 * a * s * (1 - s) ** 2 + 3 * b * s * s * (1 - s) + s**3

    def curve(u: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = np.zeros_like(u), np.ones_like(u)
        for _ in range(50):  # bisection: x rises with s, and 2^-50 is below rounding
            middle = (low + high) / 2
            below = axis(x1, x2, middle) < u
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        inside = axis(y1, y2, (low + high) / 2)
        return np.where(u <= 0, 0.0, np.where(u >= 1, 1.0, inside))

    return curve


def family(name: str, curve: Curve, doc: str, rises: bool = True) -> dict[str, Easing]:
    """The three rows of one `in` curve; `name` "" is the plain `in out in-out`."""
    tail = f"-{name}" if name else ""
    return {
        f"in{tail}": Easing(f"{doc}, at the start", lambda: curve, rises=rises),
        f"out{tail}": Easing(f"{doc}, at the end", lambda: reverse(curve), rises=rises),
        f"in-out{tail}": Easing(f"{doc}, at both ends", lambda: both(curve), rises=rises),
    }


EASINGS: Mapping[str, Easing] = {
    "linear": Easing("the same speed all the way", lambda: linear),
    "hold": Easing("stays, then jumps at the end", lambda: hold),
    "smooth": Easing("at rest at both ends; through keys a spline", lambda: smooth),
    **family("", sine, "gentle (sine)"),
    **family("quad", power(2), "u²"),
    **family("cubic", power(3), "u³"),
    **family("quart", power(4), "u⁴"),
    **family("quint", power(5), "u⁵"),
    **family("expo", expo, "very slow, then very fast"),
    **family("circ", circ, "along a circle"),
    **family("back", back, "swings past", rises=False),
    **family("elastic", elastic, "a spring", rises=False),
    **family("bounce", reverse(bounce_out), "a bouncing ball", rises=False),
    "steps": Easing("n equal jumps", steps, ("n",)),
    "bezier": Easing("as CSS cubic-bezier", bezier, ("x1", "y1", "x2", "y2"), rises=False),
}
