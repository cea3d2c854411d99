"""Beginners' scripts with one mistake: one message, and what it says leads to what was meant.

`follow` does what a person with the message in front of them would do, by reading the same text:
make the fix if one is offered, else paste the line in the help over what looks most like it, add
the line that it says to add, or move the line that it says to move. Where the help describes the
correction in words, a row says what a person does then, and quotes the words that told them so.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pytest
from checks.diagnose import Folder

from discoscript.pipeline import Compiled, compile_text
from discoscript.schedule.schedule import Schedule
from discoscript.text.diagnostics import Diagnostic, Severity, severity
from discoscript.text.fixes import apply

#: How often a person corrects a script before giving up.
ROUNDS = 5

PROMPT = 'frame 0: prompt "a lighthouse"\n'
CAMERA = "camera: translate_z 10 @ 0..24\n"
FILES = Folder({"lib/moves.disco": "move dolly(speed):\n    camera: translate_z speed\n"})


@dataclass(frozen=True)
class ByHand:
    """What a person does who reads `words` in a help: writes `new` for `old`."""

    words: str
    old: str
    new: str


@dataclass(frozen=True)
class Row:
    """A beginner's script, and what they meant: `camera.translate_z @ 10 = 10`."""

    name: str
    script: str
    meant: str = "camera.translate_z @ 10 = 10"
    by_hand: tuple[ByHand, ...] = ()


def camera(wrong: str, meant: str = "camera.translate_z @ 10 = 10") -> Row:
    """A row whose mistake is in the line of the camera."""
    return Row(wrong, f"{PROMPT}camera: {wrong}\n", meant)


def prompt(wrong: str, meant: str = 'prompt "a lighthouse" @ 10 = 1') -> Row:
    """A row whose mistake is in the line of the prompt."""
    return Row(wrong, f"{wrong}\n{CAMERA}", meant)


def beside(wrong: str, meant: str) -> Row:
    """A row whose mistake is in a third line."""
    return Row(wrong, f"{PROMPT}{CAMERA}{wrong}\n", meant)


