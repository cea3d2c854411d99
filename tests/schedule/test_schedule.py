"""Defaults, sources, seeds, progress and segments of a schedule."""

from fractions import Fraction

import numpy as np
import pytest
from checks.diagnose import Folder
from small_scripts import SCENE, camera, compiled

from discoscript.parameters import BY_KEY, PARAMETERS, Axis, Mode
from discoscript.pipeline import compile_text
from discoscript.schedule.scheduling import schedule
from discoscript_engine.model_table import by_name

FULL = '"512x512_diffusion_uncond_finetune_008100"'


def test_two_lines_are_a_whole_script():
    made = compiled('frame 0: prompt "a lighthouse"\ncamera: translate_z 10 @ 0..120\n')
    assert (made.frames, made.mode, made.fps) == (120, Mode.D3, 12)
    assert made.size == by_name("diffusion", "tiny").defaults["scene.size"]
    assert (made.frames_of["camera.translate_z"] == 10).all()
    assert made.sources["camera.translate_z"] == "script"
    assert made.starts == (0,)


def test_every_parameter_has_a_value_of_its_kind():
    made = compiled('prompt "x"\n')
    for row in PARAMETERS:
        where = {Axis.FIXED: made.fixed, Axis.PROGRESS: made.progress}.get(row.axis, made.frames_of)
        assert row.key in where and row.key in made.sources
    assert made.frames_of["diffusion.steps"].dtype == np.int64
    assert made.frames_of["diffusion.eta"].dtype == np.float64
    assert made.frames_of["guidance.clamp_grad"].dtype == bool
    assert made.frames_of["camera.padding"][0] == "border"
    assert made.frames_of["init.image"][0] is None


def test_defaults_come_from_the_model_then_from_the_row():
    tiny = by_name("diffusion", "tiny").defaults
    made = compiled('prompt "x"\nguidance: tv_scale 7\n')
    assert made.frames_of["diffusion.steps"][0] == tiny["diffusion.steps"]
    assert made.sources["diffusion.steps"] == "model"
    assert made.frames_of["diffusion.eta"][0] == BY_KEY["diffusion.eta"].default
    assert made.sources["diffusion.eta"] == "default"
    assert made.sources["guidance.tv_scale"] == "script"
    assert made.sources["scene.fps"] == "default"
    full = compiled(f'scene: model {FULL}\nprompt "x"\n')
    assert full.frames_of["diffusion.steps"][0] == 250
    assert full.size == (1280, 768)
    timed = compiled('scene:\n    fps 24\n    duration 2s\n    mode 2d\nprompt "x"\n')
    assert (timed.fixed["scene.fps"], timed.fixed["scene.mode"]) == (24, "2d")
    assert (timed.fixed["scene.frames"], timed.fixed["scene.duration"]) == (48, 48)
    assert timed.sources["scene.fps"] == timed.sources["scene.mode"] == "script"
    assert full.fixed["scene.clip"] == ("ViTB32", "ViTB16", "RN50")


def test_names_of_models_may_be_written_as_their_makers_do():
    made = compiled(f'scene: model {FULL}\nscene: clip ["ViT-B/32", RN50]\nprompt "x"\n')
    assert made.fixed["scene.clip"] == ("ViTB32", "RN50")


def test_overrides_win():
    result = compile_text('diffusion: steps 9\nprompt "x"\n', overrides={"diffusion.steps": 5})
    assert result.schedule is not None
    assert list(result.schedule.frames_of["diffusion.steps"]) == [5]
    assert result.schedule.sources["diffusion.steps"] == "override"


def test_lets_can_be_given_other_values():
    text = camera("translate_z speed", before="let speed = 2 * 3\n")
    assert compile_text(text).schedule.frames_of["camera.translate_z"][0] == 6
    result = compile_text(text, lets={"speed": "-1.5"})
    assert result.schedule.frames_of["camera.translate_z"][0] == -1.5
    for wrong in ({"sped": "1"}, {"speed": "1 +"}, {"speed": "2b"}, {"speed": "1\nlet x = 3"}):
        assert compile_text(text, lets=wrong).schedule is None


def test_seeds_count_by_absolute_frame():
    made = compiled(camera("translate_z 1", before=SCENE + "    seed_step 3\n") + "cut @ 24\n")
    assert list(made.seeds[:3]) == [0, 3, 6]
    assert made.seeds[47] == 141
    assert made.fixed["scene.seed"] == "random"
    assert compiled('scene: seed 42\nprompt "x"\n').fixed["scene.seed"] == 42


