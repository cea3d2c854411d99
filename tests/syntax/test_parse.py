"""Parsing: places, recovery, limits, and how long it takes."""

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syntax.scripts import SAMPLES, bare, damaged, noise, scripts

from discoscript.names.names import check_names
from discoscript.syntax import syntax as s
from discoscript.syntax.grammar import line_parser, walker
from discoscript.syntax.mistakes import SLIPS
from discoscript.syntax.parse import entry, parse
from discoscript.syntax.reading import attempt, read
from discoscript.text.codes import BY_CODE
from discoscript.text.diagnostics import Diagnostic, draw
from discoscript.text.source import Source

BAD = Path(__file__).parents[1] / "samples" / "bad" / "multi.disco"


def parsed(text: str) -> tuple[tuple[s.Statement, ...], tuple[Diagnostic, ...]]:
    syntax, diagnostics = parse(Source("a.disco", text))
    return syntax.body, diagnostics


def only(text: str) -> Any:
    """The one statement of a script without mistakes."""
    (statement,), diagnostics = parsed(text)
    assert diagnostics == ()
    return statement


def codes(text: str) -> list[str]:
    return [d.code for d in parsed(text)[1]]


def nodes(value: Any) -> Iterator[Any]:
    """All values inside a syntax value."""
    if isinstance(value, tuple):
        for part in value:
            yield from nodes(part)
    elif hasattr(value, "span"):
        yield value
        yield from nodes(tuple(vars(value).values()))


# ───────────── values ─────────────


@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        ("10", s.Number, {"value": 10.0, "whole": True}),
        ("1e-3", s.Number, {"value": 0.001, "whole": False}),
        ("500ms", s.Duration, {"value": Fraction(1, 2), "unit": "s"}),
        ("2.5s", s.Duration, {"value": Fraction(5, 2), "unit": "s"}),
        ("4b", s.Duration, {"value": Fraction(4), "unit": "b"}),
        ("12.5%", s.Percent, {"value": Fraction(25, 2)}),
        ("120/s", s.Rate, {"value": 120.0, "unit": "s"}),
        ("00:01:12", s.Timecode, {"seconds": Fraction(72), "frames": 0}),
        ("01:01:12.5", s.Timecode, {"seconds": Fraction(7345, 2), "frames": 0}),
        ("00:01:12:08", s.Timecode, {"seconds": Fraction(72), "frames": 8}),
        ("1280x768", s.Size, {"width": 1280, "height": 768}),
        ("3d", s.Dim, {"text": "3d"}),
        ("moves.dolly", s.Name, {"parts": ("moves", "dolly")}),
    ],
)
def test_literals(text: str, kind: type, fields: dict[str, Any]) -> None:
    expr = only(f"x {text}").value.expr
    assert isinstance(expr, kind)
    assert {name: getattr(expr, name) for name in fields} == fields


def test_texts() -> None:
    assert only(r'prompt "a \"b\" \\n {c} \n"').text.value == 'a "b" \\n {c} \n'
    assert only('prompt """  a,\r\n      b "c"\n   d  """').text.value == 'a, b "c" d'


def test_operators_bind_as_in_arithmetic() -> None:
    value = only("x 1 + 2 * -3 ** 2 < 4").value.expr
    assert value.operator == "<"
    assert value.left.operator == "+"
    assert value.left.right.operator == "*"
    assert isinstance(value.left.right.right, s.Negative)
    assert value.left.right.right.operand.operator == "**"


def test_tail() -> None:
    said = only("fov 40 -> 90 @ 0..48 ease bezier(0, 0, 1, 1) fade 1s")
    assert isinstance(said.value, s.Journey)
    assert isinstance(said.when.at, s.AtRange)
    assert (said.when.ease.name, len(said.when.ease.arguments)) == ("bezier", 4)
    assert isinstance(said.when.fade, s.Duration)


def test_layers_take_every_value() -> None:
    assert isinstance(only("x += 0 -> 2 @ 0..2s").value, s.Journey)
    assert isinstance(only("x *= by 2").value, s.Total)
    assert isinstance(only("x += [0: 1, 24: 2]").value, s.Listed)


