"""The fingerprint of a schedule: it changes with everything that changes a frame, and not else."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from schedule.schedules import FIXED, MOVING, PROGRESS, prompt, schedule
from small_scripts import compiled

from discoscript.plan.plan import plan
from discoscript.scene.scene import Shot
from discoscript.schedule.fingerprint import ORIGINS, fingerprint
from discoscript.schedule.schedule import Schedule
from discoscript.text.source import Span

SCRIPT = """disco 1
scene:
    frames 6
    fps 12
    seed 3
frame 0: prompt "a beach"
camera: zoom 1.01
"""


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, tuple):
        return (*value, value[-1])
    return f"{value}x"


@pytest.mark.parametrize("key", [*MOVING, *PROGRESS])
def test_every_parameter_counts_at_every_frame(key: str) -> None:
    value = PROGRESS[key] if key in PROGRESS else [MOVING[key]] * 4
    changed = [*value[:-1], other(value[-1])]
    one, two = (schedule(**{key.replace(".", "__"): v}) for v in (value, changed))
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize("key", FIXED)
def test_every_fixed_value_counts(key: str) -> None:
    one = schedule()
    two = replace(one, fixed={**one.fixed, key: other(one.fixed[key])})
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize("name", sorted({f.name for f in fields(Schedule)} - ORIGINS))
def test_every_field_counts(name: str) -> None:
    one = compiled(SCRIPT)
    value = getattr(one, name)
    changed: Any = {"frames": 7, "fps": one.fps + 1, "size": (64, 32)}.get(name)
    if name == "mode":
        changed = next(mode for mode in type(value) if mode is not value)
    elif isinstance(value, dict):
        changed = {**value, "x.y": 1}
    elif isinstance(value, np.ndarray):
        changed = ~value if value.dtype == bool else value + 1
    elif name == "shots":
        changed = (*value, Shot("x", 0, 3, Span(0, 0)))
    elif name in ("prompts", "starts"):
        changed = (*value, prompt("a storm", 1.0, 6) if name == "prompts" else 3)
    assert fingerprint(replace(one, **{name: changed})) != fingerprint(one)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("frame 0", "# a comment\nframe 0"),
        ("camera: zoom 1.01", "camera:\n    zoom   1.01"),
        ("camera: zoom 1.01", "let push = 1.01\ncamera: zoom push"),
    ],
)
def test_spacing_comments_and_names_do_not_count(old: str, new: str) -> None:
    assert fingerprint(compiled(SCRIPT.replace(old, new))) == fingerprint(compiled(SCRIPT))


def test_equal_fingerprints_give_equal_plans() -> None:
    one, two = schedule(camera__zoom=[1.0, 2.0, 1.0, 1.0]), schedule(camera__zoom=[1, 2, 1, 1])
    assert plan(one, 7, {}) == plan(two, 7, {})
    assert fingerprint(one, 7) == fingerprint(schedule(camera__zoom=[1.0, 2.0, 1.0, 1.0]), 7)
    assert fingerprint(one, 7) != fingerprint(one, 8)


def test_what_has_no_fingerprint_is_refused() -> None:
    with pytest.raises(TypeError, match="a object has no fingerprint"):
        fingerprint(object())
