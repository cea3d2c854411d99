"""The command line: what it prints and returns; no mistake of a user is a traceback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import ROOT, discoscript, environment, ran

from discoscript.cli import COMMANDS, EXIT_CODES
from discoscript.errors import Exit
from discoscript.frames.testcard import TestCards
from discoscript_engine.identity import Identity

BEACH = """disco 1

scene "Beach":
    frames 6
    fps 12
    seed 7
    size 64x64

frame 0: prompt "a beach at dawn"

camera: zoom 1.02
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beach.disco").write_text(BEACH)
    return tmp_path


def cards(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """Render `beach.disco` on test cards."""
    return ran(capsys, "render", "beach.disco", "--renderer", "testcard", *more)


def rendered(err: str) -> int:
    """How many frames the summary says were rendered."""
    found = re.search(r"^(\d+) of \d+ frames? rendered", err, re.M)
    assert found, err
    return int(found[1])


# ───────────── commands and options ─────────────


def test_every_command_is_a_file_and_every_file_a_command() -> None:
    names = {p.stem for p in (ROOT / "discoscript" / "commands").glob("[a-z]*.py")}
    assert names == {c.name for c in COMMANDS}


@pytest.mark.parametrize("name", [c.name for c in COMMANDS])
def test_help_has_examples_and_exit_codes(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = ran(capsys, name, "--help")
    assert code == Exit.OK
    assert f"examples:\n  discoscript {name}" in out and EXIT_CODES in out


def test_the_exit_codes_are_those_of_the_help() -> None:
    assert {int(n) for n in re.findall(r"^  (\d+) ", EXIT_CODES, re.M)} == set(Exit)


@pytest.mark.parametrize("words", [("--help",), ()])
def test_help_lists_the_commands(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, out, _ = ran(capsys, *words)
    assert code == Exit.OK and all(f"{c.name} " in out and c.summary in out for c in COMMANDS)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('scene: model "256x256_diffusion_uncond"', "256x256_diffusion_uncond (diffusion)"),
        ("scene: clip [ViTB32]", "ViTB32 (clip)"),
        ("scene: secondary on", "secondary (secondary)"),
        ("depth: model dpt_hybrid_nyu", "depth model `dpt_hybrid_nyu` is never loaded"),
    ],
)
def test_a_model_that_cannot_be_used_is_named_before_anything_is_rendered(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    words: str,
) -> None:
    monkeypatch.setenv("DISCOSCRIPT_MODELS", str(folder / "models"))
    script = f'disco 1\n{line}\nprompt "a lighthouse"\ncamera: translate_z 1 @ 0..9\n'
    (folder / "full.disco").write_text(script)
    code, out, err = ran(capsys, "render", "full.disco")
    assert code == Exit.RENDER and words in err and "--draft" in err and out == ""
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chek", "beach.disco"), "did you mean `check`?"),
        (("render", "beach.disco", "--frmes", "1..2"), "did you mean `--frames`?"),
        (
            ("models", "fetch", "tiny", "--from"),
            "models fetch` does not take `--from`",
        ),
        (("why", "beach.disco", "two"), "`two` is no whole number"),
        (("pack", "beach.disco", "-o", "beach.zip"), "NAME.discopack"),
        (("diff", "beach.disco", "--curves", "a.jpg"), "pictures are drawn as .png"),
        (("report", "beech.disco"), "did you mean beach.disco?"),
        (("beach.disco",), "discoscript render beach.disco"),
        (("frobnicate",), "there is no command `frobnicate`"),
        (("render",), "FILE"),
        (("render", "beach.disco", "--renderer", "gpu"), "`gpu` is none of engine, testcard"),
        (("render", "beach.disco", "--set", "speed"), "NAME=VALUE"),
        (("render", "beach.disco", "--frames", "5..5"), "no range of frames"),
        (
            ("render", "beach.disco", "--renderer", "testcard", "--frames", "9..12"),
            "frame 9 does not exist: there are 6",
        ),
        (("check", "missing.disco"), "there is no file missing.disco"),
        (("check", "beech.disco"), "did you mean beach.disco?"),
        (("render", "missing/beach.disco"), "there is no file missing/beach.disco"),
        (("plan", "."), "is a folder, not a script"),
        (("check", "latin.disco"), "not UTF-8 text: byte 0xe9 in line 2"),
        (("check", "large.disco"), "more than 1 MiB"),
        (("check", "zero\0.disco"), "cannot read"),
    ],
)
def test_wrong_usage_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    (folder / "latin.disco").write_bytes(b'# caf\xc3\xa9\nprompt "caf\xe9"\n')
    (folder / "large.disco").write_bytes(b"#" * (2**20 + 1))
    code, out, err = ran(capsys, *arguments)
    assert code == Exit.USAGE and words in err and out == ""


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "beach.disco").chmod(0)
    code, _, err = ran(capsys, "check", "beach.disco")
    assert code == Exit.USAGE and "permission denied" in err


