"""Rendering what is finished: nothing is made, read or written again, and it takes no time."""

import os
from pathlib import Path

import pytest
from commands import discoscript, ran
from PIL import Image

SCRIPT = """disco 1
scene:
    mode 3d
    frames {frames}
    size 64x64
    seed 7
prompt "a lighthouse"
camera: translate_z 2 -> 8 @ 0..{frames}
"""


class Desk:
    """A finished script."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], frames: int) -> None:
        self.folder, self.capsys = folder, capsys
        self.script = folder / "beach.disco"
        self.script.write_text(SCRIPT.format(frames=frames))
        assert self.render() == frames

    def render(self, *arguments: str) -> int:
        """How many frames are rendered."""
        words = (self.script, "--renderer", "testcard", "--store", self.folder / "store")
        code, out, err = ran(self.capsys, "render", *words, *arguments)
        assert code == 0 and out.endswith("beach.mp4\n"), err
        self.said = err
        return int(err.split(" of ")[-2].split()[-1])

    @property
    def there(self) -> bool:
        """Whether the last render found that all is there."""
        return "all is there" in self.said

    def state(self) -> list[tuple[str, int]]:
        files = (p for p in self.folder.rglob("*") if p.is_file())
        return sorted((str(p), p.stat().st_mtime_ns) for p in files)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys, 6)


def test_nothing_is_written_again(desk: Desk) -> None:
    before = desk.state()
    assert desk.render() == 0 and desk.there
    assert desk.state() == before


def test_frames_that_left_the_store_are_not_missed_while_the_files_are_there(desk: Desk) -> None:
    for path in (desk.folder / "store" / "obj").rglob("*"):
        if path.is_file():
            path.unlink()
    assert desk.render() == 0 and desk.there


def test_comments_change_nothing(desk: Desk) -> None:
    desk.script.write_text("# a beach\n" + desk.script.read_text())
    desk.script.write_text(desk.script.read_text().replace("# a beach\ndisco 1", "disco 1\n# x"))
    assert desk.render() == 0 and desk.there


@pytest.mark.parametrize("name", ["frames/beach_0002.png", "beach.mp4"])
@pytest.mark.parametrize("how", ["removed", "touched", "emptied", "replaced by one of its size"])
def test_a_file_that_is_not_as_it_was_is_written_again(desk: Desk, name: str, how: str) -> None:
    path = desk.folder / "out" / "beach" / name
    whole = path.read_bytes()
    if how == "removed":
        path.unlink()
    elif how == "touched":
        os.utime(path, (1, 1))
    else:
        path.write_bytes(b"" if how == "emptied" else bytes(len(whole)))
    assert desk.render() == 0 and not desk.there
    assert len(path.read_bytes()) == len(whole)
    assert desk.render() == 0 and desk.there


@pytest.mark.parametrize(
    ("old", "new", "frames"),
    [("8 @", "9 @", 5), ("seed 7", "seed 8", 6), ("lighthouse", "storm", 6),
     ("seed 7", "seed 7\n    fps 6", 0), ("camera:", "output: crf 20\ncamera:", 0)],
)  # fmt: skip
def test_an_edit_is_never_missed(desk: Desk, old: str, new: str, frames: int) -> None:
    desk.script.write_text(desk.script.read_text().replace(old, new))
    assert desk.render() == frames and not desk.there
    assert desk.render() == 0 and desk.there


def test_a_picture_with_the_size_and_date_of_the_old_one_is_never_missed(desk: Desk) -> None:
    picture = desk.folder / "dog.png"
    Image.new("RGB", (16, 16), (200, 10, 10)).save(picture, compress_level=0)
    desk.script.write_text(desk.script.read_text() + 'init: image "dog.png"\n')
    assert desk.render() == 6
    before = picture.stat()
    Image.new("RGB", (16, 16), (10, 10, 200)).save(picture, compress_level=0)
    os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert picture.stat().st_size == before.st_size
    assert desk.render("--explain") == 6 and not desk.there
    assert "0: asset dog.png changed\n" in desk.said


def test_an_option_is_never_missed(desk: Desk) -> None:
    desk.script.write_text(desk.script.read_text().replace("8 @", "push @") + "let push = 8\n")
    assert desk.render() == 0 and desk.there
    assert desk.render("--set", "push=9") == 5 and not desk.there


def test_a_new_version_looks_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discoscript.__version__", "99")
    assert desk.render() == 0 and not desk.there


def test_thousands_of_finished_frames_take_no_time(tmp_path: Path) -> None:
    """`make bench` measures it with 10,000; the bound leaves room for slower machines."""
    frames = 300
    script = tmp_path / "long.disco"
    script.write_text(SCRIPT.format(frames=frames))
    words = ("render", script, "--renderer", "testcard", "--store", tmp_path / "store")
    seconds = []
    for _ in range(4):
        began = spent()
        assert discoscript(*words, "--quiet").returncode == 0
        seconds.append(spent() - began)
    print(f"render of {frames} finished frames: {min(seconds):.2f} s of the processor")
    assert min(seconds) < 2.0


def spent() -> float:
    times = os.times()
    return times.children_user + times.children_system