ROWS = (
    # ───────────── colons, equal signs, commas ─────────────
    prompt('frame 0 prompt "a lighthouse"'),
    Row("no colon, one line", PROMPT + "camera translate_z 10 @ 0..24\n"),
    Row("no colon, block", PROMPT + "camera\n    translate_z 10 @ 0..24\n"),
    camera("translate_z = 10 @ 0..24"),
    camera("translate_z: 10 @ 0..24"),
    Row("a colon in a block", PROMPT + "camera:\n    translate_z: 10 @ 0..24\n"),
    Row("a colon and no group", PROMPT + "translate_z: 10 @ 0..24\n"),
    beside("scene: fps: 24", "scene.fps = 24"),
    beside("scene:\n    fps: 24", "scene.fps = 24"),
    beside("turbo: 3", "turbo.steps @ 10 = 3"),
    camera("translate_z 10 @ 0..24, rotate_y 1 @ 0..24"),
    camera("translate_z 10 @ 0..24, rotate_y 1 @ 0..24", "camera.rotate_y @ 10 = 1"),
    camera("translate_z 10 @ 0..24;"),
    Row("a let without =", "let speed 10\n" + PROMPT + "camera: translate_z speed @ 0..24\n"),
    Row("a let with a colon", "let speed: 10\n" + PROMPT + "camera: translate_z speed @ 0..24\n"),
    # ───────────── prompts ─────────────
    prompt('frame 0: prompt "rocky beach:2"', 'prompt "rocky beach" @ 10 = 2'),
    prompt('frame 0: prompt "rocky beach": 2', 'prompt "rocky beach" @ 10 = 2'),
    prompt('frame 0: prompt "rocky beach", 2', 'prompt "rocky beach" @ 10 = 2'),
    prompt('frame 0: prompt "rocky beach" weight=2', 'prompt "rocky beach" @ 10 = 2'),
    prompt('frame 0: prompt "rocky beach" weight 2', 'prompt "rocky beach" @ 10 = 2'),
    prompt("frame 0: prompt a lighthouse"),
    prompt("frame 0: prompt “a lighthouse”"),
    prompt("frame 0: prompt 'a lighthouse'"),
    prompt('frame 0: prompt: "a lighthouse"'),
    prompt('frame 0:\n    prompt: "a lighthouse"'),
    prompt('frame 0: prompt("a lighthouse")'),
    prompt('frame 0: prompts "a lighthouse"'),
    prompt('frame 0: promt "a lighthouse"'),
    prompt('Frame 0: Prompt "a lighthouse"'),
    prompt('frame 0: prompt "a lighthouse'),
    prompt('frame 0: prompt a lighthouse"'),
    prompt('frame 0: prompt ["a lighthouse", "a storm"]'),
    prompt('frame 0: prompts ["a lighthouse", "a storm", "fog"]', 'prompt "fog" @ 10 = 1'),
    prompt('prompts = {0: "a lighthouse"}'),
    prompt('0: ["a lighthouse"],'),
    prompt('frame @ 0: prompt "a lighthouse"'),
    prompt('at 0: prompt "a lighthouse"'),
    prompt('prompt "a lighthouse" @ frame 0'),
    prompt('frame 0..48: prompt "a lighthouse"'),
    Row(
        "text over two lines",
        'frame 0: prompt "a lighthouse\n    at sunset"\n' + CAMERA,
        'prompt "a lighthouse at sunset" @ 10 = 1',
        (
            ByHand(
                'for text over several lines write `"""` at both ends',
                '"a lighthouse\n    at sunset"',
                '"""a lighthouse\n    at sunset"""',
            ),
        ),
    ),
    Row("no prompt", CAMERA, 'prompt "a lighthouse" @ 10 = 1'),
    prompt('frame 0: "a lighthouse"'),
    prompt('frame 0, prompt "a lighthouse"'),
    prompt('frame 0 - prompt "a lighthouse"'),
    prompt('frame: prompt "a lighthouse"'),
    prompt('0: prompt "a lighthouse"'),
    prompt("prompt: a lighthouse"),
    prompt('prompt "a lighthouse", "a storm"', 'prompt "a storm" @ 10 = 1'),
    prompt('frame 0: prompt "a lighthouse" and "a storm"', 'prompt "a storm" @ 10 = 1'),
    # ───────────── times ─────────────
    camera("translate_z 10 @ 0,24"),
    camera("translate_z 10 @ (0, 24)"),
    camera("translate_z 10 @ [0..24]"),
    camera("translate_z 10 until 24"),
    beside("scene: length 4s", "frames = 48"),
    beside("duration: 10 seconds", "frames = 120"),
    camera("translate_z 10 @ 0-24"),
    camera("translate_z 10 @ 0 - 24"),
    camera("translate_z 10 @ 0s-2s"),
    camera("translate_z 10 @ 0–24"),
    camera("translate_z 10 @ 0...24"),
    camera("translate_z 10 @ 0 to 120"),
    camera("translate_z 10 from 0 to 24"),
    camera("translate_z 10 @ 24..0"),
    camera("translate_z 10 0..24"),
    camera("translate_z 10 for 24"),
    camera("translate_z 10 @ 0..4 s"),
    camera("translate_z 10 @ 0..2sec"),
    camera("translate_z 10 @ 0..100f"),
    Row("an open end", PROMPT + "scene: frames 24\ncamera: translate_z 10 @ 0..\n"),
    Row(
        "minutes",
        "scene: duration 2min\n" + PROMPT + "camera: translate_z 10\n",
        "frames = 1440",
    ),
    Row(
        "a short clock time",
        "scene: duration 1:30\n" + PROMPT + "camera: translate_z 10\n",
        "frames = 1080",
    ),
    Row("beats without a tempo", PROMPT + "camera: translate_z 10 @ 0..4b\n"),
    Row("no length", PROMPT + "camera: translate_z 10\n"),
    # ───────────── values ─────────────
    camera("translate_z .5 @ 0..24", "camera.translate_z @ 10 = 0.5"),
    camera("translate_z 2,5 @ 0..24", "camera.translate_z @ 10 = 2.5"),
    camera("translate_z +10 @ 0..24"),
    camera("translate_z 120 /s @ 0..24"),
    camera("translate_z from 0 to 20 @ 0..20"),
    camera("translate_z 0 → 20 @ 0..20"),
    camera("rotate_y 10deg @ 0..24", "camera.rotate_y @ 10 = 10"),
    beside("guidance: clamp_grad False", "guidance.clamp_grad @ 10 = 0"),
    beside("guidance: clamp_grad 0", "guidance.clamp_grad @ 10 = 0"),
    beside('diffusion: skip_augs "on"', "diffusion.skip_augs @ 10 = 1"),
    beside("diffusion: skip_augs yes", "diffusion.skip_augs @ 10 = 1"),
    beside("scene: size 1000x700", "width = 1008"),
    beside("scene: size 1280 x 768", "width = 1280"),
    beside("scene: size 1280, 768", "width = 1280"),
    beside("scene: mode 3D", "camera.translate_z @ 10 = 10"),
    beside("scene: clip [ViT-B/32]", "scene.clip = ('ViTB32',)"),
    camera("translate_z 0..20 @ 0..20"),
    camera("translate_z 0 > 20 @ 0..20"),
    camera("zoom 102% @ 0..24", "camera.zoom @ 10 = 1.02"),
    # ───────────── curves ─────────────
    camera("translate_z 0 -> 20 @ 0..20 in-out"),
    camera("translate_z 0 -> 20 ease in-out @ 0..20"),
    camera("translate_z 0 -> 20 @ 0..20 ease-in-out"),
    camera("translate_z 0 -> 20 @ 0..20 ease ease-in-out"),
    camera("translate_z 0 -> 20 @ 0..20 ease inout"),
    camera("translate_z 0 -> 20 @ 0..20 ease in out"),
    camera("translate_z 0 -> 20 @ 0..20 ease in_out"),
    camera("translate_z 0 -> 20 @ 0..20 ease easein", "camera.translate_z @ 10 = 5.8578644"),
    Row(
        "a curve without a journey",
        PROMPT + "camera: translate_z 10 @ 0..20 ease in\n",
        "camera.translate_z @ 0 = 0",
        (ByHand("to move there write `-> 10`", "translate_z 10", "translate_z -> 10"),),
    ),
    # ───────────── names ─────────────
    camera("tranlate_z 10 @ 0..24"),
    camera("translate z 10 @ 0..24"),
    camera("translate-z 10 @ 0..24"),
    camera("translateZ 10 @ 0..24"),
    Row("a misspelt group", PROMPT + "camra: translate_z 10 @ 0..24\n"),
    Row("a group with a capital", PROMPT + "Camera: translate_z 10 @ 0..24\n"),
    Row("no group", PROMPT + "translate_z 10 @ 0..24\n"),
    camera("clip_guidance_scale 8000 @ 0..24", "guidance.clip_guidance_scale @ 10 = 8000"),
    Row(
        "the wrong group, in a block",
        PROMPT + "camera:\n    translate_z 10\n    frames 24\n",
        "frames = 24",
    ),
    beside("seed 42", "scene.seed = 42"),
    beside("let glow = 2\nguidance: tv_scale glw", "guidance.tv_scale @ 10 = 2"),
    # ───────────── Disco Diffusion ─────────────
    camera('zoom "0: (1), 10: (1.05)"', "camera.zoom @ 10 = 1.05"),
    camera('zoom = "0: (1), 10: (1.05)"', "camera.zoom @ 10 = 1.05"),
    camera("zoom 0: (1), 10: (1.05)", "camera.zoom @ 10 = 1.05"),
    Row("a line of a notebook", PROMPT + 'translation_z = "0: (10), 24: (10)"\n'),
    beside("clip_guidance_scale = 8000", "guidance.clip_guidance_scale @ 10 = 8000"),
    beside("max_frames = 48", "frames = 48"),
    beside("scene: width_height [1280, 768]", "width = 1280"),
    beside("model 512x512_diffusion_uncond_finetune_008100", "scene.fps = 12"),
    Row(
        "2D and 3D",
        PROMPT + "camera:\n    translate_z 10 @ 0..24\n    zoom 1.02 @ 0..24\n",
        "camera.zoom @ 10 = 1.02",
        (ByHand("for 2D delete `translate_z`", "    translate_z 10 @ 0..24\n", ""),),
    ),
    Row(
        "a camera in a still",
        PROMPT + "scene: mode still\ncamera: translate_z 10\n",
        "camera.translate_z @ 10 = 10",
        (ByHand("set `mode 3d` and a `duration`", "mode still", "mode 3d\nscene: duration 4s"),),
    ),
    # ───────────── blocks ─────────────
    Row("tabs", PROMPT + "camera:\n\ttranslate_z 10 @ 0..24\n"),
    Row("braces", PROMPT + "camera {\n    translate_z 10 @ 0..24\n}\n"),
    camera("translate_z 10 @ 0..24 // fly in"),
    camera("translate_z 10 @ 0..24 -- fly in"),
    Row("a second line under a full head", PROMPT + CAMERA + "    rotate_y 1 @ 0..24\n"),
    Row(
        "a line further out",
        PROMPT + "camera:\n    translate_z 10 @ 0..24\n  rotate_y 1 @ 0..24\n",
        "camera.rotate_y @ 10 = 1",
        (ByHand("line it up with the line above", "  rotate_y", "    rotate_y"),),
    ),
    Row(
        "a block that is not indented",
        PROMPT + "camera:\ntranslate_z 10 @ 0..24\n",
        by_hand=(ByHand("indent the lines that belong to it", "translate_z", "    translate_z"),),
    ),
    Row(
        "a loop",
        PROMPT + "for i in 0..24:\n    camera: translate_z 10\n",
        by_hand=(
            ByHand(
                "what changes is written with ranges",
                "for i in 0..24:\n    camera: translate_z 10",
                "camera: translate_z 10 @ 0..24",
            ),
        ),
    ),
    Row(
        "two lines for the same frames",
        PROMPT + "camera:\n    translate_z 10 @ 0..24\n    translate_z 4 @ 20..36\n",
        "camera.translate_z @ 22 = 10",
    ),
    # ───────────── shots, moves, cuts ─────────────
    Row(
        "a shot without a length",
        PROMPT + 'shot "one":\n    camera: translate_z 10\nshot "two" 2s: camera: fov 60\n',
    ),
    Row("a shot without a name", PROMPT + "shot 2s:\n    camera: translate_z 10\n"),
    Row("a shot with a comma", PROMPT + 'shot "a", 2s:\n    camera: translate_z 10\n'),
    Row("a shot for", PROMPT + 'shot "a" for 2s:\n    camera: translate_z 10\n'),
    Row(
        "a shot with a range",
        PROMPT + 'shot "a" 0..48:\n    camera: translate_z 10\n',
        "frames = 48",
    ),
    Row("a shot without quotes", PROMPT + "shot storm 2s:\n    camera: translate_z 10\n"),
    Row(
        "a shot in a shot",
        PROMPT + 'shot "one" 2s:\n    camera: translate_z 10\n    shot "two" 2s: camera: fov 60\n',
        "camera.fov @ 30 = 60",
        (ByHand("at the same indentation", '    shot "two"', 'shot "two"'),),
    ),
    Row(
        "an import without quotes",
        "import lib/moves.disco\n" + PROMPT + "use moves.dolly(10) @ 0..24\n",
    ),
    Row(
        "a move that is misspelt",
        'import "lib/moves.disco"\n' + PROMPT + "use moves.doly(10) @ 0..24\n",
    ),
    Row(
        "a move without parentheses",
        "move dolly:\n    camera: translate_z 10\n" + PROMPT + "use dolly() @ 0..24\n",
    ),
    Row(
        "a use without parentheses",
        "move dolly():\n    camera: translate_z 10\n" + PROMPT + "use dolly @ 0..24\n",
    ),
    Row(
        "a move without its value",
        "move dolly(speed):\n    camera: translate_z speed\n" + PROMPT + "use dolly() @ 0..24\n",
        by_hand=(ByHand("it is defined as `dolly(speed)`", "use dolly()", "use dolly(speed=10)"),),
    ),
    beside("cut 12", "starts = (0, 12)"),
    beside("cut @ 10..20", "starts = (0, 10)"),
    Row("a mark without @", PROMPT + "mark drop 12\ncamera: translate_z 10 @ 0..drop\n"),
)


