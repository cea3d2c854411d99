"""A script, its settings, and the script that is made of these: the same schedule."""

import json

import numpy as np
import pytest
from commands import ROOT
from importing import PARITY, imported, schedule
from test_keyframes import reference

from discoscript.exchange.export import settings_of
from discoscript.exchange.notes import Notes
from discoscript.parameters import BY_KEY, PARAMETERS, Mode, by_disco_name
from discoscript.pipeline import compile_text
from discoscript.project import Project

HOME = Project(ROOT / "examples")
EXAMPLES = sorted(HOME.root.glob("*.disco"))
PARITY_FILES = sorted(PARITY.glob("16_*.txt"))


def exported(text, title="T", files=None):
    """The settings of a script, and what is said about them."""
    compiled = compile_text(text, files=files)
    assert compiled.schedule is not None, [d.message for d in compiled.diagnostics]
    notes = Notes()
    settings = settings_of(compiled.schedule, compiled.source, title, notes)
    return json.loads(json.dumps(dict(settings.values))), notes.found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_camera_is_the_same_at_every_frame(path):
    """As the notebook reads the strings, and as they come back."""
    text = path.read_text(encoding="utf-8")
    before = compile_text(text, files=HOME).schedule
    settings, _ = exported(text, files=HOME)
    after = schedule(imported(settings)[0])
    assert (after.frames, after.mode) == (before.frames, before.mode)
    moved = 0
    for row in PARAMETERS:
        if row.per_frame and before.mode in row.modes:
            values = before.frames_of[row.key]
            there = reference(settings[row.disco[0]], before.frames)
            np.testing.assert_allclose(there, values, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(after.frames_of[row.key], values, rtol=1e-9, atol=1e-9)
            moved += not np.all(values == row.default)
    assert bool(moved) == ("camera" in text)


@pytest.mark.parametrize("path", PARITY_FILES, ids=lambda path: path.stem)
def test_import_export_import(path):
    """What came from the notebook goes back without loss; every setting of the file is there."""
    text = path.read_text(encoding="utf-8")
    script, _ = imported(text)
    settings, lost = exported(script)
    assert [note for note in lost if note.fate.startswith("left out")] == []
    before, after = schedule(script), schedule(imported(settings)[0])
    for key, values in before.frames_of.items():
        np.testing.assert_array_equal(values, after.frames_of[key], key)
    for key, values in before.progress.items():
        np.testing.assert_array_equal(values, after.progress[key], key)
    assert after.fixed == before.fixed
    assert {r.text: r.weight.tolist() for r in before.prompts} == {
        r.text: r.weight.tolist() for r in after.prompts
    }
    assert not json.loads(text).keys() - settings.keys()


SCENE = 'disco 1\nscene:\n    mode 3d\n    frames 24\n{}\nprompt "x"\n'


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("turbo: steps 4", "turbo_steps", "4"),
        ("turbo: steps 4", "turbo_mode", True),
        ("init: perlin gray", "perlin_mode", "gray"),
        ("coherence: frames_skip_steps 72%", "frames_skip_steps", "72%"),
        ("symmetry: at [9%, 30%]", "transformation_percent", [0.09, 0.3]),
        ("cutouts: overview 10 @ 0..500", "cut_overview", "[10]*500+[0]*500"),
        ("camera: padding zeros", "padding_mode", "zeros"),
        ("output: video off", "skip_video_for_run_all", True),
        ("scene: seed random", "set_seed", "random_seed"),
        ("scene: vr on", "vr_mode", True),
    ],
)
def test_settings_that_are_written_otherwise(line, name, value):
    assert exported(SCENE.format(line))[0][name] == value
    assert by_disco_name(name)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scene: seed_step 5", "adds 1 on every frame"),
        ("guidance: tv_scale 1 -> 9 @ 0..24", "that of frame 0 is written"),
        ("diffusion: sampler unipc", "no `unipc`; `plms` is written"),
        ("scene: size 1296x768", "makes 1280x768 of it"),
        ("coherence: frames_skip_steps 62.5%", "whole percents"),
        ("frame 12: cut", "starts anew"),
        ('frame 12 morph 6: prompt "y"', "glides"),
    ],
)
def test_what_the_notebook_cannot_do_is_said(line, said):
    _, notes = exported(SCENE.format(line))
    found = [note for note in notes if said in note.text]
    assert len(found) >= 1
    if said != "starts anew":
        assert {note.line for note in found} <= {5, 6}


def test_every_name_of_the_table_is_written():
    settings, _ = exported(SCENE.format(""))
    only_when_said = {"init_frame", "last_frame", "seed"}
    others = {"width_height", "width_height_for_512x512_models", "width_height_for_256x256_models"}
    names = {name for row in PARAMETERS for name in row.disco} - only_when_said - others
    assert names <= settings.keys()
    assert settings["animation_mode"] == "3D" and settings["max_frames"] == 24
    assert BY_KEY["scene.title"].disco[0] in settings
    assert schedule(imported(settings)[0]).mode is Mode.D3
