"""`discoscript diff` as a user gives it, with a real git."""

import json
import subprocess
from pathlib import Path

import pytest
from commands import ROOT, ran
from PIL import Image

BEACH = """disco 1

scene:
    frames 24
    fps 12
    seed 3

prompt "a beach"
camera: zoom 1.02

# calm at first
frame 12:
    cut
    prompt "a storm"
"""


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a script in a folder, committed once; the commands run in its top."""
    folder = tmp_path / "film"
    (folder / "scenes" / "lib").mkdir(parents=True)
    (folder / "scenes" / "beach.disco").write_text(BEACH)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    return folder


def edit(project: Path, *changes: tuple[str, str]) -> Path:
    script = project / "scenes" / "beach.disco"
    text = script.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    script.write_text(text)
    return script


def test_against_the_last_commit(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, ('"a storm"', '"a storm at night"'), ("# calm at first", "# calm"))
    code, out, _ = ran(capsys, "diff", "scenes/beach.disco")
    assert code == 0
    assert out == (
        "HEAD:scenes/beach.disco -> scenes/beach.disco\n"
        "\n"
        "── prompts ─────────────────────────────────────────────────\n"
        '+ "a storm at night" on 12..24, weight 1 (line 14)\n'
        '- "a storm" on 12..24, weight 1 (line 14)\n'
        "\n"
        "24 frames: 12 stay, 12 render again (12..24)\n"
    )


def test_what_changes_no_picture(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, ("# calm at first", "# calm"), ("camera: zoom", "camera:\n    zoom"))
    assert "nothing differs: all 24 frames stay" in ran(capsys, "diff", "scenes/beach.disco")[1]
    edit(project, ("fps 12", "fps 24"))
    code, out, _ = ran(capsys, "diff", "scenes/beach.disco", "--exit-code")
    assert "fps   12      24" in out and "no picture differs: all 24 frames stay" in out
    assert code == 0


def test_two_revisions_and_what_they_import(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each version is read with the library that it had."""
    edit(project, ("prompt \"a beach\"", 'import "lib/pace.disco"\nprompt "a beach"'),
         ("zoom 1.02", "zoom pace.slow"))  # fmt: skip
    library = project / "scenes" / "lib" / "pace.disco"
    library.write_text("disco 1\nlet slow = 1.02\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a library")
    library.write_text("disco 1\nlet slow = 1.03\n")
    git(project, "commit", "-qam", "faster")
    code, out, err = ran(capsys, "diff", "HEAD~2:scenes/beach.disco", "HEAD~1:scenes/beach.disco")
    assert (code, err) == (0, "") and "nothing differs" in out
    out = ran(capsys, "diff", "HEAD~1:scenes/beach.disco", "HEAD:scenes/beach.disco")[1]
    assert "camera.zoom  0..24   1.02    1.03" in out
    assert "24 frames: 2 stay, 22 render again (1..12, 13..24)" in out