def names() -> list[str]:
    """The names of the rows, on one line each."""
    return [" ".join(row.name.split()) for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=names())
def test_a_mistake_has_one_message_that_leads_to_what_was_meant(row: Row) -> None:
    compiled = compile_text(row.script, files=FILES)
    assert [d.message for d in wrong(compiled)][1:] == [], "one mistake, one message"
    script, left = row.script, list(row.by_hand)
    for _ in range(ROUNDS):
        compiled = compile_text(script, files=FILES)
        if not wrong(compiled):
            break
        script = follow(script, wrong(compiled)[0], left)
    assert [d.message for d in wrong(compiled)] == [], script
    assert compiled.schedule is not None
    assert script != row.script and left == []
    assert_meant(compiled.schedule, row.meant, script)


def test_there_are_rows_enough() -> None:
    assert len({row.script for row in ROWS}) >= 100


def wrong(compiled: Compiled) -> list[Diagnostic]:
    """What a beginner has to mend."""
    return [found for found in compiled.diagnostics if severity(found) is not Severity.HINT]


# ───────────── a person who reads ─────────────


def follow(script: str, found: Diagnostic, by_hand: list[ByHand]) -> str:
    """The script after doing what a message says."""
    if found.fix is not None:
        return apply(script, [found.fix])
    for step in by_hand:
        if step.words in found.help:
            assert script.count(step.old) == 1
            by_hand.remove(step)
            return script.replace(step.old, step.new)
    said = re.findall(r"`([^`]+)`", found.help)
    assert said, f"nothing to write in the help of: {found.message}: {found.help!r}"
    if found.help.startswith("add "):
        return f"{script}{said[0]}\n"
    if " and below it `" in found.help:
        return pasted(script, found, "\n".join(said))
    if "outside of" in found.help:
        return f"{without_line(script, found)}{said[0]}\n"
    return pasted(script, found, said[0])


