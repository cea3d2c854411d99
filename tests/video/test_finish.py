"""Larger pictures: what is written grows, what is stored does not; nothing is rendered again."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from commands import ran
from frames.disks import QuickDisk
from frames.renders import Counting, planned
from safetensors.torch import save_file
from small_upscaler import compact_weights
from video.test_output import FILM, written

from discoscript.errors import Exit
from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.video.delivering import Delivery, deliver
from discoscript.video.finish import Finish, enlarged, finish
from discoscript.video.output import Output

TWICE = finish(2, None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "beach"


def run(folder: Path, done: Finish | None, renderer: Counting | None = None) -> Delivery:
    store = Store(folder.parents[1] / "store", QuickDisk())
    output = Output(folder, "beach", planned(frames=3), store, finish=done)
    return deliver(output, renderer or Counting(), Events(), {}, FILM)


def sizes(folder: Path) -> list[tuple[int, ...]]:
    return [png.decode(p.read_bytes()).shape for p in sorted((folder / "frames").iterdir())]


def film_size(folder: Path) -> tuple[int, int]:
    with av.open(str(folder / "beach.mp4")) as video:
        frame = next(video.decode(video=0))
        return frame.height, frame.width


def test_pictures_and_video_are_larger_and_the_store_is_as_it_was(folder: Path) -> None:
    plain = run(folder, None)
    height, width, _ = sizes(folder)[0]
    again = Counting()
    larger = run(folder, TWICE, again)
    assert sizes(folder) == [(2 * height, 2 * width, 3)] * 3
    assert film_size(folder) == (2 * height, 2 * width)
    assert again.seeds == [] and larger.outcome.records == plain.outcome.records
    run(folder, None)
    assert sizes(folder) == [(height, width, 3)] * 3 and film_size(folder) == (height, width)


def test_the_values_that_made_a_picture_are_beside_the_larger_one(folder: Path) -> None:
    run(folder, TWICE)
    texts = png.metadata((folder / "frames" / "beach_0001.png").read_bytes())
    assert texts["disco.frame"] == "1" and texts["Software"].startswith("DiscoScript ")


def test_it_is_done_once(folder: Path) -> None:
    calls: list[int] = []

    def slow(picture: Picture) -> Picture:
        calls.append(1)
        return enlarged(picture, 2, picture)

    for identity, count in (("a", 3), ("a", 3), ("b", 6)):
        run(folder, Finish(identity, slow))
        assert len(calls) == count, "once for each picture; the video reads the files"
    before = written(folder)
    run(folder, Finish("b", slow))
    assert written(folder) == before


def test_lanczos_keeps_what_is_there() -> None:
    ramp = np.repeat(np.linspace(0, 255, 32).astype(np.uint8)[None, :, None], 24, axis=0)
    picture = np.repeat(ramp, 3, axis=2)
    assert finish(1, None) is None and finish(None, None) is None
    done = finish(1.5, None)
    assert done is not None
    larger = done.apply(picture)
    assert larger.shape == (36, 48, 3)
    assert abs(float(larger.mean()) - float(picture.mean())) < 1


SCRIPT = """disco 1
scene:
    seed 1
    size 32x32
prompt "a"
output:
"""


@pytest.fixture
def still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))

    def write(lines: str) -> Path:
        path = tmp_path / "beach.disco"
        path.write_text(SCRIPT + lines, encoding="utf-8")
        return path

    return write


def test_a_still_grows(capsys: pytest.CaptureFixture[str], still: Callable[[str], Path]) -> None:
    path = still("    upscale 3\n")
    code, out, _ = ran(capsys, "render", path, "--renderer", "testcard")
    assert code == Exit.OK
    assert png.decode(Path(out.strip()).read_bytes()).shape == (96, 96, 3)


def test_a_model_of_the_project(
    capsys: pytest.CaptureFixture[str], still: Callable[[str], Path]
) -> None:
    path = still('    upscale_model "models/double.safetensors"\n')
    file = path.parent / "models" / "double.safetensors"
    file.parent.mkdir()
    save_file(compact_weights(), file)
    code, out, _ = ran(capsys, "render", path, "--renderer", "testcard")
    assert code == Exit.OK
    assert png.decode(Path(out.strip()).read_bytes()).shape == (64, 64, 3)
    still('    upscale_model "models/double.safetensors"\n    upscale 1.5\n')
    code, out, _ = ran(capsys, "render", path, "--renderer", "testcard")
    assert png.decode(Path(out.strip()).read_bytes()).shape == (48, 48, 3)


def test_a_file_that_is_no_model_is_refused_before_anything_is_rendered(
    capsys: pytest.CaptureFixture[str], still: Callable[[str], Path]
) -> None:
    path = still('    upscale_model "double.safetensors"\n')
    (path.parent / "double.safetensors").write_bytes(b"nothing")
    code, _, said = ran(capsys, "render", path, "--renderer", "testcard")
    assert code == Exit.USAGE
    assert "double.safetensors is no upscaler: it is no safetensors file, or a damaged one" in said
    assert not list(path.parent.glob("out/beach/frames/*.png"))


def test_a_pickle_is_not_opened(
    capsys: pytest.CaptureFixture[str], still: Callable[[str], Path]
) -> None:
    path = still('    upscale_model "double.pth"\n')
    (path.parent / "double.pth").write_bytes(b"hello world")
    code, _, said = ran(capsys, "render", path, "--renderer", "testcard")
    assert code == Exit.SCRIPT and "D503" in said and "save it as safetensors" in said


def test_a_model_that_is_not_there(
    capsys: pytest.CaptureFixture[str], still: Callable[[str], Path]
) -> None:
    path = still('    upscale_model "models/none.safetensors"\n')
    code, _, said = ran(capsys, "render", path, "--renderer", "testcard")
    assert code == Exit.SCRIPT and "D501" in said
