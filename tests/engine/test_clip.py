"""The embedded CLIP as the guidance uses it."""

import pytest
import torch

from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import load_clip
from discoscript_engine.models.tiny import load_tiny_clip

CUTS = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def clip():
    return load_clip(by_name("clip", "tiny"), torch.device("cpu"))


def test_cuts_are_normalised_as_the_model_was_trained(clip):
    model = load_tiny_clip()
    mean, std = model.visual.image_mean, model.visual.image_std
    normalised = (CUTS - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)
    expected = model.encode_image(normalised)
    torch.testing.assert_close(clip.encode_image(CUTS), expected, rtol=1e-4, atol=1e-5)
    assert clip.image_size == 64


def test_a_gradient_passes_to_the_cuts(clip):
    cuts = CUTS.clone().requires_grad_()
    slope = torch.autograd.grad(clip.encode_image(cuts).sum(), cuts)[0]
    assert slope.isfinite().all() and slope.abs().max() > 0


def test_texts_are_read_up_to_the_context_length(clip):
    fits = clip.context_length - 2  # one token opens the text, one ends it
    exact = clip.encode_text("sea " * fits)
    assert torch.equal(clip.encode_text("sea " * 500), exact)
    assert not torch.equal(clip.encode_text("sea " * (fits - 1)), exact)


def test_texts_are_told_apart(clip):
    sea, again, city = (clip.encode_text(t) for t in ("a calm sea", "a calm sea", "a city"))
    assert torch.equal(sea, again)
    assert torch.nn.functional.cosine_similarity(sea, city, dim=0) < 0.9
