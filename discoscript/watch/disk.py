"""The disk as the watcher sees it: signatures, contents, and a tap on the shoulder."""

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from discoscript.watch.settling import Signature


def signature(path: Path) -> Signature | None:
    """What a file looks like from outside, links followed; None if there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return Signature(found.st_mtime_ns, found.st_size, found.st_ino)


def content(path: Path) -> str | None:
    """SHA-256 of what is in a file; None if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


class Taps:
    """Calls `tap` when something moves in the folders of the watched files.

    The folders are watched and not the files: most editors put another file in the place of the
    old one. A tap only says when to look: what has changed is found out by looking, which also
    happens without one, because not every file system tells.
    """

    def __init__(self, tap: Callable[[], None]) -> None:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer

        class Handler(FileSystemEventHandler):
            def on_any_event(self, event: Any) -> None:
                if event.event_type not in ("opened", "closed_no_write"):  # reading is no change
                    tap()

        self._handler, self._watches = Handler(), dict[Path, Any]()
        self._observer = Observer()
        self._observer.daemon = True
        self._observer.start()

    def watch(self, paths: Iterable[Path]) -> None:
        """Watch the folders of these files, of what their links lead to, and no others."""
        wanted = {folder for path in paths for folder in _folders(path)}
        for folder in self._watches.keys() - wanted:
            with suppress(Exception):  # the folder may be gone, and its watch with it
                self._observer.unschedule(self._watches[folder])
            del self._watches[folder]
        for folder in sorted(wanted - self._watches.keys()):
            with suppress(OSError):  # out of watches, or a strange file system: looking is enough
                self._watches[folder] = self._observer.schedule(self._handler, str(folder))

    def close(self) -> None:
        """End the thread that listens."""
        with suppress(Exception):
            self._observer.stop()


def _folders(path: Path) -> set[Path]:
    """The folder that a path names its file in, and the one in which the file lies."""
    found = {path.absolute().parent}
    with suppress(OSError, RuntimeError):
        found.add(path.resolve().parent)
    return {folder for folder in found if folder.is_dir()}
