"""What program this is: its version, and the state of its files for those who change them."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import discoscript


def program() -> tuple[str, tuple[tuple[str, int, int], ...]]:
    """The version, and path, size and time of change of every source file."""
    engine = find_spec("discoscript_engine")
    folders = [Path(discoscript.__file__).parent]
    folders += [Path(engine.origin).parent] if engine and engine.origin else []
    return discoscript.__version__, tuple(sorted(f for at in folders for f in _sources(str(at))))


def _sources(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path)
            elif entry.name.endswith((".py", ".disco")):
                state = entry.stat()
                yield entry.path, state.st_size, state.st_mtime_ns
