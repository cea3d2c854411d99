"""Making room in the frame store: what goes, what stays, and what a render then costs."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, Log, digests, planned, render

from discoscript.errors import UsageFailure
from discoscript.frames import collecting
from discoscript.frames.collecting import GIB, Limits, bytes_of, collect, collect_if_due, limits
from discoscript.frames.events import Events
from discoscript.frames.frames import State, render_frames, survey
from discoscript.frames.pins import Pins, pinned
from discoscript.frames.store import Store

FRAMES = planned(frames=6)
IDENTITY = Counting().identity(FRAMES.models)
HOUR = 3600.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def objects(root: Path) -> list[Path]:
    return sorted(p for p in (root / "obj").rglob("*") if p.is_file())


def aged(root: Path, hours: float = 2.0) -> None:
    """Everything was last used so long ago; of the pictures the first frame's at first."""
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - hours * HOUR,) * 2)


def old_first(root: Path, digests: list[str]) -> None:
    for age, digest in enumerate(reversed(digests)):
        path = root / "obj" / digest[:2] / digest
        os.utime(path, (time.time() - (2 + age) * HOUR,) * 2)


def size(root: Path) -> int:
    return sum(p.stat().st_size for p in objects(root))


def room_for(root: Path, count: int) -> Limits:
    """A limit that `count` of the newest pictures fit in."""
    sizes = [p.stat().st_size for p in sorted(objects(root), key=lambda p: -p.stat().st_mtime)]
    return Limits(size=sum(sizes[:count]), free=0)


# ───────────── what goes ─────────────


def test_what_was_not_used_for_longest_goes_first(root: Path) -> None:
    made = digests(render(root, FRAMES))
    old_first(root, made)
    found = collect(Store(root), room_for(root, 2))
    assert found is not None and found.pictures == 4 and found.left == size(root)
    assert {p.name for p in objects(root)} == set(made[4:])


def test_nothing_goes_while_all_fits(root: Path) -> None:
    render(root, FRAMES)
    aged(root)
    found = collect(Store(root), Limits(size=size(root), free=0))
    assert found is not None and found.pictures == 0 and len(objects(root)) == 6


def test_a_full_disk_makes_room(root: Path) -> None:
    class Full(QuickDisk):
        def free(self, folder: Path) -> int:
            return 0

    render(root, FRAMES)
    aged(root)
    found = collect(Store(root, Full()), Limits(free=1))
    assert found is not None and found.pictures == 1


def test_what_is_young_stays(root: Path) -> None:
    render(root, FRAMES)
    found = collect(Store(root), Limits(size=0, free=0))
    assert found is not None and found.pictures == 0 and len(objects(root)) == 6


def test_what_was_used_since_the_scan_stays(root: Path) -> None:
    class UsedMeanwhile(QuickDisk):
        def changed(self, path: Path) -> float | None:
            os.utime(path)
            return super().changed(path)

    render(root, FRAMES)
    aged(root)
    found = collect(Store(root, UsedMeanwhile()), Limits(size=0, free=0))
    assert found is not None and found.pictures == 0 and len(objects(root)) == 6


def test_what_a_running_render_needs_stays(root: Path) -> None:
    made = digests(render(root, FRAMES))
    aged(root)
    with Pins(root) as pins:
        pins.pin(0, made[3])
        pins.pin(7, made[5])
        pins.pin(8, made[1])
        pins.free([8])
        assert pinned(root) == {made[3], made[5]}
        collect(Store(root), Limits(size=0, free=0))
        assert {p.name for p in objects(root)} == {made[3], made[5]}
    assert pinned(root) == frozenset() and not list((root / "pins").iterdir())


def test_the_pins_of_a_killed_render_hold_nothing(root: Path) -> None:
    made = digests(render(root, FRAMES))
    (root / "pins").mkdir(exist_ok=True)
    (root / "pins" / "1234-abcd").write_bytes(bytes.fromhex(made[0]))
    assert pinned(root) == frozenset() and not list((root / "pins").iterdir())


def test_a_dry_run_removes_nothing(root: Path) -> None:
    render(root, FRAMES)
    aged(root)
    before = sorted(root.rglob("*"))
    found = collect(Store(root), Limits(size=0, free=0), dry_run=True)
    assert found is not None and found.pictures == 6
    assert [p for p in sorted(root.rglob("*")) if p.parent.name != "lock"] == [
        p for p in before if p.parent.name != "lock"
    ]


def test_records_outlive_pictures_and_go_when_nobody_asks_for_them(root: Path) -> None:
    render(root, FRAMES)
    aged(root, hours=24 * 20)
    collect(Store(root), Limits(size=0, free=0))
    assert len([p for p in (root / "rec").rglob("*") if p.is_file()]) == 6
    aged(root, hours=24 * 40)
    found = collect(Store(root), Limits())
    assert found is not None and found.records == 6


def test_only_one_process_makes_room_and_once_an_hour(root: Path) -> None:
    render(root, FRAMES)
    aged(root)
    store = Store(root)
    with store.disk.attempted(root / "lock" / "gc") as mine:
        assert mine and collect(store, Limits(size=0, free=0)) is None
    assert collect_if_due(store, Limits(size=0, free=0)) is not None
    assert collect_if_due(store, Limits(size=0, free=0)) is None
    os.utime(root / "lock" / "collected", (1, 1))
    assert collect_if_due(store, Limits(size=0, free=0)) is not None


