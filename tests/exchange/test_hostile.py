"""Whatever a file holds, there is a script that reads, or a reason: never a traceback."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from importing import FILES, PARITY, from_deforum, imported

from discoscript.exchange.disco_diffusion import IMAGES, TEXTS
from discoscript.parameters import PARAMETERS, Mode
from discoscript.pipeline import compile_text

DISCO = sorted({name for row in PARAMETERS for name in row.disco} | {TEXTS, IMAGES})
DEFORUM = sorted(json.loads((FILES / "deforum_extension.txt").read_text(encoding="utf-8")))

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["0: (1), 10: (2)", "-1", "[4]*1000", "60%", "a:2", "/etc/passwd", "3D"])
    | st.text("0123456789:(),. -+*[]tsin", max_size=24),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
modes = st.sampled_from([*Mode, None])


def syntax_errors(script):
    return [d for d in compile_text(script).diagnostics if d.code.startswith("D0")]


@given(st.dictionaries(st.sampled_from(DISCO), values, max_size=8), modes)
@example({"frames_skip_steps": 2.286557461199883e-14}, Mode.D2)
@example({"frames_skip_steps": 1e-300, "transformation_percent": [1e-300]}, None)
@settings(max_examples=150, deadline=None)
def test_any_values_in_disco_diffusions_settings(found, mode):
    script, report = imported(json.dumps(found), mode)
    assert syntax_errors(script) == [], script
    assert all(isinstance(line, str) for line in report)


@given(st.dictionaries(st.sampled_from(DEFORUM), values, max_size=8), modes)
@settings(max_examples=150, deadline=None)
def test_any_values_in_deforums_settings(found, mode):
    script, _ = from_deforum(json.dumps(found), mode)
    assert syntax_errors(script) == [], script


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_one_wrong_value_in_a_real_file(data):
    text = (PARITY / "16_settings_3d_turbo_vr.txt").read_text(encoding="utf-8")
    found = json.loads(text)
    name = data.draw(st.sampled_from(sorted(found)))
    found[name] = data.draw(values)
    script, _ = imported(json.dumps(found))
    assert syntax_errors(script) == []


def test_a_text_in_a_prompt_cannot_leave_its_quotes():
    text = 'x"\ncamera: translate_z 99\n# {y} \\" \u2028 \x00 """'
    for script in (
        imported({TEXTS: {"0": [text]}, "batch_name": text, "max_frames": 4}, Mode.D3)[0],
        from_deforum({"prompts": {"0": text}, "max_frames": 4, "animation_mode": "3D"})[0],
    ):
        schedule = compile_text(script).schedule
        assert schedule is not None
        assert not schedule.frames_of["camera.translate_z"].any()
        assert len(schedule.prompts) == 1


@pytest.mark.parametrize(
    "value",
    [
        "0: (1), " * 100_000,
        "9" * 300_000,
        "(" * 300_000,
        "[1]*" * 100_000,
        "t+" * 200_000,
        "a:" * 200_000,
        "<" * 300_000,
        "(:1" * 100_000,
    ],
    ids=lambda value: value[:8],
)
def test_long_values_take_no_long_time(value):
    start = time.process_time()
    imported({"zoom": value, "cut_overview": value, TEXTS: {"0": [value]}, "max_frames": 9})
    from_deforum(
        {"zoom": value, "fov_schedule": f"0:({value})", "prompts": {"0": value}, "max_frames": 9}
    )
    assert time.process_time() - start < 30
