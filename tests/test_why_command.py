"""`discoscript why` and `render --explain`: what a user sees."""

import json
from pathlib import Path

import pytest
from commands import ran

BEACH = """disco 1
scene "Beach":
    mode 2d
    frames 6
    seed 7
    size 64x64
let push = 1.01
frame 0: prompt "a beach"
camera:
    zoom push
    angle 1 @ 3
cut @ 4
"""


class Desk:
    """A script, a store, and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.script = folder / "beach.disco"
        self.script.write_text(BEACH)
        self("render", "--quiet")

    def edit(self, old: str, new: str) -> None:
        text = self.script.read_text()
        assert old in text
        self.script.write_text(text.replace(old, new))

    def __call__(self, command: str, *arguments: str) -> tuple[int, str, str]:
        store = ("--store", self.folder / "store", "--renderer", "testcard")
        code, out, err = ran(self.capsys, command, self.script, *arguments, *store)
        return code, out.replace(f"{self.folder}/", ""), err.replace(f"{self.folder}/", "")

    def why(self, *arguments: str) -> str:
        code, out, _ = self("why", *arguments)
        assert code == 0
        return out


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_a_finished_script(desk: Desk) -> None:
    assert desk.why() == "6 of 6 frames kept\n"
    assert desk.why("3") == "frame 3: kept\n"


def test_the_line_of_the_value_that_a_frame_depends_on(desk: Desk) -> None:
    desk.edit("push = 1.01", "push = 1.02")
    change = "camera.zoom 1.01 → 1.02 at beach.disco:7"
    assert desk.why() == f"1..4: {change}\n5: {change}\n2 of 6 frames kept\n"
    assert desk.why("2") == f"frame 2: {change}\n"


def test_a_frame_that_only_follows_leads_back_to_the_change(desk: Desk) -> None:
    desk.edit("angle 1 @ 3", "angle 1 @ 1..2")
    assert desk.why("2") == (
        "frame 2: previous frame 1 changed\n"
        "frame 1: camera.angle 0 → 1 at beach.disco:11\n"
    )  # fmt: skip
    found = json.loads(desk.why("2", "--json"))["frames"]
    assert [(each["frame"], each["previous"]) for each in found] == [(2, 1), (1, None)]


def test_comments_names_and_spacing_are_no_reasons(desk: Desk) -> None:
    desk.edit("    zoom push", "    # forward\n    zoom   fast")
    desk.edit("let push", "let fast")
    assert desk.why() == "6 of 6 frames kept\n"


def test_render_explains_itself(desk: Desk) -> None:
    desk.edit("a beach", "a storm")
    _, _, err = desk("render", "--explain")
    assert '  0..6: prompt "a beach" → "a storm" at beach.disco:8\n' in err
    _, _, err = desk("render", "--explain")
    assert "prompt" not in err


def test_reasons_for_other_programs(desk: Desk) -> None:
    desk.edit("a beach", "a storm")
    (first,) = json.loads(desk.why("0", "--json"))["frames"]
    assert len(json.loads(desk.why("--json"))["frames"]) == 6
    assert first["text"].startswith('prompt "a beach" → "a storm"')
    assert (first["cause"], first["line"]) == ("prompt", 8)


def test_a_damaged_memory_of_the_last_run_is_no_mistake(desk: Desk) -> None:
    for path in (desk.folder / "store" / "runs").iterdir():
        path.chmod(0o644)
        path.write_bytes(b"DISCORUN1" + b"x" * 50)
    assert desk.why() == "6 of 6 frames kept\n"
    desk.edit("a beach", "a storm")
    assert desk.why("0") == "frame 0: new\n"


def test_a_frame_that_does_not_exist(desk: Desk) -> None:
    code, _, err = desk("why", "6")
    assert code == 2 and "frame 6 does not exist: there are 6" in err
