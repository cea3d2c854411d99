"""Disco Diffusion's keyframe strings: `0: (1), 10: (1.05)`.

A string is read as the notebook reads it: every run of digits with a colon and a bracketed text
counts, whatever stands between, and a bare number is a key at frame 0. Whatever is not a clean list
of keys is a complaint, so that nothing is dropped in silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, isnan

import numpy as np
from numpy.typing import NDArray

#: A frame number with more digits than this is beyond every end.
DIGITS = 9

#: How near straight lines must come to the values they stand for, relative.
TOLERANCE = 1e-9

# Text without a closing bracket is never searched, and digits are only tried at their first:
# with that, the pattern needs one pass over the longest string.
_KEY = re.compile(r"(?<![0-9])([0-9]+):\s*\(([^)]*)\)")
_BETWEEN = re.compile(r"[\s,;]*")


class NoKeys(ValueError):
    """The string cannot be read at all, neither here nor in the notebook."""


@dataclass(frozen=True)
class Keys:
    """Frame -> value in the order of the text, and what is odd about the text."""

    values: Mapping[int, float]
    complaints: tuple[str, ...]


def read_keys(text: str) -> Keys:
    """The keys of a string; NoKeys says why there are none."""
    if not text.strip():
        raise NoKeys("there is nothing in it")
    found = _matches(text)
    if not found:
        text = f"0: ({text})"
        found = _matches(text)
    values: dict[int, float] = {}
    complaints = list(_dropped(text, found))
    for match in found:
        frame = int(match[1]) if len(match[1]) <= DIGITS else 10**DIGITS
        value = _value(match[2])
        if isnan(value):
            complaints.append(f"`{match[0]}` is no key")
        elif not isfinite(value):
            complaints.append(f"`{match[0]}` is left out: an infinite value")
        else:
            if frame in values:
                complaints.append(f"frame {frame} has several keys, the last counts")
            values[frame] = value
    if not values:
        raise NoKeys("none of its keys has a value")
    return Keys(values, tuple(complaints))


def _matches(text: str) -> list[re.Match[str]]:
    return list(_KEY.finditer(text, 0, text.rfind(")") + 1))


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise NoKeys(f"`{shown}` is no number: the notebook has no formulas") from None


def _dropped(text: str, found: list[re.Match[str]]) -> list[str]:
    """What stands between the keys and is no comma: the notebook drops it."""
    complaints, end = [], 0
    for match in [*found, None]:
        between = text[end : match.start() if match else len(text)]
        if match and between.rstrip().endswith(("-", ".")) and not between.endswith(" "):
            complaints.append(
                f"`{between.strip(' ,;')}{match[1]}` is no frame number: read as {match[1][:12]}"
            )
        elif not _BETWEEN.fullmatch(between):
            shown = between.strip(" ,;\n\t")
            shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
            complaints.append(f"`{shown}` is no key, it should be like `10: (1.05)`: not read")
        end = match.end() if match else end
    return complaints


def in_range(keys: Mapping[int, float], frames: int) -> dict[int, float]:
    """Keys inside of `frames` frames that give the notebook's value at each of them.

    The notebook has a place per frame and appends one for every key at or behind the end, in the
    order of the text. The first place gets the first value, the last *frame* gets the last one: a
    curve that would go on is squeezed.
    """
    inside = {frame: value for frame, value in keys.items() if frame < frames}
    beyond = [value for frame, value in keys.items() if frame >= frames]
    ordered = [value for _, value in sorted(inside.items())] + beyond
    inside.setdefault(0, ordered[0])
    if beyond:
        inside[frames - 1] = ordered[-1]
    found = dict(sorted(inside.items()))
    values = list(found.values())
    return {0: values[0]} if all(value == values[0] for value in values) else found


# ───────────── values -> keys ─────────────


def keys_of(values: NDArray[np.float64]) -> dict[int, float]:
    """The fewest keys, nearly, whose straight lines meet every value to TOLERANCE.

    `values` has shape (frames,).
    """
    size = np.maximum(1.0, np.abs(values))
    bends = np.abs(np.diff(values, 2)) > TOLERANCE * size[1:-1]
    chosen = {0, len(values) - 1, *(np.flatnonzero(bends) + 1).tolist()}
    everywhere = np.arange(len(values))
    while True:
        at = np.array(sorted(chosen))
        off = np.abs(np.interp(everywhere, at, values[at]) - values) / size
        wrong = [
            int(begin + np.argmax(off[begin : end + 1]))
            for begin, end in pairwise(at.tolist())
            if off[begin : end + 1].max() > TOLERANCE
        ]
        if not wrong:
            break
        chosen.update(wrong)
    keys = {int(frame): float(f"{values[frame]:.12g}") for frame in at}
    ordered = list(keys)
    if len(keys) > 1 and keys[ordered[-1]] == keys[ordered[-2]]:
        keys.pop(ordered[-1])  # the last key holds on
    return keys


def string_of(keys: Mapping[int, float]) -> str:
    """`0: (1), 10: (1.05)`."""
    return ", ".join(f"{frame}: ({number(value)})" for frame, value in sorted(keys.items()))


def number(value: float) -> str:
    """The shortest text that is read back as this number: `10`, `1.05`."""
    whole = float(value).is_integer() and abs(value) < 2**53
    return str(int(value)) if whole else repr(float(value))


#: Decimals of a percent: far less than one of the steps that percents are shares of.
PERCENT_DECIMALS = 20


def percent(value: float) -> str:
    """A percent, for which the language has no exponents: `60%`, `0.00002%`."""
    text = number(value)
    if "e" in text:
        text = f"{value:.{PERCENT_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{text}%"
