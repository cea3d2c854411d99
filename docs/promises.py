"""Writes docs/promises.md from the figures that `make reliability` measured: docs/promises.json."""

import json
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
FIGURES, PAGE = HERE / "promises.json", HERE / "promises.md"

HEAD = """# What was measured of the promises

Written by `make reliability` from `promises.json`. The promises, and how they are kept, are in
[reliability.md](reliability.md). A figure above what was promised is **bold**.

| Promise | Figure | Measured | Promised |
|---|---|---|---|
"""

#: The promises by their numbers.
PROMISES = {
    1: "Killed at any moment, the same command gives the same pictures",
    2: "A power cut loses no finished frame and never shows a wrong one",
    5: "Damage is found and not shown",
    6: "Every truncation of a small file is survived",
    7: "Several renders on one store share the work",
    8: "Making room breaks no render",
    13: "`watch` sees every save of every editor",
    14: "A save stops old work",
    15: "A save shows its plan at once",
    19: "No other page reads the live page or drives it",
    24: "To keep a frame costs little",
    25: "A long render leaves nothing behind",
}


def page(whole: dict[str, object]) -> str:
    """The page of all figures."""
    return HEAD + "".join(rows(whole)) + "\n" + about(whole)


def rows(whole: dict[str, object]) -> Iterator[str]:
    """A line for each figure, in the order of the promises."""
    figures = whole["figures"]
    assert isinstance(figures, dict)
    told = 0
    for name, found in sorted(figures.items(), key=lambda each: (each[1]["row"], each[0])):
        number = found["row"]
        promise = PROMISES[number] if number != told else ""
        told = number
        words = name.partition(" ")[2]
        value, target = found["value"], found["target"]
        shown = f"**{value:.3g}**" if value > target else f"{value:.3g}"
        yield f"| {promise} | {words} | {shown} | {target:.3g} |\n"


def about(whole: dict[str, object]) -> str:
    """On what, and when."""
    figures = whole["figures"]
    assert isinstance(figures, dict)
    days = sorted({found["measured"] for found in figures.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"Measured {when} with Python {whole['python']}, on two cores without a GPU.\n"


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(FIGURES.read_text())), encoding="utf-8")
    print(PAGE)
