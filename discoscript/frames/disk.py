"""The few disk operations that the frame store and the models folder are made of.

They reach the disk only through these, so that a test can count them, make the N-th one
fail, or stop the process at it.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A file or a folder: bytes, and when it was last used, in seconds since 1970."""

    path: Path
    size: int
    changed: float
    folder: bool = False


class Disk:
    """The real disk. Every method is one step of a protocol; errors are OSErrors."""

    def read(self, path: Path) -> bytes:
        """The whole content of a file."""
        return path.read_bytes()

    def size(self, path: Path) -> int | None:
        """Bytes in a file; None when there is no such file."""
        try:
            return path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def create(self, path: Path, data: bytes) -> None:
        """Write a file that must not exist yet, and force it to the disk.

        An error of `fsync` is not retried: a second call may succeed although the data is lost.
        """
        with open(path, "xb", buffering=0) as file:
            _write_all(file.fileno(), data)
            os.fsync(file.fileno())

    def append(self, path: Path, data: bytes) -> None:
        """Write at the end of a file, which is made if need be; nothing is forced to the disk."""
        with open(path, "ab", buffering=0) as file:
            _write_all(file.fileno(), data)

    def sync(self, path: Path) -> None:
        """Force the content of a file to the disk."""
        handle = os.open(path, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def pieces(self, path: Path) -> Iterator[bytes]:
        """The content of a file, a mebibyte at a time."""
        with open(path, "rb") as file:
            while piece := file.read(2**20):
                yield piece

    def free(self, folder: Path) -> int:
        """Bytes that a user may still write in a folder."""
        return shutil.disk_usage(folder).free

    def protect(self, path: Path) -> None:
        """Make a file read-only for everybody; on Windows it could then not be renamed."""
        if os.name != "nt":
            path.chmod(0o444)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its final name, replacing what is there, in one step."""
        os.replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        """A second name for a file; FileExistsError when the name is taken."""
        os.link(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> bool:
        """Make one folder; False when it is there already."""
        try:
            path.mkdir()
        except FileExistsError:
            return False
        return True

    def sync_folder(self, path: Path) -> None:
        """Force the names in a folder to the disk, where the system can do that."""
        if os.name == "nt":
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted; none when there is no such folder."""
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def age_s(self, path: Path) -> float:
        """Seconds since a file was written; 0 when it is gone."""
        try:
            return time.time() - path.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def entries(self, folder: Path) -> list["Entry"]:
        """What lies in a folder, each with its size and the time when it was last used; none when
        there is no such folder. What vanishes meanwhile is left out."""
        found = []
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as there:
            for entry in there:
                with suppress(FileNotFoundError):
                    state = entry.stat(follow_symlinks=False)
                    is_folder = entry.is_dir(follow_symlinks=False)
                    path = folder / entry.name
                    found.append(Entry(path, state.st_size, state.st_mtime, is_folder))
        return found

    def changed(self, path: Path) -> float | None:
        """When a file was last used; None when it is gone."""
        try:
            return path.stat().st_mtime
        except FileNotFoundError:
            return None

    def touch(self, path: Path) -> None:
        """A file is used now. One that is gone, or that others own, stays as it is."""
        with suppress(OSError):
            os.utime(path)

    def stamp(self, path: Path) -> None:
        """An empty file that says when something was done last."""
        path.touch()

    @contextmanager
    def attempted(self, path: Path) -> Iterator[bool]:
        """Hold an advisory lock that dies with the process, or say that another one holds it.

        The file is removed afterwards, so that locks leave nothing behind. Where there are no such
        locks, nothing is held and all is well: they only save work.
        """
        handle = _opened(path)
        try:
            mine = held(handle)
            if mine and not _same(handle, path):  # removed by the one that held it: nobody's now
                mine = False
            yield mine
        finally:
            if mine:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            os.close(handle)

    @contextmanager
    def locked(self, path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Wait for, then hold, an advisory lock that dies with the process; `on_wait` is called
        if another one holds it.

        Where the system or the file system has no such locks, nothing is held: they only save
        work, nothing depends on them.
        """
        with open(path, "ab") as file:
            _wait_for_lock(file.fileno(), on_wait)
            yield


def _wait_for_lock(handle: int, on_wait: Callable[[], None]) -> None:
    try:
        import fcntl
    except ImportError:
        return
    with suppress(OSError):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def process_lives(pid: str) -> bool:
    """Whether a process of this machine may still be writing; in doubt, yes."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        return True
    return True


def held(handle: int) -> bool:
    """Take an advisory lock if nobody else holds it; also where there are no such locks."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)


def _same(handle: int, path: Path) -> bool:
    """Whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
