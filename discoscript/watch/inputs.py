"""The project while it is watched: what a compilation reads of it, read once and noted."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from discoscript.project import Project
from discoscript.scene.files import FileFacts
from discoscript.watch.disk import content, signature
from discoscript.watch.settling import Signature


class WatchedProject(Project):
    """A project that lives for one compilation and notes every file that is asked for.

    A file is noted as it was *before* it was read: what changes while it is read has changed
    since. What was read once is not read again, so that one compilation sees one text.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._noted: dict[Path, Signature | None] = {}
        self._read: dict[Path, bytes] = {}

    def note(self, path: Path) -> None:
        """A file that the result depends on, whether it is there or not."""
        self._noted.setdefault(path, signature(path))

    def find(self, path: str) -> FileFacts | None:
        self._note_inside(path)
        found = super().find(path)
        if found is not None:
            self._note_inside(found.path)
        return found

    def inside(self, path: str) -> Path:
        self._note_inside(path)
        return super().inside(path)

    def read(self, path: str) -> bytes:
        place = self.inside(path)
        if place not in self._read:
            self._read[place] = place.read_bytes()
        return self._read[place]

    @property
    def noted(self) -> Mapping[Path, Signature | None]:
        """Every file that was asked for, as it was before; None for one that was not there."""
        return MappingProxyType(self._noted)

    def _note_inside(self, path: str) -> None:
        if not self.leaves(path):
            self.note(self.root / path)


#: Of larger files a new date is taken for a new content: to read them takes longer than to compile.
LARGEST_READ = 64 * 2**20


class Contents:
    """What is in the watched files. A file that only has a new date has not changed."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Signature | None, str | None]] = {}

    def compiled(self, noted: Mapping[Path, Signature | None]) -> None:
        """Remember what was compiled. Of a file that moved meanwhile nothing is known."""
        before, self._known = self._known, {}
        for path, seen in noted.items():
            known = before.get(path)
            if known is not None and known[0] == seen:
                self._known[path] = known
            elif seen is None or seen.size <= LARGEST_READ:
                digest = content(path)
                if signature(path) == seen:
                    self._known[path] = seen, digest

    def changed(self, paths: frozenset[Path]) -> frozenset[Path]:
        """Those of the files in which there is something else than was compiled."""
        return frozenset(
            path
            for path in paths
            if path not in self._known or content(path) != self._known[path][1]
        )
