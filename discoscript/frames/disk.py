"""The few disk operations that the frame store and the models folder are made of.

They reach the disk only through these, so that a test can count them, make the N-th one
fail, or stop the process at it.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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
