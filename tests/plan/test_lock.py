"""The lock file: a seed is drawn once, and every failure is a clear message."""

import json
import os
from pathlib import Path

import pytest

from discoscript.errors import DiskFailure
from discoscript.plan import lock
from discoscript.plan.lock import (
    drawn_seed,
    entries,
    from_text,
    keep,
    kept_seed,
    lock_path,
    shared,
    to_text,
)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "beach.disco"
    path.write_text("scene: seed random\n")
    return path


def test_a_seed_is_drawn_once(script: Path) -> None:
    seeds = {drawn_seed(script) for _ in range(5)}
    assert len(seeds) == 1
    assert from_text(lock_path(script).read_text()) == {"disco": 1, "seed": seeds.pop()}


def test_every_script_draws_its_own(script: Path) -> None:
    other = script.with_name("other.disco")
    assert drawn_seed(script) != drawn_seed(other)


def test_what_is_unknown_is_kept(script: Path) -> None:
    lock_path(script).write_text('{"disco": 1, "models": {"tiny": "ab"}}')
    seed = drawn_seed(script)
    assert json.loads(lock_path(script).read_text()) == {
        "disco": 1,
        "models": {"tiny": "ab"},
        "seed": seed,
    }


def test_the_text_is_stable_and_has_a_line_for_each_entry() -> None:
    assert to_text({"seed": 5, "b": 1}) == '{\n  "b": 1,\n  "disco": 1,\n  "seed": 5\n}\n'


def test_of_two_processes_the_first_wins(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = lock.secrets.randbelow

    def other_process_first(limit: int) -> int:
        lock_path(script).write_text(to_text({"seed": 5}))
        return draw(limit)

    monkeypatch.setattr(lock.secrets, "randbelow", other_process_first)
    assert drawn_seed(script) == 5


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"disco": 2}', '{"disco": 1, "seed": "x"}', '{"disco":1,"seed":-1}',
             '{"disco": 1, "seed": true}', "<<<<<<< HEAD\n", '{"disco":1,"seed":4294967296}']
)  # fmt: skip
def test_a_damaged_lock_file_is_a_message(script: Path, text: str) -> None:
    lock_path(script).write_text(text)
    with pytest.raises(DiskFailure, match="not a lock file") as caught:
        drawn_seed(script)
    assert "delete it" in caught.value.help
    assert lock_path(script).read_text() == text


def conflict(ours: str, theirs: str, base: str = "") -> str:
    """A lock file as git leaves it."""
    between = f"||||||| 1f3a\n{base}" if base else ""
    return (
        '{\n  "assets": {\n    "a.png": "1"'
        f"\n<<<<<<< HEAD\n{ours}{between}=======\n{theirs}>>>>>>> other\n"
        '}, "disco": 1, "models": {"m": "2"}\n'
    )


@pytest.mark.parametrize("base", ["", '}, "seed": 5\n'])
def test_what_two_versions_share_counts(script: Path, base: str) -> None:
    text = conflict(',"b.png": "3"}, "seed": 5\n', ',"c.png": "4"}, "seed": 5\n', base)
    text = text.replace('}, "disco"', ', "disco"') + "}\n"
    assert shared(text) == {"assets": {"a.png": "1"}, "disco": 1, "models": {"m": "2"}, "seed": 5}
    lock_path(script).write_text(text)
    assert kept_seed(script) == drawn_seed(script) == 5
    with pytest.raises(DiskFailure, match="to be merged") as caught:
        entries(script)
    assert "--update" in caught.value.help
    assert lock_path(script).read_text() == text
    keep(script, {"assets": {"a.png": "1"}})
    assert entries(script) == {
        "assets": {"a.png": "1"}, "disco": 1, "models": {"m": "2"}, "seed": 5,
    }  # fmt: skip


def test_two_seeds_are_not_replaced_by_a_third(script: Path) -> None:
    text = '{\n<<<<<<< HEAD\n"seed": 5,\n=======\n"seed": 6,\n>>>>>>> other\n"disco": 1\n}\n'
    lock_path(script).write_text(text)
    with pytest.raises(DiskFailure, match="no seed in common") as caught:
        drawn_seed(script)
    assert "git checkout --ours" in caught.value.help
    assert lock_path(script).read_text() == text


def test_a_folder_that_cannot_be_written_is_a_message(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(DiskFailure, match="permission denied") as caught:
        drawn_seed(script)
    assert "scene: seed 1" in caught.value.help
    assert os.listdir(script.parent) == [script.name]


def test_a_lock_file_that_is_a_folder_is_a_message(script: Path) -> None:
    lock_path(script).mkdir()
    with pytest.raises(DiskFailure, match="cannot read the lock file"):
        drawn_seed(script)
