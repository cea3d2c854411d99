"""What lies in an output folder, and whether it is all there still.

`output.json` says of every file what it was written from, its size and its time of change; after a
complete render also the fingerprint of all that the render depends on. The next one that has the
same fingerprint, and finds the files untouched, has nothing to do.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "output.json"
VERSION = 2


@dataclass
class Written:
    """`files` maps a path in the folder to what the file was written from, its size and its time
    of change. `fingerprint` and `results` belong to a complete render: what it depends on, and the
    paths in the folder that it is asked for; both empty where there was none."""

    files: dict[str, list[Any]] = field(default_factory=dict)
    fingerprint: str = ""
    results: Sequence[str] = ()

    def to_bytes(self) -> bytes:
        """The content of `output.json`."""
        complete = {"fingerprint": self.fingerprint, "results": list(self.results)}
        whole = {"disco": VERSION, "complete": complete, "files": self.files}
        return json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()


def written(folder: Path) -> Written:
    """What earlier renders wrote into a folder; nothing if the list is missing or damaged."""
    try:
        whole = json.loads((folder / NAME).read_bytes())
        if whole["disco"] != VERSION:
            return Written()
        complete, listed = whole["complete"], dict(whole["files"])
        files = {name: entry for name, entry in listed.items() if isinstance(entry, list)}
        return Written(files, str(complete["fingerprint"]), tuple(map(str, complete["results"])))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Written()


def finished(folder: Path, fingerprint: str) -> tuple[Path, ...] | None:
    """The results of a complete render with this fingerprint, if no file was touched since."""
    known = written(folder)
    if not known.results or known.fingerprint != fingerprint:
        return None
    inside = f"{folder}{os.sep}"
    if any(list(state(inside + name)) != entry[1:] for name, entry in known.files.items()):
        return None
    return tuple(folder / name for name in known.results)


def state(path: str | Path) -> tuple[int, int]:
    """Size and time of change; zeros where there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
