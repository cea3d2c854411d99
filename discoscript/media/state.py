"""Which file it was: its path, size and time of change, and the digest of its content."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from discoscript.scene.files import Unreadable


@dataclass(frozen=True)
class State:
    """A file as it was when somebody looked. `name` is what the script calls it."""

    path: Path
    name: str
    size: int
    changed_ns: int


def state_of(path: Path, name: str, largest: int | None = None) -> State:
    """The file as it is now; Unreadable if it is gone, or larger than `largest` bytes."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(name, error) from error
    if largest is not None and found.st_size > largest:
        size, limit = found.st_size / 2**20, largest / 2**20
        raise Unreadable(f'"{name}" has {size:,.0f} MiB; the limit is {limit:,.0f}', code="D507")
    return State(path, name, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=256)
def digest(state: State) -> str:
    """SHA-256 of the content, in hex digits; computed once for each state of a file."""
    try:
        with state.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(state.name, error) from error


def unreadable(name: str, error: OSError) -> Unreadable:
    """The system's reason, as a mistake of the script."""
    return Unreadable(f'cannot read "{name}": {(error.strerror or str(error)).lower()}')
