"""`discoscript cache`: what a user sees of the frame store, and does to it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from commands import ran

BEACH = """disco 1
scene "Beach":
    mode 2d
    frames 6
    size 64x64
    seed 7
prompt "a beach"
camera: zoom 1.01
"""


class Desk:
    """A rendered script and its store."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self.capsys = folder / "store", capsys
        self.script = folder / "beach.disco"
        self.script.write_text(BEACH)
        words = ("--renderer", "testcard", "--store", self.store, "--quiet")
        assert ran(capsys, "render", self.script, *words)[0] == 0

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        return ran(self.capsys, "cache", *arguments, "--store", self.store)

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json")[1])

    def files(self, kind: str) -> list[Path]:
        return sorted(p for p in (self.store / kind).rglob("*") if p.is_file())

    def damage(self, path: Path) -> None:
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def state(self) -> list[tuple[str, int, int]]:
        kinds = ("obj", "rec", "runs", "quarantine")
        return [
            (str(p), p.stat().st_size, p.stat().st_mtime_ns) for k in kinds for p in self.files(k)
        ]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_the_scripts_that_were_rendered(desk: Desk) -> None:
    code, out, _ = desk("ls")
    assert code == 0 and "6 of 6" in out and out.startswith("FRAMES  PICTURES  SIZE")
    (row,) = desk.json("ls")["scripts"]
    assert row["frames"] == row["kept"] == 6 and row["script"].endswith("beach.disco")


def test_rows_say_which_render_they_are(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where scripts of one name were rendered from within their folders."""
    folder = desk.script.parent / "other"
    folder.mkdir()
    (folder / "beach.disco").write_text(BEACH + 'study "Seeds": scene.seed in [1, 2]\n')
    monkeypatch.chdir(folder)
    words = ("render", "beach.disco", "--renderer", "testcard", "--store", desk.store, "--quiet")
    assert ran(desk.capsys, *words)[0] == 0
    other = str((folder / "beach.disco").resolve())
    found = {(row["script"], row["variant"]) for row in desk.json("ls")["scripts"]}
    first = (str(desk.script.resolve()), "")
    assert found == {first, (other, "scene.seed 1"), (other, "scene.seed 2")}
    assert f"{other} (scene.seed 2)\n" in desk("ls")[1]


def test_how_much_there_is(desk: Desk) -> None:
    found = desk.json("stat")
    assert (found["pictures"], found["records"], found["runs"]) == (6, 6, 1)
    assert found["picture_bytes"] == sum(p.stat().st_size for p in desk.files("obj"))
    assert "pictures            6" in desk("stat")[1]


def test_a_sound_store(desk: Desk) -> None:
    assert desk("verify")[:2] == (0, "13 files read, 0 damaged\n")


@pytest.mark.parametrize("kind", ["obj", "rec", "runs"])
def test_damage_is_told_and_left_alone_unless_it_is_to_be_repaired(desk: Desk, kind: str) -> None:
    path = desk.files(kind)[0]
    desk.damage(path)
    before = desk.state()
    code, out, _ = desk("verify")
    assert code == 4 and f"damaged: {path.relative_to(desk.store)}" in out
    assert desk.state() == before, "reading changes nothing"
    code, out, _ = desk("verify", "--repair")
    assert code == 0 and "moved to quarantine" in out and not path.exists()
    assert len(desk.files("quarantine")) == 1
    assert desk("verify")[:2] == (0, "12 files read, 0 damaged\n")


def test_a_subset_is_read(desk: Desk) -> None:
    assert desk.json("verify", "--subset", "100%")["read"] == 13
    assert desk.json("verify", "--subset", "30%")["read"] < 13
    code, _, err = desk("verify", "--subset", "0%")
    assert code == 2 and "write 5%" in err


def test_room_is_made(desk: Desk) -> None:
    for path in desk.files("obj"):
        os.utime(path, (1e9, 1e9))
    before = desk.state()
    assert desk.json("gc", "--size", "0", "--dry-run")["pictures"] == 6
    assert desk.state() == before
    assert "6 pictures" in desk("gc", "--size", "0")[1] and not desk.files("obj")


def test_what_was_just_used_stays_and_is_said(desk: Desk) -> None:
    code, out, _ = desk("gc", "--size", "0")
    assert code == 0 and "0 pictures" in out
    assert "what was used within the last hour stays" in out
    assert "within the last hour" not in desk("gc")[1], "all of it fits"


def test_everything_goes_only_on_demand(desk: Desk) -> None:
    before = desk.state()
    code, _, err = desk("clear")
    assert code == 2 and "--yes" in err and desk.state() == before
    assert desk.json("clear", "--dry-run")["pictures"] == 6 and desk.state() == before
    code, out, _ = desk("clear", "--yes")
    assert code == 0 and out.startswith("6 pictures") and not desk.files("obj")
    assert not desk.files("rec")


def test_a_store_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for action in ("ls", "stat", "verify", "gc", "clear"):
        code, _, _ = ran(capsys, "cache", action, "--yes", "--store", tmp_path / "none")
        assert code == 0 and not (tmp_path / "none").exists()


def test_a_folder_that_is_no_store_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "obj").mkdir()
    (tmp_path / "obj" / "mine").write_text("x")
    ran(capsys, "cache", "clear", "--yes", "--store", tmp_path)
    assert (tmp_path / "obj" / "mine").exists()


def test_what_other_programs_leave_is_passed_over(desk: Desk) -> None:
    before = desk.json("stat")
    for stray in ("rec/Thumbs.db", "obj/.DS_Store", "runs/desktop.ini", "quarantine/.DS_Store"):
        path = desk.store / stray
        path.parent.mkdir(exist_ok=True)
        path.write_text("stray")
    assert desk.json("stat") == before
    assert desk("verify")[:2] == (0, "13 files read, 0 damaged\n")


@pytest.mark.parametrize("command", ["render", "watch"])
def test_a_size_that_is_none_is_said_before_the_render(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DISCOSCRIPT_STORE_SIZE", "plenty")
    script, store = tmp_path / "beach.disco", tmp_path / "store"
    script.write_text(BEACH)
    once = ("--once", "--no-preview") if command == "watch" else ()
    words = (script, *once, "--renderer", "testcard", "--store", store)
    code, _, err = ran(capsys, command, *words)
    assert code != 0 and "`plenty` is no size" in err
    assert not store.exists() and not (tmp_path / "out").exists()


def test_a_render_makes_room_when_it_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in desk.files("obj"):
        os.utime(path, (1e9, 1e9))
    os.utime(desk.store / "lock" / "collected", (1e9, 1e9))
    monkeypatch.setenv("DISCOSCRIPT_STORE_SIZE", "0")
    desk.script.write_text(BEACH.replace("a beach", "a storm"))
    words = ("--renderer", "testcard", "--store", desk.store, "--quiet")
    assert ran(desk.capsys, "render", desk.script, *words)[0] == 0
    assert len(desk.files("obj")) == 6, "the old ones have gone, the new ones are young"
