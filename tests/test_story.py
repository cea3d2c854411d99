"""A film that two people make: written, rendered, branched, merged, compared, sent to a third."""

import subprocess
from pathlib import Path

import pytest
from commands import ran
from test_git import FILM, git

CARDS = ("--renderer", "testcard")


class Person:
    """Somebody with a clone of the film and a frame store of their own."""

    def __init__(self, clone: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.clone, self.script, self.store, self.capsys = (
            clone,
            clone / "film.disco",
            store,
            capsys,
        )

    def render(self) -> str:
        """What the render says, its last line but one."""
        code, _, err = ran(self.capsys, "render", self.script, *CARDS, "--store", self.store)
        assert code == 0, err
        return next(line for line in err.splitlines() if "to render" in line)

    def digests(self) -> list[bytes]:
        frames = sorted((self.clone / "out" / "film" / "frames").glob("*.png"))
        return [frame.read_bytes().split(b"IDAT", 1)[1] for frame in frames]

    def edit(self, old: str, new: str, message: str) -> None:
        text = self.script.read_text()
        assert text.count(old) == 1
        self.script.write_text(text.replace(old, new))
        git(self.clone, "commit", "-qam", message)


def test_a_film_of_two_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    shared = tmp_path / "shared.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", shared], check=True)

    def joined(name: str) -> Person:
        clone = tmp_path / name
        git(tmp_path, "clone", "-q", str(shared), name)
        return Person(clone, tmp_path / f"{name}-store", capsys)

    ada = joined("ada")
    git(ada.clone, "checkout", "-qb", "main")
    ada.script.write_text(FILM.replace("    seed 3\n", ""))
    (ada.clone / ".gitignore").write_text("out/\n")
    assert ada.render() == "48 frames: 0 kept, 48 to render"
    git(ada.clone, "add", "-A")
    git(ada.clone, "commit", "-qm", "a film of two shots")
    git(ada.clone, "push", "-q", "origin", "main")
    assert "film.disco.lock" in git(ada.clone, "ls-files"), "the drawn seed goes along"

    # Bob gets the same frames from an empty store, then changes the second shot on a branch.
    bob = joined("bob")
    assert bob.render() == "48 frames: 0 kept, 48 to render"
    assert bob.digests() == ada.digests()
    git(bob.clone, "checkout", "-qb", "night")
    bob.edit('prompt "a town"', 'prompt "a town at night"', "the town at night")
    git(bob.clone, "push", "-q", "origin", "night")

    # Meanwhile Ada changes the first shot, then merges: no conflict.
    ada.edit("zoom 1.02", "zoom 1.03", "a faster sea")
    ada.render()
    git(ada.clone, "fetch", "-q")
    git(ada.clone, "merge", "-q", "--no-edit", "origin/night")
    monkeypatch.chdir(ada.clone)
    told = ran(capsys, "diff", "HEAD~1:film.disco", "film.disco")[1]
    assert '+ "a town at night" on 24..48' in told
    assert "48 frames: 24 stay, 24 render again (24..48)" in told
    assert ada.render() == "48 frames: 24 kept, 24 to render", "only what the merge changed"
    git(ada.clone, "push", "-q", "origin", "main")

    # Bob has the second shot already, and Carol nothing: both end where Ada is.
    git(bob.clone, "checkout", "-q", "main")
    git(bob.clone, "pull", "-q")
    bob.render()
    carol = joined("carol")
    carol.render()
    assert bob.digests() == ada.digests() == carol.digests()
    assert len(carol.digests()) == 48
