"""Figures: what tests measure of promises, with the row of docs/promises.md and a target.

`figure(row, name, value, target)` prints a figure, and fails where it is above its target. With
`DISCOSCRIPT_FIGURES=FILE` it is also written there, as JSON: the file is replaced in one step, and
several test processes may write to it.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from discoscript.frames.disk import Disk

Figure = Callable[[int, str, float, float], None]


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Records a figure of the test: row, name, value, and the target that it must not exceed."""

    def record(row: int, name: str, value: float, target: float) -> None:
        print(f"row {row}: {name}: {value:g} (at most {target:g})")
        named = os.environ.get("DISCOSCRIPT_FIGURES")
        if named:
            entry = {"row": row, "value": value, "target": target, "test": request.node.name}
            added(Path(named), f"{row} {name}", entry)
        assert value <= target, f"{name}: {value:g} is more than {target:g}"

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
