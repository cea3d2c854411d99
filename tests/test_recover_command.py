"""A picture and a video give their script back, byte for byte, and say what became of them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, discoscript, environment, ran
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from discoscript.media.decode import ffmpeg_binary
from discoscript.video.provenance import packed, unpacked

CARDS = ("--renderer", "testcard")

#: Signs that other programs might change on the way: Windows line ends, tabs, quotes, an emoji.
STRANGE = (
    'disco 1\r\n# caf\u00e9; \\ = # "quotes" \U0001f3a8\r\n'
    'import "lib/pace.disco"\r\nscene:\r\n    frames 4\r\n    size 64x64\r\n'
    'prompt "a \\"beach\\", 5% {{x}}"\r\ncamera: zoom pace.slow\r\n'
)


@pytest.fixture
def film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A folder in which a strange script was rendered with test cards."""
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    folder = tmp_path / "film"
    (folder / "lib").mkdir(parents=True)
    (folder / "beach.disco").write_bytes(STRANGE.encode())
    (folder / "lib" / "pace.disco").write_text("disco 1\nlet slow = 1.02\n")
    assert ran(capsys, "render", folder / "beach.disco", *CARDS)[0] == 0
    return folder


def frame(film: Path, number: int = 2) -> Path:
    return film / "out" / "beach" / "frames" / f"beach_{number:04}.png"


def video(film: Path) -> Path:
    return film / "out" / "beach" / "beach.mp4"


