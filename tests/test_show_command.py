"""`discoscript show`: what every stage makes of a script, as a person and as a program sees it."""

import csv
import io
import json
from pathlib import Path

import pytest
from commands import ROOT, ran
from json_schema import mistakes

from discoscript.errors import Exit

SEA = """disco 1

scene "Sea":
    frames 12
    fps 6
    seed 7
    size 64x64

let speed = 2

prompt "a sea, {speed}" 2
prompt "fog" 0 -> 1 @ 2..6
frame 8: cut
camera:
    translate_x speed -> 8 @ 0..4   # a journey
    translate_y += 0.5
    zoom 1.02 @ 4..8
"""

SYNTAX = """\
 1  version                1
 3  scene                  "Sea"
 4  │  set frames          12
 5  │  set fps             6
 6  │  set seed            7
 7  │  set size            64x64
 9  let speed              2
11  prompt                 "a sea, {speed}"  weight 2
12  prompt                 "fog"  weight journey 0 -> 1  @ 2..6
13  frame 8
13  │  cut
14  camera
15  │  set translate_x     journey speed -> 8  @ 0..4
16  │  add to translate_y  0.5
17  │  set zoom            1.02  @ 4..8
"""

SCENE = """\
12 frames, 2 s at 6 fps, 2d, 2 segments

── segments ────────────────────────────────────────────────
SEGMENT  FRAMES
1        0..8
2        8..12

── settings of the whole render ────────────────────────────
SETTING       VALUE  LINE  WRITTEN
scene.frames  12     4     frames 12
scene.fps     6      5     fps 6
scene.seed    7      6     seed 7
scene.size    64x64  7     size 64x64

── settings over time ──────────────────────────────────────
SETTING             CLAIM    FRAMES  LINE  WRITTEN
camera.zoom         visit    4..8    17    zoom 1.02 @ 4..8
camera.translate_x  journey  0..4    15    translate_x speed -> 8 @ 0..4 # a jo…
camera.translate_y  +=       0..12   16    translate_y += 0.5

── prompts ─────────────────────────────────────────────────
FRAMES  CLAIM               LINE  PROMPT
0..12   set                 11    "a sea, 2"
0..12   set, journey 2..6   12    "fog"
"""

