"""Cut schedules are read by a grammar, never as code."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from importing import PARITY

from discoscript.exchange.cut_schedules import LONGEST, NoSchedule, read_schedule, runs, text_of

CASES = json.loads((PARITY / "07_cutouts.json").read_text())["schedule_strings"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["string"])
def test_the_strings_of_the_parity_data(case):
    values = read_schedule(case["string"])
    assert len(values) == case["length"]
    for index, value in case["at"].items():
        if value != "IndexError":
            assert values[int(index)] == value
    assert "".join(str(end - begin) for begin, end, _ in runs(values))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "too early"),
        ("[12]*400+", "too early"),
        ("[12*400", "expected `,`"),
        ("[12]400", "not expected"),
        ("[12]*[4]", "multiplied by a list"),
        ("[12]+4", "cannot be added"),
        ("[[1],2]", "inside of a list"),
        ("[1]*0", "empty"),
        ("[1]*2.5", "2.5 times"),
        ("__import__('os').system('true')", "no number"),
        ("[1]*99999999999", f"more than {LONGEST}"),
        ("[0]*1000*1000*1000", f"more than {LONGEST}"),
        ("(" * 100 + "1" + ")" * 100, "deeper"),
        ("-" * 100 + "1", "deeper"),
        ("[1e999]*10", ""),
    ],
)
def test_what_is_no_schedule(text, why):
    if not why:
        assert read_schedule(text) == [float("inf")] * 10
        return
    with pytest.raises(NoSchedule, match=why.replace("`,`", "`,`")):
        read_schedule(text)


def test_runs_fill_up_and_cut_off():
    assert runs([5.0]) == ((0, 1000, 5.0),)
    assert runs([1.0] * 400 + [2.0] * 500) == ((0, 400, 1.0), (400, 1000, 2.0))
    assert runs([1.0] * 900 + [2.0] * 900) == ((0, 900, 1.0), (900, 1000, 2.0))


@given(st.lists(st.tuples(st.integers(0, 64), st.integers(1, 300)), min_size=1, max_size=12))
def test_what_is_written_is_read_back(parts):
    values = [float(v) for v, n in parts for _ in range(n)]
    assert runs(read_schedule(text_of(values))) == runs(values)


@given(st.text("[]()*+-,.0123456789 e", max_size=60))
def test_any_text_is_values_or_a_reason(text):
    try:
        assert all(isinstance(value, float) for value in read_schedule(text))
    except NoSchedule as reason:
        assert str(reason)
