"""Scripts by chance: never an exception, never more time or memory than promised."""

import time
from random import Random

import pytest
from fuzzing import CORPUS, LARGEST, MEBIBYTES, TOO_SLOW, everything, measured, mutated, seeds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEEDS = seeds()


def tried(text: str) -> None:
    """A script of at most 64 KiB, within its time."""
    began = time.process_time()
    everything(text)
    assert time.process_time() - began < TOO_SLOW


@given(st.integers(0, 2**32))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_changed_scripts(seed: int) -> None:
    """Samples and cases with changes by chance."""
    random = Random(seed)
    tried(mutated(random.choice(SEEDS), SEEDS, random))


@pytest.mark.slow
@given(st.integers(0, 2**48))
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_changed_scripts(seed: int) -> None:
    """The same for minutes, other ones each time."""
    random = Random(seed)
    tried(mutated(random.choice(SEEDS), SEEDS, random))


@given(st.text(max_size=300))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_any_text(text: str) -> None:
    tried(text)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.disco")), ids=lambda path: path.stem)
def test_what_once_broke(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) <= LARGEST
    seconds, mebibytes, _ = measured(text)
    assert seconds < TOO_SLOW and mebibytes < MEBIBYTES
