"""The table of curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discoscript.expressions.easing import EASINGS

U = np.linspace(0, 1, 501)
NUMBERS = {"steps": (4,), "bezier": (0.42, 0.0, 0.58, 1.0)}


def curve(name):
    return EASINGS[name].make(*NUMBERS.get(name, ()))


@pytest.mark.parametrize("name", EASINGS)
def test_goes_from_0_to_1(name):
    ends = curve(name)(np.array([0.0, 1.0]))
    np.testing.assert_allclose(ends, [0, 1], atol=1e-12)


@pytest.mark.parametrize("name", [name for name, row in EASINGS.items() if row.rises])
def test_never_goes_back(name):
    values = curve(name)(U)
    assert (np.diff(values) >= -1e-12).all()
    assert values.min() >= 0 and values.max() <= 1


@pytest.mark.parametrize("name", [name for name in EASINGS if name.startswith("in-out")])
def test_both_ends_are_alike(name):
    values = curve(name)(U)
    np.testing.assert_allclose(values + values[::-1], 1, atol=1e-9)


@pytest.mark.parametrize("name", [n for n in EASINGS if n.startswith("in") and "-out" not in n])
def test_out_is_in_from_the_other_end(name):
    out = curve(name.replace("in", "out", 1))(U)
    np.testing.assert_allclose(out, 1 - curve(name)(1 - U), atol=1e-12)


def test_every_curve_has_a_name_of_its_own():
    drawn = {name: curve(name)(U) for name in EASINGS}
    for name, values in drawn.items():
        twins = [other for other in drawn if np.allclose(drawn[other], values, atol=1e-6)]
        assert twins == [name]


@given(st.floats(0, 1), st.floats(-2, 3), st.floats(0, 1), st.floats(-2, 3))
def test_bezier_solves_its_own_x(x1, y1, x2, y2):
    s = np.linspace(0, 1, 41)

    def axis(a, b):
        return 3 * a * s * (1 - s) ** 2 + 3 * b * s * s * (1 - s) + s**3

    x = axis(x1, x2)
    flat = np.gradient(x, s) < 1e-3  # there one x has many y
    drawn = EASINGS["bezier"].make(x1, y1, x2, y2)(x)
    np.testing.assert_allclose(drawn[~flat], axis(y1, y2)[~flat], atol=1e-4)


def test_steps():
    values = EASINGS["steps"].make(4)(np.array([0, 0.24, 0.25, 0.5, 0.99, 1]))
    np.testing.assert_allclose(values, [0, 0, 0.25, 0.5, 0.75, 1])
