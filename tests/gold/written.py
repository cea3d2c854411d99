"""A schedule as text that can be read and compared line by line: what golden files hold.

It is written from the document (`schedule/document.py`): what differs from the defaults, run by
run. Where values change from frame to frame only some are shown; the sum at the end of the line is
of all of them, so no difference escapes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from discoscript.schedule.document import document
from discoscript.schedule.schedule import Schedule
from discoscript.text.source import Source

Run = tuple[int, int, Any]

#: Longer stretches that change all the time are shown by so many of their values.
SHOWN = 5

#: More than so many runs in a row, of less than so many frames each, are shown as such a stretch.
MANY, BRIEF = 6, 16


def written(schedule: Schedule, source: Source) -> str:
    """The whole text."""
    found = document(schedule, source)
    return "\n".join([*_head(schedule, found), *_prompts(found), *_parameters(found)]) + "\n"


def _head(schedule: Schedule, found: dict[str, Any]) -> Iterator[str]:
    size = f"{found['width']}x{found['height']}"
    yield f"{found['frames']} frames at {found['fps']} fps, {found['mode']}, {size}"
    starts = ", ".join(f"{part['start']}..{part['end']}" for part in found["segments"])
    yield f"segments {starts}"
    for shot in schedule.shots:
        yield f'shot "{shot.title}" {shot.begin}..{shot.end}'
    yield f"seed {found['seed']['first']}, and so much more (from `own` on: the seed itself)"
    seeds = list(zip(found["seed"]["offsets"], schedule.seeded.tolist(), strict=True))
    for begin, end in _pieces([seed[1] for seed in seeds], schedule.starts):
        values = [seed[0] for seed in seeds[begin:end]]
        own = " own" if seeds[begin][1] else ""
        yield f"  {begin}..{end}{own} {_span(values)}{_sum(values)}"


def _pieces(flags: Sequence[bool], starts: Sequence[int]) -> list[tuple[int, int]]:
    edges = sorted({0, len(flags), *starts, *(np.flatnonzero(np.diff(flags)) + 1).tolist()})
    return list(pairwise(edges))


def _prompts(found: dict[str, Any]) -> Iterator[str]:
    for prompt in found["prompts"]:
        yield f'prompt "{prompt["text"]}"'
        yield from _lines([(a, b, w) for a, b, w in prompt["weights"]])


def _parameters(found: dict[str, Any]) -> Iterator[str]:
    for key, row in found["parameters"].items():
        if "values" in row:
            yield f"{key}"
            values = row["values"]
            runs, at = [], 0
            for value, same in groupby(values):
                length = len(list(same))
                runs.append((at, at + length, value))
                at += length
            yield from _lines(runs)
        elif "progress" in row and row["from"] == "script":
            yield f"{key}, over the diffusion"
            ends = [0, *(end for end, _ in row["progress"])]
            yield from _lines(
                [(a, end, v) for a, (end, v) in zip(ends, row["progress"], strict=False)]
            )
        elif "value" in row and row["from"] != "default":
            yield f"{key} {_shown(row['value'])}"


def _lines(runs: Iterable[Run]) -> Iterator[str]:
    """A line for each run, or one for many brief runs in a row."""
    for _, chain in groupby(_numbered_chains(runs), key=lambda found: found[0]):
        together = [run for _, run in chain]
        if len(together) > MANY:
            yield _stretch(together)
        else:
            yield from (f"  {begin}..{end} {_shown(value)}" for begin, end, value in together)


def _numbered_chains(runs: Iterable[Run]) -> Iterator[tuple[int, Run]]:
    """Each run with the number of its chain: brief runs that follow one another are one chain."""
    number, last, was_brief = 0, None, False
    for run in runs:
        brief = run[1] - run[0] < BRIEF
        if not (brief and was_brief and run[0] == last):
            number += 1
        yield number, run
        last, was_brief = run[1], brief


def _stretch(runs: Sequence[Run]) -> str:
    values = [value for begin, end, value in runs for _ in range(end - begin)]
    return f"  {runs[0][0]}..{runs[-1][1]} {_span(values)}{_sum(values)}"


def _span(values: Sequence[Any]) -> str:
    """All values of a few, else the first, the last and some between."""
    if len(values) <= SHOWN:
        return " ".join(map(_shown, values))
    at = [round(i * (len(values) - 1) / (SHOWN - 1)) for i in range(SHOWN)]
    return " .. ".join(_shown(values[i]) for i in at)


def _sum(values: Sequence[Any]) -> str:
    if len(values) <= SHOWN:
        return ""
    text = "\n".join(_exact(value) for value in values)
    return f"  sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _exact(value: Any) -> str:
    """Nine places: what is beyond them may differ from one processor's `sin` to the next."""
    return f"{round(float(f'{value:.9g}'), 9) + 0.0:.9g}" if _number(value) else str(value)


def _shown(value: Any) -> str:
    return f"{round(value, 6) + 0.0:.6g}" if _number(value) else str(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
