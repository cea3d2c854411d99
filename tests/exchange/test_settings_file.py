"""Settings files as people leave them: read all the same, with the line of every slip."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discoscript.exchange.settings_file import DEEPEST, Entry, Unreadable, read


def plain(value):
    """Entries without their lines."""
    match value:
        case Entry():
            return plain(value.value)
        case dict():
            return {name: plain(entry) for name, entry in value.items()}
        case tuple():
            return [plain(entry) for entry in value]
    return value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(-1e300, 1e300)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text(), json_values, max_size=6), st.sampled_from([None, 4]))
def test_json_is_read_as_json(value, indent):
    text = json.dumps(value, indent=indent, allow_nan=False)
    found = read(text)
    assert plain(found.entries) == json.loads(text)
    assert found.slips == ()


@given(st.text() | st.text("{}[]\"':,\\ntrue0-. #/", max_size=80))
def test_any_text_is_entries_or_a_place(text):
    try:
        read(text)
    except Unreadable as problem:
        assert 1 <= problem.line <= text.count("\n") + 1
        assert problem.column >= 1 and problem.message


LENIENT = """{
    # my favourite
    "steps": 250,
    'eta': .8,
    "skip_augs": True,
    "init_image": None,
    "clamp_max": NaN,
    fov: 1_000,
    "text_prompts": {0: ["a
b",],}, // end
    "steps": 300
    "tv_scale": 1,
}
"""


def test_what_people_write():
    found = read(LENIENT)
    values = plain(found.entries)
    assert values.pop("clamp_max") != values
    assert values == {
        "steps": 300,
        "eta": 0.8,
        "skip_augs": True,
        "init_image": None,
        "fov": 1000,
        "text_prompts": {"0": ["a\nb"]},
        "tv_scale": 1,
    }
    assert found.slips == (
        (2, "a comment"),
        (4, "single quotes"),
        (4, "the number `.8`"),
        (5, "`True` as Python writes it"),
        (6, "`None` as Python writes it"),
        (7, "`NaN` as Python writes it"),
        (8, "`fov` without quotes"),
        (8, "the number `1_000`"),
        (9, "`0` without quotes"),
        (10, "a comma after the last entry"),
        (10, "a comment"),
        (11, "`steps` is here a second time: this one counts"),
        (12, "a comma is missing in front of this"),
        (13, "a comma after the last entry"),
    )
    assert [entry.line for entry in found.entries.values()] == [11, 4, 5, 6, 7, 8, 9, 12]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "expected a value, found the end"),
        ("[1]", 1, 1, "a settings file is a list of names and values in `{ }`"),
        ('{"a": 1,\n "b" 2}', 2, 6, "expected `:` after `b`"),
        ('{"a": 1,\n "b": wrong}', 2, 7, "expected a value, found `wrong`"),
        ('{"a":\n "open}', 2, 2, "this text has no closing quote"),
        ('{"a": [1, 2', 1, 12, "`]` is missing"),
        ('{"a": ' + "[" * 50, 1, 7 + DEEPEST, f"brackets are nested deeper than {DEEPEST}"),
    ],
)
def test_where_it_stops(text, line, column, message):
    with pytest.raises(Unreadable) as problem:
        read(text)
    found = problem.value
    assert (found.line, found.column, found.message) == (line, column, message)
