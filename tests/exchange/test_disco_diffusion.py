"""Settings files of Disco Diffusion become scripts with the same schedule."""

import json
import re
from math import floor

import numpy as np
import pytest
from importing import PARITY, errors, imported, schedule
from test_keyframes import reference

from discoscript.exchange.disco_diffusion import IMAGES, NO_PLACE, TEXTS, clip_model
from discoscript.parameters import Mode, by_disco_name

NAMES = ("2d", "3d_turbo_vr", "video_input")
MODES = {"2D": Mode.D2, "3D": Mode.D3, "Video Input": Mode.VIDEO}


def parity(name):
    text = (PARITY / f"16_settings_{name}.txt").read_text(encoding="utf-8")
    expect = json.loads((PARITY / f"16_settings_{name}.expect.json").read_text(encoding="utf-8"))
    return text, expect


def cut_values(text):
    return [float(v) for v, n in re.findall(r"\[([\d.]+)\]\*(\d+)", text) for _ in range(int(n))]


@pytest.mark.parametrize("name", NAMES)
def test_the_schedule_is_what_was_chosen(name):
    """Every choice of parity data 16; the mode is found out, as the files do not hold it."""
    text, expect = parity(name)
    chosen = expect["chosen_in_the_notebook"]
    drawn = schedule(imported(text)[0])
    assert drawn.mode is MODES[chosen["animation_mode"]]
    assert drawn.size == (expect["side_x"], expect["side_y"])
    frames = json.loads(text)["max_frames"]
    assert drawn.frames == frames
    assert drawn.fixed["scene.seed"] == int(chosen["set_seed"])
    first_set = [
        re.fullmatch(r"(.*?)(?::([-\d.]+))?", line).groups() for line in chosen["text_prompts"]["0"]
    ]
    assert {row.text: row.weight[0] for row in drawn.prompts} == {
        words: float(weight or 1) for words, weight in first_set
    }
    steps = int(drawn.frames_of["diffusion.steps"][0])
    share = drawn.frames_of["coherence.frames_skip_steps"][0]
    if drawn.mode is not Mode.VIDEO:
        assert floor(steps * share / 100) == expect["calc_frames_skip_steps"]
    compared = 0
    for setting, value in chosen.items():
        row = by_disco_name(setting)
        if row is None or drawn.mode not in row.modes or row.key in ELSEWHERE:
            continue
        if setting in NOT_IN_THE_FILE:
            continue
        compared += 1
        if row.key in drawn.progress:
            assert drawn.progress[row.key].tolist() == cut_values(value)
        elif row.per_frame:
            values = drawn.frames_of[row.key]
            np.testing.assert_allclose(values, reference(value, frames), rtol=1e-9)
        elif row.key == "scene.clip":
            assert (clip_model(setting) in drawn.fixed[row.key]) is value
        else:
            array = drawn.frames_of.get(row.key)
            found = drawn.fixed[row.key] if array is None else array.tolist()[0]
            assert found == OURS.get(setting, lambda v: v)(value), setting
    assert compared >= 13


ELSEWHERE = {"scene.size", "scene.mode", "scene.seed", "scene.title", "scene.frames"}
NOT_IN_THE_FILE = {"vr_mode", "vr_eye_angle", "vr_ipd"}
OURS = {
    "frames_skip_steps": lambda value: float(value.rstrip("%")),
    "video_init_frames_skip_steps": lambda value: float(value.rstrip("%")),
    "transformation_percent": lambda value: tuple(round(100 * share, 9) for share in value),
    "perlin_init": lambda value: "off",
    "perlin_mode": lambda value: "off",
    "turbo_mode": lambda value: 3,
    "turbo_steps": int,
    "video_init_seed_continuity": lambda value: 0,
}


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_of_v5_7_has_a_place_or_a_reason(name):
    """The 96 names of a v5.7 file, and those of the notebook that it leaves out."""
    _, expect = parity(name)
    known = {TEXTS, IMAGES, *NO_PLACE}
    names = {*expect["key_order"], *expect["chosen_in_the_notebook"], *NOTEBOOK.split()}
    assert not [n for n in sorted(names) if n not in known and by_disco_name(n) is None]
    assert not [n for n in NO_PLACE if by_disco_name(n)]


NOTEBOOK = """animation_mode batch_name vr_mode vr_eye_angle vr_ipd n_batches intermediate_saves
intermediates_in_subfolder set_seed fps display_rate custom_path use_checkpoint run_to_resume
resume_run resume_from_frame retain_overwritten_frames skip_video_for_run_all init_frame last_frame
blend width_height_for_512x512_models width_height_for_256x256_models"""


BASE = {"text_prompts": {"0": ["x"]}, "max_frames": 24}