# ───────────── check ─────────────


def test_a_sound_script_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, "check", "beach.disco")
    assert (code, out, err) == (Exit.OK, "beach.disco: no errors\n", "")


def test_an_error_is_shown_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "beach.disco").write_text(BEACH.replace("zoom 1.02", "zooom 1.02"))
    for command in ("check", "plan", "render"):
        code, out, err = ran(capsys, command, "beach.disco")
        assert code == Exit.SCRIPT and "beach.disco:11:9" in err and "^^^^^" in err
        assert "\x1b" not in err and out == ""
    assert not (folder / "out").exists()


def test_one_bad_file_of_several_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.disco").write_text("disco 1\nfoo\n")
    code, out, err = ran(capsys, "check", "bad.disco", "beach.disco")
    assert code == Exit.SCRIPT and "beach.disco: no errors" in out and "bad.disco" in err


# ───────────── plan ─────────────


def test_the_plan_is_a_shot_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "plan", "beach.disco", "--renderer", "testcard")
    assert code == Exit.OK
    assert "Beach: 6 frames, 0.5 s at 12 fps, 64x64, 2d, seed 7" in out
    assert 'prompt "a beach at dawn" 1' in out and "camera.zoom 1.02" in out
    assert "in all: 6 to render" in out
    assert not (folder / "store").exists() and not (folder / "out").exists()


def test_the_plan_knows_what_was_rendered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards(capsys)
    _, out, _ = ran(capsys, "plan", "beach.disco", "--renderer", "testcard")
    assert "in all: all 6 kept" in out


def test_control_characters_of_a_script_do_not_reach_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "beach.disco").write_text(BEACH.replace("dawn", "da\x1b[2Jwn"))
    for command in ("check", "plan"):
        _, out, err = ran(capsys, command, "beach.disco")
        assert "\x1b" not in out + err


# ───────────── render ─────────────


def test_a_render_ends_with_the_path_of_the_video(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = cards(capsys)
    video = Path("out/beach/beach.mp4")
    assert code == Exit.OK and out == f"{video}\n" and video.stat().st_size > 0
    assert rendered(err) == 6 and "any machine (testcard 1)" in err
    assert sorted(p.name for p in Path("out/beach/frames").iterdir()) == [
        f"beach_{i:04}.png" for i in range(6)
    ]


def test_rendering_again_renders_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards(capsys)
    code, _, err = cards(capsys)
    assert code == Exit.OK and rendered(err) == 0


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("disco 1\n", "disco 1\n# a comment\n", 0),
        ("    frames 6", "    frames   6   # six", 0),
        ("camera: zoom 1.02", "camera:\n    zoom 1.02", 0),
        ("camera: zoom 1.02", "camera.zoom 1.02", 0),
        ('"Beach"', '"The beach"', 0),
        ("fps 12", "fps 24", 0),
        ("seed 7", "seed 8", 6),
        ("zoom 1.02", "zoom 1.03", 5),
        ("frames 6", "frames 8", 2),
        ('frame 0: prompt "a beach at dawn"',
         'frame 0: prompt "a beach at dawn"\nframe 4: prompt "a storm"', 2),
        ("frame 0: prompt", 'let w = "dawn"\nframe 0: prompt', 0),
    ],
)  # fmt: skip
def test_an_edit_renders_only_what_it_changes(
    folder: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, count: int
) -> None:
    cards(capsys)
    assert old in BEACH
    (folder / "beach.disco").write_text(BEACH.replace(old, new))
    code, _, err = cards(capsys)
    assert code == Exit.OK and rendered(err) == count


def test_a_draft_has_frames_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards(capsys)
    before = Path("out/beach/beach.mp4").read_bytes()
    _, out, err = cards(capsys, "--draft")
    assert rendered(err) == 6 and out == f"{Path('out/beach-draft/beach-draft.mp4')}\n"
    assert Path("out/beach/beach.mp4").read_bytes() == before
    _, _, err = cards(capsys)
    assert rendered(err) == 0


def test_a_let_can_be_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = BEACH.replace("camera: zoom 1.02", "let z = 1.02\ncamera: zoom z")
    (folder / "beach.disco").write_text(text)
    cards(capsys)
    _, _, err = cards(capsys, "--set", "z=1.02")
    assert rendered(err) == 0
    _, _, err = cards(capsys, "--set", "z=1.05")
    assert rendered(err) == 5