def pasted(script: str, found: Diagnostic, words: str) -> str:
    """The words in the place of what looks most like them: the marked text, a part of its line."""
    start = script.rfind("\n", 0, found.span.start) + 1
    end = script.find("\n", start)
    margin = len(script[start:end]) - len(script[start:end].lstrip())
    inner = start + script[start:end].find(": ") + 2
    places = [
        (found.span.start, found.span.end),
        (start + margin, end),
        (found.span.start, end),
        (inner, end),
    ]
    first = words.partition("\n")[0]
    begin, stop = max(places, key=lambda place: alike(script[slice(*place)], first))
    return script[:begin] + words + script[stop:]


def alike(one: str, other: str) -> float:
    """How much two texts look alike, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def without_line(script: str, found: Diagnostic) -> str:
    """The script without the line of a message."""
    start = script.rfind("\n", 0, found.span.start) + 1
    return script[:start] + script[script.find("\n", start) + 1 :]


# ───────────── what was meant ─────────────


def assert_meant(schedule: Schedule, meant: str, script: str) -> None:
    """One value of the schedule."""
    what, _, value = meant.rpartition(" = ")
    found = said_by(schedule, what)
    if isinstance(found, int | float | np.generic):
        assert float(found) == pytest.approx(float(value)), script
    else:
        assert str(found) == value, script


def said_by(schedule: Schedule, what: str) -> object:
    """What stands left of the `=` of a row: `frames`, `scene.fps`, `camera.zoom @ 10`, ..."""
    name, _, frame = what.partition(" @ ")
    if name.startswith("prompt "):
        (row,) = (row for row in schedule.prompts if row.text == name[8:-1])
        return row.weight[int(frame)]
    if frame:
        return schedule.frames_of[name][int(frame)]
    if name == "width":
        return schedule.size[0]
    if name in ("frames", "starts"):
        return getattr(schedule, name)
    return schedule.fixed[name]
