"""The folder that a render writes into: each file appears whole or not at all, and once.

`output.json` says of every file what it was written from (`delivered.py`), so that the next render
leaves it as it is. Nothing outside the folder is touched.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from discoscript.errors import DiskFailure, disk_failure
from discoscript.frames.disk import process_lives
from discoscript.video.delivered import NAME, state, written


class Folder:
    """A folder and those `inside` it that hold pictures, of which `needed` are made.

    A DiskFailure says why they can not be written, or that one is a link, which may lead elsewhere.
    """

    def __init__(self, path: Path, inside: Sequence[Path], needed: Sequence[Path]) -> None:
        self.path, self.inside = path, inside
        for folder in inside:
            if folder.is_symlink():
                raise DiskFailure(f"{folder} is a link; it may lead out of the output folder")
        try:
            for folder in needed:
                folder.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers()
        except OSError as error:
            raise disk_failure(f"write the output folder {path}", error) from error
        self._written = written(path)
        self._written.fingerprint, self._written.results = "", ()

    def write(self, path: Path, data: bytes) -> None:
        """Give a file its content in one step."""
        temporary = path.with_name(f".disco-{os.getpid()}-{path.name}")
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise disk_failure(f"write {path}", error) from error

    def is_current(self, path: Path, source: str) -> bool:
        """Whether the file was written from `source` and not touched since."""
        entry = self._written.files.get(self._name(path))
        return entry is not None and entry == [source, *state(path)]

    def note(self, path: Path, source: str) -> None:
        """Remember what a file was written from."""
        self._written.files[self._name(path)] = [source, *state(path)]

    def remove(self, path: Path) -> None:
        """Remove a file, and what is known of it."""
        path.unlink(missing_ok=True)
        self._written.files.pop(self._name(path), None)

    def complete(self, results: Sequence[Path], fingerprint: str) -> None:
        """The render is complete: `results` are what was asked for, `fingerprint` is that of all
        that they depend on. What others have removed is not missed."""
        found = self._written
        for name in [n for n, entry in found.files.items() if entry[1:] != self._now(n)]:
            del found.files[name]
        found.fingerprint = fingerprint
        found.results = [self._name(path) for path in results]

    def save(self) -> None:
        """Remember what was written, for the next run."""
        self.write(self.path / NAME, self._written.to_bytes())

    def _now(self, name: str) -> list[int]:
        return list(state(self.path / name))

    def _name(self, path: Path) -> str:
        """`frames/beach_0000.png`, wherever the folder lies."""
        return path.relative_to(self.path).as_posix()

    def _remove_leftovers(self) -> None:
        """Files that a killed run was writing."""
        for path in (path for each in (self.path, *self.inside) for path in each.glob(".disco-*")):
            if not process_lives(path.name.split("-")[1]):
                path.unlink(missing_ok=True)
