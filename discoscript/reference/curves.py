"""The curves that may follow `ease`."""

import numpy as np

from discoscript.expressions.easing import EASINGS, Easing
from discoscript.reference.markdown import code, page, table
from discoscript.reference.sparkline import Samples, blocks, svg

#: What the curves with parentheses are drawn with; the others take nothing.
SHOWN_WITH = {"steps": (4.0,), "bezier": (0.5, 0.0, 0.5, 1.0)}

#: Room for curves that overshoot.
LOW, HIGH = -0.4, 1.4

INTRODUCTION = """A curve says how a value gets from its start to its end:
`fov 40 -> 90 @ 0..48 ease in-out`. Without `ease` the way is straight (`linear`). The direction
comes first, because it is what one sees: `in` starts slowly, `out` arrives slowly, `in-out` does
both. Time runs to the right, the value upward; the dotted lines are start and end."""


def curves_page() -> str:
    """docs/reference/curves.md."""
    rows = (
        (f"![{name}](curves/{name}.svg)", code(usage(name)), EASINGS[name].doc) for name in EASINGS
    )
    return page("Curves", INTRODUCTION, table(("", "Curve", "How it moves"), rows))


def curve_pictures() -> dict[str, str]:
    """Name -> SVG."""
    return {
        name: svg(samples(row, name, 61), low=LOW, high=HIGH, guides=(0, 1))
        for name, row in EASINGS.items()
    }


def curve_list() -> str:
    """All curves with a sparkline each, for a terminal."""
    return "## Curves\n\n```text\n" + "\n".join(_line(name) for name in EASINGS) + "\n```"


def curve_text(name: str) -> str:
    """One curve."""
    return (
        f"## ease {usage(name)}\n\n{EASINGS[name].doc}\n\n"
        f"```text\n{blocks(samples(EASINGS[name], name, 48))}\n```\n\n"
        f"Write `fov 40 -> 90 @ 0..48 ease {example(name)}`."
    )


def usage(name: str) -> str:
    """`steps(n)`."""
    names = EASINGS[name].parameters
    return f"{name}({', '.join(names)})" if names else name


def example(name: str) -> str:
    """`steps(4)`."""
    values = SHOWN_WITH.get(name, ())
    return f"{name}({', '.join(f'{v:g}' for v in values)})" if values else name


def samples(row: Easing, name: str, count: int) -> Samples:
    """The curve at `count` moments from 0 to 1."""
    curve = row.make(*SHOWN_WITH.get(name, ()))
    return np.asarray(curve(np.linspace(0, 1, count)), dtype=np.float64)


def _line(name: str) -> str:
    return f"{blocks(samples(EASINGS[name], name, 24))}  {usage(name):24}  {EASINGS[name].doc}"
