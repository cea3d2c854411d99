"""Laws that hold for any script: the order of lines and the layout mean nothing."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from gold.scripts import EXAMPLES, LIBRARIES, LONG, SAMPLES, compile_file, compiled, name
from gold.shuffling import shuffled
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule.random_scripts import Scribe

from discoscript.pipeline import compile_text
from discoscript.schedule.schedule import Origin, Schedule
from discoscript.syntax.formatting import formatted
from discoscript.text.source import Source, Span

ALL = [*LONG, *EXAMPLES, *SAMPLES]
SOUND = [path for path in ALL if compiled(path).schedule is not None]


def fmt(text: str) -> str:
    return formatted(Source("script.disco", text))


def exact(value: Any) -> Any:
    """Values bit for bit, without the places that they come from."""
    if isinstance(value, np.ndarray):
        return (
            value.dtype.str,
            value.shape,
            value.tolist() if value.dtype == object else value.tobytes(),
        )
    if isinstance(value, Mapping):
        return {key: exact(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [exact(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        parts = vars(value).items()
        return {key: exact(p) for key, p in parts if not isinstance(p, Span | Origin)}
    return value


def meaning(schedule: Schedule | None) -> Any:
    """All of a schedule but the places of its lines."""
    assert schedule is not None
    return {key: exact(part) for key, part in vars(schedule).items() if key != "origins"}


@pytest.mark.parametrize("path", SOUND, ids=name)
@settings(max_examples=4, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_lines_means_nothing(path: Path, random: Random) -> None:
    text = shuffled(path.read_text(encoding="utf-8"), random)
    assert meaning(compile_file(path, text).schedule) == meaning(compiled(path).schedule)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), random=st.randoms(use_true_random=False))
def test_the_order_of_the_lines_of_any_script_means_nothing(seed: int, random: Random) -> None:
    text = Scribe(seed, 0).script()
    one, two = compile_text(text), compile_text(shuffled(text, random))
    codes = [sorted(d.code for d in found.diagnostics) for found in (one, two)]
    assert (one.schedule is None) == (two.schedule is None), codes
    if one.schedule is not None:
        assert meaning(one.schedule) == meaning(two.schedule)


def test_shuffling_moves_lines() -> None:
    """The tests above would be worth nothing if the order stayed."""
    text = LONG[0].read_text(encoding="utf-8")
    for seed in range(5):
        mixed = shuffled(text, Random(seed))
        assert mixed != text
        assert sorted(mixed.split("\n")) == sorted(text.split("\n"))


def test_shuffling_keeps_blocks_and_shots() -> None:
    text = (
        'disco 1\nshot "a" 1s:\n    cut\n    # why\n    use x()\nlet y = 1\nshot "b" 1s:\n    cut\n'
    )
    orders = {shuffled(text, Random(seed)) for seed in range(100)}
    assert len(orders) == 6
    for mixed in orders:
        assert mixed.startswith("disco 1\n") and mixed.index('"a"') < mixed.index('"b"')
        assert "    # why\n    use x()\n" in mixed


@pytest.mark.parametrize("path", SOUND, ids=name)
def test_the_formatter_keeps_the_schedule(path: Path) -> None:
    after = fmt(path.read_text(encoding="utf-8"))
    assert fmt(after) == after
    assert meaning(compile_file(path, after).schedule) == meaning(compiled(path).schedule)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), random=st.randoms(use_true_random=False))
def test_the_formatter_keeps_the_schedule_of_any_script(seed: int, random: Random) -> None:
    text = shuffled(Scribe(seed, 0).script(), random)
    after = fmt(text)
    assert fmt(after) == after
    one, two = compile_text(text).schedule, compile_text(after).schedule
    assert (one is None) == (two is None)
    if one is not None:
        assert meaning(one) == meaning(two)


@pytest.mark.parametrize("path", [*LONG, *EXAMPLES, *LIBRARIES], ids=name)
def test_what_is_read_as_an_example_is_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert fmt(text) == text
