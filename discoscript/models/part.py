"""A file that is on its way: its first bytes, and where they come from.

    parts/NAME        the bytes, in order, from the first on; a killed process leaves them
    parts/NAME.json   {"sha256": of the whole file, "url": ..., "tag": ..., "total": ...}

The bytes are hashed as they come. Those that an earlier process left are read once, and only if
they belong to the same published file.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from discoscript.models.library import Library, OnBytes, failures
from discoscript_engine.model_row import ModelFile


@dataclass(frozen=True)
class Origin:
    """Where bytes come from: an address, the version of the file there, its whole length."""

    url: str
    tag: str = ""
    total: int | None = None


class Part:
    """The growing file."""

    def __init__(self, library: Library, file: ModelFile, on_bytes: OnBytes) -> None:
        self.library, self.file = library, file
        self.path = library.part_path(file)
        self.size = 0
        self.mixed = False  #: of more than one answer
        self.origin: Origin | None = None
        self._running = hashlib.sha256()
        self._take_over(on_bytes)

    @property
    def whole(self) -> bool:
        """Whether these bytes are the published file. It alone decides."""
        return self._running.hexdigest() == self.file.sha256

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes so far."""
        return self._running.hexdigest()

    def begin(self, origin: Origin) -> None:
        """Start from nothing, with bytes of that origin."""
        self.clear()
        self._remember(origin)

    def go_on(self, origin: Origin) -> None:
        """Add to what is here, from an origin that need not be the first one."""
        self.mixed = True
        self._remember(origin)

    def append(self, data: bytes) -> None:
        """Keep the next bytes."""
        with failures(f"write {self.path}"):
            self.library.disk.append(self.path, data)
        self._running.update(data)
        self.size += len(data)

    def clear(self) -> None:
        """Drop the bytes."""
        self.library.forget_part(self.file)
        self.size, self.mixed, self.origin = 0, False, None
        self._running = hashlib.sha256()

    def _take_over(self, on_bytes: OnBytes) -> None:
        """Go on from what an earlier process left, if it was fetching the same file."""
        disk = self.library.disk
        with failures(f"read {self.path}"):
            left = disk.size(self.path)
            if not left:
                return
            try:
                kept = json.loads(disk.read(self.library.origin_path(self.file)))
                sha256, origin = kept.pop("sha256"), Origin(**kept)
            except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
                sha256, origin = "", Origin("")
            if sha256 != self.file.sha256:
                self.clear()
                return
            for piece in disk.pieces(self.path):
                self._running.update(piece)
                self.size += len(piece)
                on_bytes(self.size, left)
        self.origin, self.mixed = origin, True

    def _remember(self, origin: Origin) -> None:
        """Keep the origin, whole or not at all, before the first of its bytes."""
        self.origin = origin
        text = json.dumps({"sha256": self.file.sha256, **asdict(origin)}, indent=2) + "\n"
        path, disk = self.library.origin_path(self.file), self.library.disk
        draft = path.with_name(f"{path.name}.new")
        with failures(f"write {path}"):
            disk.remove(draft)
            disk.create(draft, text.encode())
            disk.rename(draft, path)
