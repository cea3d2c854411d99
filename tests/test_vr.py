"""A scene for two eyes, from the script to the files, on test cards."""

import json
import re
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from discoscript.cli import main

SCRIPT = """disco 1

scene:
    duration 0.5s
    fps 12
    mode 3d
    size 64x48
    vr on
    seed 1

prompt "a lighthouse"
camera: translate_z 4
vr: ipd 8
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "cape.disco"
    path.write_text(SCRIPT)
    return path


def rendered(script: Path, *options: str) -> int:
    return main(["render", str(script), "--renderer", "testcard", *options])


def times(folder: Path) -> dict[str, int]:
    """Every file with its time of change."""
    return {
        str(p.relative_to(folder)): p.stat().st_mtime_ns
        for p in folder.rglob("*")
        if p.is_file() and p.name != "output.json"
    }


def changed(folder: Path, before: dict[str, int]) -> set[str]:
    """The kinds of files that were written since: names without numbers."""
    now = times(folder)
    return {re.sub(r"\d{4}", "N", name) for name, when in now.items() if before.get(name) != when}


def picture(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def frames(video: Path) -> list[np.ndarray]:
    with av.open(str(video)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def test_eyes_and_a_video_for_them_lie_beside_the_frames(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rendered(script) == 0
    out, err = capsys.readouterr()
    folder = script.parent / "out" / "cape"
    assert out.splitlines() == [str(folder / "cape_LR.mp4"), str(folder / "cape.mp4")]
    assert "6 frames: 0 kept, 6 to render; left and right eyes: 0 kept, 6 to render" in err
    assert "6 of 6 frames and the eyes of 6 rendered in" in err
    eyes = sorted(p.name for p in (folder / "eyes").iterdir())
    assert eyes == [f"cape_000{i}_{side}.png" for i in range(6) for side in "lr"]
    assert len(list((folder / "frames").iterdir())) == 6


def test_the_video_shows_the_pictures_of_the_eyes(script: Path) -> None:
    assert rendered(script) == 0
    folder = script.parent / "out" / "cape"
    shown = frames(folder / "cape_LR.mp4")
    assert len(shown) == 6 and len(frames(folder / "cape.mp4")) == 6
    for number, frame in enumerate(shown):
        both = [picture(folder / "eyes" / f"cape_{number:04}_{side}.png") for side in "lr"]
        assert [eye.shape for eye in both] == [(48, 64, 3)] * 2 and frame.shape == (48, 128, 3)
        assert np.abs(frame.astype(int) - np.concatenate(both, axis=1)).mean() < 12
        assert not np.array_equal(*both)


def test_an_eye_says_what_made_it(script: Path) -> None:
    assert rendered(script) == 0
    file = script.parent / "out" / "cape" / "eyes" / "cape_0003_l.png"
    texts = Image.open(file).info
    assert texts["disco.frame"] == "3" and json.loads(texts["disco.job"])["camera"]["ipd"] == 8


def test_another_distance_of_the_eyes_leaves_the_frames_alone(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rendered(script) == 0
    folder = script.parent / "out" / "cape"
    before = times(folder)
    script.write_text(SCRIPT.replace("ipd 8", "ipd 12"))
    assert main(["plan", str(script), "--renderer", "testcard"]) == 0
    assert "in all: all 6 kept\nleft and right eyes: 6 to render\n" in capsys.readouterr().out
    assert rendered(script) == 0
    err = capsys.readouterr().err
    assert "6 frames: 6 kept, 0 to render; left and right eyes: 0 kept, 6 to render" in err
    assert "0 of 6 frames and the eyes of 6 rendered in" in err and "6 frames kept" in err
    assert changed(folder, before) == {
        "eyes/cape_N_l.png", "eyes/cape_N_r.png", "cape_LR.mp4",
    }  # fmt: skip


def test_another_layout_renders_nothing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(script) == 0
    folder = script.parent / "out" / "cape"
    before = times(folder)
    script.write_text(SCRIPT + "vr: layout top_bottom\n")
    assert rendered(script) == 0
    assert "0 of 6 frames and the eyes of 0 rendered" in capsys.readouterr().err
    assert changed(folder, before) == {"cape_TB.mp4"}
    assert {frame.shape for frame in frames(folder / "cape_TB.mp4")} == {(96, 64, 3)}


def test_the_same_again_writes_nothing(script: Path) -> None:
    assert rendered(script) == 0
    folder = script.parent / "out" / "cape"
    before = times(folder)
    assert rendered(script) == 0
    assert changed(folder, before) == set()


def test_without_vr_the_eyes_of_an_earlier_render_are_removed(script: Path) -> None:
    assert rendered(script) == 0
    folder = script.parent / "out" / "cape"
    (folder / "eyes" / "notes.txt").write_text("mine")
    script.write_text(SCRIPT.replace("vr on", "vr off"))
    before = times(folder)
    assert rendered(script) == 0
    assert [p.name for p in (folder / "eyes").iterdir()] == ["notes.txt"]
    assert changed(folder, before) == set(), "the frames are the same ones"


def test_a_stretch_of_frames_has_the_eyes_of_the_whole(script: Path, tmp_path: Path) -> None:
    script.write_text(SCRIPT.replace("translate_z 4", "translate_z 4\nframe 3: cut"))
    assert rendered(script, "-o", str(tmp_path / "whole")) == 0
    assert rendered(script, "-o", str(tmp_path / "part"), "--frames", "4..6") == 0
    part = sorted((tmp_path / "part" / "eyes").iterdir())
    assert [p.name for p in part] == [f"cape_000{i}_{side}.png" for i in (3, 4, 5) for side in "lr"]
    for path in part:
        assert path.read_bytes() == (tmp_path / "whole" / "eyes" / path.name).read_bytes()
    assert not list((tmp_path / "part").glob("*.mp4"))


def test_turbo_has_eyes_on_the_frames_between(script: Path) -> None:
    script.write_text(SCRIPT + "turbo:\n    steps 3\n    preroll 1\n")
    assert rendered(script) == 0
    assert len(list((script.parent / "out" / "cape" / "eyes").iterdir())) == 12


def test_the_plan_for_other_programs(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(script), "--renderer", "testcard", "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["eyes"] == {"kept": 0, "to_render": 6} == page["render"]
    script.write_text(SCRIPT.replace("vr on", "vr off"))
    assert main(["plan", str(script), "--renderer", "testcard", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["eyes"] is None


def test_an_output_folder_with_a_link_for_eyes_is_refused(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder = script.parent / "out" / "cape"
    folder.mkdir(parents=True)
    (folder / "eyes").symlink_to(tmp_path / "elsewhere")
    assert rendered(script) != 0
    assert "is a link; it may lead out of the output folder" in capsys.readouterr().err
    assert not list((tmp_path / "elsewhere").iterdir())


def test_each_eye_is_written_larger_by_itself(script: Path) -> None:
    """No eye shows at the edge of the other, and the video holds what the pictures show."""
    folder = script.parent / "out" / "cape"
    assert rendered(script) == 0
    left = picture(folder / "eyes" / "cape_0000_l.png")
    script.write_text(SCRIPT + "output: upscale 2\n")
    assert rendered(script) == 0
    larger = picture(folder / "eyes" / "cape_0000_l.png")
    alone = Image.fromarray(left).resize((128, 96), Image.Resampling.LANCZOS)
    assert larger.shape == (96, 128, 3)
    assert np.abs(larger[:, -1].astype(int) - np.asarray(alone)[:, -1]).max() <= 1
    assert frames(folder / "cape_LR.mp4")[0].shape == (96, 256, 3)
