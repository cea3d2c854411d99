"""Long lists of plain keys mean what they mean one by one, right or wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from discoscript.pipeline import Compiled, compile_text
from discoscript.syntax import plain_keys
from discoscript.syntax.parse import entry, parse, skim
from discoscript.syntax.plain_keys import FEWEST, PlainKeys, columns
from discoscript.syntax.syntax import Block, Listed, Set
from discoscript.text.source import Source


@contextmanager
def one_by_one() -> Iterator[None]:
    """Every key is read alone."""
    for cache in (skim, entry):
        cache.cache_clear()
    with patch.object(plain_keys, "FEWEST", 10**9):
        yield
    for cache in (skim, entry):
        cache.cache_clear()


def listed(text: str) -> Listed:
    """The list of a script whose only line has one."""
    (line,) = parse(Source("a.disco", text))[0].body
    statement = line.body[0] if isinstance(line, Block) else line
    assert isinstance(statement, Set) and isinstance(statement.value, Listed)
    return statement.value


near = st.integers(0, 400)
far = st.one_of(near, st.integers(0, 10**9 - 1))
numbers = st.one_of(
    st.integers(-20, 20).map(str),
    st.decimals(-20, 20, places=3).map(str),
    st.integers(0, 10**14).map(str),
)
curves = st.sampled_from(
    ["", "", "", " ease in-out", " ease  smooth", " ease hold", " ease nonsense", " ease steps"]
)  # fmt: skip
gaps = st.sampled_from(["", " ", "\n    ", "  # a comment, [1: 2]\n   ", "\r\n  "])


@st.composite
def keys(draw: st.DrawFn, times: st.SearchStrategy[int], units: str = "") -> str:
    """A long list; most have rising frames."""
    count = draw(st.integers(FEWEST, FEWEST + 8))
    frames = draw(st.lists(times, min_size=count, max_size=count, unique=draw(st.booleans())))
    frames = sorted(frames) if draw(st.integers(0, 4)) else frames
    written = []
    for frame in frames:
        before, after = draw(gaps), draw(gaps)
        value = draw(numbers) + units
        written.append(f"{before}{frame}{after}:{draw(gaps)}{value}{draw(curves)}")
    return f"[{','.join(written)}{draw(st.sampled_from(['', ',', ' , ']))}{draw(gaps)}]"


@settings(deadline=None, max_examples=50)
@given(keys(far), st.sampled_from(["zoom {}", "camera: zoom {} ease in", "zoom {} @ 10 fade 2"]))
def test_keys_are_the_same_one_by_one(text: str, line: str) -> None:
    script = line.format(text)
    quick = listed(script)
    assert isinstance(quick.entries, PlainKeys)
    with one_by_one():
        slow = listed(script)
    assert isinstance(slow.entries, tuple)
    assert tuple(quick.entries) == slow.entries and quick.span == slow.span


LINES = [
    "camera: translate_z {}",
    "camera @ 10: fov {} ease out",
    "guidance: clip_guidance_scale {}",
    "diffusion: steps {}",
    "coherence: frames_skip_steps {}",
    "diffusion: skip_steps {}",
    "diffusion: sampler {}",
    'shot "a" 100:\n    camera: translate_z {}',
    "camera: translate_z += {}",
    "cutouts: overview {}",
    "camera: nonsense {}",
    "scene: fps {}",
    "move dolly(by): camera: translate_z {}\nuse dolly(2) @ 0..50",
    "camera: translate_z {} fade 4",
    "study: camera.translate_z in {}",
]


def outcome(compiled: Compiled) -> object:
    """What a script comes to: its messages, and its values where it has any."""
    said = [(d.code, d.message, d.span, d.label, d.help) for d in compiled.diagnostics]
    drawn = compiled.schedule
    values = {} if drawn is None else {k: v.tolist() for k, v in drawn.frames_of.items()}
    length = drawn.frames if drawn is not None else 0
    owners = {} if drawn is None else {k: o.owner.tolist() for k, o in drawn.origins.items()}
    return said, values, length, owners


@settings(deadline=None, max_examples=50)
@given(
    st.one_of(keys(near), keys(near, "%")),
    st.sampled_from(LINES),
    st.sampled_from(["", "frames 300"]),
)
@example(f"[{', '.join(f'{n}: {n}' for n in range(FEWEST))}]", LINES[0], "")
@example(f"[{', '.join(f'{n}: 1' for n in (*range(FEWEST), 3))}]", LINES[0], "")
def test_scripts_mean_the_same_one_by_one(text: str, line: str, length: str) -> None:
    scene = f"disco 1\nscene:\n    mode 3d\n    {length}\n" if length else "disco 1\n"
    script = f'{scene}prompt "a"\n{line.format(text)}\n'
    quick = outcome(compile_text(script))
    with one_by_one():
        slow = outcome(compile_text(script))
    assert quick == slow


@pytest.mark.parametrize(
    "odd",
    ["-1: 2", "1s: 2", "1: 2s", "1: x", "1: 2/s", "1: (2)", "1: 1e3", "50%: 2", "1: 2 ease in(1)",
     "1: 2%", "1", "1: 2 ease bezier(0, 0, 1, 1)", "1:: 2", "", "1: 12345678901234567",
     "1234567890: 1"],
)  # fmt: skip
def test_one_odd_key_and_all_are_read_one_by_one(odd: str) -> None:
    plain = [f"{n}: {n}.5" for n in range(2, FEWEST + 4)]
    assert columns(f"zoom [{', '.join(plain)}]") is not None
    assert columns(f"zoom [{', '.join([*plain[:5], odd, *plain[5:]])}]") is None


def test_values_are_exact() -> None:
    frames = range(0, 4 * FEWEST, 4)
    texts = [f"{n / 7:.9f}" for n in frames]
    keys = ", ".join(f"{frame}: {text}" for frame, text in zip(frames, texts, strict=True))
    drawn = compile_text(f'disco 1\nprompt "a"\ncamera: translate_z [{keys}]\n').schedule
    assert drawn is not None
    found = drawn.frames_of["camera.translate_z"][: len(frames) * 4 : 4]
    assert np.array_equal(found, np.array([float(text) for text in texts]))
