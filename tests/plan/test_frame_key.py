"""Frame keys: everything that can change a picture changes its key, nothing else does."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from schedule.schedules import schedule

from discoscript.parameters import Mode
from discoscript.plan import frame_key as module
from discoscript.plan.footage import VideoInput
from discoscript.plan.frame_key import CUT, frame_key
from discoscript.plan.plan import plan
from discoscript_engine.identity import Identity
from discoscript_engine.job import FrameJob, OwnFile, Symmetry

IDENTITY = Identity("engine 1", "cpu-x86_64 fp32 torch2.9", (("clip tiny", "ab" * 32),))

VIDEO = VideoInput(("a" * 64, "b" * 64, "c" * 64, "d" * 64), "dis")

JOBS = {
    "still": plan(schedule(mode=Mode.STILL), 7, {}).frames[0].job,
    "start": plan(schedule(mode=Mode.D2), 7, {}).frames[0].job,
    "picture": plan(schedule(init__image="a.png"), 7, {"a.png": "ef" * 32}).frames[0].job,
    "perlin": plan(schedule(init__perlin="gray"), 7, {}).frames[0].job,
    "2d": plan(schedule(mode=Mode.D2), 7, {}).frames[1].job,
    "symmetry": plan(schedule(symmetry__vertical=True), 7, {}).frames[0].job,
    "3d": plan(schedule(mode=Mode.D3), 7, {}).frames[1].job,
    "video": plan(schedule(mode=Mode.VIDEO), 7, {}, VIDEO).frames[0].job,
    "flow": plan(schedule(mode=Mode.VIDEO), 7, {}, VIDEO).frames[1].job,
}


#: What can be where there is nothing.
SOMETHING = {
    "depth": "x",
    "flow": "x",
    "file": OwnFile("5e" * 32, "mine.safetensors"),
    "symmetry": Symmetry(True, False, (9.0,)),
}


def changed(value: Any, name: str) -> Any:
    """Another value of the same type, as near as possible; something in place of nothing."""
    if value is None:
        return SOMETHING[name]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value + 2**-40
    if isinstance(value, str):
        return value + "x"
    raise AssertionError(f"no way to change a {type(value).__name__}")


def mutants(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(path, copy) for every single value inside `value` changed alone."""
    if is_dataclass(value) and not isinstance(value, type):
        for f in fields(value):
            for where, other in mutants(getattr(value, f.name), f"{path}.{f.name}"):
                yield where, replace(value, **{f.name: other})
    elif isinstance(value, tuple):
        if not isinstance(value[-1], (str, float)):
            yield f"{path} without its last", value[:-1]
        for i, item in enumerate(value):
            for where, other in mutants(item, f"{path}[{i}]"):
                yield where, (*value[:i], other, *value[i + 1 :])
    else:
        yield path, changed(value, path.rpartition(".")[2])


def cases() -> list[Any]:
    return [
        pytest.param(job, other, id=where)
        for name, job in JOBS.items()
        for where, other in mutants(job, name)
        if other != job
    ]


@pytest.mark.parametrize(("job", "other"), cases())
def test_every_value_of_the_job_changes_the_key(job: FrameJob, other: FrameJob) -> None:
    assert frame_key(other, IDENTITY, CUT) != frame_key(job, IDENTITY, CUT)


@pytest.mark.parametrize("other", [pytest.param(o, id=w) for w, o in mutants(IDENTITY, "identity")])
def test_every_value_of_the_identity_changes_the_key(other: Identity) -> None:
    job = JOBS["start"]
    assert frame_key(job, other, CUT) != frame_key(job, IDENTITY, CUT)


def test_the_predecessor_changes_the_key() -> None:
    keys = {frame_key(JOBS["2d"], IDENTITY, p) for p in (CUT, "a" * 64, "b" * 64)}
    assert len(keys) == 3


def test_the_schema_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = frame_key(JOBS["start"], IDENTITY, CUT)
    monkeypatch.setattr(module, "SCHEMA", module.SCHEMA + 1)
    assert frame_key(JOBS["start"], IDENTITY, CUT) != before


def test_how_much_memory_is_taken_changes_no_key() -> None:
    on, off = (plan(schedule(scene__checkpoint=it), 7, {}).frames[1].job for it in (True, False))
    assert (on.checkpoint, off.checkpoint) == (True, False)
    assert frame_key(on, IDENTITY, CUT) == frame_key(off, IDENTITY, CUT)


def test_all_jobs_of_a_moving_shot_have_keys_of_their_own() -> None:
    frames = plan(schedule(frames=50), 7, {}).frames
    assert len({frame_key(f.job, IDENTITY, CUT) for f in frames}) == 50


def test_the_key_is_fixed() -> None:
    """A golden key: if it moves, every user's store is rendered again, so decide it knowingly."""
    assert frame_key(JOBS["3d"], IDENTITY, "ab" * 32) == GOLDEN


GOLDEN = "024b562b8f7adc790b2c2b0a687c682993e6cb577a584b881b4629f24678ceee"


def test_the_key_of_a_still_is_fixed_too() -> None:
    """What came later for moving pictures is no part of it."""
    assert frame_key(JOBS["still"], IDENTITY, "ab" * 32) == STILL


STILL = "3d14b0d571480de1ed8a3bdceb8e4eb278134a01bfbd45c6ca85cfd2f44493d1"
