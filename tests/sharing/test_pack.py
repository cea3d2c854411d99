"""`pack`, `unpack`, `verify` as two people use them."""

import hashlib
import shutil
from pathlib import Path

import pytest
from commands import ROOT, ran

CARDS = ("--renderer", "testcard")
#: Examples that import a library, show a picture, read a video, and none of it.
EXAMPLES = ("storm", "postcard", "regatta", "lighthouse")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    folder = tmp_path / "examples"
    shutil.copytree(ROOT / "examples", folder, ignore=shutil.ignore_patterns("out", "*.lock"))
    return folder


def digests(folder: Path) -> list[str]:
    """The pictures in a folder of frames, in order, each by its pixels' digest."""
    frames = sorted((folder / "frames").glob("*.png"))
    assert frames
    return [hashlib.sha256(frame.read_bytes()).hexdigest() for frame in frames]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_other_one_gets_the_same_frames(
    name: str, examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, pack = examples / f"{name}.disco", tmp_path / "film.discopack"
    stretch = ("--frames", "0..6") if name != "postcard" else ()
    assert ran(capsys, "pack", script, "-o", pack)[0] == 0
    first = ran(capsys, "render", script, *CARDS, *stretch, "--store", tmp_path / "s", "-o",
                tmp_path / "one")  # fmt: skip
    assert first[0] == 0
    assert ran(capsys, "unpack", pack, tmp_path / "film")[0] == 0
    copy = tmp_path / "film" / script.name
    second = ran(capsys, "render", copy, *CARDS, *stretch, "--store", tmp_path / "t", "-o",
                 tmp_path / "two")  # fmt: skip
    assert second[0] == 0
    one, two = (sorted(p.rglob("*.png")) for p in (tmp_path / "one", tmp_path / "two"))
    assert [p.name for p in one] == [p.name for p in two] and one
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


@pytest.mark.parametrize("name", EXAMPLES)
def test_packing_twice_gives_equal_bytes(
    name: str, examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(examples, elsewhere)
    packs = []
    for folder in (examples, elsewhere):
        (folder / f"{name}.disco").touch()
        assert ran(capsys, "pack", folder / f"{name}.disco")[0] == 0
        packs.append((folder / f"{name}.discopack").read_bytes())
    assert packs[0] == packs[1]


def test_a_drawn_seed_goes_along(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ran(capsys, "pack", examples / "hello.disco")[1]
    assert "hello.disco.lock" in out
    assert ran(capsys, "unpack", examples / "hello.discopack", tmp_path / "film")[0] == 0
    locks = [folder / "hello.disco.lock" for folder in (examples, tmp_path / "film")]
    assert locks[0].read_bytes() == locks[1].read_bytes()


def test_frames_and_video_to_look_at(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = examples / "hello.disco"
    code, _, err = ran(capsys, "pack", script, "--video")
    assert code == 2 and "there is no video in" in err and "render first" in err
    assert "there are no frames in" in ran(capsys, "pack", script, "--frames")[2]
    assert ran(capsys, "render", script, *CARDS, "--store", tmp_path / "s")[0] == 0
    assert ran(capsys, "pack", script, "--video", "--frames")[0] == 0
    assert ran(capsys, "unpack", examples / "hello.discopack", tmp_path / "film")[0] == 0
    preview = tmp_path / "film" / "preview"
    assert (preview / "hello.mp4").stat().st_size > 1000 and digests(preview)


def test_models_are_not_in_a_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "a.disco"
    script.write_text('disco 1\nscene: model_file "mine.safetensors"\nprompt "a"\n')
    (tmp_path / "mine.safetensors").write_bytes(b"weights")
    code, out, _ = ran(capsys, "pack", script)
    assert code == 0 and "not in the pack: mine.safetensors; send it beside the pack" in out
    assert "2 files" in out, "the script and its lock file"


def test_a_damaged_pack_is_found(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = examples / "storm.discopack"
    assert ran(capsys, "pack", examples / "storm.disco")[0] == 0
    assert ran(capsys, "verify", pack)[1].endswith("2 files, all as they were packed\n")
    data = bytearray(pack.read_bytes())
    data[data.index(b"shot")] ^= 1
    pack.write_bytes(data)
    other = shutil.copy(examples / "lighthouse.disco", examples / "other.discopack")
    assert ran(capsys, "pack", examples / "lighthouse.disco")[0] == 0
    code, out, _ = ran(capsys, "verify", pack, other, examples / "lighthouse.discopack")
    damaged, none, whole = out.splitlines()
    assert code == 2 and "no pack that can be opened" in damaged and "it is no zip file" in none
    assert whole.endswith("all as they were packed"), "the others are looked at all the same"


def test_nothing_is_overwritten(
    examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(capsys, "pack", examples / "storm.disco")[0] == 0
    (tmp_path / "film").mkdir()
    code, _, err = ran(capsys, "unpack", examples / "storm.discopack", tmp_path / "film")
    assert code == 2 and "is there already" in err


def test_a_script_with_mistakes_is_not_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.disco").write_text("disco 1\nzoo 1\n")
    assert ran(capsys, "pack", tmp_path / "a.disco")[0] == 1
    assert not (tmp_path / "a.discopack").exists()


def test_a_name_that_nobody_could_unpack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "con.disco").write_text('disco 1\nprompt "a"\n')
    code, _, err = ran(capsys, "pack", tmp_path / "con.disco")
    assert code == 2 and "is the name of a device" in err
