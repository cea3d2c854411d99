"""What memory a render needs is said before it begins, and what to write where it is too little."""

import json
import re
from pathlib import Path

import pytest
from commands import ran
from machine import Here

from discoscript.errors import Exit
from discoscript.frames import backend
from discoscript_engine import room

#: Guidance goes through the network that paints, and keeps all that it needs for that.
LARGE = """disco 1

scene:
    model tiny
    size 640x480
    checkpoint off
    images 1
    seed 1

prompt "a lighthouse"
diffusion: steps 1
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(backend, "ChildRenderer", Here)
    path = tmp_path / "large.disco"
    path.write_text(LARGE)
    return path


def with_free(monkeypatch: pytest.MonkeyPatch, size: int | None) -> None:
    monkeypatch.setattr(room, "free_memory", lambda kind: size)


def planned(capsys: pytest.CaptureFixture[str], script: Path, *words: str) -> str:
    code, out, err = ran(capsys, "plan", script, *words)
    assert code == Exit.OK, err
    return out


def test_a_plan_says_what_is_needed_and_what_is_free(script, capsys, monkeypatch) -> None:
    with_free(monkeypatch, 24 * 10**9)
    assert "\nmemory: 0.52 GB or more are needed, 24.0 GB are free\n" in planned(capsys, script)
    with_free(monkeypatch, None)
    assert "\nmemory: 0.52 GB or more are needed\n" in planned(capsys, script)
    assert "memory" not in planned(capsys, script, "--renderer", "testcard")


def test_a_plan_says_it_to_other_programs(script, capsys, monkeypatch) -> None:
    with_free(monkeypatch, 10**8)
    found = json.loads(planned(capsys, script, "--json"))["memory"]
    assert (found["free"], found["fits"], found["cuts_at_once"]) == (10**8, False, 1)
    assert found["bytes"] >= found["bytes_at_once"] > 10**8


def test_what_does_not_fit_is_refused_with_what_to_write(script, capsys, monkeypatch) -> None:
    with_free(monkeypatch, 3 * 10**8)
    code, out, err = ran(capsys, "render", script)
    assert (code, out) == (Exit.RENDER, "")
    assert "needs 0.52 GB of memory or more, even with one cut at a time; 0.30 GB are free" in err
    written = re.findall(r"write `([^`]*)`", err)
    assert [words.split()[0] for words in written] == ["checkpoint", "size"]


@pytest.mark.parametrize("words", ["checkpoint on", "size 384x288"])
def test_what_is_named_does_fit(script, capsys, monkeypatch, words) -> None:
    with_free(monkeypatch, 3 * 10**8)
    name = words.split()[0]
    script.write_text(re.sub(f"{name} .*", words, LARGE))
    found = json.loads(planned(capsys, script, "--json"))["memory"]
    assert found["fits"] and found["bytes"] < 3 * 10**8


def test_nothing_is_refused_where_nothing_is_left_to_render(script, capsys, monkeypatch) -> None:
    script.write_text(LARGE.replace("640x480", "32x32"))
    assert ran(capsys, "render", script, "--quiet")[0] == Exit.OK
    with_free(monkeypatch, 1)
    assert ran(capsys, "render", script, "--quiet")[0] == Exit.OK
