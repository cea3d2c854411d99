"""Laws that hold for every script."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from small_scripts import camera, compiled, drawn

from discoscript.expressions.easing import EASINGS

FRAMES = 48
values = st.integers(-900, 900).map(lambda n: n / 100)
frames = st.integers(0, FRAMES)
plain_eases = st.sampled_from([name for name in EASINGS if name not in ("steps", "bezier")])
ranges = st.tuples(frames, frames).filter(lambda pair: pair[0] < pair[1])
laws = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@laws
@given(st.dictionaries(frames, st.tuples(values, plain_eases), min_size=1, max_size=8))
def test_a_curve_passes_through_its_keys(keys):
    entries = ", ".join(f"{f}: {v} ease {e}" for f, (v, e) in keys.items())
    curve = drawn(camera(f"translate_z [{entries}]"))
    for frame, (value, _) in keys.items():
        if frame < FRAMES:
            assert curve[frame] == pytest.approx(value, abs=1e-9)
    assert (curve[: min(keys)] == keys[min(keys)][0]).all()
    assert curve[max(keys) :] == pytest.approx(keys[max(keys)][0])


@laws
@given(st.lists(values, min_size=2, max_size=6), plain_eases)
def test_keys_are_chained_journeys(points, ease):
    assume(ease != "smooth")  # a spline looks at the keys beside it
    times = [int(t) for t in np.linspace(0, FRAMES, len(points))]
    pairs = list(zip(times, points, strict=True))
    keys = drawn(camera(f"translate_z [{', '.join(f'{f}: {v}' for f, v in pairs)}] ease {ease}"))
    journeys = [
        f"translate_z {a} -> {b} @ {s}..{e} ease {ease}" for (s, a), (e, b) in pairwise(pairs)
    ]
    np.testing.assert_allclose(keys, drawn(camera(*reversed(journeys))), atol=1e-12)


LINES = st.lists(
    st.one_of(
        st.builds("translate_z {}".format, values),
        st.builds("translate_z {} @ {}".format, values, frames),
        st.builds(lambda v, r: f"translate_z {v} @ {r[0]}..{r[1]}", values, ranges),
        st.builds(
            lambda a, b, r, e: f"translate_z {a} -> {b} @ {r[0]}..{r[1]} ease {e}",
            values,
            values,
            ranges,
            plain_eases,
        ),
        st.builds(lambda b, r: f"translate_z -> {b} @ {r[0]}..{r[1]}", values, ranges),
        st.builds(lambda v, r: f"translate_z by {v} @ {r[0]}..{r[1]}", values, ranges),
        st.builds(lambda v: f"translate_z += {v} * wave(1s)", values),
        st.builds(lambda v, r: f"translate_z += {v} @ {r[0]}..{r[1]}", values, ranges),
        st.builds(lambda v: f"translate_z *= 1 + 0.1 * {v}", values),
    ),
    min_size=1,
    max_size=6,
)


def outcome(text):
    """The drawn values, or the codes of the errors."""
    from discoscript.pipeline import compile_text

    result = compile_text(text)
    if result.schedule is None:
        return None
    return result.schedule.frames_of["camera.translate_z"]


@laws
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_lines_has_no_meaning(lines, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    first, second = outcome(camera(*lines)), outcome(camera(*shuffled))
    assert (first is None) == (second is None)
    if first is not None:
        np.testing.assert_array_equal(first, second)


@laws
@given(LINES, values, ranges)
def test_a_visit_returns(lines, value, where):
    """Where it does not act, nothing is changed by a visit."""
    without = outcome(camera(*lines))
    begin, end = where
    inside = outcome(camera(*lines, f"translate_z {value} @ {begin}..{end}"))
    assume(without is not None and inside is not None)
    outside = np.r_[0:begin, end:FRAMES]
    np.testing.assert_array_equal(inside[outside], without[outside])


@laws
@given(values, ranges, plain_eases)
def test_by_adds_up(value, where, ease):
    begin, end = where
    assume((begin, end) != (0, 1))
    curve = drawn(camera(f"translate_z by {value} @ {begin}..{end} ease {ease}"))
    assert curve.sum() == pytest.approx(value, abs=1e-9)
    assert curve[0] == 0
    assert (curve[end:] == 0).all() and (curve[:begin] == 0).all()


@laws
@given(st.integers(1, 400), ranges, plain_eases)
def test_by_multiplies_up(value, where, ease):
    begin, end = where
    assume((begin, end) != (0, 1))
    scene = "scene:\n    mode 2d\n    frames 48\n"
    text = camera(f"zoom by {value / 100} @ {begin}..{end} ease {ease}", before=scene)
    assert drawn(text, "camera.zoom").prod() == pytest.approx(value / 100)


@laws
@given(st.integers(1, FRAMES - 1), values, values)
def test_halves_meet(cut, left, right):
    curve = drawn(camera(f"translate_z {left} @ 0..{cut}", f"translate_z {right} @ {cut}..end"))
    np.testing.assert_array_equal(curve, np.where(np.arange(FRAMES) < cut, left, right))


@laws
@given(LINES, st.sampled_from(["speed", "q", "a_long_name"]))
def test_names_and_comments_change_nothing(lines, name):
    plain = outcome(camera(*lines, "rotate_y 1.5"))
    lines = [f"{line}  # {index}" for index, line in enumerate(lines)]
    named = outcome(camera("# a comment", *lines, f"rotate_y {name}", before=f"let {name} = 1.5\n"))
    assert (plain is None) == (named is None)
    if plain is not None:
        np.testing.assert_array_equal(plain, named)


@laws
@given(st.lists(values, min_size=3, max_size=6))
def test_a_spline_has_no_corners(points):
    times = [int(t) for t in np.linspace(0, 480, len(points))]
    keys = ", ".join(f"{f}: {v}" for f, v in zip(times, points, strict=True))
    scene = "scene:\n    mode 3d\n    fps 24\n    frames 480\n"
    curve = drawn(camera(f"translate_z [{keys}] ease smooth", before=scene))
    steepest = max(np.abs(np.diff(curve)).max(), 1e-6)
    assert np.abs(np.diff(curve, 2)).max() <= 0.12 * steepest


def test_both_ends_of_a_journey_are_live():
    curve = drawn(camera("translate_z frame -> 2 * frame @ 0..24"))
    f = np.arange(48)
    np.testing.assert_allclose(curve, np.where(f < 24, f * (1 + f / 24), 2 * f))


def test_a_journey_from_here_leaves_from_the_value_in_force():
    curve = drawn(camera("translate_z 4", "translate_z 1 @ 0..12", "translate_z -> 8 @ 12..24"))
    assert list(curve[[0, 11, 12, 18, 24, 47]]) == [1, 1, 4, 6, 8, 8]
    wiggle = drawn(camera("translate_z wave(8)", "translate_z -> 8 @ 12..24"))
    f = np.arange(12, 24)
    np.testing.assert_allclose(
        wiggle[12:24], np.sin(f / 4 * np.pi) * (24 - f) / 12 + 8 * (f - 12) / 12, atol=1e-12
    )


def test_a_fade_stays_inside_its_range():
    curve = drawn(camera("translate_z 2", "translate_z 6 @ 12..36 fade 8"))
    assert list(curve[[11, 12, 16, 20, 28, 32, 35, 36]]) == [2, 2, 4, 6, 6, 4, 2.5, 2]


def test_layers_add_first_and_multiply_then():
    curve = drawn(camera("translate_z *= 3", "translate_z += 2 @ 0..24", "translate_z 1"))
    assert list(curve[[0, 24]]) == [9, 3]
    curve = drawn(camera("rotate_z += 0 -> 2 @ 0..24", "rotate_z 1"), "camera.rotate_z")
    assert list(curve[[0, 12, 24, 47]]) == [1, 2, 3, 3]


def test_frames_that_start_a_segment_pass_their_share_on():
    text = camera("translate_z by 6 @ 0..8") + "cut @ 4\n"
    assert drawn(text)[:9] == pytest.approx([0, 1, 1, 1, 0, 1, 1, 1, 0])


def test_blocks_move_the_origin_and_the_range():
    text = 'disco 1\nscene:\n    mode 3d\n    frames 48\nprompt "x"\n'
    text += "camera @ 12..24: translate_z 3\nframe 24: camera: translate_z 5 @ 0..25%\n"
    text += "frame 36:\n    camera: rotate_y 2\n    camera: rotate_x 0 -> 6 @ 0..6\n"
    result = compiled(text)
    assert list(result.frames_of["camera.translate_z"][[11, 12, 23, 24, 29, 30]]) == [
        0,
        3,
        3,
        5,
        5,
        0,
    ]
    assert list(result.frames_of["camera.rotate_y"][[35, 36, 47]]) == [0, 2, 2]
    assert list(result.frames_of["camera.rotate_x"][[36, 39, 42, 47]]) == [0, 3, 6, 6]
