"""Where memory is short, CLIP sees fewer cuts at once from the beginning, and that is said."""

from dataclasses import replace

import numpy as np
import pytest
from jobs import job

from discoscript_engine import room as module
from discoscript_engine.engine import Engine
from discoscript_engine.memory import step_of
from discoscript_engine.room import free_memory, room_for

#: 14 cuts of 64 pixels.
JOB = replace(
    job(steps=3, overview=((1000, 5.0),), inner=((1000, 2.0),), cutn_batches=2),
    width=64,
    height=48,
)
STEP = step_of(JOB, "fp32")


def silent(done, total, seen):
    pass


def test_with_room_cuts_are_as_many_as_usual():
    for free in (STEP.bytes(16), None):
        found = room_for([JOB], "cpu", "fp32", free)
        assert (found.at_once, found.needed, found.fits) == (16, found.usual, True)
        assert not found.short
    assert room_for([JOB], "cuda", "fp32", None).line() == "memory: 0.10 GB or more are needed"


@pytest.mark.parametrize("at_once", [8, 4, 2, 1])
def test_cuts_are_halved_until_they_fit(at_once):
    found = room_for([JOB], "cpu", "fp32", STEP.bytes(at_once))
    assert (found.at_once, found.needed, found.fits) == (at_once, STEP.bytes(at_once), True)
    assert found.short
    assert f": CLIP looks at {at_once} cut" in found.line()


def test_too_little_for_one_cut_does_not_fit():
    found = room_for([JOB], "cpu", "fp32", STEP.bytes(1) - 1)
    assert (found.at_once, found.fits) == (1, False)
    assert found.line().endswith("with one cut at once it is 0.06 GB still")


def test_the_largest_frame_counts():
    large = replace(JOB, width=640, height=480)
    assert room_for([JOB, large, JOB], "cpu", "fp32", None) == room_for(
        [large], "cpu", "fp32", None
    )


def test_the_engine_takes_fewer_cuts_and_says_so_once():
    said = []
    short = Engine("cpu", said.append, lambda kind: STEP.bytes(2))
    picture = short.render(JOB, None, {}, silent)
    assert np.array_equal(short.render(JOB, None, {}, silent), picture)
    assert [line.split(";")[0] for line in said] == [
        "memory: 0.10 GB or more are needed, 0.07 GB are free: "
        "CLIP looks at 2 cuts at once, for 0.07 GB"
    ]
    plenty = Engine("cpu", said.append, lambda kind: 10**12)
    whole = plenty.render(JOB, None, {}, silent)
    assert np.abs(whole.astype(int) - picture).max() <= 1 and len(said) == 1


@pytest.mark.parametrize(
    ("meminfo", "limit", "used", "free"),
    [
        ("MemTotal: 9000 kB\nMemAvailable: 4000 kB\n", None, None, 4_096_000),
        ("MemTotal: 9000 kB\nMemAvailable: 4000 kB\n", "max", "5", 4_096_000),
        ("MemTotal: 9000 kB\nMemAvailable: 4000 kB\n", "3000000", "1000000", 2_000_000),
        ("MemAvailable: 4000 kB\n", "1000", "2000", 0),
    ],
)
def test_free_is_what_the_machine_and_the_container_leave(
    tmp_path, monkeypatch, meminfo, limit, used, free
):
    (tmp_path / "meminfo").write_text(meminfo)
    for name, value in (("memory.max", limit), ("memory.current", used)):
        if value is not None:
            (tmp_path / name).write_text(value + "\n")
    monkeypatch.setattr(module, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(module, "CGROUP", tmp_path)
    assert free_memory("cpu") == free


@pytest.mark.parametrize(
    ("said", "free"), [("40536", 40536 * 2**20), ("[N/A]", None), (None, None)]
)
def test_a_gpu_is_asked_by_its_tool(monkeypatch, said, free):
    monkeypatch.setattr(module, "asked_of_gpu", lambda what: said)
    assert free_memory("cuda") == free
