"""The canonical form: equal values give equal bytes, different values different ones."""

import math
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discoscript.plan.canonical import canonical

finite = st.floats(allow_nan=False, allow_infinity=False)
plain = (
    st.none() | st.booleans() | st.integers() | finite | st.text(max_size=8) | st.binary(max_size=8)
)
values = st.recursive(
    plain,
    lambda inner: (
        st.tuples(inner, inner)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@dataclass(frozen=True)
class Move:
    x: float
    y: float


@dataclass(frozen=True)
class Turn:
    x: float
    y: float


@dataclass(frozen=True)
class Walk:
    x: float
    limp: int | None = None


def exact(value: object) -> object:
    """What the encoding promises to tell apart: the type, and the value up to NFC and -0.0."""
    if isinstance(value, str):
        return ("str", unicodedata.normalize("NFC", value))
    if isinstance(value, float):
        return ("float", (value + 0.0).hex())
    if isinstance(value, tuple):
        return ("list", tuple(exact(v) for v in value))
    if isinstance(value, dict):
        return ("map", tuple(sorted((exact(k), exact(v)) for k, v in value.items())))
    return (type(value).__name__, value)


@given(values, values)
def test_equal_bytes_mean_equal_values(one: object, other: object) -> None:
    assert (canonical(one) == canonical(other)) == (exact(one) == exact(other))


@given(values, values)
def test_no_encoding_begins_another(one: object, other: object) -> None:
    a, b = canonical(one), canonical(other)
    assert a == b or not a.startswith(b)


@given(st.dictionaries(st.text(max_size=4), st.integers(), max_size=6))
def test_the_order_of_keys_does_not_matter(values: dict[str, int]) -> None:
    assert canonical(values) == canonical(dict(reversed(values.items())))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), (0, False), (0, None), ("1", 1), (b"a", "a"), ("ab", ("a", "b")),
     ((1, (2,)), ((1, 2),)), (("a", "bc"), ("ab", "c")), (Move(1.0, 2.0), Turn(1.0, 2.0)),
     (Move(1.0, 2.0), Move(2.0, 1.0)), (1.0, math.nextafter(1.0, 2.0)), ((), ""), ((), {})],
)  # fmt: skip
def test_these_are_told_apart(one: object, other: object) -> None:
    assert canonical(one) != canonical(other)


def test_composed_and_decomposed_letters_are_one_text() -> None:
    assert canonical("\u00e9t\u00e9") == canonical("e\u0301te\u0301")


def test_minus_zero_is_zero() -> None:
    assert canonical(-0.0) == canonical(0.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, (1.0, math.nan)])
def test_nan_and_infinity_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no canonical form"):
        canonical(value)


@pytest.mark.parametrize("value", [object(), {1, 2}, Move, 1j])
def test_other_things_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no canonical form"):
        canonical(value)


def test_a_field_at_its_default_is_left_out() -> None:
    assert (
        canonical(Walk(1.0))
        == canonical(Walk(1.0, None))
        == b"O35:S4:WalkS1:xF20:0x1.0000000000000p+0"
    )
    assert len({canonical(Walk(1.0, limp)) for limp in (None, 0, 1)}) == 3


def test_the_form_is_fixed() -> None:
    """Stored frames depend on it: a change of form must be a change of `frame_key.SCHEMA`."""
    assert canonical((Move(1.5, -2.0), "é", 7, True, None, {"b": 1, "a": b"x"})) == (
        b"L104:O64:S4:MoveS1:xF20:0x1.8000000000000p+0S1:yF21:-0x1.0000000000000p+1"
        b"S2:\xc3\xa9I1:7B1:1N0:D16:S1:aY1:xS1:bI1:1"
    )