def test_heads() -> None:
    block = only("frame 48: camera:\n    zoom 1\n    fov 2\n")
    assert isinstance(block.head, s.FrameHead)
    assert [line.name.text for line in block.body[0].body] == ["zoom", "fov"]
    shot = only('shot "a" to drop morph 1s ease in: prompt "b"').head
    assert (shot.length, shot.until.text, shot.morph.ease.name) == (None, "drop", "in")


def test_a_block_reaches_to_its_last_line() -> None:
    text = 'frame 0:\n    camera:\n        zoom 1\n    prompt "x"\nlet x = 1'
    (block, _), _ = parsed(text)
    assert text[block.span.start : block.span.end] == text.split("\nlet")[0]


# ───────────── places ─────────────


@given(scripts)
@settings(deadline=None)
def test_places_hold_what_they_say(text: str) -> None:
    """Every value's place reads like the value, and lies inside its statement's place."""
    for node in nodes(parsed(text)[0]):
        words = text[node.span.start : node.span.end]
        assert words
        if isinstance(node, s.Name):
            assert words == node.text
        if isinstance(node, s.Text):
            assert words[0] == words[-1] == '"'
        if isinstance(node, s.Listed):
            assert (words[0], words[-1]) == ("[", "]")
        for part in nodes(tuple(v for k, v in vars(node).items() if k != "span")):
            assert node.span.start <= part.span.start or isinstance(node, s.Ease)


@given(scripts)
@settings(deadline=None)
def test_moving_a_line_moves_its_places(text: str) -> None:
    before, after = parsed(text)[0], parsed("# a comment\n" + text)[0]
    assert bare(before) == bare(after)
    starts = [node.span.start for node in nodes(before)]
    assert [node.span.start - 12 for node in nodes(after)] == starts


# ───────────── recovery ─────────────


def test_eleven_mistakes_eleven_messages() -> None:
    text = BAD.read_text(encoding="utf-8")
    source = Source("multi.disco", text)
    _, found = parse(source)
    assert [(d.code, source.position(d.span.start), source.at(d.span)) for d in found] == [
        ("D008", (4, 12), "24"),
        ("D007", (8, 27), ".."),
        ("D003", (10, 12), '"hello'),
        ("D012", (12, 12), ""),
        ("D005", (15, 10), "["),
        ("D010", (17, 1), "  "),
        ("D011", (18, 1), "guidance:"),
        ("D007", (19, 12), "ease"),
        ("D007", (20, 7), "="),
        ("D008", (22, 11), ":"),
        ("D012", (23, 8), " "),
    ]


def test_a_corrected_line_stands_in_for_the_broken_one() -> None:
    (block,), found = parsed("camera\n    fov 40 to 90 @ 0 to 48\n")
    assert [d.code for d in found] == ["D012", "D008"]
    (line,) = block.body
    assert isinstance(line.value, s.Journey)
    assert isinstance(line.when.at, s.AtRange)
    assert line.span.start == 11


def test_tabs_are_one_message() -> None:
    assert codes("camera:\n      zoom 1\n\tangle 2\n\t\tfov 3\n") == ["D002"]


def test_a_broken_line_keeps_the_lines_below_it() -> None:
    (broken,), found = parsed('frame )):\n    prompt "x"\n    prompt "y"\n')
    assert isinstance(broken, s.Unparsed)
    assert [d.code for d in found] == ["D008"]
    assert len(broken.body) == 2


def test_two_slips_in_a_line_are_one_message_with_both_corrected() -> None:
    _, (found,) = parsed("fov 40 to 90 @ 0 to 24")
    assert found.help == "write `fov 40 -> 90 @ 0..24`"


