"""Reading a frame store as a whole: what is in it, and whether every byte is as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from discoscript.frames import record as records
from discoscript.frames.collecting import entries
from discoscript.frames.store import Store, verified
from discoscript.plan import run as runs


@dataclass(frozen=True)
class Stat:
    """How many pictures, records, memories of runs and damaged files, and their bytes."""

    pictures: int
    picture_bytes: int
    records: int
    record_bytes: int
    runs: int
    quarantined: int
    quarantined_bytes: int


def stat(store: Store) -> Stat:
    """What is in a store; nothing is read but the folders."""
    sizes = {kind: [e.size for e in entries(store, kind)] for kind in ("obj", "rec", "runs")}
    damaged = [entry.size for entry in entries(store, "quarantine")]
    pictures, kept = sizes["obj"], sizes["rec"]
    return Stat(
        len(pictures), sum(pictures), len(kept), sum(kept), len(sizes["runs"]),
        len(damaged), sum(damaged),
    )  # fmt: skip


def checked(store: Store, share: float = 1.0) -> Iterator[tuple[Path, bool]]:
    """Every file of a store, or a `share` of them that the names pick, and whether it is sound.
    Nothing is changed. What vanishes meanwhile is left out."""
    for kind in ("rec", "obj", "runs"):
        for entry in sorted(entries(store, kind), key=lambda entry: entry.path):
            if int(entry.path.name[-4:], 16) < share * 0x10000:
                sound = _sound(store, kind, entry.path)
                if sound is not None:
                    yield entry.path, sound


def _sound(store: Store, kind: str, path: Path) -> bool | None:
    try:
        data = store.disk.read(path)
    except FileNotFoundError:
        return None
    if kind == "rec":
        return records.from_bytes(data, path.name) is not None
    if kind == "obj":
        return verified(data, path.name) is not None
    return runs.from_bytes(data) is not None
