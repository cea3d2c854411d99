"""Settings files of Deforum: both dialects, numbers and formulas."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing import FILES, errors, from_deforum, schedule
from small_scripts import drawn as drawn_script

from discoscript.exchange.formulas import formula, value
from discoscript.parameters import Mode

FRAMES = 60
BASE = {"W": 512, "H": 512, "animation_mode": "3D", "max_frames": FRAMES, "sd_model_name": "x",
        "prompts": {"0": "a lake"}}  # fmt: skip


def deforum(keys):
    """Deforum's value at every frame: a formula is computed on each frame up to the next key,
    the gaps behind numbers are filled by straight lines."""
    places = [math.nan] * FRAMES
    here = None
    for frame in range(FRAMES):
        if frame in keys:
            here = keys[frame]
            if not callable(here):
                places[frame] = here
        if callable(here):
            places[frame] = here(frame)
    at = [i for i, found in enumerate(places) if not math.isnan(found)]
    return np.interp(range(FRAMES), at, [places[i] for i in at])


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("0: (0)", {0: 0.0}),
        ("0:(1.5), 20: (-2), 40:(3)", {0: 1.5, 20: -2.0, 40: 3.0}),
        ("10:(1), 20:(2)", {10: 1.0, 20: 2.0}),
        ("0:(0), 30:(3), 90:(9)", {0: 0.0, 30: 3.0}),
        ("0:(10*sin(2*3.14*t/10))", {0: lambda t: 10 * math.sin(2 * 3.14 * t / 10)}),
        ("0:(1+t%15), 30:(5-t%2)", {0: lambda t: 1 + t % 15, 30: lambda t: 5 - t % 2}),
        ("0:(0), 20:(cos(t)), 40:(0)", {0: 0.0, 20: math.cos, 40: 0.0}),
        ("0:(t/10), 20:(3), 30:(1)", {0: lambda t: t / 10, 20: 3.0, 30: 1.0}),
        ("5:(2), 20:(sqrt(t))", {5: 2.0, 20: math.sqrt}),
        ("0:(where(t>5, 1, -1))", {0: lambda t: 1 if t > 5 else -1}),
        ("0:(max(t/10, 2))", {0: lambda t: max(t / 10, 2)}),
        ('0:(1), "max_f/2":(3)', {0: 1.0, 29: 3.0}),
        ("0:(1), max_f-1:(3)", {0: 1.0, 58: 3.0}),
        ("0:(-(t-3)**2/100)", {0: lambda t: -((t - 3) ** 2) / 100}),
        ("0:((t<=10)*2)", {0: lambda t: (t <= 10) * 2}),
        ("0:(t/max_f)", {0: lambda t: t / 59}),
        ("0:(2-(1-t/10)-3/(t+1))", {0: lambda t: 2 - (1 - t / 10) - 3 / (t + 1)}),
    ],
)
def test_schedules_have_the_values_of_deforum(text, keys):
    script, _ = from_deforum({**BASE, "translation_x": text})
    found = schedule(script).frames_of["camera.translate_x"]
    np.testing.assert_allclose(found, deforum(keys), rtol=1e-9, atol=1e-9)


parts = st.recursive(
    st.sampled_from(["t", "2", "0.5", "pi", "max_f", "t"]),
    lambda inner: (
        st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("({})".format, inner)
        | st.builds("-{}".format, inner)
        | st.builds("{}({})".format, st.sampled_from(["sin", "cos", "abs"]), inner)
    ),
    max_leaves=8,
)


@given(parts, st.integers(0, 47))
def test_a_formula_means_here_what_it_means_there(text, frame):
    """Held against Python's own reading of the same text."""
    names = {"t": frame, "pi": math.pi, "max_f": 47, "abs": abs, "sin": math.sin, "cos": math.cos}
    expected = eval(text, {"__builtins__": {}}, names)
    found = formula(text, {"max_f": 47.0})
    assert value(found, frame) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    here = drawn_script(
        f'disco 1\nscene:\n    mode 3d\n    frames 48\nprompt "x"\n'
        f"camera: translate_z 0 + {found.inside(2)}\n"
    )
    assert here[frame] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0:(s)", ""),
        ("0:(atan2(t, 3))", "`atan2` is not known"),
        ("0:(t & 1)", "`&` is not known"),
        ("0:(1), 10 (1.05)", "is no key"),
        ("0:(1/0), 5:(1)", ""),
        ("0:(1), 5:(1/0)", "has no value at frame 5"),
        ("0:(sin(t)", "expected `)`"),
        ("0:()", "`)` is not known"),
        ("200:(1)", "no key in front of the end"),
        (f"0:({'(' * 90}t{')' * 90})", "too many brackets"),
        ("0:(__import__('os'))", "is not known"),
        ("0:(sin())", "not known"),
        ("0:(where(t>5,1))", "`where` with 2 values"),
    ],
)
def test_what_is_no_formula_here_is_left_out_with_its_line(text, why):
    script, report = from_deforum({**BASE, "seed": 5, "translation_x": text})
    assert (any(why in line and ":11:" in line for line in report)) if why else True
    assert ("translate_x" not in script) is bool(why)


