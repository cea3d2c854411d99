"""Disks that count their steps, fail at one of them, or end the process there."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from discoscript.frames.disk import Disk


class QuickDisk(Disk):
    """Forces nothing to the disk: for tests that are not about power cuts."""

    def create(self, path: Path, data: bytes) -> None:
        with open(path, "xb") as file:
            file.write(data)

    def sync_folder(self, path: Path) -> None:
        pass


class StepDisk(QuickDisk):
    """A disk where `reached` is called before every step that can fail, and inside writes."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def reached(self, step: str) -> None:
        self.steps.append(step)

    def read(self, path: Path) -> bytes:
        self.reached(f"read {path.parent.parent.name}")
        return super().read(path)

    def size(self, path: Path) -> int | None:
        self.reached("size")
        return super().size(path)

    def create(self, path: Path, data: bytes) -> None:
        self.reached("create")
        try:
            self.reached("half")
        except BaseException:
            path.write_bytes(data[: len(data) // 2])
            raise
        super().create(path, data)
        self.reached("created")

    def protect(self, path: Path) -> None:
        self.reached("protect")
        super().protect(path)

    def rename(self, source: Path, target: Path) -> None:
        self.reached("rename")
        super().rename(source, target)
        self.reached("renamed")

    def link(self, source: Path, target: Path) -> None:
        self.reached("link")
        super().link(source, target)
        self.reached("linked")

    def remove(self, path: Path) -> None:
        self.reached("remove")
        super().remove(path)

    def make_folder(self, path: Path) -> bool:
        self.reached("make folder")
        return super().make_folder(path)

    def sync_folder(self, path: Path) -> None:
        self.reached("sync folder")
        super().sync_folder(path)

    def names(self, folder: Path) -> list[str]:
        self.reached("names")
        return super().names(folder)

    def append(self, path: Path, data: bytes) -> None:
        self.reached("append")
        try:
            self.reached("half")
        except BaseException:
            super().append(path, data[: len(data) // 2])
            raise
        super().append(path, data)
        self.reached("appended")

    def sync(self, path: Path) -> None:
        self.reached("sync")

    def pieces(self, path: Path) -> Iterator[bytes]:
        self.reached("pieces")
        yield from super().pieces(path)

    def free(self, folder: Path) -> int:
        self.reached("free")
        return super().free(folder)

    @contextmanager
    def attempted(self, path: Path) -> Iterator[bool]:
        self.reached("lock")
        with super().attempted(path) as mine:
            yield mine

    @contextmanager
    def locked(self, path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
        self.reached("lock")
        with super().locked(path, on_wait):
            yield


class FaultyDisk(StepDisk):
    """Fails with `error` at step number `at` (from 1), once or from then on."""

    def __init__(self, at: int, error: int = errno.ENOSPC, lasting: bool = False) -> None:
        super().__init__()
        self.at, self.error, self.lasting = at, error, lasting

    def reached(self, step: str) -> None:
        super().reached(step)
        number = len(self.steps)
        if number == self.at or (self.lasting and number > self.at):
            raise OSError(self.error, os.strerror(self.error))


class KilledDisk(StepDisk):
    """Ends the process with SIGKILL at step number `at`; inside a write, half of it is there."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def reached(self, step: str) -> None:
        super().reached(step)
        if len(self.steps) == self.at:
            if step == "half":
                raise Killed
            os.kill(os.getpid(), signal.SIGKILL)

    def create(self, path: Path, data: bytes) -> None:
        try:
            super().create(path, data)
        except Killed:
            os.kill(os.getpid(), signal.SIGKILL)

    def append(self, path: Path, data: bytes) -> None:
        try:
            super().append(path, data)
        except Killed:
            os.kill(os.getpid(), signal.SIGKILL)


class Killed(BaseException):
    """Unwinds a write that is to end half done."""
