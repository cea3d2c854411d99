"""Which frames turbo diffuses: those of the reference (parity data 05), and with changing steps."""

import json
from pathlib import Path

import numpy as np
import pytest

from discoscript.schedule.turbo import diffused

TABLES = json.loads((Path(__file__).parents[1] / "parity/05_turbo.json").read_text())["tables"]

#: A resumed run is the same command again here, and a preroll of 0 works.
WHOLE = [table for table in TABLES if table["resume_at"] is None and table["error"] is None]


def made(steps, frames=24, preroll=1, starts=(0,), shots=()):
    """The frames that are diffused. `steps` is a number, or the steps from each frame on."""
    each = np.ones(frames, dtype=np.int64)
    for begin, value in steps.items() if isinstance(steps, dict) else [(0, steps)]:
        each[begin:] = value
    return np.flatnonzero(diffused(each, preroll, starts, shots)).tolist()


@pytest.mark.parametrize("table", WHOLE, ids=lambda table: table["name"])
def test_the_frames_are_those_of_the_reference(table):
    steps = int(table["turbo_steps"]) if table["turbo_mode"] else 1
    expected = [f["frame"] for f in table["frames"] if f["action"] == "diffuse"]
    assert made(steps, table["max_frames"], table["turbo_preroll"]) == expected


def test_there_are_tables_of_several_steps():
    assert {table["turbo_steps"] for table in WHOLE} >= {"2", "3", "4", "5"}


def test_without_turbo_every_frame_is_diffused():
    assert made(1, 6) == [0, 1, 2, 3, 4, 5]


def test_fewer_steps_act_at_once_and_more_from_the_last_frame_that_was_due():
    assert made({0: 6, 10: 3}) == [0, 1, 6, 10, 13, 16, 19, 22]
    assert made({0: 3, 10: 6}) == [0, 1, 3, 6, 9, 15, 21]
    assert made({0: 4, 9: 1, 12: 4}) == [0, 1, 4, 8, 9, 10, 11, 15, 19, 23]


def test_a_segment_begins_again_with_its_preroll():
    assert made(4, preroll=2, starts=(0, 10)) == [0, 1, 2, 4, 8, 10, 11, 12, 14, 18, 22]


def test_a_shot_is_due_and_has_no_preroll():
    assert made(4, shots=(10,)) == [0, 1, 4, 8, 10, 14, 18, 22]


def test_no_frames():
    assert len(diffused(np.zeros(0, dtype=np.int64), 10, (0,))) == 0
