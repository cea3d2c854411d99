"""Studies: what they render, what is said about the values that they try, and the sheet."""

import numpy as np
import pytest
from commands import ran
from PIL import Image

from discoscript.frames.backend import BACKENDS
from discoscript.frames.testcard import TestCards
from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import draw

GRID = """disco 1

scene:
    size 64x64
    mode still
    seed 5

let what = "lighthouse"
prompt "a {what}"
guidance: clip_guidance_scale 3000

study "grid":
    guidance.clip_guidance_scale in [500, 5000]
    diffusion.eta in [0, 0.5, 1]

study "words":
    what in ["castle", "windmill"]
"""


def labels(text):
    return [render.variant.label for render in compile_text(text).renders]


def test_every_combination_is_a_render():
    assert labels(GRID) == [
        "guidance.clip_guidance_scale 500, diffusion.eta 0",
        "guidance.clip_guidance_scale 500, diffusion.eta 0.5",
        "guidance.clip_guidance_scale 500, diffusion.eta 1",
        "guidance.clip_guidance_scale 5000, diffusion.eta 0",
        "guidance.clip_guidance_scale 5000, diffusion.eta 0.5",
        "guidance.clip_guidance_scale 5000, diffusion.eta 1",
        'what "castle"',
        'what "windmill"',
    ]


def test_a_variant_has_its_values_and_all_others_of_the_script():
    compiled = compile_text(GRID)
    assert compiled.schedule.frames_of["guidance.clip_guidance_scale"].tolist() == [3000]
    found = [render.schedule for render in compiled.renders]
    scale = [s.frames_of["guidance.clip_guidance_scale"][0] for s in found]
    eta = [s.frames_of["diffusion.eta"][0] for s in found]
    assert scale == [500, 500, 500, 5000, 5000, 5000, 3000, 3000]
    assert eta[:6] == [0, 0.5, 1, 0, 0.5, 1]
    assert [s.prompts[0].text for s in found] == ["a lighthouse"] * 6 + ["a castle", "a windmill"]
    assert {s.fixed["scene.seed"] for s in found} == {5}


def test_a_variant_is_the_script_with_the_value_written_in():
    text = """disco 1
scene: duration 4s
prompt "x"
camera:
    zoom 1.02 @ 0..24
    angle 1 -> 3 @ 0..48
shot "a" 2s: camera: zoom 1.1
shot "b" 2s: camera: angle 2
"""
    study = compile_text(text + "study:\n    camera.zoom in [1.05]\n")
    written = text.replace("    zoom 1.02 @ 0..24\n", "    zoom 1.05\n").replace("1.1", "1.05")
    for name in ("camera.zoom", "camera.angle"):
        np.testing.assert_array_equal(
            study.renders[0].schedule.frames_of[name],
            compile_text(written).schedule.frames_of[name],
        )


def test_settings_of_the_whole_scene_can_be_varied():
    text = 'prompt "x"\ncamera: zoom 1.02 @ 0..1s\n'
    text += "study:\n    scene.fps in [12, 24]\n    scene.clip in [[tiny], [ViTB32, tiny]]\n"
    renders = compile_text(text).renders
    assert [r.schedule.frames for r in renders] == [12, 12, 24, 24]
    assert [r.schedule.fixed["scene.clip"] for r in renders][:2] == [("tiny",), ("ViTB32", "tiny")]


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("eta in [1]", "D101", "there is no setting and no `let` called `eta`"),
        (
            "diffusion.etta in [1]",
            "D101",
            "there is no setting and no `let` called `diffusion.etta`",
        ),
        ("diffusion.eta in []", "D201", "this list is empty"),
        ("diffusion.eta in [0: 1]", "D209", "a study lists values, this is a key with a time"),
        ('diffusion.eta in ["x"]', "D201", "`eta` needs a number, this is text"),
        ("speed in [[1, 2]]", "D201", "`speed` takes one value, this is a list"),
        ("camera.fov in [40, 200]", "D203", "`fov` must lie between 1 and 179"),
        ("scene.mode in [4d]", "D006", ""),
    ],
)
def test_what_is_wrong_with_a_study_is_said_once(line, code, message):
    text = 'disco 1\nscene: duration 1s\nlet speed = 2\nprompt "x"\n'
    text += f"camera: translate_z speed\nstudy:\n    {line}\n"
    compiled = compile_text(text)
    errors = [d for d in compiled.diagnostics if d.code not in ("D801", "D807")]
    assert [d.code for d in errors] == [code] or code == "D006"
    if message:
        assert message in errors[0].message
        assert compiled.source.position(errors[0].span.start)[0] == 7
    assert draw(compiled.diagnostics, compiled.source)


def test_a_study_renders_into_folders_of_its_own_with_a_sheet(tmp_path, capsys):
    (tmp_path / "grid.disco").write_text(GRID)
    command = ("render", tmp_path / "grid.disco", "--renderer", "testcard")
    store = ("--store", tmp_path / "store")
    code, out, said = ran(capsys, *command, *store)
    assert code == 0, said
    folder = tmp_path / "out" / "grid"
    assert out.split() == [str(folder / "grid" / "sheet.png"), str(folder / "words" / "sheet.png")]
    assert len(list((folder / "grid").glob("*/frames/grid_0000.png"))) == 6
    with Image.open(folder / "grid" / "sheet.png") as sheet:
        assert sheet.width > 3 * 64 and sheet.height > 2 * 64
    code, _, again = ran(capsys, *command, *store)
    assert code == 0 and again.count("0 of 1 frame rendered: all is there") == 8


def test_the_models_are_loaded_once_for_all_renders(tmp_path, capsys, monkeypatch):
    loaded = []
    monkeypatch.setitem(
        vars(BACKENDS["testcard"]), "load", lambda note: loaded.append(1) or TestCards()
    )
    (tmp_path / "grid.disco").write_text(GRID)
    command = ("render", tmp_path / "grid.disco", "--renderer", "testcard")
    assert ran(capsys, *command, "--store", tmp_path / "store")[0] == 0
    assert len(list((tmp_path / "out" / "grid").glob("*/*/frames/*.png"))) == 8 and loaded == [1]
    assert ran(capsys, *command, "--store", tmp_path / "store")[0] == 0
    assert loaded == [1], "and not at all where all is there"


def test_more_renders_are_made_if_asked_for(tmp_path, capsys):
    seeds = ", ".join(str(n) for n in range(17))
    text = f'disco 1\nscene: mode still\nprompt "x"\nstudy:\n    scene.seed in [{seeds}]\n'
    (tmp_path / "many.disco").write_text(text)
    assert ran(capsys, "check", tmp_path / "many.disco")[0] == 1
    assert ran(capsys, "check", "--max-renders", "17", tmp_path / "many.disco")[0] == 0