def test_a_drawn_seed_is_no_difference(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = edit(project, ("    seed 3\n", ""))
    git(project, "commit", "-qam", "any seed")
    edit(project, ("# calm at first", "# calm"))
    out = ran(capsys, "diff", "scenes/beach.disco")[1]
    assert "nothing differs" in out
    assert not script.with_name("beach.disco.lock").exists(), "nothing is written"


def lock(script: Path, seed: int) -> None:
    script.with_name(script.name + ".lock").write_text(json.dumps({"disco": 1, "seed": seed}))


def test_each_side_has_the_seed_of_its_lock(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the lock file differs: every picture does."""
    script = edit(project, ("    seed 3\n", ""))
    lock(script, 7)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "locked")
    cards = ("--renderer", "testcard")
    assert ran(capsys, "render", script, *cards)[0] == 0
    script.with_name("beach.disco.lock").write_text('{"disco": 1, "seed": 8}')
    frames = tmp_path / "frames.png"
    out = ran(capsys, "diff", "scenes/beach.disco", *cards, "--frames", frames)[1]
    assert "scene.seed  7       8" in out
    assert "24 frames: 0 stay, 24 render again (0..24)" in out
    with Image.open(frames) as image:
        colors = len(image.getcolors(1 << 24) or ())
    assert colors > 100, "the frames before are found by the seed that they had"


def test_a_side_without_a_lock_takes_the_seed_of_the_other(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = edit(project, ("    seed 3\n", ""))
    git(project, "commit", "-qam", "any seed")
    lock(script, 7)
    assert "nothing differs" in ran(capsys, "diff", "scenes/beach.disco")[1]


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, ("zoom 1.02", "zoom 1.02 -> 1.04 @ 12..24"), ("frames 24", "frames 36"))
    code, out, _ = ran(capsys, "diff", "scenes/beach.disco", "--json", "--exit-code")
    found = json.loads(out)
    assert code == 1
    assert (found["format"], found["version"], found["frames"]) == ("discoscript-difference", 1, 36)
    assert found["whole"] == [{"name": "length", "before": 24, "now": 36}]
    (zoom,) = found["settings"]
    assert (zoom["name"], zoom["frames"], zoom["before"]) == (
        "camera.zoom", [13, 24], [[13, 24, 1.02]],
    )  # fmt: skip
    assert found["render_again"] == [[13, 36]] and found["stay"] == 13


def picture(project: Path, color: str) -> None:
    Image.new("RGB", (64, 64), color).save(project / "scenes" / "ref.png")


def test_a_file_that_changed_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, ("    seed 3\n", '    seed 3\ninit: image "ref.png"\n'))
    picture(project, "red")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a picture")
    assert "files" not in ran(capsys, "diff", "scenes/beach.disco")[1]
    picture(project, "blue")
    out = ran(capsys, "diff", "scenes/beach.disco")[1]
    assert "file ref.png: changed\n" in out
    (found,) = json.loads(ran(capsys, "diff", "scenes/beach.disco", "--json")[1])["files"]
    assert found["path"] == "ref.png" and found["before"] != found["now"]


@pytest.mark.parametrize("named", [(), ("HEAD:scenes/beach.disco",), ("HEAD:./beach.disco",)])
def test_a_picture_that_is_not_in_git(
    named: tuple[str, ...],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    edit(project, ("    seed 3\n", '    seed 3\ninit: image "ref.png"\n'))
    git(project, "commit", "-qam", "a picture")
    picture(project, "red")
    monkeypatch.chdir(project / "scenes")
    code, out, err = ran(capsys, "diff", *named, "beach.disco")
    assert (code, err) == (0, "") and "nothing differs" in out


def test_a_library_that_is_not_in_git_is_not_lent(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, ('prompt "a beach"', 'import "lib/pace.disco"\nprompt "a beach"'))
    git(project, "commit", "-qam", "a library")
    (project / "scenes" / "lib" / "pace.disco").write_text("disco 1\nlet slow = 1.02\n")
    code, _, err = ran(capsys, "diff", "scenes/beach.disco")
    assert code == 1 and "--> HEAD:scenes/beach.disco:8:" in err


def test_json_names_the_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project, ("zoom 1.02", "zoom 1.03"), ('"a storm"', '"rain"'))
    found = json.loads(ran(capsys, "diff", "scenes/beach.disco", "--json")[1])
    assert [each["line"] for each in found["settings"]] == ["9"]
    assert [(each["text"], each["line"]) for each in found["prompts"]] == [
        ("rain", "14"),
        ("a storm", "14"),
    ]


@pytest.mark.parametrize("command", ["diff", "why", "plan"])
def test_studies_are_said_to_be_left_out(
    command: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (command, "scenes/beach.disco", "--renderer", "testcard")
    assert "studies" not in ran(capsys, *words)[1]
    edit(project, ("# calm at first", "study:\n    camera.zoom in [1.1, 1.2]\n"))
    said = "studies are left out here; `discoscript render` renders them"
    assert ran(capsys, *words)[1].endswith(f"\n{said}\n")
    assert json.loads(ran(capsys, *words, "--json")[1])["notes"] == [said]


def test_pictures(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = "scenes/beach.disco"
    cards = ("--renderer", "testcard")
    assert ran(capsys, "render", script, *cards)[0] == 0
    edit(project, ("zoom 1.02", "zoom 1.02 -> 1.04 @ 12..24"), ('"a storm"', '"rain"'))
    assert ran(capsys, "render", script, *cards)[0] == 0
    curves, frames = tmp_path / "curves.png", tmp_path / "frames.png"
    code, _, err = ran(capsys, "diff", script, *cards, "--curves", curves, "--frames", frames)
    assert (code, err) == (0, "")
    with Image.open(curves) as image:
        colors = {c for _, c in image.convert("RGB").getcolors(1 << 24) or ()}
    assert len(colors) > 20
    with Image.open(frames) as image:
        assert image.width > 4 * 128 and image.height > 6 * 96


NOW = "scenes/beach.disco"

MISTAKES = {
    "no such file": (("none.disco",), "there is no file none.disco"),
    "no such revision": (
        ("HEAD~7:scenes/beach.disco", NOW),
        "no revision `HEAD~7`",
    ),
    "not in the revision": (("HEAD:beach.disco", NOW), "HEAD:./beach.disco"),
    "not committed": (("scenes/new.disco",), "commit it, or name two files"),
    "an option as a revision": (("--output=x:scenes/beach.disco", NOW), "error"),
    "out of the repository": (
        ("HEAD:../../x.disco", NOW),
        "leaves the repository",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(case: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "scenes" / "new.disco").write_text(BEACH)
    words, said = MISTAKES[case]
    code, out, err = ran(capsys, "diff", *words)
    assert (code, out) == (2, "") and said in err


@pytest.mark.parametrize("target", ["/usr/share", "../../elsewhere", "beach.disco"])
def test_links_in_the_folder(
    target: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "scenes" / "link").symlink_to(target)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a link")
    code, out, err = ran(capsys, "diff", "scenes/beach.disco")
    assert (code, err) == (0, "") and "nothing differs" in out


def test_outside_of_git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "beach.disco"
    script.write_text(BEACH)
    code, _, err = ran(capsys, "diff", script)
    assert code == 2 and "not in a git repository" in err
    code, out, _ = ran(capsys, "diff", script, script)
    assert code == 0 and "nothing differs" in out


def test_a_script_with_errors_is_named_by_its_revision(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project, ("zoom 1.02", "zom 1.02"))
    git(project, "commit", "-qam", "a slip")
    edit(project, ("zom 1.02", "zoom 1.02"))
    code, _, err = ran(capsys, "diff", "scenes/beach.disco")
    assert code == 1 and "--> HEAD:scenes/beach.disco:9:" in err


def test_the_page_about_git_shows_what_it_prints(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project / "scenes")
    edit(project, ("zoom 1.02", "zoom 1.02 -> 1.05 @ 6..12"), ('"a storm"', '"a storm at night"'))
    page = (ROOT / "docs" / "git.md").read_text(encoding="utf-8")
    assert f"```text\n{ran(capsys, 'diff', 'beach.disco')[1]}```" in page