def test_segments_start_at_frame_0_and_at_cuts():
    text = camera("translate_z 1") + "cut @ 1s\nframe 12: cut\n"
    text += (
        "init: image none\ndiffusion:\n    skip_steps 50%\n    skip_steps 5 @ 24\n    steps 40\n"
    )
    made = compiled(text)
    assert made.starts == (0, 12, 24)
    assert list(made.frames_of["diffusion.skip_steps"][[0, 12, 24]]) == [20, 20, 5]


def test_a_share_of_changing_steps_is_taken_at_each_frame():
    text = camera("translate_z 1") + "cut @ 24\ndiffusion:\n    skip_steps 25%\n"
    made = compiled(text + "    steps 40\n    steps 80 @ 24\n")
    assert list(made.frames_of["diffusion.skip_steps"][[0, 24]]) == [10, 20]


def test_whole_numbers_on_a_journey_are_rounded_half_to_even():
    made = compiled(camera("fov 40") + "diffusion: steps 40 -> 42 @ 0..4\n")
    assert list(made.frames_of["diffusion.steps"][:5]) == [40, 40, 41, 42, 42]


def test_the_first_line_about_a_channel_drops_its_default():
    made = compiled('cutouts:\n    overview 12 @ 0..40%\nprompt "x"\n').progress
    assert list(made["cutouts.overview"][[0, 399, 400, 999]]) == [12, 12, 0, 0]
    assert made["cutouts.inner"].min() > 0
    pow_only = compiled('cutouts: ic_pow 1 -> 10 @ 500..1000\nprompt "x"\n').progress[
        "cutouts.ic_pow"
    ]
    assert list(pow_only[[0, 500, 750]]) == [1, 1, 5.5]
    part = compiled('cutouts: ic_pow 5 @ 0..100\nprompt "x"\n').progress["cutouts.ic_pow"]
    assert list(part[[0, 99, 100]]) == [5, 5, 1]


def test_a_layer_keeps_the_default_schedule():
    plain = compiled('prompt "x"\n').progress["cutouts.overview"]
    more = compiled('cutouts: overview += 2\nprompt "x"\n').progress["cutouts.overview"]
    np.testing.assert_array_equal(more, plain + 2)


@pytest.mark.parametrize(
    ("script", "mode", "frames"),
    [
        ("guidance: tv_scale 5", Mode.STILL, 1),
        ("camera: angle 1 @ 0..24", Mode.D2, 24),
        ("camera: translate_x 1 @ 0..2s", Mode.D2, 24),
        ("camera: fov 50 @ 9", Mode.D3, 10),
        ("depth: midas_weight 0.5 @ 0..12", Mode.D3, 12),
        ('frame 30: prompt "y"', Mode.D2, 31),
        ('frame 30 morph 12: prompt "y"', Mode.D2, 42),
        ("cut @ 20", Mode.D2, 21),
        ("camera: zoom [0: 1, 36: 1.1]", Mode.D2, 37),
        ("camera @ 12..24: zoom 1.01 @ 0..50%", Mode.D2, 24),
        ("frame 12: camera: zoom 1.01 @ 0 for 1s", Mode.D2, 24),
        ("scene: duration 5s\nscene: fps 24000/1001\ncamera: zoom 1.01", Mode.D2, 120),
        ("scene: mode 3d\nscene: frames 7", Mode.D3, 7),
        ("guidance: tv_scale 1 -> 5 @ 0..24", Mode.D2, 24),
    ],
)
def test_mode_and_length_follow_from_the_lines(script, mode, frames):
    made = compiled(f'prompt "x"\n{script}\n')
    assert (made.mode, made.frames) == (mode, frames)


@pytest.mark.parametrize(
    ("fps", "time", "frame"),
    [
        ("30", "0.1s", 3),
        ("24", "00:00:01:12", 36),
        ("24", "00:00:01.5", 36),
        ("12", "1.04s", 12),
        ("12", "0.125s", 2),
        ("24000/1001", "10s", 240),
        ("24", "2s - 12", 36),
        ("24", "25% + 1s", 36),
        ("24", "end - 0.5s", 36),
        ("24", "end / 2", 24),
        ("24", "0.5 * 1s", 12),
        ("24", "500ms", 12),
        ("24", "beat * 3", 34),
    ],
)
def test_times_are_exact_and_rounded_once(fps, time, frame):
    length = 48 if fps == "24" else 480
    text = f"scene:\n    fps {fps}\n    frames {length}\n    mode 3d\nlet beat = 11.25\n"
    fov = compiled(f'{text}prompt "x"\ncamera: fov 60 @ {time}\n').frames_of["camera.fov"]
    assert int(np.argmax(fov == 60)) == frame


