"""What lies beside the script: numbered pictures and a video, each written once and whole."""

import errno
import json
import os
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, Log, planned

from discoscript.errors import DiskFailure
from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.store import Store
from discoscript.plan.plan import FramePlan
from discoscript.video.delivering import Delivery, deliver
from discoscript.video.film import Film
from discoscript.video.output import Output

FILM = Film(Fraction(12), "h264", 30, "ultrafast", 0, 100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "beach"


def run(folder: Path, plan: FramePlan, events: Events | None = None) -> Delivery:
    store = Store(folder.parents[1] / "store", QuickDisk())
    return deliver(Output(folder, "beach", plan, store), Counting(), events or Events(), {}, FILM)


def written(folder: Path) -> dict[str, int]:
    """Every file with its time of change."""
    return {
        str(p.relative_to(folder)): p.stat().st_mtime_ns
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "output.json"
    }


def test_frames_and_video_lie_in_the_folder(folder: Path) -> None:
    delivery = run(folder, planned(frames=3))
    names = [f"frames/beach_000{i}.png" for i in range(3)]
    assert list(written(folder)) == ["beach.mp4", *names]
    assert delivery.video == folder / "beach.mp4" and delivery.outcome.rendered == (0, 1, 2)


def test_the_pictures_are_those_of_the_store_with_what_made_them(folder: Path) -> None:
    outcome = run(folder, planned(frames=2, camera__zoom=1.25)).outcome
    data = (folder / "frames" / "beach_0001.png").read_bytes()
    stored = Store(folder.parents[1] / "store").read(outcome.records[1].digest)
    assert stored is not None and np.array_equal(png.decode(data), png.decode(stored))
    texts = png.metadata(data)
    assert texts["disco.frame"] == "1" and texts["disco.key"] == outcome.records[1].key
    job = json.loads(texts["disco.job"])
    assert job["seed"] == 8 and job["start"]["camera"]["zoom"] == 1.25
    assert texts["Software"].startswith("DiscoScript ")


def test_a_second_run_writes_nothing(folder: Path) -> None:
    run(folder, planned(frames=3))
    before = written(folder)
    assert run(folder, planned(frames=3)).outcome.rendered == ()
    assert written(folder) == before


def test_only_what_changed_is_written(folder: Path) -> None:
    run(folder, planned(frames=4, starts=(0, 2)))
    before = written(folder)
    run(folder, planned(frames=4, starts=(0, 2), prompts=["a lighthouse"] * 3 + ["a storm"]))
    changed = {name for name, when in written(folder).items() if when != before[name]}
    assert changed == {"beach.mp4", "frames/beach_0003.png"}


@pytest.mark.parametrize("change", ["removed", "edited"])
def test_a_picture_that_somebody_touched_is_written_again(folder: Path, change: str) -> None:
    run(folder, planned(frames=2))
    path = folder / "frames" / "beach_0001.png"
    whole = path.read_bytes()
    path.unlink() if change == "removed" else path.write_bytes(b"x")
    assert run(folder, planned(frames=2)).outcome.rendered == ()
    assert path.read_bytes() == whole


def test_frames_of_a_longer_render_are_removed_and_others_stay(folder: Path) -> None:
    run(folder, planned(frames=5))
    mine = folder / "frames" / "beach_0004.png"
    mine.write_bytes(png.encode(np.zeros((2, 2, 3), np.uint8)))
    (folder / "frames" / "notes.txt").write_text("x")
    run(folder, planned(frames=2))
    names = sorted(p.name for p in (folder / "frames").iterdir())
    assert names == ["beach_0000.png", "beach_0001.png", "beach_0004.png", "notes.txt"]


def names(folder: Path) -> list[str]:
    return [name for name in written(folder) if "-" in name]


def kept(folder: Path, subfolder: bool = True, **values: object) -> None:
    """Render two frames, with pictures from inside their five steps."""
    store = Store(folder.parents[1] / "store", QuickDisk())
    frames = planned(frames=2, coherence__frames_skip_steps=0, **values)
    output = Output(folder, "beach", frames, store, subfolder=subfolder)
    deliver(output, Counting(), Events(), {}, None)


def test_partial_pictures_lie_in_a_folder_of_their_own_or_among_the_frames(folder: Path) -> None:
    kept(folder, save__intermediates=(2.0, 4.0))
    steps = ["0000-002", "0000-004", "0001-002", "0001-004"]
    assert names(folder) == [f"partials/beach_{step}.png" for step in steps]
    texts = png.metadata((folder / "partials" / "beach_0001-004.png").read_bytes())
    assert (texts["disco.frame"], texts["disco.steps"]) == ("1", "4")
    kept(folder, subfolder=False, save__intermediates=(2.0, 4.0))
    assert names(folder) == [f"frames/beach_{step}.png" for step in steps]


def test_partial_pictures_that_are_not_asked_for_any_more_are_removed_and_others_stay(
    folder: Path,
) -> None:
    kept(folder, save__intermediates=(2.0, 4.0))
    own = folder / "partials" / "beach_0001-003.png"
    own.write_bytes(b"drawn by hand")
    kept(folder, save__intermediates=(2.0,))
    assert names(folder) == [
        f"partials/beach_{s}.png" for s in ("0000-002", "0001-002", "0001-003")
    ]
    before = written(folder)
    kept(folder, save__intermediates=(2.0,))
    assert written(folder) == before
    kept(folder)
    assert names(folder) == ["partials/beach_0001-003.png"]


def test_the_frame_in_the_making_is_shown_and_gone_when_all_is_done(folder: Path) -> None:
    seen = []

    class Looking(Events):
        def step(self, index: int, done: int, steps: int) -> None:
            seen.append((index, done, (folder / "preview.jpg").exists()))

    output = Output(folder, "beach", planned(frames=1), Store(folder.parents[1] / "store"))
    deliver(output, Counting(), Looking(), {}, None, display_rate=2)
    assert [done for _, done, shown in seen if shown] == [3, 4, 5]
    assert not (folder / "preview.jpg").exists()


def test_leftovers_of_killed_runs_are_removed(folder: Path) -> None:
    run(folder, planned(frames=1))
    (folder / "frames" / ".disco-99999999-beach_0000.png").write_text("x")
    (folder / "frames" / f".disco-{os.getpid()}-beach_0000.png").write_text("x")
    run(folder, planned(frames=1))
    hidden = [p.name for p in (folder / "frames").iterdir() if p.name.startswith(".")]
    assert hidden == [f".disco-{os.getpid()}-beach_0000.png"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"disco": 1}', '{"disco": 1, "files": 5}'])
def test_a_damaged_list_of_what_was_written_only_costs_time(folder: Path, text: str) -> None:
    run(folder, planned(frames=2))
    (folder / "output.json").write_text(text)
    before = written(folder)
    time.sleep(0.02)
    run(folder, planned(frames=2))
    assert list(written(folder)) == list(before)


def test_damage_in_the_store_is_rendered_again_before_it_is_shown(folder: Path) -> None:
    before = run(folder, planned(frames=3)).outcome
    for path in (folder / "frames").iterdir():
        path.unlink()
    path = next((folder.parents[1] / "store").rglob(before.records[1].digest))
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    log = Log()
    after = run(folder, planned(frames=3), log).outcome
    assert after.rendered == (1,) and after.records == before.records[:1] + after.records[1:]
    assert "a frame was damaged in the frame store; it is rendered again" in log.lines
    assert len(list((folder / "frames").iterdir())) == 3


def test_a_part_of_the_frames_can_be_the_video(folder: Path) -> None:
    from dataclasses import replace

    store = Store(folder.parents[1] / "store", QuickDisk())
    output = Output(folder, "beach", planned(frames=6), store)
    deliver(output, Counting(), Events(), {}, replace(FILM, first=2, last=5))
    import imageio_ffmpeg

    frames, _ = imageio_ffmpeg.count_frames_and_secs(str(folder / "beach.mp4"))
    assert frames == 3


def test_a_folder_that_cannot_be_written_is_a_message(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file")
    with pytest.raises(DiskFailure, match="cannot write the output folder"):
        run(folder, planned(frames=1))


def test_a_full_disk_is_a_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFailure, match="no space left on device"):
        run(folder, planned(frames=1))
