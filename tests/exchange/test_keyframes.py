"""Disco Diffusion's keyframe strings: what is read, what is complained about, what comes back."""

import json
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing import PARITY, imported, schedule

from discoscript.exchange.keyframes import NoKeys, in_range, keys_of, read_keys, string_of
from discoscript.parameters import Mode

SCHEDULES = json.loads((PARITY / "01_schedules.json").read_text())
CASES, SPLINES = SCHEDULES["linear"], SCHEDULES["splines"]
NAMES = {
    "translation_x": "translate_x",
    "translation_y": "translate_y",
    "translation_z": "translate_z",
    "rotation_3d_x": "rotate_x",
    "rotation_3d_y": "rotate_y",
    "rotation_3d_z": "rotate_z",
}


def reference(text, frames):
    """The notebook's value at every frame, from the definition of parity data 01."""
    pattern = r"(\d+):\s*\((.*?)\)"
    found = re.findall(pattern, text, re.DOTALL) or re.findall(pattern, f"0: ({text})", re.DOTALL)
    keys = {}
    for frame, value in found:
        keys[int(frame)] = float(value)
    places = [float("nan")] * frames
    for frame, value in keys.items():
        if frame < frames:
            places[frame] = value
        else:
            places.append(value)
    existing = [value for value in places if value == value]
    if places[0] != places[0]:
        places[0] = existing[0]
    places[frames - 1] = existing[-1]
    at = [i for i, value in enumerate(places) if value == value]
    return np.interp(range(len(places)), at, [places[i] for i in at])[:frames]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"])
def test_the_definition_in_this_file_is_the_one_of_the_parity_data(case):
    values = case.get("value_at_frame")
    if values is None or "inf" in values or "nan" in case["string"]:
        assert "error" in case or "n" in case["string"]
        return
    np.testing.assert_allclose(reference(case["string"], case["max_frames"]), values, rtol=1e-9)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"])
def test_every_string_of_the_parity_data(case):
    """Read and brought inside of the range, it has the notebook's value at every frame."""
    values = case.get("value_at_frame")
    if values is None:
        with pytest.raises(NoKeys):
            read_keys(case["string"])
        return
    keys = read_keys(case["string"])
    if "inf" in values:
        assert any("infinite" in complaint for complaint in keys.complaints)
        return
    inside = in_range(keys.values, case["max_frames"])
    drawn = np.interp(range(case["max_frames"]), list(inside), list(inside.values()))
    np.testing.assert_allclose(drawn, values, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "case", SPLINES, ids=lambda case: f"{case['interp_spline']} {case['string']}"
)
def test_every_spline_of_the_parity_data(case):
    """Imported, the setting has the notebook's value at every frame."""
    settings = {
        "text_prompts": {"0": ["a"]},
        "translation_z": case["string"],
        "max_frames": case["max_frames"],
        "interp_spline": case["interp_spline"],
    }
    found = schedule(imported(settings, Mode.D3)[0])
    drawn = found.frames_of["camera.translate_z"]
    np.testing.assert_allclose(drawn, case["value_at_frame"], rtol=1e-9, atol=1e-11)


def random_string(chance, frames):
    """Keys in any order, some behind the end, some twice, frame 0 often missing."""
    if chance.random() < 0.08:
        return chance.choice(["5", "-2.5", "1e-3", " 0.75 ", ".5"])
    count = chance.choice([1, 1, 2, 2, 3, 4, 6, 9])
    numbers = [chance.randrange(int(frames * 1.5) + 2) for _ in range(count)]
    if chance.random() < 0.4:
        numbers[chance.randrange(count)] = 0
    if chance.random() < 0.3:
        numbers.append(chance.choice(numbers))
    if chance.random() < 0.5:
        numbers.sort()
    shapes = ["{}: ({})", "{}:({})", "{}:  ( {} )"]
    values = [
        chance.choice([chance.randint(-9, 9), round(chance.uniform(-4, 4), 3), chance.random()])
        for _ in numbers
    ]
    parts = [chance.choice(shapes).format(f, v) for f, v in zip(numbers, values, strict=True)]
    return chance.choice([", ", ",", " ", "; "]).join(parts)


def test_a_thousand_random_strings():
    chance = random.Random(20260)
    strings = 0
    while strings < 1000:
        frames = chance.choice([1, 2, 3, 10, 24, 60])
        texts = {name: random_string(chance, frames) for name in NAMES}
        strings += len(texts)
        settings = {"text_prompts": {"0": ["x"]}, "max_frames": frames, **texts}
        drawn = schedule(imported(settings, Mode.D3)[0]).frames_of
        for name, text in texts.items():
            np.testing.assert_allclose(
                drawn[f"camera.{NAMES[name]}"],
                reference(text, frames),
                rtol=1e-9,
                atol=1e-12,
                err_msg=f"{text!r} over {frames} frames",
            )


@pytest.mark.parametrize(
    ("text", "values", "complaint"),
    [
        ("0: (1), 10 (1.05)", {0: 1.0}, "`10 (1.05)` is no key"),
        ("0:(1) garbage 5:(2)", {0: 1.0, 5: 2.0}, "`garbage` is no key"),
        ("0: (1), ten: (3)", {0: 1.0}, "`ten: (3)` is no key"),
        ("-5:(3)", {5: 3.0}, "`-5` is no frame number: read as 5"),
        ("0.5:(3)", {5: 3.0}, "`0.5` is no frame number: read as 5"),
        ("0:(1), 10:(2), 10:(9)", {0: 1.0, 10: 9.0}, "frame 10 has several keys"),
        ("0:(nan), 4:(2)", {4: 2.0}, "`0:(nan)` is no key"),
        ("0: (1), 4: (2),", {0: 1.0, 4: 2.0}, ""),
    ],
)
def test_what_the_notebook_does_in_silence_is_said(text, values, complaint):
    keys = read_keys(text)
    assert keys.values == values
    assert [c for c in keys.complaints if complaint in c] if complaint else not keys.complaints


@pytest.mark.parametrize("text", ["", "  ", "sin(t)", "0: (sin(2))", "0: 1, 10: 2", "x", "0: ()"])
def test_what_the_notebook_cannot_read_either(text):
    with pytest.raises(NoKeys):
        read_keys(text)


finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=60))
def test_keys_of_any_values_give_the_values(values):
    keys = read_keys(string_of(keys_of(np.array(values)))).values
    drawn = np.interp(range(len(values)), list(keys), list(keys.values()))
    np.testing.assert_allclose(drawn, values, rtol=2e-9, atol=2e-9)


def test_straight_lines_take_few_keys():
    ramp = np.concatenate([np.linspace(0, 5, 50_000), np.full(50_000, 5.0)])
    assert list(keys_of(ramp)) == [0, 49_999]
    assert keys_of(np.full(100, 2.5)) == {0: 2.5}


def test_a_long_string_takes_no_long_time():
    for text in ("0:(" * 300_000, "1" * 1_000_000, "0: " * 300_000, "(" * 500_000 + ")"):
        with pytest.raises(NoKeys):
            read_keys(text)
