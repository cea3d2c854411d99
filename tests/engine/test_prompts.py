"""Weights of prompts, and texts encoded once."""

from dataclasses import replace

import pytest
import torch

from discoscript_engine.diffusion.prompts import FUZZY_COPIES, fuzzy, normalised, target
from discoscript_engine.job import Prompt
from discoscript_engine.models.clip import Clip


def counting_clip(texts):
    def encode_text(text):
        texts.append(text)
        return torch.tensor([float(len(text)), 1.0])

    return Clip("counting", 8, 77, lambda cuts: cuts.flatten(1)[:, :2], encode_text)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([3.0], [1.0]),
        ([-2.0], [-1.0]),
        ([1.0, 2.0, -0.5], [0.4, 0.8, -0.2]),
        ([1.0, -3.0], [0.5, -1.5]),
    ],
)
def test_weights_are_divided_by_the_size_of_their_sum(weights, expected):
    assert normalised(weights) == pytest.approx(expected)


def test_weights_that_cancel_out_are_refused():
    with pytest.raises(ValueError, match="add up to 0"):
        normalised([1.0, -1.0])


def test_a_text_is_encoded_once_per_model():
    texts, cache = [], {}
    clip = counting_clip(texts)
    prompts = (Prompt("a sea", 1.0), Prompt("a hill", 3.0))
    first = target(prompts, clip, cache, {})
    again = target(prompts[::-1], clip, cache, {})
    assert texts == ["a sea", "a hill"]
    assert torch.equal(first.embeddings, again.embeddings.flip(0))
    torch.testing.assert_close(first.weights, torch.tensor([0.25, 0.75]))
    target(prompts, replace(clip, name="another"), cache, {})
    assert len(texts) == 4


def test_a_fuzzy_prompt_is_many_copies_round_the_exact_one():
    exact = target((Prompt("a sea", 1.0), Prompt("a hill", 3.0)), counting_clip([]), {}, {})
    blurred = fuzzy(exact, 0.1, seed=1, place=0)
    assert blurred.embeddings.shape == (2 * FUZZY_COPIES, 2)
    torch.testing.assert_close(blurred.weights.sum(), exact.weights.sum())
    off = blurred.embeddings.view(2, FUZZY_COPIES, 2) - exact.embeddings[:, None]
    assert 0.05 < off.std() < 0.2
    assert torch.equal(blurred.embeddings, fuzzy(exact, 0.1, seed=1, place=0).embeddings)