def lines(settings, mode=Mode.D3):
    """The lines of the script, without margins."""
    return [line.strip() for line in imported({**BASE, **settings}, mode)[0].splitlines()]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"clip_guidance_scale": 177777}, "guidance: clip_guidance_scale 177777"),
        ({"sat_scale": 90000}, "guidance: sat_scale 90000"),
        ({"clamp_max": 0.7}, "guidance: clamp_max 0.7"),
        ({"steps": "3000"}, "diffusion: steps 3000"),
        ({"eta": 3}, "diffusion: eta 3"),
        ({"frames_skip_steps": "90%"}, "coherence: frames_skip_steps 90%"),
        ({"translation_z": "0: (200)"}, "camera: translate_z 200"),
        ({"cut_innercut": "[40]*1000"}, "cutouts: inner 40"),
    ],
)
def test_values_far_from_the_usual_are_carried_over_and_said(settings, line):
    script, report = imported({**BASE, **settings}, Mode.D3)
    assert line in script.splitlines()
    assert "carried over, but far from the usual:" in report
    assert errors(script) == []


@pytest.mark.parametrize(
    ("settings", "mode"),
    [
        ({}, Mode.D3),
        ({"max_frames": 10000}, Mode.STILL),
        ({"max_frames": 10000, "zoom": "0: (1), 10: (1.05)"}, Mode.STILL),
        ({"turbo_mode": True, "angle": "0: (3)"}, Mode.D3),
        ({"angle": "0: (3)"}, Mode.D2),
        ({"zoom": "0: (1.01)", "translation_z": "0: (10.0)"}, Mode.D2),
        ({"rotation_3d_y": "0: (1)", "zoom": "0: (1.01)"}, Mode.D3),
        ({"translation_x": "0: (2)"}, Mode.D2),
        ({"video_init_flow_blend": 0.5}, Mode.VIDEO),
        ({"animation_mode": "2D", "rotation_3d_y": "0: (1)"}, Mode.D2),
    ],
)
def test_the_mode_that_no_file_holds(settings, mode):
    assert any(line.endswith(f"mode {mode}") for line in lines(settings, None))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"zoom": "0: (0)"}, "zoom: 0 is not possible: `zoom` goes above 0"),
        ({"translation_x": "0: (sin(2))"}, "translation_x: `sin(2` is no number"),
        ({"eta": [1]}, "eta: expected a number, found a list"),
        ({"skip_augs": "maybe"}, 'skip_augs: expected true or false, found "maybe"'),
        ({"cut_overview": "exit()"}, "cut_overview: `e` is no number and no list"),
        ({"diffusion_model": "openimages"}, 'there is no model "openimages" here'),
        ({"text_prompts": 5}, "text_prompts: expected prompts by frame, found 5"),
        ({"wobble": 1}, "wobble: not known here"),
        ({"SLIPB16": True}, "SLIPB16: SLIP models are not known here"),
    ],
)
def test_what_has_no_place_is_said_with_its_line(settings, message):
    _, report = imported({**BASE, **settings}, Mode.D2)
    at = report.index("left out:")
    place = "settings.txt:2:" if "text_prompts" in settings else "settings.txt:8:"
    assert any(place in line and message in line for line in report[at:]), report


@pytest.mark.parametrize(
    ("name", "usual", "other", "mode"),
    [
        ("near_plane", 200, 50, Mode.D3),
        ("far_plane", 10000, 5, Mode.D3),
        ("randomize_class", True, False, Mode.D2),
    ],
)
def test_what_never_acts_is_left_out_and_said_where_it_was_changed(name, usual, other, mode):
    for value, said in ((usual, False), (other, True)):
        script, report = imported({**BASE, name: value}, mode)
        assert "near" not in script and "far " not in script and "randomize" not in script
        assert any(f"{name}: no effect: " in line for line in report) == said, report


def test_prompts_with_odd_weights():
    prompts = [
        "fog:2",
        "fog:1",
        "beach: golden hour",
        "http://a.b/c.png:0.5",
        'a {brace} and "quotes" \\ \n back',
        "",
        7,
        "sun:inf",
    ]
    script, report = imported({**BASE, "text_prompts": {"0": prompts}}, Mode.D2)
    rows = schedule(script).prompts
    assert {row.text: row.weight[0] for row in rows} == {
        "fog": 3,
        "beach: golden hour": 1,
        "http://a.b/c.png": 0.5,
        'a {brace} and "quotes" \\ back': 1,
        "sun:inf": 1,
    }
    assert sum("text_prompts" in line for line in report) == 5


def test_sets_hold_and_those_behind_the_end_are_said():
    sets = {"30": ["late"], "12": ["b"], "6": ["a"]}
    script, report = imported({**BASE, "text_prompts": sets}, Mode.D2)
    shown = {row.text: row.present.tolist() for row in schedule(script).prompts}
    assert shown == {"a": [True] * 12 + [False] * 12, "b": [False] * 12 + [True] * 12}
    assert any("the set from frame 30: the last frame is 23" in line for line in report)


def test_pictures_have_to_come_along():
    settings = {"init_image": "/content/drive/MyDrive/init_images/wave.png", "skip_steps": 120}
    pictures = {"0": ["https://example.org/a.jpg?s=1:0.5", "x.psd"], "12": ["refs/b.png"]}
    script, report = imported({**BASE, **settings, IMAGES: pictures}, Mode.D2)
    assert 'image "wave.png"' in script
    assert 'prompt image "a.jpg" 0.5' in script and 'prompt image "refs/b.png"' in script
    assert sum("into the script's folder" in line for line in report) == 2
    assert any('"x.psd" is no picture' in line for line in report)
