"""The folder of model files: what is there, and giving a whole file its name.

NAME           a file of the model table, whole
parts/         what has been fetched of the others, see `part.py`; a lock for each
quarantine/    files that turned out to be damaged; nothing reads them
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from discoscript.errors import DiskFailure, disk_failure
from discoscript.frames.disk import Disk
from discoscript.models.sizes import size_text
from discoscript_engine.model_row import ModelFile
from discoscript_engine.weights import FOLDER_VARIABLE

#: Is told how many bytes have been read of a file, of how many.
OnBytes = Callable[[int, int], None]

#: What to do where the folder is no good.
ELSEWHERE = f"make room, or let the models lie elsewhere: {FOLDER_VARIABLE}=FOLDER"


class State(StrEnum):
    """What a look at the folder tells of a file; its bytes are not read."""

    HERE = "here"
    MISSING = "missing"
    DAMAGED = "damaged"  #: of another size than the published one
    PART = "part"  #: fetching it began


@dataclass(frozen=True)
class Library:
    """The models folder; it need not exist. OSErrors become DiskFailures."""

    folder: Path
    disk: Disk = field(default_factory=Disk)

    def path(self, file: ModelFile) -> Path:
        """Where the file belongs."""
        return self.folder / file.name

    def part_path(self, file: ModelFile) -> Path:
        """Where it grows until it is whole."""
        return self.folder / "parts" / file.name.replace("/", "--")

    def origin_path(self, file: ModelFile) -> Path:
        """Where it is kept what the part comes from."""
        part = self.part_path(file)
        return part.with_name(f"{part.name}.json")

    def size(self, file: ModelFile) -> int | None:
        """Bytes of the file that is there."""
        with self._failures("look at"):
            return self.disk.size(self.path(file))

    def fetched(self, file: ModelFile) -> int:
        """Bytes of its part."""
        with self._failures("look at"):
            return self.disk.size(self.part_path(file)) or 0

    def state(self, file: ModelFile) -> State:
        """Whether the file is there, as far as its size tells."""
        size = self.size(file)
        if size is None:
            return State.PART if self.fetched(file) else State.MISSING
        return State.HERE if file.size in (None, size) else State.DAMAGED

    def digest(self, path: Path, on_bytes: OnBytes = lambda read, size: None) -> str:
        """The SHA-256 of a file, here or elsewhere."""
        running, read = hashlib.sha256(), 0
        with failures(f"read {path}"):
            size = self.disk.size(path) or 0
            for piece in self.disk.pieces(path):
                running.update(piece)
                read += len(piece)
                on_bytes(read, size)
        return running.hexdigest()

    def _prepare(self, file: ModelFile) -> None:
        """Make the folders that the file and its part lie in."""
        with self._failures("write"):
            for target in (self.path(file), self.part_path(file)):
                for folder in reversed(target.parents):
                    if not folder.is_dir():
                        self.disk.make_folder(folder)

    def place(self, file: ModelFile) -> None:
        """Give the part, which is whole, its name, so that it survives a power cut."""
        part, target = self.part_path(file), self.path(file)
        with self._failures("write"):
            self.disk.sync(part)
            self.disk.rename(part, target)
            self.disk.sync_folder(target.parent)
        self.forget_part(file)

    def forget_part(self, file: ModelFile) -> None:
        """Remove what was fetched of a file."""
        with self._failures("write"):
            self.disk.remove(self.part_path(file))
            self.disk.remove(self.origin_path(file))

    def set_aside(self, file: ModelFile) -> Path:
        """Move a damaged file to the quarantine; where it lies now."""
        folder = self.folder / "quarantine"
        target = folder / f"{self.path(file).name}-{secrets.token_hex(4)}"
        with self._failures("write"):
            self.disk.make_folder(folder)
            self.disk.rename(self.path(file), target)
        return target

    def remove(self, file: ModelFile) -> int:
        """Remove the file and what was fetched of it; the bytes that are free now."""
        freed = (self.size(file) or 0) + self.fetched(file)
        with self._failures("write"):
            self.disk.remove(self.path(file))
        self.forget_part(file)
        return freed

    def refuse_full(self, needed: int, what: str) -> None:
        """DiskFailure if the disk has no room for so many more bytes."""
        folder = next(f for f in (self.folder, *self.folder.parents) if f.is_dir())
        with self._failures("look at"):
            free = self.disk.free(folder)
        if needed > free:
            message = f"{what} needs {size_text(needed)}, {self.folder} has {size_text(free)} left"
            raise DiskFailure(message, ELSEWHERE)

    @contextmanager
    def claimed(self, file: ModelFile, on_wait: Callable[[], None]) -> Iterator[None]:
        """Hold a file while it is fetched, so that a second process waits instead of working."""
        self._prepare(file)
        lock = self.part_path(file)
        with ExitStack() as held:
            with self._failures("write"):
                path = lock.with_name(f"{lock.name}.lock")
                held.enter_context(self.disk.locked(path, on_wait))
            yield

    def _failures(self, doing: str) -> AbstractContextManager[None]:
        return failures(f"{doing} {self.folder}")


@contextmanager
def failures(doing: str) -> Iterator[None]:
    """OSErrors as DiskFailures that say what to do."""
    try:
        yield
    except OSError as error:
        failure = disk_failure(doing, error)
        failure.help = ELSEWHERE
        raise failure from error
