"""The reference's keyframe strings against the same keys in the language (parity data 01)."""

import json
import re
from itertools import pairwise
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from discoscript.pipeline import compile_text

PARITY = json.loads((Path(__file__).parents[1] / "parity/01_schedules.json").read_text())
CASES = PARITY["linear"]


def keys(case):
    """Frame -> value, in the order of the text; `nan` counts as no key."""
    found = {}
    for frame, text in re.findall(r"(\d+):\s*\((.*?)\)", case["string_after"], re.DOTALL):
        try:
            value = float(text)
        except ValueError:
            return {}
        if value == value:
            found[int(frame)] = value
    return found


def exempt(case):
    """Why a case is no script of ours; empty if it is one."""
    found = keys(case)
    if not found:
        return "no key that is a number: an error here"
    if not all(isfinite(value) for value in found.values()):
        return "a value that is not finite: an error here"
    if max(found) >= case["max_frames"]:
        return "a key at or after the last frame: the reference squeezes it onto the last frame"
    return ""


SCRIPTS = [case for case in CASES if not exempt(case)]


def test_few_cases_are_exempt():
    reasons = [exempt(case) for case in CASES]
    assert sum(not reason for reason in reasons) >= 27, reasons


def script(case, lines):
    """A 2D script of the case's length with these camera lines."""
    body = "\n".join(f"    {line}" for line in lines)
    return (
        f"disco 1\nscene:\n    mode 2d\n    frames {case['max_frames']}\n"
        f'prompt "x"\ncamera:\n{body}\n'
    )


def values(text):
    """The drawn `translate_x`; no errors allowed."""
    compiled = compile_text(text)
    assert compiled.schedule is not None, [d.message for d in compiled.diagnostics]
    return compiled.schedule.frames_of["camera.translate_x"]


def as_keys(found):
    return [f"translate_x [{', '.join(f'{f}: {v!r}' for f, v in found.items())}]"]


def as_journeys(found):
    ordered = sorted(found.items())
    if len(ordered) == 1:
        return [f"translate_x {ordered[0][1]!r}"]
    pairs = list(pairwise(ordered))
    return [f"translate_x {a!r} -> {b!r} @ {s}..{e}" for (s, a), (e, b) in reversed(pairs)]


@pytest.mark.parametrize("case", SCRIPTS, ids=lambda case: case["string"])
@pytest.mark.parametrize("written", [as_keys, as_journeys])
def test_linear(case, written):
    drawn = values(script(case, written(keys(case))))
    np.testing.assert_allclose(drawn, case["value_at_frame"], rtol=1e-9, atol=1e-12)


#: Prompts that only begin after the end: the reference shows the first of them, here an error.
NEVER = [[[9, ["z"]], [7, ["y"]]]]


@pytest.mark.parametrize(
    "case", [c for c in PARITY["prompts"] if c["prompts"] not in NEVER], ids=str
)
def test_prompts_in_force(case):
    """Each set holds until the next one. The reference also lets the first set hold back."""
    frames, sets = (
        case["max_frames"],
        {f: texts for f, texts in case["prompts"] if f < case["max_frames"]},
    )
    words = {
        text: f"text {i}" for i, text in enumerate(sorted({t for s in sets.values() for t in s}))
    }
    first = min(sets)
    lines = [f"disco 1\nscene:\n    mode 2d\n    frames {frames}"]
    for frame, texts in sets.items():
        begin = 0 if frame == first else frame
        lines += [f"frame {begin}:", *(f'    prompt "{words[t]}"' for t in texts)]
    compiled = compile_text("\n".join(lines) + "\n")
    assert compiled.schedule is not None, [d.message for d in compiled.diagnostics]
    for frame in range(frames):
        shown = sorted(r.text for r in compiled.schedule.prompts if r.present[frame])
        assert shown == sorted(words[t] for t in case["prompt_at_frame"][frame])