def test_ranges_of_equal_lengths_do_not_drift():
    lines = [f"fov {40 + i % 2} @ {i} * beat..{i + 1} * beat" for i in range(64)]
    text = "scene:\n    fps 24\n    frames 720\n    mode 3d\nlet beat = 60s / 128\n"
    fov = compiled(text + 'prompt "x"\ncamera:\n' + "\n".join(f"    {x}" for x in lines) + "\n")
    changes = np.flatnonzero(np.diff(fov.frames_of["camera.fov"])) + 1
    exact = [int(Fraction(60 * 24 * i, 128) + Fraction(1, 2)) for i in range(1, 64)]
    assert list(changes) == exact


def test_a_scene_can_be_scheduled_without_its_errors():
    result = compile_text(f'disco 1\n{SCENE}prompt "x"\ncamera:\n    fov 200\n    rotate_y 2\n')
    assert result.schedule is None
    drawn, _ = schedule(result.scene)
    assert drawn.frames_of["camera.rotate_y"][0] == 2


def test_settings_that_are_not_rendered_yet_have_their_values_too():
    found = compiled(
        camera(
            "fov 60", before="turbo:\n    steps 2\n    steps 3 @ 12..24\nvr: ipd 5 -> 7 @ 0..48\n"
        )
        + "symmetry:\n    vertical on @ 24\n    at [9%, 18%] @ 12\n    at 50% @ 24..36\n"
        + "save: intermediates [5, 9, 34]\noutput: audio none\n"
    )
    assert found.frames_of["turbo.steps"][[0, 12, 24]].tolist() == [2, 3, 2]
    assert found.frames_of["vr.ipd"][24] == 6
    assert found.frames_of["symmetry.vertical"][[23, 24]].tolist() == [False, True]
    at = found.frames_of["symmetry.at"]
    assert [at[f] for f in (0, 12, 24, 36)] == [(9.0,), (9.0, 18.0), (50.0,), (9.0, 18.0)]
    assert found.fixed["save.intermediates"] == (5, 9, 34)


def test_video_mode_has_defaults_of_its_own():
    script = f'disco 1\nscene: model {FULL}\nvideo: source "a.mp4"\nprompt "x"\n'
    found = compiled(script, Folder({"a.mp4": "48 frames at 24 fps"}))
    assert found.mode is Mode.VIDEO
    assert found.frames_of["diffusion.steps"][0] == 100
    assert found.frames_of["guidance.sat_scale"][0] == 300


def test_a_preset_is_a_schedule_to_start_from():
    found = compiled(
        'disco 1\nprompt "x"\ncutouts:\n    preset watercolor\n    inner 7 @ 0..1000\n'
    )
    assert found.progress["cutouts.overview"][[0, 399, 400, 999]].tolist() == [14, 12, 4, 0]
    assert (found.progress["cutouts.inner"] == 7).all(), "lines of the script win"
    assert found.sources["cutouts.overview"] == "script"


def test_the_preset_of_a_model_can_be_left():
    script = 'disco 1\nprompt "x"\nscene: model watercolordiffusion\n'
    own = compiled(script).progress["cutouts.inner"]
    plain = compiled(script + "cutouts: preset default\n").progress["cutouts.inner"]
    assert (own[0], plain[0]) == (2, 4)


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        ("", Mode.STILL),
        ("guidance: tv_scale 5 @ 0..12", Mode.D2),
        ("camera: zoom 1.02 @ 0..12", Mode.D2),
        ("camera: translate_z 2 @ 0..12", Mode.D3),
        ("camera: translate_x 2 @ 0..12\nturbo: steps 3", Mode.D3),
        ("scene: frames 9\nscene: vr on", Mode.D3),
        ("camera: zoom 1.02 @ 0..12\nscene: vr off", Mode.D2),
        ('video: source "dance.mp4"', Mode.VIDEO),
        ('camera: rotate_y 2\nvideo: source "dance.mp4"', Mode.VIDEO),
    ],
)
def test_the_mode_follows_from_what_is_used(lines, mode):
    assert compiled(f'disco 1\nprompt "x"\n{lines}\n').mode is mode
