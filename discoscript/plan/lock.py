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
(`pinned.py`). Lines of their own, sorted, so that two versions merge as text. Entries that this
version does not know are kept.
"""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from discoscript.errors import DiskFailure, disk_failure

SEEDS = 2**32


def lock_path(script: Path) -> Path:
    """`beach.disco` -> `beach.disco.lock`."""
    return script.with_name(script.name + ".lock")


def drawn_seed(script: Path) -> int:
    """The seed that was drawn for `script`; drawn and kept now, if it never was."""
    path = lock_path(script)
    kept = _read(path)
    if "seed" not in kept:
        try:
            _write(path, {**kept, "seed": secrets.randbelow(SEEDS)}, new=not kept)
        except OSError as error:
            failure = disk_failure(f"keep the drawn seed in {path}", error)
            failure.help = "write a seed into the script: scene: seed 1"
            raise failure from error
        kept = _read(path)
    return _seed(path, kept)


def entries(script: Path) -> dict[str, Any]:
    """All entries of the lock file of `script`; none if there is no file."""
    return _read(lock_path(script))


def keep(script: Path, found: Mapping[str, Any]) -> None:
    """Give the lock file of `script` these entries; others stay as they are."""
    path = lock_path(script)
    kept = _read(path)
    if kept != {**kept, **found}:
        try:
            _write(path, {**kept, **found}, new=False)
        except OSError as error:
            raise disk_failure(f"write the lock file {path}", error) from error


def kept_seed(script: Path) -> int | None:
    """The seed that was drawn for `script`, None if none was; nothing is drawn or written."""
    path = lock_path(script)
    kept = _read(path)
    return _seed(path, kept) if "seed" in kept else None


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
    try:
        return from_text(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise disk_failure(f"read the lock file {path}", error) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> DiskFailure:
    return DiskFailure(
        f"{path} is not a lock file",
        "resolve its merge conflict, or delete it to draw a new seed",
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