SCHEDULE = """\
12 frames, 2 s at 6 fps, 2d, 64x64; here frames 2..8

── over frames ─────────────────────────────────────────────
PARAMETER           FRAMES  VALUE  CURVE  LINE
camera.zoom         2..4    1      ▁▁     default
                    4..8    1.02   ████   17
camera.translate_x  2       5      ▅      15
                    3       6.5    ▆      15
                    4..8    8      ████   15

── the same on all these frames ────────────────────────────
PARAMETER           VALUE                 FROM
camera.translate_y  0.5 pixels per frame  default +16
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sea.disco").write_text(SEA)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], stage: str, *more: str) -> str:
    """What `show` prints for the sea; nothing may go wrong."""
    code, out, err = ran(capsys, "show", stage, "sea.disco", *more)
    assert code == Exit.OK and err == ""
    return out


def same(out: str, expected: str) -> bool:
    """Equal but for spaces at the ends of lines."""
    return [x.rstrip() for x in out.splitlines()] == [x.rstrip() for x in expected.splitlines()]


# ───────────── tables ─────────────


def test_syntax_is_a_tree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "syntax") == SYNTAX


def test_a_script_with_mistakes_has_a_tree_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sea.disco").write_text("disco 1\nfoo\ncamera: zoom 1 +\n")
    code, out, err = ran(capsys, "show", "syntax", "sea.disco")
    assert code == Exit.OK and "2  not understood  foo" in out and "error[" in err
    code, out, err = ran(capsys, "show", "schedule", "sea.disco")
    assert code == Exit.SCRIPT and out == ""


def test_scene_says_what_the_lines_claim(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "scene")
    assert [" ".join(x.split()) for x in out.splitlines()] == [
        " ".join(x.split()) for x in SCENE.splitlines()
    ]


def test_schedule_says_the_values(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(
        capsys, "schedule", "--frames", "2..8", "--parameters", "camera.translate_[xy],zoom"
    )
    assert same(out, SCHEDULE), out


def test_everything_can_be_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "schedule", "--parameters", "*")
    assert "coherence.frames_skip_steps" in out and "output.codec" in out
    assert "prompts" not in out
    assert "a sea, 2" in shown(capsys, "schedule")


def test_plan_says_the_jobs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "plan", "--renderer", "testcard").splitlines()
    assert out[0].split() == ["FRAME", "STATE", "KEY", "SEED", "STEPS", "START", "PROMPTS"]
    assert out[1].split()[:2] == ["0", "render"] and "noise" in out[1] and "2 a sea, 2" in out[1]
    assert out[2].split()[:3] == ["1", "open", "8"] and "frame 0" in out[2]
    assert out[9].split()[:2] == ["8", "render"] and "noise" in out[9]
    assert "a frame without a key" in out[-1]


def test_keys_are_those_that_a_render_uses(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "render", "sea.disco", "--renderer", "testcard", "--quiet")
    frames = json.loads(shown(capsys, "plan", "--renderer", "testcard", "--json"))
    assert [f["state"] for f in frames["frames"]] == ["kept"] * 12
    kept = {p.name for p in (folder / "store").rglob("*") if p.is_file()}
    assert {f["key"] for f in frames["frames"]} <= kept | {n.split(".")[0] for n in kept}


# ───────────── CSV and JSON ─────────────


def test_csv_has_a_row_for_each_frame(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "schedule", "--format", "csv", "--frames", "3..6")
    head, *rows = csv.reader(io.StringIO(out))
    assert head[:2] == ["frame", "seconds"] and 'prompt "fog"' in head
    assert [row[0] for row in rows] == ["3", "4", "5"]
    row = dict(zip(head, rows[0], strict=True))
    assert (row["camera.translate_x"], row['prompt "fog"'], row["seconds"]) == (
        "6.5",
        "0.25",
        "0.5",
    )
    out = shown(capsys, "plan", "--format", "csv", "--renderer", "testcard", "--frames", "8..10")
    head, *rows = csv.reader(io.StringIO(out))
    assert [row[head.index("start")] for row in rows] == ["noise", "frame 8"]


@pytest.mark.parametrize("stage", ["syntax", "scene", "schedule", "plan"])
def test_json_of_every_stage(folder: Path, capsys: pytest.CaptureFixture[str], stage: str) -> None:
    found = json.loads(shown(capsys, stage, "--json", "--renderer", "testcard"))
    assert found["format"].startswith("discoscript-") and found["version"] == 1
    assert found["script"] == "sea.disco"


def test_the_json_schedule_suits_its_schema_and_knows_the_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), (200, 30, 60)).save("start.png")
    (folder / "sea.disco").write_text(SEA + 'init: image "start.png"\ndiffusion: skip_steps 50%\n')
    found = json.loads(shown(capsys, "schedule", "--json"))
    schema = json.loads((ROOT / "docs" / "schedule.schema.json").read_text(encoding="utf-8"))
    assert mistakes(found, schema) == [] and len(found["assets"]["start.png"]["sha256"]) == 64


def test_the_json_syntax_has_every_statement_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(shown(capsys, "syntax", "--json"))
    kinds = [node["type"] for node in found["body"]]
    assert kinds[:3] == ["Version", "Block", "Let"]
    assert found["body"][2]["span"] == {"file": "sea.disco", "start": [9, 1], "end": [9, 14]}
    assert found["comments"][0]["text"] == "# a journey"


# ───────────── one value ─────────────


@pytest.mark.parametrize(
    ("frame", "name", "lines"),
    [
        ("3", "translate_x", ["camera.translate_x at frame 3: 6.5 pixels per frame",
                              "  sea.disco:15  translate_x speed -> 8 @ 0..4   # a journey"]),
        ("3", "translate_y", ["camera.translate_y at frame 3: 0.5 pixels per frame",
                              "  sea.disco:16  translate_y += 0.5"]),
        ("9", "zoom", ["camera.zoom at frame 9: 1 times per frame",
                       "  from the default: no line of the script says otherwise here"]),
        ("0", "diffusion.steps", ["diffusion.steps at frame 0: 25",
                                  "  from the model: no line of the script says otherwise here"]),
        ("11", "scene.fps", ["scene.fps at frame 11: 6", "  sea.disco:5  fps 6"]),
    ],
)  # fmt: skip
def test_one_value_and_the_line_that_gave_it(
    folder: Path, capsys: pytest.CaptureFixture[str], frame: str, name: str, lines: list[str]
) -> None:
    assert shown(capsys, "schedule", "--at", frame, name).splitlines() == lines


def test_one_value_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "schedule", "--json", "--at", "5", "zoom")
    assert json.loads(out) == {
        "format": "discoscript-value",
        "version": 1,
        "parameter": "camera.zoom",
        "frame": 5,
        "value": 1.02,
        "from": "script",
        "lines": [{"file": "sea.disco", "line": 17, "column": 17, "text": "    zoom 1.02 @ 4..8"}],
    }


def test_a_let_can_be_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "schedule", "--at", "0", "translate_x", "--set", "speed=4")
    assert out.startswith("camera.translate_x at frame 0: 4 pixels")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["syntax", "sea.disco", "--format", "csv"], "there is no csv of the syntax"),
        (["schedule", "sea.disco", "--at", "12", "zoom"], "frame 12 does not exist"),
        (["schedule", "sea.disco", "--at", "x", "zoom"], "frame x does not exist"),
        (["schedule", "sea.disco", "--at", "0", "zooom"], "did you mean `zoom`?"),
        (["schedule", "sea.disco", "--at", "0", "scale"], ""),
        (["schedule", "sea.disco", "--at", "0", "steps"], "may be diffusion.steps or turbo.steps"),
        (["schedule", "sea.disco", "--at", "0", "cutouts.inner"], "over diffusion progress"),
        (["schedule", "sea.disco", "--at", "0", "zoom", "--format", "csv"], "no csv of the value"),
        (["scene", "sea.disco", "--at", "0", "zoom"], "a value of the schedule"),
        (["schedule", "sea.disco", "--frames", "20..30"], "frame 20 does not exist"),
        (["plan", "sea.disco", "--renderer", "testcard", "--frames", "20..30"], "frame 20 does"),
        (["schedule", "sea.disco", "--frames", "3"], "no range of frames"),
        (["schedule", "sea.disco", "--parameters", "camra.*"], "no parameter `camra.*`"),
        (["schedule", "sea.disco", "--json", "--frames", "1..2"], "always whole"),
        (["frames", "sea.disco"], "`frames` is none of syntax, scene, schedule, plan"),
    ],
)
def test_wrong_usage_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    code, out, err = ran(capsys, "show", *arguments)
    if not words:
        assert code == Exit.OK
        return
    assert code == Exit.USAGE and words in out + err and (out == "" or "--json" in arguments)


# ───────────── models that are missing ─────────────


FULL = """disco 1
scene: model "512x512_diffusion_uncond_finetune_008100"
scene: frames 3
scene: seed 1
prompt "a lighthouse"
camera: translate_z 1
"""


def test_a_script_whose_models_are_missing_has_a_plan(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOSCRIPT_MODELS", str(folder / "models"))
    (folder / "full.disco").write_text(FULL)
    code, out, _ = ran(capsys, "plan", "full.disco")
    assert code == Exit.OK and "can not be rendered here" in out
    assert "512x512_diffusion_uncond_finetune_008100  " in out and "in all: 3 to render" in out
    code, out, _ = ran(capsys, "show", "plan", "full.disco")
    assert code == Exit.OK and "unknown" not in out  # frames are known by the models' digests
    code, out, _ = ran(capsys, "plan", "full.disco", "--json")
    found = json.loads(out)
    assert code == Exit.OK and found["renderer"].startswith("512x512_diffusion")
    assert {m["state"] for m in found["models"]} == {"missing"}


def test_a_script_with_a_model_that_is_never_loaded_has_a_plan(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "full.disco").write_text(FULL + "depth: model dpt_hybrid_nyu\n")
    code, out, _ = ran(capsys, "plan", "full.disco")
    assert code == Exit.OK and "can not be rendered here" in out
    code, out, _ = ran(capsys, "show", "plan", "full.disco")
    assert code == Exit.OK and out.count("unknown") == 3


def test_the_plan_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "render", "sea.disco", "--renderer", "testcard", "--quiet", "--frames", "0..2")
    code, out, _ = ran(capsys, "plan", "sea.disco", "--renderer", "testcard", "--json")
    found = json.loads(out)
    assert code == Exit.OK and found["render"] == {"kept": 2, "to_render": 10}
    assert [(p["name"], p["start"], p["end"]) for p in found["parts"]] == [
        ("segment 1", 0, 8), ("segment 2", 8, 12)
    ]  # fmt: skip
    assert found["length_written"] and not found["mode_written"] and found["mode"] == "2d"
    assert found["seconds"] == 2.0


def test_the_plan_says_what_is_inferred_and_what_is_not_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = " and a house" * 12
    text = f'disco 1\nscene: seed 1\nprompt "a tree{words}"\ncamera: angle 1 @ 0..8\n'
    (folder / "sea.disco").write_text(text)
    _, out, _ = ran(capsys, "plan", "sea.disco", "--renderer", "testcard")
    assert "length: inferred from the last time that a line names\n" in out
    assert "mode: 2d, inferred from camera.angle\n" in out
    assert "line 3: 38 tokens; `tiny` reads at most 30; not read: " in out
    assert all(len(line) <= 80 for line in out.splitlines())


SHOTS = """disco 1
import "lib/moves.disco"
scene: seed 1
shot "one" 4:
    prompt "a sea"
    use moves.dolly()
shot "two" 6:
    prompt "a shore"
    camera: translate_z 3
"""


def test_shots_are_the_parts_and_libraries_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "lib").mkdir()
    move = "disco 1\nmove dolly():\n    camera: translate_z 4\n"
    (folder / "lib" / "moves.disco").write_text(move)
    (folder / "shots.disco").write_text(SHOTS)
    code, out, _ = ran(capsys, "plan", "shots.disco", "--renderer", "testcard")
    assert code == Exit.OK and 'shot "one": frames 0..4, 0.33 s, 4 to render' in out
    assert 'shot "two": frames 4..10, 0.5 s, 6 to render' in out
    code, out, _ = ran(capsys, "show", "schedule", "shots.disco", "--at", "2", "translate_z")
    place, line = out.splitlines()[1].strip().split("  ")
    assert Path(place.rpartition(":")[0]) == Path("lib/moves.disco")
    assert line == "camera: translate_z 4"
    _, out, _ = ran(capsys, "show", "scene", "shots.disco")
    found = [line.split()[:4] for line in out.splitlines() if line.startswith("camera.")]
    assert ["camera.translate_z", "base", "4..10", "9"] in found
