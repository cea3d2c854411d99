"""Whatever a script says, the answer is a schedule or diagnostics, never an exception."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule.random_scripts import Scribe, shuffled

from discoscript.parameters import PARAMETERS, Axis
from discoscript.pipeline import compile_text
from discoscript.text.diagnostics import Severity, draw, severity

SEEDS = st.integers(0, 2**32)


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.02, 0.1, 0.5]))
def test_any_script_has_an_answer(seed, wild):
    text = Scribe(seed, wild).script()
    result = compile_text(text)
    for found in result.diagnostics:
        assert 0 <= found.span.start <= found.span.end <= len(text)
    assert draw(result.diagnostics, result.source) or not result.diagnostics
    errors = [
        d
        for d in result.diagnostics
        if severity(d) is Severity.ERROR or d.message.endswith("not built yet")
    ]
    assert (result.schedule is None) == bool(errors)
    assert result.scene.complete or errors, "a line was left out without a word"
    if result.schedule is not None:
        is_whole(result.schedule)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.02, 0.1]))
def test_the_order_of_lines_has_no_meaning(seed, wild):
    """Shots are the exception: they keep their order."""
    text = Scribe(seed, wild).script()
    one, two = compile_text(text).schedule, compile_text(shuffled(text, seed)).schedule
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        is_the_same(one, two)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_compiling_again_gives_the_same(seed):
    text = Scribe(seed, 0).script()
    first, second = compile_text(text), compile_text(text)
    assert first.diagnostics == second.diagnostics
    if first.schedule is not None and second.schedule is not None:
        is_the_same(first.schedule, second.schedule)


def is_the_same(one, two):
    """Two schedules are equal to the last bit."""
    assert one.fixed == two.fixed
    assert one.starts == two.starts
    np.testing.assert_array_equal(one.seeds, two.seeds)
    for key, values in {**one.frames_of, **one.progress}.items():
        np.testing.assert_array_equal(values, {**two.frames_of, **two.progress}[key], key)
    assert [row.text for row in one.prompts] == [row.text for row in two.prompts]
    for row, other in zip(one.prompts, two.prompts, strict=True):
        np.testing.assert_array_equal(row.weight, other.weight)


def is_whole(schedule):
    """A schedule has finite, possible values of every parameter at every frame."""
    for row in PARAMETERS:
        if row.axis is Axis.FIXED:
            assert row.key in schedule.fixed
            continue
        progress = row.axis is Axis.PROGRESS
        values = (schedule.progress if progress else schedule.frames_of)[row.key]
        assert values.shape == (1000 if progress else schedule.frames,)
        if values.dtype.kind in "fi":
            assert np.isfinite(values).all()
            low, high = row.hard or (None, None)
            assert low is None or values.min() >= low
            assert high is None or values.max() <= high
    for prompt in schedule.prompts:
        assert not prompt.weight[~prompt.present].any()
        assert np.isfinite(prompt.weight).all()
    assert schedule.starts[0] == 0


def test_most_tame_scripts_are_right():
    """The test above would be worth little if every script were wrong."""
    sound = sum(compile_text(Scribe(seed, 0).script()).schedule is not None for seed in range(60))
    assert sound >= 24


def test_tame_scripts_with_shots_and_moves_are_right_too():
    scribes = [scribe for seed in range(80) if (scribe := Scribe(seed, 0)).musical]
    whole = [compile_text(scribe.script()).schedule for scribe in scribes]
    sound = [schedule for schedule in whole if schedule is not None]
    assert len(sound) >= 12
    assert sum(bool(schedule.shots) for schedule in sound) >= 8
