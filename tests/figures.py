"""Figures: what tests measure of promises, with the row of docs/promises.md and a target.

`figure(row, name, value, target)` prints a figure, and fails where it is above its target. What
depends on how busy the machine is may have a higher limit, `figure(..., limit=2 * target)`: only
above that it fails. With `DISCOSCRIPT_FIGURES=FILE` it is also written there, as JSON: the file is
replaced in one step, and several test processes may write to it.
"""

import json
import os
import platform
import time
from pathlib import Path
from typing import Protocol

import pytest

from discoscript.frames.disk import Disk


class Figure(Protocol):
    """Records a figure of a test: its row, its name, its value, the target that was promised, and
    the limit above which the test fails (the target where none is given)."""

    def __call__(
        self, row: int, name: str, value: float, target: float, limit: float | None = None
    ) -> None: ...


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Records figures of the test that asks for it."""

    def record(
        row: int, name: str, value: float, target: float, limit: float | None = None
    ) -> None:
        most = target if limit is None else limit
        print(f"row {row}: {name}: {value:g} (promised {target:g}, fails above {most:g})")
        named = os.environ.get("DISCOSCRIPT_FIGURES")
        if named:
            entry = {"row": row, "value": value, "target": target, "test": request.node.name}
            added(Path(named), f"{row} {name}", entry)
        assert value <= most, f"{name}: {value:g} is more than {most:g}"

    return record


def added(path: Path, name: str, entry: dict[str, object]) -> None:
    """Add a figure to a file of figures, which other processes write to as well."""
    with Disk().locked(path.with_name(f"{path.name}.lock")):
        try:
            whole = json.loads(path.read_text())
        except FileNotFoundError:
            whole = {"python": platform.python_version(), "figures": {}}
        whole["figures"][name] = {**entry, "measured": time.strftime("%Y-%m-%d")}
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(whole, indent=2, sort_keys=True) + "\n")
        draft.replace(path)