def test_a_random_seed_is_drawn_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "beach.disco").write_text(BEACH.replace("seed 7", "seed random"))
    _, first, _ = ran(capsys, "plan", "beach.disco", "--renderer", "testcard")
    _, second, _ = ran(capsys, "plan", "beach.disco", "--renderer", "testcard")
    assert first == second and (folder / "beach.disco.lock").exists()
    cards(capsys)
    _, _, err = cards(capsys)
    assert rendered(err) == 0


def test_a_part_of_the_frames_can_be_rendered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it starts from is rendered too, and the whole render then goes on from there."""
    (folder / "beach.disco").write_text(BEACH + "frame 3: cut\n")
    code, out, err = cards(capsys, "--frames", "4..5")
    assert code == Exit.OK and rendered(err) == 2 and out == f"{Path('out/beach/frames')}\n"
    names = [p.name for p in sorted(Path("out/beach/frames").iterdir())]
    assert names == ["beach_0003.png", "beach_0004.png"]
    assert rendered(cards(capsys)[2]) == 4
    before = sorted(Path("out/beach").rglob("*"))
    assert rendered(cards(capsys, "--frames", "0..2")[2]) == 0
    assert sorted(Path("out/beach").rglob("*")) == before


def test_quiet_prints_only_the_result(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = cards(capsys, "--quiet")
    assert out == f"{Path('out/beach/beach.mp4')}\n" and err == ""


def test_a_still_ends_with_the_path_of_its_picture(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "still.disco").write_text('disco 1\nscene: size 64x64\nprompt "a sea"\n')
    code, out, _ = ran(capsys, "render", "still.disco", "--renderer", "testcard")
    assert code == Exit.OK and out == f"{Path('out/still/frames/still_0000.png')}\n"
    assert Path(out.strip()).exists()


def test_damage_in_the_store_is_told_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards(capsys)
    path = next(p for p in (folder / "store" / "rec").rglob("*") if p.is_file())
    path.chmod(0o644)
    path.write_text("{}")
    (folder / "out" / "beach" / "frames" / "beach_0000.png").unlink()
    _, _, err = cards(capsys)
    assert rendered(err) == 1 and "1 damaged file moved to quarantine" in err
    assert rendered(cards(capsys)[2]) == 0


def test_store_and_output_may_lie_elsewhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards(capsys, "--store", "mine", "-o", "there")
    assert (folder / "mine" / "VERSION").exists() and (folder / "there" / "beach.mp4").exists()
    assert sorted(os.listdir(folder)) == ["beach.disco", "mine", "there"]


@pytest.mark.skipif(os.name == "nt", reason="symbolic links")
def test_links_in_a_project_do_not_lead_the_render_out_of_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, elsewhere = folder / "project", folder / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    (project / "beach.disco").write_text(BEACH)
    (project / "out").symlink_to(elsewhere)
    arguments = ["render", "project/beach.disco", "--renderer", "testcard"]
    code, _, err = ran(capsys, *arguments)
    assert code == Exit.USAGE and "leads out of the project" in err
    assert not list(elsewhere.iterdir())
    (project / "out").unlink()
    (project / "out" / "beach").mkdir(parents=True)
    (project / "out" / "beach" / "frames").symlink_to(elsewhere)
    code, _, err = ran(capsys, *arguments)
    assert code == Exit.DISK and "is a link" in err and not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--store", "beach.disco"], "cannot read the frame store beach.disco"),
        (["--store", "."], "is not a frame store and not empty"),
        (["-o", "beach.disco"], "cannot write the output folder beach.disco"),
    ],
)
def test_trouble_with_the_disk_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    code, out, err = cards(capsys, *arguments)
    assert code == Exit.DISK and words in err and out == ""


def test_without_the_engine_the_message_says_how_to_install_it(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Identity("engine 1", "cpu", ())
    monkeypatch.setattr("discoscript_engine.identity.identity", lambda models: known)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "discoscript_engine.engine", raising=False)
    code, out, err = ran(capsys, "render", "beach.disco")
    assert code == Exit.RENDER and out == ""
    assert "the engine is not installed" in err and 'pip install "discoscript[engine]"' in err


def test_a_start_picture_is_known_by_its_content(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), (200, 30, 60)).save("start.png")
    (folder / "beach.disco").write_text(BEACH + 'init: image "start.png"\n')
    cards(capsys)
    os.utime("start.png", (1, 1))
    assert rendered(cards(capsys)[2]) == 0
    Image.new("RGB", (64, 64), (200, 30, 61)).save("start.png")
    assert rendered(cards(capsys)[2]) == 6


def test_a_picture_prompt_is_known_by_its_content(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # the table is cut to the terminal
    from PIL import Image

    Image.new("RGB", (64, 64), (200, 30, 60)).save("wave.png")
    (folder / "beach.disco").write_text(BEACH + 'prompt image "wave.png" 0.4 @ 0..2\n')
    assert rendered(cards(capsys)[2]) == 6
    assert rendered(cards(capsys)[2]) == 0
    Image.new("RGB", (64, 64), (200, 30, 61)).save("wave.png")
    assert rendered(cards(capsys)[2]) == 6  # the first two, and those that follow them
    _, out, _ = ran(capsys, "show", "plan", "beach.disco", "--renderer", "testcard")
    assert re.search(r"0\.4 picture [0-9a-f]{4}", out)


def test_a_broken_picture_is_found_before_anything_is_rendered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    Image.effect_noise((200, 200), 90).save("wave.png")
    (folder / "wave.png").write_bytes((folder / "wave.png").read_bytes()[:9000])
    (folder / "beach.disco").write_text(BEACH + 'prompt image "wave.png" 0.4\n')
    code, out, err = cards(capsys)
    assert code == Exit.USAGE and out == "" and not (folder / "out").exists()
    assert "cannot use wave.png: it is broken" in err and "save it again" in err


# ───────────── interruption ─────────────

#: The same render with a delay in every step, so that a signal hits it in the middle.
SLOW = """
import sys
from discoscript.cli import main
from discoscript.frames import testcard
testcard.TestCards.__init__.__defaults__ = (0.02,)
sys.exit(main(["render", "beach.disco", "--renderer", "testcard"]))
"""


def slow(folder: Path) -> subprocess.Popen[str]:
    """Start the render and wait for its first frame."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=folder,
        env=environment(DISCOSCRIPT_STORE=str(folder / "store")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a job in the background of a shell ignores Ctrl-C, and so do the processes that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("frame 0"):
            return process
    raise AssertionError("the render ended early")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_keeps_what_is_finished(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = slow(folder)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED and out == ""
    assert "interrupted" in err and "Traceback" not in err
    assert 0 < rendered(cards(capsys)[2]) < 6


def test_with_json_an_interruption_is_an_object(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(TestCards, "render", stopped)
    code, out, _ = cards(capsys, "--json")
    error = json.loads(out)["error"]
    assert code == error["exit"] == Exit.INTERRUPTED
    assert "interrupted; finished frames are kept" in error["message"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_kill_keeps_what_is_finished(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = slow(folder)
    time.sleep(0.05)
    process.kill()
    process.communicate(timeout=60)
    assert 0 < rendered(cards(capsys)[2]) < 6


# ───────────── models, colours, pipes ─────────────


def test_models_lists_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    from discoscript_engine.model_table import MODELS

    code, out, _ = ran(capsys, "models")
    assert code == Exit.OK
    assert all(any(m.name in line and m.role in line for line in out.splitlines()) for m in MODELS)
    _, clip, _ = ran(capsys, "models", "--role", "clip")
    assert "ViTB32" in clip and "dpt_large" not in clip


def test_a_closed_pipe_is_no_error() -> None:
    process = subprocess.Popen(
        f"{sys.executable} -m discoscript models | head -n 1",
        shell=True,
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, err = process.communicate(timeout=60)
    assert out.startswith("ROLE") and err == ""


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours_only_on_a_terminal_and_never_with_no_color(folder: Path, no_color: str) -> None:
    import pty

    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "discoscript", "check", "missing.disco"],
        env=environment(NO_COLOR=no_color, TERM="xterm"),
        stderr=theirs,
        cwd=folder,
        timeout=60,
    )
    os.close(theirs)
    text = os.read(ours, 4096).decode()
    os.close(ours)
    assert "there is no file" in text and ("\x1b[" in text) == (no_color == "")


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
def test_on_a_terminal_progress_is_live(folder: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "discoscript", "render", "beach.disco", "--renderer", "testcard"],
        env=environment(DISCOSCRIPT_STORE=str(folder / "store"), TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=folder,
        timeout=60,
    )
    os.close(theirs)
    text = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0 and "6 of 6 frames rendered" in text and "frames" in text


def test_the_module_runs() -> None:
    assert discoscript("--version").stdout.startswith("discoscript 0.")


def test_a_precision_that_there_is_none_of_is_named(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("DISCOSCRIPT_PRECISION", "fp8")
    (tmp_path / "a.disco").write_text('disco 1\n\nprompt "a beach"\n')
    code, out, err = ran(capsys, "render", tmp_path / "a.disco", "--store", tmp_path / "store")
    assert (code, out) == (2, "")
    assert "DISCOSCRIPT_PRECISION is `fp8`; it can be fp32, fp16, bf16" in err
