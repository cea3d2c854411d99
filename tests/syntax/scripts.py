"""Samples, generated scripts and helpers for the tests of the front end."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.disco"))


def bare(value: Any) -> Any:
    """A syntax value as plain tuples, without its places."""
    if isinstance(value, tuple):
        return tuple(bare(part) for part in value)
    if hasattr(value, "__dataclass_fields__"):
        fields = ((name, bare(part)) for name, part in vars(value).items() if name != "span")
        return (type(value).__name__, *fields)
    return value


# ───────────── scripts that follow the grammar ─────────────

names = st.sampled_from(["zoom", "fov", "speed", "camera", "frame_x", "shot", "cut", "x1"])
plain_names = st.sampled_from(["zoom", "fov", "speed", "tv_scale", "x1", "frames"])
numbers = st.sampled_from(["0", "1", "10", "0.5", "1e-3", "48"])
texts = st.sampled_from(['"a"', '"a # b"', '"é, \\"ü\\" {x}"', '"""a b"""', '"//:[("'])
literals = st.sampled_from(
    ["2s", "500ms", "4b", "25%", "00:01:12", "00:01:12:08", "1280x768", "120/s", "3d", "on"]
)
atoms = st.one_of(numbers, literals, texts, names)


def _operations(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from([" + ", "-", "*", " / ", "**", " < ", ">="])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda text: f"-{text}"),
        st.lists(inner, max_size=3).map(lambda items: f"wave({', '.join(items)})"),
        inner.map(lambda text: f"pulse(2s, width={text},)"),
    )


expressions = st.recursive(atoms, _operations, max_leaves=5)
eases = st.sampled_from(["", " ease in", " ease in-out-cubic", " ease bezier(0, 1, 0.5, 1)"])
keys = st.tuples(expressions, expressions, eases).map(lambda k: f"{k[0]}: {k[1]}{k[2]}")
lists = st.lists(st.one_of(expressions, keys), max_size=3).map(
    lambda items: f"[{', '.join(items)}]"
)
values = st.one_of(
    expressions,
    st.tuples(expressions, expressions).map(" -> ".join),
    expressions.map(lambda text: f"-> {text}"),
    expressions.map(lambda text: f"by {text}"),
    lists,
)
ats = st.one_of(
    st.just(""),
    expressions.map(lambda text: f" @ {text}"),
    st.tuples(expressions, expressions).map(lambda ends: f" @ {ends[0]}..{ends[1]}"),
    st.tuples(expressions, expressions).map(lambda ends: f" @ {ends[0]} for {ends[1]}"),
)
fades = st.sampled_from(["", " fade 1s"])
tails = st.tuples(ats, eases, fades).map("".join)

simples = st.one_of(
    st.tuples(plain_names, values, tails).map(lambda p: f"{p[0]} {p[1]}{p[2]}"),
    st.tuples(plain_names, values, tails).map(lambda p: f"camera.{p[0]} += {p[1]}{p[2]}"),
    st.tuples(plain_names, values, tails).map(lambda p: f"{p[0]} *= {p[1]}{p[2]}"),
    st.tuples(texts, tails).map(lambda p: f"prompt {p[0]}{p[1]}"),
    st.tuples(texts, values, tails).map(lambda p: f"prompt image {p[0]} {p[1]}{p[2]}"),
    st.tuples(plain_names, expressions).map(lambda p: f"let {p[0]} = {p[1]}"),
    ats.map(lambda at: f"cut{at}"),
    st.tuples(names, lists).map(lambda p: f"a.{p[0]} in {p[1]}"),
    st.sampled_from(['import "a.disco" as b', "disco 1", "use a.b(1, c=2)", "mark drop @ 2s"]),
)
heads = st.one_of(
    expressions.map(lambda text: f"frame {text}"),
    expressions.map(lambda text: f"frame {text} morph 2s ease in-out"),
    st.tuples(plain_names, ats).map("".join),
    st.sampled_from(['shot "a"', 'shot "a" 4s', 'shot "a" to drop morph 1s', "move a(b, c=1)"]),
    st.sampled_from(["study", 'study "a"', 'scene "a"']),
)
comments = st.sampled_from(["", '  # a: [(" comment', "#"])

_Block = list[str]


def _one_line(parts: tuple[str, str]) -> str:
    return f"{parts[0]}: {parts[1]}"


one_liners = st.recursive(
    simples, lambda inner: st.tuples(heads, inner).map(_one_line), max_leaves=3
)


def _indented(parts: tuple[str, str, list[_Block]]) -> _Block:
    head, comment, bodies = parts
    return [f"{head}:{comment}", *(f"    {line}" for body in bodies for line in body)]


blocks = st.recursive(
    st.tuples(one_liners, comments).map(lambda parts: ["".join(parts)]),
    lambda inner: st.tuples(heads, comments, st.lists(inner, min_size=1, max_size=3)).map(
        _indented
    ),
    max_leaves=8,
)
scripts = st.lists(blocks, max_size=5).map(
    lambda bodies: "".join(f"{line}\n" for body in bodies for line in body)
)

# ───────────── scripts that do not ─────────────

_MARKS = [*"[]():#@→“”'\\=,;{}é4s\"", '"""', "..", "->"]
_SPACES = ["\n", "\n    ", "\n\t", "\r\n", "\u200b", "\ufeff", "\x00", " ", "5 s"]
_WORDS = ["prompt ", "camera", "frame ", "shot ", "scene ", "disco ", "let ", "zoom ", "ease "]
_PIECES = st.sampled_from([*_MARKS, *_SPACES, *_WORDS])
noise = st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=30).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A sample with a piece taken out, doubled or replaced."""
    text = draw(st.sampled_from([path.read_text(encoding="utf-8") for path in SAMPLES]))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 60)))
    return text[:start] + draw(noise) + text[end:]