def test_the_dialects_differ_in_keys_that_are_formulas():
    notebook = {k: v for k, v in BASE.items() if k != "sd_model_name"}
    settings = {**notebook, "translation_x": "0:(1), max_f/2:(3)"}
    _, report = from_deforum(settings)
    assert any("the notebook takes its last digits only" in line for line in report)
    _, report = from_deforum({**BASE, "translation_x": "0:(1), max_f/2:(3)"})
    assert not any("notebook" in line for line in report)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("near_schedule", "0: (50)"),
        ("near_schedule", "0: (50), 10: (90)"),
        ("far_schedule", "0: (9000 + t)"),
        ("midas_weight", 0.8),
    ],
)
def test_what_would_do_nothing_is_left_out(name, value):
    script, report = from_deforum({"animation_mode": "3D", "max_frames": 20, name: value})
    assert "camera" not in script and "depth" not in script
    assert any(f"{name}: no effect: " in line for line in report), report


def test_prompts_and_what_is_to_be_avoided():
    settings = {
        **BASE,
        "prompts": {"0": "a (lake:1.4) <lora:x:0.5>", "max_f/2": "a hill --neg houses, roads"},
        "animation_prompts_positive": "oil painting",
        "animation_prompts_negative": "text",
    }
    script, _ = from_deforum(settings)
    rows = {row.text: row for row in schedule(script).prompts}
    assert {text: (row.present.argmax(), row.weight.min()) for text, row in rows.items()} == {
        "text": (0, -0.25),
        "a lake, oil painting": (0, 0.0),
        "a hill, oil painting": (29, 0.0),
        "houses, roads": (29, -0.25),
    }


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"strength_schedule": "0: (0.65)"}, "coherence: frames_skip_steps 65%"),
        ({"diffusion_cadence": 3}, "turbo: steps 3"),
        ({"fov_schedule": "0: (70)"}, "camera: fov 70"),
        ({"seed_behavior": "fixed"}, "    seed_step 0"),
        ({"fps": 20}, "    fps 20"),
        ({"animation_mode": "2D", "zoom": "0:(1.02)"}, "camera: zoom 1.02"),
        ({"skip_video_creation": True}, "output: video off"),
        ({"color_coherence": "Match Frame 0 LAB"}, "coherence: color_match histogram"),
        ({"color_coherence": "HSV"}, "coherence: color_match histogram"),
        ({"animation_mode": "2D", "border": "replicate"}, "camera: edges border"),
    ],
)
def test_names_of_its_own(settings, line):
    script, _ = from_deforum({**BASE, **settings})
    assert line in script.splitlines()
    assert errors(script) == []


def test_colours_of_other_spaces_and_pictures_are_spoken_of():
    _, notes = from_deforum({**BASE, "color_coherence": "RGB"})
    assert "colours are matched in CIELAB, not in RGB" in str(notes)
    script, notes = from_deforum({**BASE, "color_coherence": "Video Input"})
    assert "color_match" not in script and "to a first frame only" in str(notes)
    for nothing in ("None", None):
        script, notes = from_deforum({**BASE, "color_coherence": nothing})
        assert "color_match" not in script and "colours" not in str(notes)


def test_settings_that_are_switched_off_are_not_spoken_of():
    text = (FILES / "deforum_extension.txt").read_text(encoding="utf-8")
    _, report = from_deforum(text)
    whole = "\n".join(report)
    for name in ("hybrid", "mask", "perspective_flip", "parseq", "steps_schedule", "cn_1"):
        assert name not in whole
    assert from_deforum(text, Mode.D2)[0].count("mode 2d") == 1
