"""Pins: the pictures that a running render still needs, so that nobody makes room with them.

    pins/<pid>-<random>     32 bytes for each picture of the render: its digest, or zeros

The file is locked as long as the render lives; one whose lock is free was left by a process that
was killed, and pins nothing. Pins only save work: without them a frame would be rendered again.
"""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from discoscript.frames.disk import held

SLOT = 32
EMPTY = bytes(SLOT)


class Pins:
    """The pins of one render, a slot for each of its pictures. Without a folder, or on a full disk,
    nothing is pinned."""

    def __init__(self, root: Path) -> None:
        self._path = root / "pins" / f"{os.getpid()}-{secrets.token_hex(8)}"
        self._handle: int | None = None

    def __enter__(self) -> "Pins":
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
            held(self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None

    def pin(self, place: int, digest: str) -> None:
        """The picture at a place is needed."""
        self._write(place, bytes.fromhex(digest))

    def free(self, places: Iterable[int]) -> None:
        """The pictures at these places are needed no longer."""
        for place in places:
            self._write(place, EMPTY)

    def _write(self, place: int, data: bytes) -> None:
        if self._handle is not None:
            with suppress(OSError):
                os.lseek(self._handle, place * SLOT, os.SEEK_SET)
                os.write(self._handle, data)


def pinned(root: Path) -> frozenset[str]:
    """The digests that running renders need; what dead ones left is removed."""
    found: set[str] = set()
    with suppress(OSError):
        for path in sorted((root / "pins").iterdir()):
            with suppress(OSError):
                found |= _living(path)
    return frozenset(found)


def _living(path: Path) -> set[str]:
    handle = os.open(path, os.O_RDWR)
    try:
        if held(handle):  # nobody holds it: its process has ended
            path.unlink(missing_ok=True)
            return set()
        data = path.read_bytes()
    finally:
        os.close(handle)
    slots = (data[at : at + SLOT] for at in range(0, len(data) - SLOT + 1, SLOT))
    return {slot.hex() for slot in slots if slot != EMPTY}
