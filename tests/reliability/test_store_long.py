"""The promises of the frame store, measured: damage, truncation, many processes, making room, the
cost of being durable, and renders that go on for twenty thousand frames.

Each test runs short by default; marked `reliability` it runs as long as its figure asks for.
"""

import gc
import hashlib
import multiprocessing
import os
import random
import resource
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, digests, planned, render

from discoscript.frames import png
from discoscript.frames.collecting import Limits, collect
from discoscript.frames.events import Events
from discoscript.frames.frames import render_frames
from discoscript.frames.remembering import Remembering
from discoscript.frames.renderer import OnStep, Picture
from discoscript.frames.store import Store
from discoscript.plan.plan import FramePlan, PlannedFrame
from discoscript.plan.reasons import Files
from discoscript_engine.identity import Identity
from discoscript_engine.job import FrameJob, Models

LONG = [pytest.mark.reliability, pytest.mark.slow, pytest.mark.timeout(900)]


def short_and_long(short: int, long: int) -> pytest.MarkDecorator:
    """The test with a small number by default, and with a large one as a reliability test."""
    return pytest.mark.parametrize(
        "count", [pytest.param(short, id="short"), pytest.param(long, id="long", marks=LONG)]
    )


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


# ───────────── damage ─────────────


def flipped(path: Path, data: bytes, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    path.write_bytes(data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :])


def shortened(path: Path, data: bytes, dice: random.Random) -> None:
    path.write_bytes(data[: dice.randrange(len(data))])


def lengthened(path: Path, data: bytes, dice: random.Random) -> None:
    path.write_bytes(data + dice.randbytes(1 + dice.randrange(9)))


def exchanged(path: Path, data: bytes, dice: random.Random) -> None:
    others = [other for other in files(path.parents[1]) if other != path]
    path.write_bytes(dice.choice(others).read_bytes())


@short_and_long(60, 2000)
def test_damage_is_found_and_never_shown(tmp_path: Path, count: int, figure: Any) -> None:
    """Row 5. One file after the other is damaged; each time the same pictures come out."""
    root, dice = tmp_path / "store", random.Random(5)
    frames = planned(frames=4, starts=(0, 2), size=(32, 32))
    outcome = render(root, frames)
    pictures = [Store(root).read(d) for d in digests(outcome)]
    wrong = unnoticed = 0
    for number in range(count):
        kind = (flipped, shortened, lengthened, exchanged)[number % 4]
        path = dice.choice(files(root / "obj") + files(root / "rec"))
        data = path.read_bytes()
        path.chmod(0o644)
        kind(path, data, dice)
        if path.read_bytes() == data:
            continue
        store = Store(root, QuickDisk())
        again = render_frames(frames, Counting(), store, Events())  # type: ignore[arg-type]
        shown = [store.read(d) for d in digests(again)]
        again = render_frames(frames, Counting(), store, Events())  # type: ignore[arg-type]
        shown = [one or store.read(d) for one, d in zip(shown, digests(again), strict=True)]
        wrong += shown != pictures
        unnoticed += store.quarantined == 0
        for old in files(root / "quarantine"):
            old.unlink()
    figure(5, f"wrong pictures after {count} damaged files", wrong, 0)
    figure(5, f"damaged files of {count} that were not set aside", unnoticed, 0)


def test_every_truncation_of_every_small_file_is_survived(tmp_path: Path, figure: Any) -> None:
    """Row 6. Records, the memory of a run and the version, cut after every byte."""
    root, frames = tmp_path / "store", planned(frames=2, size=(16, 16))
    store = Store(root, QuickDisk())
    identity = Counting().identity(frames.models)
    run = Remembering(store, "ab" * 32, frames, identity, "beach.disco", "disco 1\n", Files({}))
    made = digests(render_frames(frames, Counting(), store, run))  # type: ignore[arg-type]
    run.save()
    cuts = failures = 0
    for path in (*files(root / "rec"), *files(root / "runs")):
        whole = path.read_bytes()
        for length in range(len(whole)):
            path.unlink(missing_ok=True)
            path.write_bytes(whole[:length])
            fresh = Store(root, QuickDisk())
            cuts += 1
            if path.parent.name == "runs":
                failures += fresh.run(path.name) is not None
            else:
                failures += fresh.lookup(path.name) is not None
        path.unlink(missing_ok=True)
        path.write_bytes(whole)
    assert digests(render(root, frames)) == made
    assert cuts > 500
    figure(6, "truncated small files that were not survived", failures, 0)


# ───────────── many processes ─────────────


def _worker(root: Path, frames: FramePlan, queue: Any) -> None:
    counting = Counting()
    counting.cards.delay_s = 0.01
    try:
        outcome = render_frames(frames, counting, Store(root, QuickDisk()), Events())  # type: ignore[arg-type]
        queue.put((digests(outcome), len(counting.seeds), ""))
    except BaseException as error:  # a failure of the test, which the parent reports
        queue.put(([], 0, repr(error)))


def _collector(root: Path, stop: Any) -> None:
    while not stop.is_set():
        if root.is_dir() and Store(root).exists:
            collect(Store(root), Limits(size=20_000, free=0))
        time.sleep(0.05)


