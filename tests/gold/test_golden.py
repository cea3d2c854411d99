"""The schedules of the long scripts and the examples are those in the golden files.

After a change that is meant: `DISCOSCRIPT_ACCEPT=1 pytest tests/gold`, and read the difference.
"""

import os
from pathlib import Path

import pytest
from gold.scripts import EXAMPLES, LONG, compiled, name
from gold.written import written

from discoscript.schedule.schedule import Schedule

FOLDER = Path(__file__).parent
ALL = [*LONG, *EXAMPLES]


def golden(path: Path) -> Path:
    """The golden file of a script."""
    return FOLDER / f"{path.stem}.schedule.txt"


@pytest.mark.parametrize("path", ALL, ids=name)
def test_a_schedule_is_the_golden_one(path: Path) -> None:
    result = compiled(path)
    assert isinstance(result.schedule, Schedule)
    now = written(result.schedule, result.source)
    if os.environ.get("DISCOSCRIPT_ACCEPT"):
        golden(path).write_text(now, encoding="utf-8")
    then = golden(path).read_text(encoding="utf-8")
    assert now.splitlines() == then.splitlines()


def test_every_golden_file_has_a_script() -> None:
    """Two scripts may not share one, either."""
    assert sorted(FOLDER.glob("*.schedule.txt")) == sorted({golden(path) for path in ALL})
    assert len({path.stem for path in ALL}) == len(ALL)
