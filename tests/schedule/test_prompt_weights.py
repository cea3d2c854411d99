"""Sets of prompts, morphs between them, and prompts that live for a range of their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_scripts import compiled

SCENE = "disco 1\nscene:\n    mode 2d\n    fps 24\n    frames 48\n"


def weights(script):
    """Text -> its weight at every frame, nan where it is absent."""
    found = compiled(SCENE + script).prompts
    texts = [row.text for row in found]
    assert len(set(texts)) == len(texts)
    return {row.text: np.where(row.present, row.weight, np.nan) for row in found}


def at(values, *frames):
    return [None if np.isnan(values[f]) else round(float(values[f]), 9) for f in frames]


def test_bare_prompts_are_those_of_frame_0():
    found = weights('prompt "a"\nframe 0: prompt "b" 2\nframe 24: prompt "c"\n')
    assert at(found["a"], 0, 23, 24) == [1, 1, None]
    assert at(found["b"], 0, 23, 24) == [2, 2, None]
    assert at(found["c"], 0, 23, 24, 47) == [None, None, 1, 1]


def test_a_range_crosses_sets_and_brings_none():
    found = weights('prompt "a"\nprompt "mark" -0.5 @ 0..end\nframe 24:\n    prompt "x" @ 0..6\n')
    assert at(found["mark"], 0, 24, 47) == [-0.5, -0.5, -0.5]
    assert at(found["x"], 23, 24, 29, 30) == [None, 1, 1, None]
    assert at(found["a"], 0, 47) == [1, 1]


def test_journeys_belong_to_their_set():
    found = weights('prompt "a"\nprompt "fog" 0 -> 2 @ 0..20\nframe 24: prompt "b"\n')
    assert at(found["fog"], 0, 10, 23, 24) == [None, 1, 2, None]


def test_lines_about_one_text_are_one_curve():
    found = weights('prompt "a" 3\nprompt "a" -> 1 @ 12..24\n')
    assert at(found["a"], 0, 12, 18, 24, 47) == [3, 3, 2, 1, 1]


def test_steps_begin_and_stay():
    found = weights('prompt "a"\nprompt "b" 2 @ 12\n')
    assert at(found["b"], 11, 12, 47) == [None, 2, 2]


def test_fades_ramp_inside_the_range():
    found = weights('prompt "a"\nprompt "b" 2 @ 12..36 fade 8\n')
    assert at(found["b"], 12, 16, 20, 28, 32, 36) == [None, 1, 2, 2, 1, None]


def test_a_morph_of_equal_sums_is_a_cross_fade():
    found = weights('prompt "a" 2\nframe 24 morph 12: prompt "b" 2\n')
    assert at(found["a"], 23, 24, 27, 30, 36) == [2, 2, 1.5, 1, None]
    assert at(found["b"], 23, 24, 27, 30, 36) == [None, None, 0.5, 1, 2]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 24), st.sampled_from(["in", "linear"]))
def test_the_sum_of_a_morph_is_interpolated(old, new, length, ease):
    """Both sets keep their proportions; the sum goes straight from one to the other."""
    found = weights(
        f'prompt "a" {old + 1}\nprompt "b" -1\n'
        f'frame 12 morph {length} ease {ease}:\n    prompt "c" {new}\n    prompt "d" {new}\n'
    )
    total = sum(np.nan_to_num(values) for values in found.values())
    assert total[:12] == pytest.approx(old)
    assert total[12 + length :] == pytest.approx(2 * new)
    low, high = sorted((old, 2 * new))
    assert (total >= low - 1e-9).all() and (total <= high + 1e-9).all()
    np.testing.assert_allclose(found["c"], found["d"])
    both = ~np.isnan(found["a"])
    np.testing.assert_allclose(found["b"][both] * (old + 1), -found["a"][both])


def test_names_are_filled_in():
    script = 'let style = "oil, {n} hairs"\nlet n = 3\nprompt "a {{boat}}, {style}"\n'
    assert list(weights(script)) == ["a {boat}, oil, 3 hairs"]
    longer = 'prompt """a city\n          under the sea"""\n'
    assert list(weights(longer)) == ["a city under the sea"]


def test_the_order_of_lines_has_no_meaning():
    lines = ['prompt "a"', 'prompt "b" 2', 'frame 12: prompt "c"', 'prompt "d" -0.5 @ 0..end']
    first = compiled(SCENE + "\n".join(lines) + "\n").prompts
    second = compiled(SCENE + "\n".join(reversed(lines)) + "\n").prompts
    assert [row.text for row in first] == [row.text for row in second]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.weight, other.weight)


def test_names_that_grow_without_end_are_refused():
    from small_scripts import codes

    lets = 'let a0 = "ha "\n' + "".join(
        f'let a{i} = "{{a{i - 1}}}{{a{i - 1}}}"\n' for i in range(1, 60)
    )
    assert codes(SCENE + lets + 'prompt "{a59}"\n') == ["D708"]
    circle = 'let a = "{b}"\nlet b = "{a}"\nprompt "{a}"\n'
    assert codes(SCENE + circle) == ["D708"]


def test_ranged_prompts_of_one_text_that_begin_together_have_an_order_of_their_own():
    lines = ['prompt "sea" 2 @ 12..40', 'frame 4: prompt "sea" 3 @ 8..20']
    found = []
    for order in (lines, lines[::-1]):
        schedule = compiled("\n".join(["scene: frames 48", 'prompt "boat"', *order]) + "\n")
        found.append([row.weight.tolist() for row in schedule.prompts])
    assert found[0] == found[1]
