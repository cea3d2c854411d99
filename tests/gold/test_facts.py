"""The long scripts mean what their comments say."""

import pytest
from gold.facts import agrees, facts_of, found
from gold.scripts import LONG, compiled, name

from discoscript.text.diagnostics import draw

STATED = [(path, fact) for path in LONG for fact in facts_of(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("path", LONG, ids=name)
def test_a_long_script_compiles_without_a_word(path) -> None:
    result = compiled(path)
    said = list(result.diagnostics)
    assert result.schedule is not None and not said, draw(said, result.source)


@pytest.mark.parametrize(
    ("path", "fact"), STATED, ids=[f"{path.stem}:{fact.name}" for path, fact in STATED]
)
def test_what_a_comment_says_is_so(path, fact) -> None:
    schedule = compiled(path).schedule
    assert schedule is not None
    value, expected = found(fact, schedule)
    assert agrees(value, expected), f"{path.name}:{fact.line}: it is {value}"


def test_there_are_twelve_long_scripts_with_something_to_say() -> None:
    assert len(LONG) == 12
    for path in LONG:
        text = path.read_text(encoding="utf-8")
        assert 40 <= len(text.splitlines()) <= 160, path.name
        assert len(list(facts_of(text))) >= 8, path.name


def test_a_wrong_comment_is_noticed() -> None:
    assert agrees(0.65, "0.65") and agrees(2 / 3, "0.667") and agrees(90.0, "90")
    assert not agrees(0.66, "0.65") and not agrees(90.4, "90") and not agrees(89.9, "> 90")
    assert agrees("border", "border") and not agrees("border", "zeros")
    assert agrees(True, "on") and not agrees(False, "on")
