"""Scripts in git, with git itself: a project begins, is compared, merged and checked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, environment, ran

from discoscript.cli import COMMANDS

FILM = """disco 1

scene:
    fps 12
    seed 3

shot "sea" 24:
    prompt "the sea"
    camera:
        zoom 1.02
        angle 1

shot "town" 24:
    prompt "a town"
    camera:
        zoom 1.01
        angle 0.5
"""


def git(folder: Path, *words: str, code: int = 0) -> str:
    """What git says; commands of this checkout are on its path."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    path = f"{ROOT / 'tests' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["git", *who, *words],
        cwd=folder,
        env=environment(PATH=path, GIT_CONFIG_GLOBAL=os.devnull, PYTHON=sys.executable),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a script, known to git."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "film.disco").write_text(FILM)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "a film")
    return tmp_path


def edited(film: Path, old: str, new: str) -> None:
    script = film / "film.disco"
    text = script.read_text()
    assert text.count(old) == 1
    script.write_text(text.replace(old, new))


# ───────────── init ─────────────


def test_a_new_project_is_right_and_renders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = ran(capsys, "init", "winter tale")
    assert code == 0 and "now: discoscript render 'winter tale/winter-tale.disco'" in out
    names = sorted(path.name for path in (tmp_path / "winter tale").iterdir())
    assert names == [".gitignore", "README.md", "winter-tale.disco"]
    script = "winter tale/winter-tale.disco"
    assert ran(capsys, "check", "--deny", "warnings", script)[0] == 0
    assert ran(capsys, "fmt", "--check", script)[0] == 0
    rendered = ran(capsys, "render", script, "--renderer", "testcard", "--store", "store")
    assert rendered[0] == 0
    git(tmp_path, "init", "-q")
    assert "out/" not in git(tmp_path, "status", "--short", "-uall", "winter tale")


def test_a_new_project_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("mine")
    code, _, err = ran(capsys, "init", tmp_path)
    assert code == 2 and "README.md is there already" in err
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


# ───────────── setup git ─────────────


def test_git_learns_what_scripts_are(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "git config difftool.disco.cmd" in ran(capsys, "setup", "git", "--dry-run")[1]
    assert not (film / ".gitattributes").exists()
    (film / ".gitattributes").write_text("*.png binary")
    assert ran(capsys, "setup", "git")[0] == 0
    assert (film / ".gitattributes").read_text().splitlines()[0] == "*.png binary"
    assert ran(capsys, "setup", "git")[1] == "git knows scripts already\n"
    edited(film, "angle 0.5", "angle 0.75")
    changed = git(film, "diff", "-U0", "film.disco")
    assert '@@ shot "town" 24:' in changed, "above a change stands its shot"
    assert "[-0.5-]{+0.75+}" in git(film, "diff", "--word-diff", "film.disco")


def test_a_change_is_shown_by_effect(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "setup", "git")
    edited(film, 'shot "town" 24:', 'shot "town" 36:')
    out = git(film, "difftool", "-y", "-t", "disco")
    assert out.startswith("film.disco, before -> film.disco\n"), "not the names of git's copies"
    assert 'shot "town"  24..48     24..60' in out


def test_a_commit_that_touches_more_than_scripts(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lock files are no scripts; a script that is new or gone has nothing to be compared with."""
    ran(capsys, "setup", "git")
    (film / "film.disco.lock").write_text('{"disco": 1, "seed": 7}')
    git(film, "add", "-A")
    git(film, "commit", "-qm", "locked")
    (film / "film.disco.lock").write_text('{"disco": 1, "seed": 8}')
    (film / "other.disco").write_text(FILM)
    (film / "film.disco").unlink()
    git(film, "add", "-A")
    git(film, "commit", "-qm", "another")
    said = git(film, "difftool", "-y", "--no-renames", "-t", "disco", "HEAD~1", "HEAD")
    assert said.splitlines() == [
        "film.disco: script removed",
        "film.disco.lock: not a script, left out",
        "other.disco: new script, 48 frames",
    ]


def test_outside_of_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = ran(capsys, "setup", "git")
    assert code == 2 and "is not in a git repository" in err


# ───────────── merging ─────────────


def two_branches(film: Path, ours: tuple[str, str], theirs: tuple[str, str]) -> None:
    git(film, "checkout", "-qb", "theirs")
    edited(film, *theirs)
    git(film, "commit", "-qam", "theirs")
    git(film, "checkout", "-q", "main")
    edited(film, *ours)
    git(film, "commit", "-qam", "ours")


def test_edits_of_two_shots_merge(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two_branches(film, ("zoom 1.02", "zoom 1.03"), ('"a town"', '"a town at night"'))
    git(film, "merge", "-q", "--no-edit", "theirs")
    assert ran(capsys, "check", "film.disco")[0] == 0
    out = ran(capsys, "diff", "HEAD~1:film.disco", "film.disco")[1]
    assert '+ "a town at night" on 24..48' in out and "zoom" not in out
    assert "48 frames: 24 stay, 24 render again (24..48)" in out, "the merge changed one shot"


PAGE = (ROOT / "docs" / "git.md").read_text()

#: What two people add at the top and at the end of a script, and the code that tells of it.
CONFLICTS = {
    "the same frames": ("camera: translate_x 5 @ 0..10", "camera: translate_x 6 @ 5..12", "D301"),
    "a setting of the scene": ("scene: size 64x64", "scene: size 128x128", "D116"),
    "a name": ("let speed = 2", "let speed = 3", "D109"),
}


@pytest.mark.parametrize(("ours", "theirs", "code"), CONFLICTS.values(), ids=list(CONFLICTS))
def test_a_conflict_of_meaning_is_explained(
    film: Path, capsys: pytest.CaptureFixture[str], ours: str, theirs: str, code: str
) -> None:
    """Git sees two lines far apart and merges them; that they say two things of one, only the
    language knows: both places are shown."""
    last = "        angle 0.5\n"
    two_branches(film, ("disco 1\n", f"disco 1\n\n{ours}\n"), (last, f"{last}\n{theirs}\n"))
    assert ran(capsys, "check", "film.disco")[0] == 0, "each alone is right"
    git(film, "merge", "-q", "--no-edit", "theirs")
    lines = (film / "film.disco").read_text().splitlines()
    places = [lines.index(line) + 1 for line in (ours, theirs)]
    exit_code, _, err = ran(capsys, "check", "film.disco")
    assert exit_code == 1 and f"error[{code}]" in err
    if code == "D301":
        assert err.replace("film.disco", "beach.disco").partition("\n\n")[0] in PAGE
    for number, line in zip(places, (ours, theirs), strict=True):
        assert f"{number:2} | {line}\n" in err
    said = json.loads(ran(capsys, "check", "film.disco", "--json")[1])["diagnostics"]
    (found,) = (each for each in said if each["severity"] == "error")
    assert [found["related"][0]["start"]["line"], found["start"]["line"]] == places


# ───────────── hooks ─────────────


def test_the_hooks_are_commands() -> None:
    """`pre-commit` starts what `.pre-commit-hooks.yaml` names with the files as arguments."""
    lines = (ROOT / ".pre-commit-hooks.yaml").read_text().splitlines()
    entries = [line.split(":", 1)[1].split() for line in lines if line.strip().startswith("entry:")]
    assert [words[0] for words in entries] == ["discoscript", "discoscript"]
    assert {words[1] for words in entries} <= {command.name for command in COMMANDS}