EXAMPLES = [
    "prompt “a”",
    "prompt «a»",
    "prompt 'a'",
    "zoom\u00a01",
    "zoom 1\u200b",
    "fov 1 → 2 @ 0..4",
    "x 1 @ 0…4",
    "x 1 @ 0–4",
    "x −4",
    "size 1×2",
    "x 2 × y",
    "x 90°",
    "x 1 // a",
    "camera {",
    "}",
    "x 1;",
    "zoom {0: 1, 24: 2}",
    "zoom (0: 1, 24: 2)",
    "zoom [0: 1; 24: 2]",
    "zoom: 0: (1), 10: (1.05)",
    "prompt('a cat')",
    "clip RN50, RN101",
    "model 512x512_diffusion",
    "frame 1:30:",
    "zoom 2 ^ 3",
    "zoom $x",
    "zoom +3",
    "zoom 1,05",
    "zoom 7 % x",
    "zoom 1 @ from 0 to 4",
    "prompt a cat",
    "import a.disco",
    "shot a 4s:",
    'prompt: "a"',
    'prompt "a": 2',
    "depth: 0.3",
    "fps: 24",
    "let x: 4",
    "let x 4",
    "mark a 4",
    "fps = 24",
    "use a",
    "frame 0..48:",
    "frame @ 48:",
    'scene "a"',
    "x 1 @ 0...4",
    "size 1 x 2",
    "clip [ViT-B/32]",
    "x 120 /s",
    "x 120/sec",
    "x 1/beat",
    "x 1 @ 4 s",
    "x 1 @ 0..2min",
    "x 1 @ 0..2sec",
    "x 1 @ 0..2beats",
    "x 1 @ 0..2percent",
    "x 1 @ 0..100f",
    "x 4px",
    "x 1 @ 1:30",
    "x .5",
    "x 5.",
    "x 1 @ ..4",
    "x 1 @ 0..",
    "x from 0 to 10 @ 0..4",
    "x 1 from 0 to 10",
    "x 1 @ 0 to 4",
    "x 1 @ 0, 4",
    "x 1 to 2 @ 0..4",
    "x 1 => 2 @ 0..4",
    "x 1 at 4",
    "x 1 -> 2 ease in @ 0..4",
    "x 1 @ 0..4 fade 1s ease in",
    "x 1 for 4",
    "x 1 -> 2 @ 0..4 ease-in",
    "x 1 -> 2 @ 0..4 ease in_out",
    'zoom "0: (1), 10: (2)"',
    'prompts = {0: ["a lighthouse"]}',
    'text_prompts = {"0": "a lighthouse"}',
    '0: ["a lighthouse"],',
    'prompt ["a lighthouse"]',
    'Frame 0: prompt "a"',
    'at 48: prompt "a"',
    'prompt "a" weight 2',
    'prompt "a", weight=2',
    "scene: size 1280, 768",
    "scene: mode 3D",
    "x 1 0..4",
    "cut 12",
    "x 1 @ frame 4",
    "move dolly:",
    "x 1 -> 2 @ 0..4 ease in out",
    'frame 0, prompt "a"',
    'frame 0 - prompt "a"',
    '0: prompt "a"',
    'frame 0: "a"',
    'frame: prompt "a"',
    'shot 2s: prompt "a"',
    'shot "a", 2s:',
    'shot "a" for 2s:',
    'shot "a" 24..48:',
    'shot "a" @ 24..48:',
    "prompt: a lighthouse",
    "x 1 @ 0,4",
    "x 1 @ (0, 4)",
    "x 1 @ [0..4]",
    "x 0..4 @ 0..4",
    "x 0 > 4 @ 0..4",
    "x 1 until 4",
    "camera: translate z 1",
    "camera: translate-z 1",
    "x 1 -> 2 @ 0..4 in-out",
]


