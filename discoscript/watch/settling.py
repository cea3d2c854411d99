"""When a change of files is over: signatures and times in, settled files out. No clock, no disk.

Editors save in different ways: they empty a file and then write it, or move it away and write
another one in its place. Between the two the script is empty or gone, which it is not for its
author. So a change counts when it has been quiet for a moment, and a file that is empty or gone is
taken for what it was before, for a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

QUIET_S = 0.08  #: unchanged for so long: somebody has finished writing
LONGEST_S = 0.5  #: a file that never comes to rest is looked at all the same
HOLD_S = 1.0  #: an empty or missing file may still come back


@dataclass(frozen=True)
class Signature:
    """What of a file changes with its content, and costs nothing to ask for."""

    changed_ns: int
    size: int
    inode: int


@dataclass(frozen=True)
class Unrest:
    """A file that differs from what is known of it: since when, and when it moved last."""

    since: float
    moved: float
    signature: Signature | None

    @property
    def gone(self) -> bool:
        """Whether there is nothing to read."""
        return self.signature is None or self.signature.size == 0

    def over(self, now: float) -> bool:
        """Whether whoever writes it has finished."""
        return now - self.since >= HOLD_S if self.gone else now - self.moved >= QUIET_S


@dataclass(frozen=True)
class Settling:
    """The files as they were compiled, None where one was missing, and those that have changed."""

    known: Mapping[Path, Signature | None] = field(default_factory=dict)
    unrest: Mapping[Path, Unrest] = field(default_factory=dict)


def settled(
    state: Settling, now: float, found: Mapping[Path, Signature | None]
) -> tuple[Settling, frozenset[Path]]:
    """What is known after a look at the files, and those of them whose change is over.

    They are all reported at once: many files that change together are one change.
    """
    unrest = {
        path: _moved(state.unrest.get(path), now, signature)
        for path, signature in found.items()
        if signature != state.known.get(path)
    }
    if not _ready(unrest, now):
        return Settling(state.known, unrest), frozenset()
    known = {**state.known, **{path: found[path] for path in unrest}}
    return Settling(known), frozenset(unrest)


def next_look(state: Settling, now: float) -> float | None:
    """In how many seconds to look again, whatever else happens; None while nothing changes."""
    if not state.unrest:
        return None
    waits = [(u.since + HOLD_S if u.gone else u.moved + QUIET_S) for u in state.unrest.values()]
    return max(0.005, min(max(waits) - now, QUIET_S / 2))


def _moved(before: Unrest | None, now: float, signature: Signature | None) -> Unrest:
    if before is None:
        return Unrest(now, now, signature)
    found = Unrest(before.since, before.moved if before.signature == signature else now, signature)
    # what comes back starts a change of its own; what goes has a second from now on
    return found if found.gone == before.gone else Unrest(now, now, signature)


def _ready(unrest: Mapping[Path, Unrest], now: float) -> bool:
    if not unrest:
        return False
    changes = unrest.values()
    if all(change.over(now) for change in changes):
        return True
    held = any(change.gone and not change.over(now) for change in changes)
    return not held and any(now - change.since >= LONGEST_S for change in changes)