@short_and_long(24, 180)
def test_six_processes_and_one_that_makes_room(tmp_path: Path, count: int, figure: Any) -> None:
    """Row 7. No errors, equal pictures, and no work done twice."""
    root = tmp_path / "store"
    frames = planned(frames=count, starts=tuple(range(0, count, 4)))
    alone = digests(render(tmp_path / "alone", frames))
    context = multiprocessing.get_context("fork")
    queue, stop = context.Queue(), context.Event()
    workers = [context.Process(target=_worker, args=(root, frames, queue)) for _ in range(6)]
    sweeper = context.Process(target=_collector, args=(root, stop))
    for process in (*workers, sweeper):
        process.start()
    results = [queue.get(timeout=250) for _ in workers]
    stop.set()
    for process in (*workers, sweeper):
        process.join(timeout=60)
    assert [error for _, _, error in results if error] == [] and sweeper.exitcode == 0
    assert all(found == alone for found, _, _ in results)
    made = sum(rendered for _, rendered, _ in results)
    figure(7, f"times that the frames of {count} were made by six processes", made / count, 1.05)


# ───────────── making room ─────────────


@short_and_long(30, 300)
def test_making_room_never_breaks_a_render(tmp_path: Path, count: int, figure: Any) -> None:
    """Row 8. The store has room for three pictures, and somebody makes room all the time."""
    root = tmp_path / "store"
    frames = planned(frames=count, size=(64, 64))
    alone = digests(render(tmp_path / "alone", frames))
    largest = max(p.stat().st_size for p in files(tmp_path / "alone" / "obj"))
    bounds, sizes, errors = Limits(3 * largest, 0, young_s=0.0), [0], list[str]()
    stop = threading.Event()

    def sweep() -> None:
        store = Store(root, QuickDisk())
        while not stop.wait(0.02):
            try:
                if store.exists:
                    collect(store, bounds)
                    sizes.append(sum(entry.stat().st_size for entry in files(root / "obj")))
            except FileNotFoundError:  # vanished while it was measured
                continue
            except Exception as error:  # a failure of the test, reported below
                errors.append(repr(error))

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    counting = Counting()
    counting.cards.delay_s = 0.004
    try:
        outcome = render_frames(frames, counting, Store(root, QuickDisk()), Events())  # type: ignore[arg-type]
    finally:
        stop.set()
        sweeper.join()
    assert not errors and digests(outcome) == alone
    assert len(counting.seeds) == count, "what a render needs is pinned: no frame is made twice"
    over = (max(sizes) - bounds.size) / largest
    figure(8, "pictures above the bound while a render goes on", max(0.0, over), 1, limit=5)


# ───────────── the cost ─────────────


def noise(side: int) -> bytes:
    values = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    return png.encode(values)


@short_and_long(5, 50)
def test_being_durable_costs_little(tmp_path: Path, count: int, figure: Any) -> None:
    """Row 24. Milliseconds to keep a frame of 0.8 MB, object and record forced to the disk."""
    store, data = Store(tmp_path / "store"), noise(512)
    assert 700_000 < len(data) < 900_000
    seconds = []
    for number in range(count):
        key = hashlib.sha256(b"%d" % number).hexdigest()
        frame = png.with_metadata(data, {"n": str(number)})
        began = time.perf_counter()
        store.put(key, frame, 1.0, "engine 1")
        seconds.append(time.perf_counter() - began)
    # The median, and a wide limit: other processes may be at the same disk.
    milliseconds = sorted(seconds)[count // 2] * 1000
    figure(24, "ms to keep a frame of 0.8 MB", milliseconds, 15, limit=60)


class Plain:
    """Makes the smallest pictures there are, in no time."""

    def identity(self, models: Models) -> Identity:
        return Identity("plain 1", "any machine", ())

    def render(
        self, job: FrameJob, previous: Picture | None, assets: Any, on_step: OnStep
    ) -> Picture:
        return np.full((job.height, job.width, 3), job.seed % 256, np.uint8)


def many(count: int) -> FramePlan:
    """A plan of many frames, four in a segment."""
    job = planned(frames=2, size=(8, 8)).frames
    return FramePlan(
        tuple(
            PlannedFrame(n, replace(job[bool(n % 4)].job, seed=n), n % 4 != 0) for n in range(count)
        )
    )


def held() -> tuple[float, int, int]:
    """Memory in MiB, open files, threads of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = pages * resource.getpagesize() / 2**20
    return memory, len(os.listdir("/proc/self/fd")), threading.active_count()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux for its memory")
@short_and_long(600, 20_000)
def test_a_long_render_does_not_leak(tmp_path: Path, count: int, figure: Any) -> None:
    """Row 25. Memory is measured after a tenth of the frames and at the end."""
    frames, found = many(count), {}

    class Measured(Events):
        def finished(self, index: int, record: Any, seconds: float) -> None:
            if index == count // 10:
                found["early"] = held()

    store = Store(tmp_path / "store", QuickDisk())
    outcome = render_frames(frames, Plain(), store, Measured())  # type: ignore[arg-type]
    memory, opened, threads = (b - a for a, b in zip(found["early"], held(), strict=True))
    assert len(outcome.rendered) == count
    figure(25, f"MiB that {count} frames leave in memory", memory, 20)
    figure(25, f"files that {count} frames leave open", opened, 0)
    figure(25, f"threads that {count} frames leave running", threads, 0)
