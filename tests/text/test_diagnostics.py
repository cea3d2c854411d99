"""How diagnostics are drawn."""

from discoscript.text.diagnostics import Diagnostic, Related, draw, summary
from discoscript.text.source import Source, Span


def source(text: str) -> Source:
    return Source("canyon.disco", text)


def at(text: str, words: str, nth: int = 0) -> Span:
    """The place of the nth occurrence of some words."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span(start, start + len(words))


def frame(text: str, found: Diagnostic, **options: bool | int) -> list[str]:
    """The drawing of one diagnostic without the summary."""
    drawn = draw([found], source(text), **options)  # type: ignore[arg-type]
    return drawn.split("\n\n")[0].splitlines()


def test_two_places_and_help() -> None:
    text = "camera:\n" * 11 + "    zoom 10 @ 0..120\n\n    zoom 4 @ 100..200\n"
    found = Diagnostic(
        "D301",
        "two lines set `zoom` on frames 100 to 119",
        at(text, "100..200"),
        "and again here",
        "make the ranges meet (`120..200`)",
        (Related(at(text, "0..120"), "first here"),),
    )
    assert frame(text, found) == [
        "error[D301]: two lines set `zoom` on frames 100 to 119",
        "   --> canyon.disco:14:14",
        "   |",
        "12 |     zoom 10 @ 0..120",
        "   |               ------ first here",
        "14 |     zoom 4 @ 100..200",
        "   |              ^^^^^^^^ and again here",
        "   = help: make the ranges meet (`120..200`)",
    ]


def test_two_places_on_one_line() -> None:
    text = "zoom [0: 1, 24: 1.05, 24: 1]"
    related = (Related(at(text, "24"), "first key"),)
    found = Diagnostic("D304", "two keys at frame 24", at(text, "24", 1), "second", "", related)
    assert frame(text, found)[3:] == [
        "1 | zoom [0: 1, 24: 1.05, 24: 1]",
        "  |                       ^^ second",
        "  |             -- first key",
    ]


def test_wide_characters_and_emoji_line_up() -> None:
    text = 'prompt "日本の灯台 🏳️‍🌈 e\u0301" 2 3'
    *_, line, carets = frame(text, Diagnostic("D008", "x", at(text, "3")))
    assert line == f"1 | {text}"
    # 5 wide characters and the flag take two columns each; the accent takes none.
    assert carets.index("^") == 4 + len('prompt "') + 5 * 2 + 1 + 2 + 1 + len('e" 2 ')


def test_tabs_are_spread() -> None:
    text = "camera:\n\tzoom 1"
    assert frame(text, Diagnostic("D008", "x", at(text, "zoom")))[3:] == [
        "2 |     zoom 1",
        "  |     ^^^^",
    ]


def test_control_characters_are_harmless() -> None:
    text = 'prompt "\x1b[31m \u202e a" 2 3'
    drawn = draw([Diagnostic("D008", "did not \x1b expect", at(text, "3"))], source(text))
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn


def test_long_lines_are_cut_around_the_place() -> None:
    text = "prompt " + "a" * 300 + " HERE " + "b" * 300
    *_, line, carets = frame(text, Diagnostic("D008", "x", at(text, "HERE")), width=60)
    assert len(line) <= 60
    assert line[carets.index("^") :][:4] == "HERE"
    assert carets.count("^") == 4


def test_places_over_several_lines_are_marked_on_the_first() -> None:
    text = "x [\n  1,\n] 2"
    found = Diagnostic("D008", "x", Span(2, len(text)))
    assert frame(text, found)[3:] == ["1 | x [", "  |   ^"]


def test_the_end_of_a_text_can_be_pointed_at() -> None:
    for text in ("", "x", "x\n", "x\r\n"):
        drawn = draw([Diagnostic("D007", "ends", Span(len(text), len(text)), "here")], source(text))
        assert "^ here" in drawn


def test_order_and_summary() -> None:
    text = "a 1\nb 2\n"
    second, first = (
        Diagnostic("D014", "no", at(text, "b")),
        Diagnostic("D008", "yes", at(text, "a")),
    )
    drawn = draw([second, first], source(text))
    assert drawn.index("yes") < drawn.index("hint[D014]: no")
    assert drawn.endswith("\n\ncanyon.disco: 1 error, 1 hint\n")
    assert draw([], source(text)) == ""
    assert summary([], "a.disco") == "a.disco: no errors"


def test_color_adds_nothing_but_color() -> None:
    import re

    text = "zoom 1 2"
    found = Diagnostic("D008", "did not expect `2` here", at(text, "2"), "label", "help")
    plain, colored = draw([found], source(text)), draw([found], source(text), color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
