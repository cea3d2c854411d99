"""Every draw has a generator of its own, and gives the same numbers everywhere."""

import pytest
import torch

from discoscript_engine.diffusion.randomness import below, generator, happens, normal, uniform


def first(seed, purpose, *place):
    return torch.rand((), generator=generator(seed, purpose, *place)).item()


def test_seed_purpose_and_place_each_tell_generators_apart():
    draws = {
        first(seed, purpose, *place)
        for seed in (0, 1, 2**32 - 1)
        for purpose in ("initial noise", "step noise")
        for place in ((), (0,), (1,), (0, 0), (1, 11), (11, 1))
    }
    assert len(draws) == 3 * 2 * 6


def test_the_numbers_never_change():
    """If this fails, every picture of every script changes: raise the engine's epoch."""
    assert first(1, "initial noise") == pytest.approx(0.4450033, abs=1e-7)


def test_draws_do_not_depend_on_the_number_of_threads():
    threads = torch.get_num_threads()
    try:
        found = []
        for count in (1, 2):
            torch.set_num_threads(count)
            rng = generator(3, "step noise", 5)
            found.append(normal((1, 3, 96, 128), rng, torch.device("cpu")))
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(*found)


def test_ranges():
    rng = generator(0, "cut geometry")
    assert {below(3, rng) for _ in range(100)} == {0, 1, 2}
    assert all(-2 <= uniform(-2.0, 5.0, rng) < 5 for _ in range(100))
    assert not any(happens(0.0, rng) for _ in range(100))
    assert all(happens(1.0, rng) for _ in range(100))