#: What has no correction on one line.
BEYOND_CORRECTION = [
    'prompt "a", "b"',
    "camera: x 1 @ 0..4, y 2 @ 0..4",
    "if x > 2: zoom 1",
    "zoom x > 2 ? 1 : 0",
    "zoom x > 2 and y",
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_slips_are_corrected(text: str) -> None:
    """The correction parses, and where there is one slip the fix leads there."""
    mistake = read(text).mistake
    assert mistake is not None
    assert mistake.fix is not None
    line = text[: mistake.fix.span.start] + mistake.fix.text + text[mistake.fix.span.end :]
    assert not line.strip() or (read(line).mistake is None and f"`{line}`" in mistake.help)


def test_every_slip_has_an_example() -> None:
    said = {str(read(text).mistake) for text in (*EXAMPLES, *BEYOND_CORRECTION)}
    for slip in SLIPS:
        words = slip.message.split("}")[-1].split("{")[0]
        assert any(words in message for message in said), slip.message


def test_messages_name_no_tokens() -> None:
    terminals = {t.name for t in line_parser().terminals} - {"IMAGE"}
    for text in [
        *EXAMPLES,
        "zoom",
        "zoom (1",
        "zoom 1 2",
        ")",
        "move a(",
        "let",
        "x in 4",
        "disco a",
    ]:
        for d in parsed(text)[1]:
            words = set(f"{d.message} {d.label} {d.help}".replace("`", " ").split())
            assert not words & terminals


# ───────────── whatever is written ─────────────


@given(noise | damaged() | st.text())
@settings(deadline=None, max_examples=150)
def test_no_text_raises(text: str) -> None:
    source = Source("a.disco", text)
    syntax, found = parse(source)
    everything = (*found, *check_names(syntax))
    for d in everything:
        assert 0 <= d.span.start <= d.span.end <= len(text)
        assert d.code in BY_CODE
    assert [d.span for d in found] == sorted(d.span for d in found)
    assert bool(draw(everything, source)) == bool(everything)
    assert parse(source) == (syntax, found)


@pytest.mark.parametrize(
    "text",
    [
        "zoom " + "-" * 5000 + "1",
        "zoom " + "(" * 5000 + "1" + ")" * 5000,
        "zoom " + "(" * 5000,
        "zoom " + "1+" * 5000 + "1",
        "zoom " + "2**" * 5000 + "1",
        "zoom " + "f(" * 3000 + "1" + ")" * 3000,
        "a: " * 3000 + "zoom 1",
        "\n".join(" " * i + "a:" for i in range(500)),
        "\n".join(" " * i + "zoom 1" for i in range(500)),
        "\n".join(" " * i + "))" for i in range(500)),
        "zoom " + "9" * 5000,
        "size " + "9" * 5000 + "x1",
        "zoom " + "9" * 5000 + "s",
        "zoom 1e" + "9" * 30,
        '"' * 1001,
        "zoom [1," + " " * 50_000 + " 2 3",
        "zoom " + "a" * 50_000 + '"',
    ],
    ids=lambda text: text[:12],
)
def test_deep_and_long(text: str) -> None:
    source = Source("a.disco", text)
    syntax, found = parse(source)
    check_names(syntax)
    draw(found, source)


def test_depth_is_limited() -> None:
    assert codes("zoom " + "-" * 40 + "1") == []
    assert codes("zoom " + "-" * 80 + "1") == ["D708"]
    assert codes("\n".join(" " * i + "a:" for i in range(40)) + "\n" + " " * 40 + "x 1") == ["D708"]


# ───────────── time ─────────────


def two_hundred_lines() -> str:
    blocks = []
    for n in range(25):
        blocks.append(
            f"frame {n * 10}:\n"
            f'    prompt "a lighthouse number {n}, oil on canvas" {n}.5 @ {n}..end\n'
            f"    camera:\n"
            f"        translate_z {n} -> 10 @ 0..{n + 1}s ease in-out\n"
            f"        rotate_y by {n + 30} @ 2s..4s\n"
            f"        zoom [0: 1, {n + 10}: 1.05 ease out]\n"
            f"        translate_x += {n} * sin(seconds * tau / 4)\n"
            f"    guidance: tv_scale {n} * 100 @ 25%..75%\n"
        )
    return "".join(blocks)


def best_of(times: int, text: str, cold: bool) -> float:
    """The shortest time in milliseconds that parsing took, of the processor's."""
    taken = []
    for n in range(times):
        if cold:
            read.cache_clear()
            entry.cache_clear()
        edited = text if cold else text.replace("number 12", f"number {n + 1000}")
        start = time.thread_time()
        parse(Source("a.disco", edited))
        taken.append((time.thread_time() - start) * 1000)
    return min(taken)


def test_it_is_quick() -> None:
    text = two_hundred_lines()
    assert text.count("\n") == 200
    walker()
    assert best_of(5, text, cold=True) < 50
    assert best_of(10, text, cold=False) < 5


def test_attempt_says_where_it_stopped() -> None:
    stop = attempt("zoom 1 2")
    assert getattr(stop, "at", None) == 7


def test_samples_are_there() -> None:
    assert len(SAMPLES) == 16
