"""Making room in the frame store: what was not used for longest goes, until the rest fits.

Never removed is what a running render needs (`pins.py`), what is younger than an hour, and what was
used since the scan. Records are small and outlive the pictures ten times: with the record of an
evicted frame the keys after it stay known, so that it costs one frame and not the rest of its
segment. May be stopped at any moment; whoever misses a file takes it for one that never was there.
"""

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from discoscript.errors import UsageFailure
from discoscript.frames.disk import Entry
from discoscript.frames.pins import pinned
from discoscript.frames.store import Store

GIB = 2**30
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S

#: How many times as long as pictures records are kept, and how long at least.
LONGER, LEAST_S = 10, 30 * DAY_S

#: The variables of the environment that say how large the store may be.
SIZE, FREE = "DISCOSCRIPT_STORE_SIZE", "DISCOSCRIPT_STORE_FREE"

#: What files of a store are called: a digest, and in quarantine a few digits more.
_NAME = re.compile(r"[0-9a-f]{64}(-[0-9a-f]{8})?")

_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


@dataclass(frozen=True)
class Limits:
    """`size` bytes of pictures at most; `free` bytes of the disk stay free. What is younger than
    `young_s` stays, and a store is looked through no more often than every `every_s`."""

    size: int = 20 * GIB
    free: int = 5 * GIB
    young_s: float = HOUR_S
    every_s: float = HOUR_S


@dataclass(frozen=True)
class Collected:
    """What was removed, or would be: pictures with their bytes, records, memories of runs; and how
    many bytes of pictures there are now."""

    pictures: int = 0
    bytes: int = 0
    records: int = 0
    runs: int = 0
    left: int = 0


def limits(size: str | None = None, free: str | None = None) -> Limits:
    """The limits that options name, or else the environment."""
    size = size or os.environ.get(SIZE)
    free = free or os.environ.get(FREE)
    usual = Limits()
    return Limits(
        bytes_of(size, "the size of the store") if size else usual.size,
        bytes_of(free, "the free part of the disk") if free else usual.free,
    )


def bytes_of(text: str, what: str) -> int:
    """`20 GiB`, `500M` or `1000000` in bytes; units are powers of 1024."""
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    unit = text.strip()[len(number) :].strip().lower().removesuffix("b").removesuffix("i")
    try:
        value = float(number) * _UNITS[unit]
        if not 0 <= value < 2**63:
            raise ValueError
    except (ValueError, KeyError) as error:
        raise UsageFailure(
            f"{what}: `{text}` is no size", "write it like 20GiB or 500MiB"
        ) from error
    return int(value)


def collect_if_due(store: Store, limits: Limits) -> Collected | None:
    """Make room, if nobody has looked within the hour and nobody is at it."""
    last = store.root / "lock" / "collected"
    with suppress(OSError):
        if store.exists and not 0 < store.disk.age_s(last) < limits.every_s:
            return collect(store, limits)
    return None


def collect(
    store: Store, limits: Limits, dry_run: bool = False, longest: float | None = None
) -> Collected | None:
    """Make room now; None if another process is at it. Records are kept for `longest` seconds, or
    ten times as long as pictures."""
    with store.disk.attempted(store.root / "lock" / "gc") as mine:
        if not mine:
            return None
        found = _collect(store, limits, dry_run, longest)
        if not dry_run:
            store.disk.stamp(store.root / "lock" / "collected")
        return found


def _collect(store: Store, limits: Limits, dry_run: bool, longest: float | None) -> Collected:
    objects = sorted(entries(store, "obj"), key=lambda entry: entry.changed)
    total = sum(entry.size for entry in objects)
    too_much = max(total - limits.size, limits.free - store.disk.free(store.root), 0)
    needed, now = pinned(store.root), time.time()
    removed: list[Entry] = []
    for entry in objects if too_much > 0 else ():
        if too_much <= 0 or now - entry.changed < limits.young_s:
            break
        if entry.path.name not in needed and (dry_run or _removed(store, entry)):
            removed.append(entry)
            too_much -= entry.size
    gone = {entry.path for entry in removed}
    eldest = next((now - e.changed for e in objects if e.path not in gone), 0.0)
    if longest is None:
        longest = max(LONGER * eldest, LEAST_S)
    records, memories = (_outlived(store, kind, now - longest, dry_run) for kind in ("rec", "runs"))
    freed = sum(entry.size for entry in removed)
    return Collected(len(removed), freed, records, memories, total - freed)


def _outlived(store: Store, kind: str, before: float, dry_run: bool) -> int:
    """Remove the records, or the memories of runs, that were last used before a time."""
    old = [entry for entry in entries(store, kind) if entry.changed < before]
    return sum(1 for entry in old if dry_run or _removed(store, entry))


def _removed(store: Store, entry: Entry) -> bool:
    """Remove a file, unless it was used since it was looked at."""
    if store.disk.changed(entry.path) != entry.changed:
        return False
    with suppress(OSError):
        store.disk.remove(entry.path)
        return True
    return False


def entries(store: Store, kind: str) -> Iterator[Entry]:
    """Every object (`obj`), record (`rec`) or memory of a run (`runs`), with size and time; not
    what other programs leave in folders, like `Thumbs.db`."""
    found = _files(store, [store.root / kind])
    yield from (entry for entry in found if _NAME.fullmatch(entry.path.name))


def _files(store: Store, folders: Iterable[Path]) -> Iterator[Entry]:
    for folder in folders:
        found = store.disk.entries(folder)
        yield from (entry for entry in found if not entry.folder)
        yield from _files(store, [entry.path for entry in found if entry.folder])
