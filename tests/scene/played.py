"""What a script comes to, written so that it can be checked by hand.

The values of a setting are runs of equal values: `4*12 0*6` is 4 on twelve frames, then 0 on six.
"""

from collections.abc import Mapping
from itertools import groupby

import numpy as np
from checks.diagnose import Folder

from discoscript.pipeline import Compiled, compile_text
from discoscript.schedule.schedule import Schedule
from discoscript.text.diagnostics import Severity, severity

#: A beat is 12 frames.
SCENE = "disco 1\nscene:\n    mode 3d\n    fps 24\n    bpm 120\n"


def looked_at(
    script: str, files: Mapping[str, str] | None = None, lets: Mapping[str, str] | None = None
) -> Compiled:
    """Everything that is said about the lines below `SCENE`."""
    return compile_text(SCENE + script.lstrip("\n"), "script.disco", Folder(files or {}), lets)


def played(
    script: str, files: Mapping[str, str] | None = None, lets: Mapping[str, str] | None = None
) -> Schedule:
    """The schedule of a script that must have no errors."""
    result = looked_at(script, files, lets)
    assert result.schedule is not None, [(d.code, d.message) for d in result.diagnostics]
    return result.schedule


def values(schedule: Schedule, name: str) -> str:
    """The runs of a setting (those of `camera` by their bare names) or of a prompt's weights."""
    if name.startswith('"'):
        rows = [row.weight for row in schedule.prompts if row.text == name[1:-1]]
        assert rows, f"no prompt {name}"
        return runs(np.sum(rows, axis=0))
    return runs(schedule.frames_of[name if "." in name else f"camera.{name}"])


def runs(array) -> str:
    """`4*12 0*6`, numbers to four digits."""
    shown = [value if isinstance(value, str) else f"{value:.4g}" for value in array.tolist()]
    return " ".join(f"{value}*{len(list(same))}" for value, same in groupby(shown))


def said(result: Compiled) -> list[tuple[str, str]]:
    """Code and marked text of all errors and warnings; names that are not used left out."""
    source = result.source
    return [
        (d.code, source.at(d.span))
        for d in result.diagnostics
        if severity(d) is not Severity.HINT and d.code != "D110"
    ]
