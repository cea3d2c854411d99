"""Functions, clocks and constants: what a value may be calculated from."""

import numpy as np

from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS, SHAPES
from discoscript.reference.markdown import code, page, table
from discoscript.reference.sparkline import Samples, blocks, svg

#: The functions of time that have a picture: arguments after the frame, lowest and highest value.
#: Two seconds at 24 frames per second.
PICTURES = {
    **{f"wave-{shape}": ("wave", (24.0, shape, 0.0), -1, 1) for shape in SHAPES},
    "pulse": ("pulse", (12.0, 3.0, 0.0), 0, 1),
    "noise": ("noise", (12.0, 1.0, 0.0), -1, 1),
}
FRAMES = 96

INTRODUCTION = """A value can be calculated: `translate_y += 0.5 * sin(seconds * tau / 4)`. There
are `+ - * / **`, parentheses and the comparisons `< <= > >= == !=`, which give 1 or 0."""

CAPTIONS = {
    "wave-sine": "wave(24)",
    "wave-triangle": "wave(24, shape=triangle)",
    "wave-square": "wave(24, shape=square)",
    "wave-saw": "wave(24, shape=saw)",
    "pulse": "pulse(12, 3)",
    "noise": "noise(12, seed=1)",
}


def functions_page() -> str:
    """docs/reference/functions.md."""
    rows = ((code(FUNCTIONS[name].usage(name)), FUNCTIONS[name].doc) for name in FUNCTIONS)
    shapes = (
        (f"![{CAPTIONS[name]}](functions/{name}.svg)", code(CAPTIONS[name])) for name in PICTURES
    )
    return page(
        "Functions",
        INTRODUCTION,
        "## Functions\n\nWhat stands after `=` is used where a value is left out. Periods are "
        "times: `wave(2s)`, `wave(48)`.",
        table(("Function", "Value"), rows),
        "## Shapes in time\n\nFrames 0 to 95.",
        table(("", "Written"), shapes),
        clocks_text(),
    )


def clocks_text() -> str:
    """The clocks and the constants."""
    clocks = ((code(name), doc) for name, doc in CLOCKS.items())
    constants = ((code(name), doc) for name, doc in CONSTANTS.items())
    return "\n\n".join(
        [
            "## Clocks\n\nThey change from frame to frame.",
            table(("Clock", "Value"), clocks),
            "## Constants",
            table(("Constant", "Value"), constants),
        ]
    )


def function_pictures() -> dict[str, str]:
    """Name -> SVG."""
    return {
        name: svg(samples(name), low=low, high=high, jumps=name == "pulse", width=240, guides=(0,))
        for name, (_, _, low, high) in PICTURES.items()
    }


def function_list() -> str:
    """All functions, clocks and constants, for a terminal."""
    lines = [f"{FUNCTIONS[name].usage(name):36}  {FUNCTIONS[name].doc}" for name in FUNCTIONS]
    lines += ["", *(f"{name:36}  {doc}" for name, doc in {**CLOCKS, **CONSTANTS}.items())]
    return "## Functions, clocks, constants\n\n```text\n" + "\n".join(lines) + "\n```"


def function_text(name: str) -> str:
    """One function, clock or constant."""
    if name not in FUNCTIONS:
        return f"## {name}\n\n{ {**CLOCKS, **CONSTANTS}[name] }"
    shown = [
        f"{CAPTIONS[picture]:26}  {blocks(samples(picture)[:48])}"
        for picture, (function, *_) in PICTURES.items()
        if function == name
    ]
    drawn = "\n\n```text\n" + "\n".join(shown) + "\n```" if shown else ""
    return f"## {FUNCTIONS[name].usage(name)}\n\n{FUNCTIONS[name].doc}{drawn}"


def samples(picture: str) -> Samples:
    """The values of a picture, one for each frame."""
    function, arguments, *_ = PICTURES[picture]
    now = np.arange(FRAMES, dtype=np.float64)
    return np.asarray(FUNCTIONS[function].compute(now, *arguments), dtype=np.float64)
