"""A film that two people make: written, rendered, branched, merged, compared, sent to a third."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from commands import ROOT, discoscript, ran
from machine import PLAIN_PROCESSOR, Here
from PIL import Image
from test_git import FILM, git

from discoscript.frames import backend
from discoscript_engine.identity import numeric_class

CARDS = ("--renderer", "testcard")

#: A film that the engine renders in a second.
SHORT = """disco 1

scene:
    frames 3
    fps 12
    size 64x48

prompt "a lighthouse by the sea at dusk"
diffusion: steps 4
camera: zoom 1.05
"""


class Person:
    """Somebody with a clone of the film and a frame store of their own."""

    def __init__(self, clone: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.clone, self.script, self.store, self.capsys = (
            clone,
            clone / "film.disco",
            store,
            capsys,
        )

    def render(self, *words: str) -> str:
        """All that a render says."""
        code, _, err = ran(self.capsys, "render", self.script, *words, "--store", self.store)
        assert code == 0, err
        return err

    def cards(self) -> str:
        """Render on test cards; what is said of how much there is to do."""
        lines = self.render(*CARDS).splitlines()
        return next(line for line in lines if "to render" in line)

    @property
    def frames(self) -> list[Path]:
        return sorted((self.clone / "out" / "film" / "frames").glob("*.png"))

    def digests(self) -> list[bytes]:
        """The compressed pixels of every frame."""
        return [frame.read_bytes().split(b"IDAT", 1)[1] for frame in self.frames]

    def pictures(self) -> np.ndarray:
        """Every frame: frames x height x width x 3."""
        return np.stack([np.asarray(Image.open(frame), dtype=int) for frame in self.frames])

    def edit(self, old: str, new: str, message: str) -> None:
        text = self.script.read_text()
        assert text.count(old) == 1
        self.script.write_text(text.replace(old, new))
        git(self.clone, "commit", "-qam", message)


@pytest.fixture
def joined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], Person]:
    """Lets somebody clone the film, who has an empty store."""
    shared = tmp_path / "shared.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", shared], check=True)

    def join(name: str) -> Person:
        git(tmp_path, "clone", "-q", str(shared), name)
        return Person(tmp_path / name, tmp_path / f"{name}-store", capsys)

    return join


def test_a_film_of_two_people(
    joined: Callable[[str], Person],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    ada = joined("ada")
    git(ada.clone, "checkout", "-qb", "main")
    ada.script.write_text(FILM.replace("    seed 3\n", ""))
    (ada.clone / ".gitignore").write_text("out/\n")
    assert ada.cards() == "48 frames: 0 kept, 48 to render"
    git(ada.clone, "add", "-A")
    git(ada.clone, "commit", "-qm", "a film of two shots")
    git(ada.clone, "push", "-q", "origin", "main")
    assert "film.disco.lock" in git(ada.clone, "ls-files"), "the drawn seed goes along"

    # Bob gets the same frames from an empty store, then changes the second shot on a branch.
    bob = joined("bob")
    assert bob.cards() == "48 frames: 0 kept, 48 to render"
    assert bob.digests() == ada.digests()
    git(bob.clone, "checkout", "-qb", "night")
    bob.edit('prompt "a town"', 'prompt "a town at night"', "the town at night")
    git(bob.clone, "push", "-q", "origin", "night")

    # Meanwhile Ada changes the first shot, then merges: no conflict.
    ada.edit("zoom 1.02", "zoom 1.03", "a faster sea")
    ada.cards()
    git(ada.clone, "fetch", "-q")
    git(ada.clone, "merge", "-q", "--no-edit", "origin/night")
    monkeypatch.chdir(ada.clone)
    told = ran(capsys, "diff", "HEAD~1:film.disco", "film.disco")[1]
    assert '+ "a town at night" on 24..48' in told
    assert "48 frames: 24 stay, 24 render again (24..48)" in told
    assert ada.cards() == "48 frames: 24 kept, 24 to render", "only what the merge changed"
    git(ada.clone, "push", "-q", "origin", "main")

    # Bob has the second shot already, and Carol nothing: both end where Ada is.
    git(bob.clone, "checkout", "-q", "main")
    git(bob.clone, "pull", "-q")
    bob.cards()
    carol = joined("carol")
    carol.cards()
    assert bob.digests() == ada.digests() == carol.digests()
    assert len(carol.digests()) == 48


# ───────────── locked, with the engine ─────────────


@pytest.fixture
def ada(joined: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch) -> Person:
    """She has rendered a film with the engine, and committed it with its lock file."""
    monkeypatch.setattr(backend, "ChildRenderer", Here)
    ada = joined("ada")
    git(ada.clone, "checkout", "-qb", "main")
    ada.script.write_text(SHORT)
    (ada.clone / ".gitignore").write_text("out/\n")
    ada.render()
    git(ada.clone, "add", "-A")
    git(ada.clone, "commit", "-qm", "a short film")
    git(ada.clone, "push", "-q", "origin", "main")
    return ada


def test_a_locked_render_gives_equal_frames_and_on_other_machines_alike_ones(
    ada: Person, joined: Callable[[str], Person]
) -> None:
    """On a machine of the same class equal to the last bit, from an empty store; on one of another
    class the run says so, and the pictures are as alike as docs/git.md says."""
    bob = joined("bob")
    said = bob.render("--locked")
    assert "3 of 3 frames rendered" in said and "machine" not in said
    assert bob.digests() == ada.digests()

    carol = joined("carol")
    words = ("render", carol.script, "--locked", "--store", carol.store)
    done = discoscript(*words, **PLAIN_PROCESSOR)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 frames rendered" in done.stderr
    machine = re.search(r"machine: (.*) locked, (.*) here; pictures agree", done.stderr)
    assert machine and machine[1] == numeric_class("cpu") != machine[2]
    assert np.abs(carol.pictures() - ada.pictures()).max() <= promised()
    assert git(carol.clone, "status", "--short") == "", "the lock file stays as it was"


def promised() -> int:
    """By how much pictures of two classes differ at most, of 255, as the page for users has it."""
    page = (ROOT / "docs" / "git.md").read_text()
    found = re.search(r"by\s+at most (\d+) of 255", page)
    assert found, "docs/git.md says how alike pictures are"
    return int(found[1])
