"""A power cut at any moment: what was committed is there, and nothing wrong is ever served.

After ALICE (Pillai et al. 2014): the steps of writing frames are recorded, and from every
prefix of them every state is built that a disk may be in after the power came back. A file's
bytes are certain once they were forced to the disk, a name once its folder was; before that a file
may be cut, or zeros, and a name may be missing.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest
from figures import Figure
from frames.disks import QuickDisk

from discoscript.frames.store import Store

PNGS = [random.Random(n).randbytes(2500) for n in range(2)]
KEYS = ["ab" * 32, "cd" * 32]
BLOCK = 1024


@dataclass
class Recorder(QuickDisk):
    """Carries the steps out and writes them down."""

    steps: list[tuple[str, Path, bytes]] = field(default_factory=list)

    def create(self, path: Path, data: bytes) -> None:
        self.steps.append(("write", path, data))
        super().create(path, data)
        self.steps.append(("written", path, data))

    def rename(self, source: Path, target: Path) -> None:
        self.steps.append(("name", target, source.read_bytes()))
        super().rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self.steps.append(("name", target, source.read_bytes()))

    def sync_folder(self, path: Path) -> None:
        self.steps.append(("sync", path, b""))


class Lazy(Recorder):
    """A disk that never forces anything: the protocol without its fsyncs."""

    def create(self, path: Path, data: bytes) -> None:
        self.steps.append(("write", path, data))
        QuickDisk.create(self, path, data)

    def sync_folder(self, path: Path) -> None:
        pass


def contents(data: bytes, certain: bool) -> list[bytes]:
    """What a file may hold after a power cut."""
    if certain:
        return [data]
    cuts = [data[:n] for n in range(0, len(data), BLOCK)]
    holes = [
        data[:n] + bytes(len(data[n : n + BLOCK])) + data[n + BLOCK :]
        for n in range(0, len(data), BLOCK)
    ]
    return [data, bytes(len(data)), *cuts, *holes]


def states(steps: list[tuple[str, Path, bytes]]) -> Iterator[dict[Path, bytes]]:
    """Every set of named files that the disk may show after these steps and a power cut."""
    sound = {data for step, _, data in steps if step == "written"}
    named = {p: data for step, p, data in steps if step == "name" and p.name != "VERSION"}
    choices = []
    for path, data in named.items():
        last = max(i for i, s in enumerate(steps) if s[:2] == ("name", path))
        kept = any(s[:2] == ("sync", path.parent) for s in steps[last:])
        choices.append([None] * (not kept) + contents(data, data in sound))
    for chosen in product(*choices):
        yield {p: d for p, d in zip(named, chosen, strict=True) if d is not None}


def survivors(root: Path, disk: Recorder, count: int) -> tuple[int, int, int]:
    """(states, wrong pictures served, committed frames lost) over all moments of some puts."""
    store = Store(root, disk)
    committed = []
    for key, png in zip(KEYS[:count], PNGS, strict=False):
        store.put(key, png, 1.0, "engine 1")
        committed.append(len(disk.steps))
    seen = wrong = lost = 0
    for moment in range(len(disk.steps) + 1):
        for files in states(disk.steps[:moment]):
            seen += 1
            after = Store(root, Shown(files))
            for key, png, done in zip(KEYS, PNGS, committed, strict=False):
                record = after.lookup(key)
                data = after.read(record.digest) if record else None
                wrong += data is not None and data != png
                wrong += record is not None and record.digest != hashlib.sha256(png).hexdigest()
                lost += done <= moment and data is None
    return seen, wrong, lost


@dataclass
class Shown(QuickDisk):
    """A disk with exactly these files; nothing is written to it."""

    files: dict[Path, bytes]

    def read(self, path: Path) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def size(self, path: Path) -> int | None:
        return len(self.files[path]) if path in self.files else None

    def rename(self, source: Path, target: Path) -> None:
        self.files.pop(source, None)

    def make_folder(self, path: Path) -> bool:
        return False


@pytest.mark.reliability
def test_nothing_is_lost_and_nothing_wrong_is_served(tmp_path: Path, figure: Figure) -> None:
    seen, wrong, lost = survivors(tmp_path / "store", Recorder(), 2)
    assert seen > 30
    figure(2, f"wrong pictures in {seen} states after a power cut", wrong, 0)
    figure(2, f"committed frames lost in {seen} states after a power cut", lost, 0)


def test_the_enumeration_finds_what_fsync_prevents(tmp_path: Path) -> None:
    """Without fsync frames are lost, so the test above can fail; served wrong they never are."""
    _, wrong, lost = survivors(tmp_path / "store", Lazy(), 1)
    assert wrong == 0 and lost > 0