def test_a_store_that_was_never_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "obj").mkdir()
    (tmp_path / "obj" / "mine").write_text("x")
    assert collect_if_due(Store(tmp_path), Limits(size=0, free=0, young_s=-1)) is None
    assert (tmp_path / "obj" / "mine").exists()


def test_an_interruption_leaves_a_sound_store(root: Path) -> None:
    class Stops(QuickDisk):
        def remove(self, path: Path) -> None:
            super().remove(path)
            raise KeyboardInterrupt

    made = digests(render(root, FRAMES))
    aged(root)
    with pytest.raises(KeyboardInterrupt):
        collect(Store(root, Stops()), Limits(size=0, free=0))
    assert len(objects(root)) == 5
    assert digests(render(root, FRAMES)) == made


# ───────────── what it costs ─────────────


def test_an_evicted_frame_in_the_middle_costs_one_frame(root: Path) -> None:
    made = digests(render(root, FRAMES))
    (root / "obj" / made[2][:2] / made[2]).unlink()
    assert survey(FRAMES, IDENTITY, Store(root)).count(State.RENDER) == 1
    assert render(root, FRAMES).rendered == (2,)


def test_a_render_uses_what_it_keeps_so_that_it_stays(root: Path) -> None:
    made = digests(render(root, FRAMES))
    aged(root)
    render(root, planned(frames=3))
    collect(Store(root), Limits(size=0, free=0))
    assert {p.name for p in objects(root)} == set(made[:3])


def test_a_frame_that_vanishes_during_a_render_is_made_again(root: Path) -> None:
    """The store keeps nothing but the last picture: each is there when the next one needs it."""

    class Thief(Counting):
        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            for path in objects(root):
                path.unlink()
            return super().render(job, previous, assets, on_step)

    alone = digests(render(root.parent / "alone", FRAMES))
    assert digests(render(root, FRAMES, Thief())) == alone


# ───────────── how the limits are said ─────────────


@pytest.mark.parametrize(
    ("text", "size"),
    [("20GiB", 20 * GIB), ("20 GB", 20 * GIB), ("1.5g", 3 * GIB // 2), ("500M", 500 * 2**20),
     ("7", 7), ("7 b", 7), ("2 KiB", 2048), ("1T", 1024 * GIB)],
)  # fmt: skip
def test_a_size(text: str, size: int) -> None:
    assert bytes_of(text, "x") == size


@pytest.mark.parametrize("text", ["", "GiB", "much", "-1", "nan", "1e400", "5 XB", "1 2"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageFailure, match="is no size"):
        bytes_of(text, "x")


def test_the_environment_and_options_say_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (limits().size, limits().free) == (20 * GIB, 5 * GIB)
    monkeypatch.setenv(collecting.SIZE, "1GiB")
    monkeypatch.setenv(collecting.FREE, "2GiB")
    assert (limits().size, limits().free) == (GIB, 2 * GIB)
    assert limits("3GiB", "4GiB") == replace(limits(), size=3 * GIB, free=4 * GIB)


# ───────────── several processes ─────────────


def _rendering(root: Path, queue) -> None:  # type: ignore[no-untyped-def]
    frames, counting = planned(frames=12, starts=(0, 3, 6, 9)), Counting()
    counting.cards.delay_s = 0.01
    outcome = render_frames(frames, counting, Store(root, QuickDisk()), Events())  # type: ignore[arg-type]
    queue.put((digests(outcome), len(outcome.rendered)))


def running(root: Path, count: int) -> Iterator[tuple[list[str], int]]:
    """What some processes made that render the same at the same time."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [context.Process(target=_rendering, args=(root, queue)) for _ in range(count)]
    for worker in workers:
        worker.start()
    yield from [queue.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)


def test_processes_share_the_segments_of_a_script(root: Path) -> None:
    found = list(running(root, 2))
    assert found[0][0] == found[1][0]
    assert sum(rendered for _, rendered in found) == 12, "no frame is made twice"
    assert all(rendered >= 3 for _, rendered in found), "both have done some of it"
    assert not [p for p in (root / "lock").iterdir() if p.name.startswith("seg-")]


def test_a_segment_is_followed_and_taken_over(root: Path) -> None:
    """Another process holds the only segment, makes a frame of it and ends."""
    frames = planned(frames=3)
    made = digests(render(root, planned(frames=1)))
    store = Store(root, QuickDisk())
    record = store.record(next((root / "rec").rglob("?" * 64)).name)
    assert record is not None

    class Ends(Log):
        def waiting(self, index: int) -> None:
            self.lines.append(f"waiting {index}")
            if len(self.lines) > 4:
                held.__exit__(None, None, None)

    held = Store(root, QuickDisk()).claim(record.key)
    assert held.__enter__()
    log = Ends()
    outcome = render_frames(frames, Counting(), store, log)  # type: ignore[arg-type]
    assert log.lines[:4] == [
        "kept 0", "frame 1 is being rendered by another process", "waiting 1", "waiting 1",
    ]  # fmt: skip
    assert digests(outcome)[:1] == made and outcome.rendered == (1, 2)