@pytest.mark.parametrize("made", [frame, video])
def test_the_script_byte_for_byte(film: Path, made: object) -> None:
    path = frame(film) if made is frame else video(film)
    done = subprocess.run(
        [sys.executable, "-m", "discoscript", "recover", str(path)],
        cwd=ROOT, env=environment(), capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == STRANGE.encode()


def test_what_is_known_of_a_frame(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "recover", frame(film))
    assert code == 0
    assert "frame 2 of beach.disco" in err
    assert "unchanged since it was rendered" in err
    assert "rendered by testcard 1 on any machine" in err
    assert "it renders to these very bytes here" in err


def test_the_script_has_changed_since(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the picture holds counts, not what lies in the folder today."""
    (film / "beach.disco").write_text("disco 1\n")
    (film / "lib" / "pace.disco").write_text("disco 1\nlet slow = 1.5\n")
    assert "it renders to these very bytes here" in ran(capsys, "recover", frame(film))[2]


MOVED = """disco 1
scene:
    frames 3
    size 64x64
let w = 1
prompt "a"
camera: zoom 1 + w / 10
study "Pace": scene.seed in [1, 2]
"""


def test_values_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `--set` and a study said is part of what made the picture."""
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    script = tmp_path / "t.disco"
    script.write_text(MOVED.rsplit("study", 1)[0])
    assert ran(capsys, "render", script, *CARDS, "--set", "w=1.5")[0] == 0
    made = tmp_path / "out" / "t"
    code, out, err = ran(capsys, "recover", made / "frames" / "t_0002.png")
    assert code == 0 and out == script.read_text()
    assert "it renders to these very bytes here" in err
    assert "to render it again: discoscript render t.disco --set w=1.5 --renderer testcard" in err
    assert "--set w=1.5" in ran(capsys, "recover", made / "t.mp4")[2]
    assert ran(capsys, "render", script, *CARDS, "--set", "w=1.5", "--hide-prompts")[0] == 0
    assert "w=1.5" not in ran(capsys, "recover", made / "t.mp4")[2]
    script.write_text(MOVED)
    assert ran(capsys, "render", script, *CARDS, "--set", "w=2")[0] == 0
    variants = sorted((made / "Pace").rglob("*_0002.png"))
    assert len(variants) == 2
    for number, path in enumerate(variants, 1):
        err = ran(capsys, "recover", path)[2]
        assert f"of the study Pace: scene.seed {number}" in err
        assert "these very bytes" in err and "--set w=2" in err


def test_with_what_it_imports(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(film / "lib")
    assert ran(capsys, "recover", frame(film), "-o", tmp_path / "old")[0] == 0
    assert (tmp_path / "old" / "beach.disco").read_bytes() == STRANGE.encode()
    assert (tmp_path / "old" / "lib" / "pace.disco").read_text() == "disco 1\nlet slow = 1.02\n"
    code, _, err = ran(capsys, "recover", frame(film), "-o", tmp_path / "old")
    assert code == 2 and "is there already" in err


def test_an_asset_that_is_missing_or_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    script = tmp_path / "a.disco"
    script.write_text('disco 1\nscene: size 64x64\ninit: image "ball.png"\nprompt "a"\n')
    Image.new("RGB", (64, 64), "red").save(tmp_path / "ball.png")
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    made = tmp_path / "out" / "a" / "frames" / "a_0000.png"
    assert "these very bytes" in ran(capsys, "recover", made)[2]
    Image.new("RGB", (64, 64), "blue").save(tmp_path / "ball.png")
    assert "asks for another picture" in ran(capsys, "recover", made)[2]
    elsewhere = shutil.copy(made, tmp_path / "store" / "a.png")
    err = ran(capsys, "recover", elsewhere, "--beside", tmp_path / "store")[2]
    assert "what the script names is not in" in err


def resaved(path: Path, texts: bool, edit: bool, mode: str = "RGB") -> Path:
    """A picture as another program saves it."""
    with Image.open(path) as opened:
        image = opened.convert(mode)
        image.info = dict(opened.info)
        if edit:
            image.putpixel((3, 3), (1, 2, 3))
        kept = PngInfo()
        for name, text in image.info.items() if texts else ():
            kept.add_itxt(name, text)
        image.save(path, pnginfo=kept)
    return path


def test_what_other_programs_do(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = resaved(frame(film, 0), texts=True, edit=False)
    assert (
        "saved again by another program; the picture is the same"
        in ran(capsys, "recover", saved)[2]
    )
    edited = resaved(frame(film, 1), texts=True, edit=True)
    assert "edited since it was rendered" in ran(capsys, "recover", edited)[2]
    stripped = resaved(frame(film, 2), texts=False, edit=False)
    code, out, err = ran(capsys, "recover", stripped)
    assert (code, out) == (2, "") and "does not say what made it" in err
    bare = film / "bare.mp4"
    subprocess.run(
        [ffmpeg_binary(), "-loglevel", "error", "-i", str(video(film)), "-map_metadata", "-1",
         "-c", "copy", str(bare)], check=True,
    )  # fmt: skip
    assert ran(capsys, "recover", bare)[0] == 2


@pytest.mark.parametrize(
    ("mode", "said"), [("RGBA", "the picture is the same"), ("P", "edited"), ("L", "edited")]
)
def test_a_copy_in_another_form(
    mode: str, said: str, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it was made of can be read, whatever became of the pixels."""
    copy = resaved(frame(film, 0), texts=True, edit=False, mode=mode)
    code, out, err = ran(capsys, "recover", copy)
    assert code == 0 and said in err and out.startswith("disco 1")


def test_a_copy_without_its_pixels(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = frame(film, 0)
    path.write_bytes(path.read_bytes()[:-2000])
    code, out, err = ran(capsys, "recover", path)
    assert code == 0 and "edited" in err and out.startswith("disco 1")


def test_frames_that_say_less(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = film / "beach.disco"
    assert ran(capsys, "render", script, *CARDS, "--hide-prompts")[0] == 0
    for path in (frame(film), video(film)):
        assert b"beach\\" not in path.read_bytes()
        code, out, err = ran(capsys, "recover", path)
        assert (code, out) == (2, "") and "does not hold its script" in err
        assert "rendered by testcard 1" in err
    job = json.loads(ran(capsys, "recover", frame(film), "--json")[1])["job"]
    assert [prompt["text"] for prompt in job["prompts"]] == [""]
    assert ran(capsys, "render", script, *CARDS, "--no-metadata")[0] == 0
    for path in (frame(film), video(film)):
        code, _, err = ran(capsys, "recover", path)
        assert code == 2 and "does not say what made it" in err
    assert ran(capsys, "render", script, *CARDS)[0] == 0
    assert ran(capsys, "recover", frame(film))[0] == 0


@pytest.mark.parametrize("codec", ["h265", "vp9", "prores"])
def test_every_kind_of_video(
    codec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "a.disco"
    text = f'disco 1\nscene:\n    size 64x64\n    frames 2\noutput: codec {codec}\nprompt "a"\n'
    script.write_text(text)
    assert ran(capsys, "render", script, *CARDS, "--store", tmp_path / "store")[0] == 0
    (made,) = (tmp_path / "out" / "a").glob("a.*")
    assert ran(capsys, "recover", made)[1] == text


def test_a_gif_has_no_room_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "a.disco"
    script.write_text(
        'disco 1\nscene:\n    size 64x64\n    frames 2\noutput: codec gif\nprompt "a"\n'
    )
    assert ran(capsys, "render", script, *CARDS, "--store", tmp_path / "store")[0] == 0
    code, _, err = ran(capsys, "recover", tmp_path / "out" / "a" / "a.gif")
    assert code == 2 and "says what made it" in err


HOSTILE = {
    "a name that leads out": {"disco.name": "../../evil.disco", "disco.script": "x"},
    "a library that leads out": {
        "disco.name": "a.disco", "disco.script": "x", "disco.libraries": '{"../b.disco": "x"}',
    },
    "a hook": {
        "disco.name": "a.disco", "disco.script": "x", "disco.libraries": '{".git/hooks/a": "x"}',
    },
    "no values": {"disco.name": "a.disco", "disco.script": 'disco 1\nprompt "a"\n',
                  "disco.frame": "0", "disco.job": '{"seed": 1}',
                  "disco.set": '{"let": {"x": [1], "\x1b": "("}, "study": 3}'},
    "no JSON": {"disco.name": "a.disco", "disco.script": "x", "disco.job": "{" * 9999,
                "disco.libraries": "[1]", "disco.identity": "7", "disco.frame": "9" * 5000},
    "a script with errors": {"disco.name": "a.disco", "disco.script": "\x1b]0;x\x07 zoo",
                             "disco.frame": "0", "disco.job": '{"seed": "x"}'},
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_stranger_s_picture(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in" / "a.png"
    path.parent.mkdir()
    texts = PngInfo()
    for name, text in {"Software": "DiscoScript 9", **HOSTILE[case]}.items():
        texts.add_itxt(name, text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=texts)
    code, _, err = ran(capsys, "recover", path, "-o", tmp_path / "in" / "old")
    assert code in (0, 2) and "\x1b" not in err
    outside = {p.name for p in tmp_path.iterdir()}
    assert outside == {"in"}


def test_comments_of_videos_and_back() -> None:
    texts = {"a": "b\nc\u00e9", "d": "=#;\\"}
    assert unpacked(packed(texts)) == texts
    for other in ("", "made with love", "discoscript:1:", "discoscript:1:!!!", packed(texts)[:-9]):
        assert unpacked(other) == {}


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    (tmp_path / "b.mp4").write_bytes(b"rubbish")
    for name in ("a.png", "b.mp4", "none.png"):
        done = discoscript("recover", tmp_path / name)
        assert done.returncode == 2 and "error: " in done.stderr
        assert "Traceback" not in done.stderr
