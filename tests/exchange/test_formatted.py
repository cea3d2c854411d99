"""What is imported stands as `discoscript fmt` would leave it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from importing import FILES, PARITY, from_deforum, imported

from discoscript.parameters import Mode
from discoscript.syntax.formatting import formatted
from discoscript.text.source import Source

DISCO = [FILES / "tunnel_v5_2.txt", *sorted(PARITY.glob("16_*.txt"))]
DEFORUM = [FILES / "deforum_extension.txt", FILES / "deforum_notebook.txt"]


def canonical(script):
    return formatted(Source("x.disco", script)) == script


@pytest.mark.parametrize("path", DISCO, ids=lambda path: path.stem)
def test_files_of_disco_diffusion(path):
    assert canonical(imported(path.read_text(encoding="utf-8"))[0])


@pytest.mark.parametrize("path", DEFORUM, ids=lambda path: path.stem)
def test_files_of_deforum(path):
    assert canonical(from_deforum(path.read_text(encoding="utf-8"))[0])


@given(
    st.dictionaries(st.integers(0, 200).map(str), st.lists(st.text(max_size=120), max_size=3)),
    st.dictionaries(st.integers(0, 120), st.floats(-50, 50), min_size=1, max_size=20),
)
@settings(deadline=None, max_examples=60)
def test_any_prompts_and_keys(prompts, keys):
    string = ", ".join(f"{frame}: ({value!r})" for frame, value in keys.items())
    found = {"text_prompts": prompts, "translation_z": string, "max_frames": 100}
    assert canonical(imported(found, Mode.D3)[0])
