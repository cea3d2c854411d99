"""The lock file: what was drawn once for a script and stays, so that the script renders the same.

`NAME.disco.lock` lies beside the script and belongs into version control:

    {
      "assets": {
        "refs/wave.png": "9c1f..."
      },
      "disco": 1,
      "engine": "engine 2",
      "models": {
        "clip tiny": "3b0e..."
      },
      "numeric": "cpu-x86_64-avx512 fp32 torch2.9",
      "seed": 3405691582
    }

The seed is there if it was drawn; the rest is what the script was rendered with the first time
(`pinned.py`). Lines of their own, sorted, so that versions differ in few lines. Where git could not
merge two of them, what both say still counts, the seed above all: `discoscript lock --update`
writes the file anew with it. Entries that this version does not know are kept.
"""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any

from discoscript.errors import DiskFailure, disk_failure

SEEDS = 2**32

_CONFLICT = "<<<<<<<"  #: how the line begins with which git marks what it could not merge


def lock_path(script: Path) -> Path:
    """`beach.disco` -> `beach.disco.lock`."""
    return script.with_name(script.name + ".lock")


def drawn_seed(script: Path) -> int:
    """The seed that was drawn for `script`; drawn and kept now, if it never was."""
    path = lock_path(script)
    kept = _read(path)
    if "seed" not in kept:
        if _conflicted(path):  # a new one would change every frame of both
            raise DiskFailure(
                f"two versions of {path} are to be merged, and have no seed in common",
                f"take one of them: git checkout --ours {quote(str(path))}",
            )
        try:
            _write(path, {**kept, "seed": secrets.randbelow(SEEDS)}, new=not kept)
        except OSError as error:
            failure = disk_failure(f"keep the drawn seed in {path}", error)
            failure.help = "write a seed into the script: scene: seed 1"
            raise failure from error
        kept = _read(path)
    return _seed(path, kept)


def entries(script: Path, whole: bool = True) -> dict[str, Any]:
    """All entries of the lock file of `script`; none if there is no file. Where two versions of it
    are still to be merged, DiskFailure, or if it need not be `whole`, what both say."""
    path = lock_path(script)
    if whole and _conflicted(path):
        raise DiskFailure(
            f"two versions of {path} are to be merged",
            f"keep the seed and take what is here: discoscript lock {quote(str(script))} --update",
        )
    return _read(path)


def keep(script: Path, found: Mapping[str, Any]) -> None:
    """Give the lock file of `script` these entries; others stay as they are."""
    path = lock_path(script)
    kept = _read(path)
    if kept != {**kept, **found} or _conflicted(path):
        try:
            _write(path, {**kept, **found}, new=False)
        except OSError as error:
            raise disk_failure(f"write the lock file {path}", error) from error


def kept_seed(script: Path) -> int | None:
    """The seed that was drawn for `script`, None if none was; nothing is drawn or written."""
    path = lock_path(script)
    kept = _read(path)
    return _seed(path, kept) if "seed" in kept else None


def shared(text: str) -> dict[str, Any]:
    """What both sides of a lock file that git could not merge say; of any other, what it says.
    ValueError if it is none."""
    ours, theirs = (from_text(side) for side in _sides(text))
    both = {name: value for name, value in ours.items() if theirs.get(name) == value}
    for name, value in ours.items():
        other = theirs.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            both[name] = {n: v for n, v in value.items() if other.get(n) == v}
    return both


def _sides(text: str) -> tuple[str, str]:
    """The two texts between whose lines the marks of a conflict stand; twice the same without."""
    sides: tuple[list[str], list[str]] = ([], [])
    into: tuple[list[str], ...] = sides
    for line in text.splitlines():
        if line.startswith(_CONFLICT):
            into = sides[:1]
        elif line.startswith("|||||||"):  # what both began with, in the style diff3
            into = ()
        elif line.startswith("======="):
            into = sides[1:]
        elif line.startswith(">>>>>>>"):
            into = sides
        else:
            for side in into:
                side.append(line)
    return "\n".join(sides[0]), "\n".join(sides[1])


def from_text(text: str) -> dict[str, Any]:
    """The entries of a lock file; ValueError if it is not one."""
    values = json.loads(text)
    if not isinstance(values, dict) or values.get("disco") != 1:
        raise ValueError("not a lock file")
    return values


def to_text(values: dict[str, Any]) -> str:
    """The text of a lock file."""
    return json.dumps({**values, "disco": 1}, indent=2, sort_keys=True) + "\n"


def _seed(path: Path, values: dict[str, Any]) -> int:
    seed = values.get("seed")
    if type(seed) is not int or not 0 <= seed < SEEDS:
        raise _damaged(path)
    return seed


def _read(path: Path) -> dict[str, Any]:
    text = _text(path)
    try:
        return {} if text is None else shared(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error


def _conflicted(path: Path) -> bool:
    """Whether git could not merge two versions of a lock file."""
    return any(line.startswith(_CONFLICT) for line in (_text(path) or "").splitlines())


def _text(path: Path) -> str | None:
    """The text of a lock file; None if there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise _damaged(path) from error
    except OSError as error:
        raise disk_failure(f"read the lock file {path}", error) from error


def _damaged(path: Path) -> DiskFailure:
    return DiskFailure(
        f"{path} is not a lock file",
        "take it from version control, or delete it to draw a new seed",
    )


def _write(path: Path, values: dict[str, Any], new: bool) -> None:
    """Give the file its content in one step. Of two processes that make it, the first wins."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(to_text(values), encoding="utf-8")
    try:
        _link(temporary, path) if new else os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path) -> None:
    with suppress(FileExistsError):
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            os.replace(temporary, path)
