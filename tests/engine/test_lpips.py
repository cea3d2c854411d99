"""LPIPS against the reference implementation, and that what is wanted is looked at once.

In double precision: in single, rounding decides which way a ReLU at its kink lets a slope through,
and processors round differently.
"""

import pytest
import torch
from parity import hash_numbers, load, parameter_numbers

from discoscript_engine.models.lpips import (
    Channels,
    Features,
    channels_under_our_names,
    convolutions,
    lpips,
)
from discoscript_engine.models.weights import with_weights

REFERENCE, _ = load("19_lpips")


def published():
    """What the two published files would hold, by the formula: other tensors come along."""
    numbers = {
        name: torch.from_numpy(parameter_numbers(name, tuple(shape), REFERENCE["gain"])).float()
        for name, shape in REFERENCE["keys"].items()
        if name.startswith("features.")
    }
    numbers["classifier.0.weight"] = torch.zeros(1)
    weighing = {
        name: torch.from_numpy(parameter_numbers(name, tuple(shape))).float().abs()
        for name, shape in REFERENCE["keys"].items()
        if name.startswith("lin")
    }
    return numbers, weighing


@pytest.fixture(scope="module")
def networks():
    numbers, weighing = published()
    features = with_weights(Features, convolutions(numbers))
    channels = with_weights(Channels, channels_under_our_names(weighing))
    return features.double(), channels.double()


def numbers(tag, scale, shape):
    return torch.from_numpy(scale * hash_numbers(tag, shape)).float().double()


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: str(case["shape"]))
def test_value_and_gradient_match_the_reference(networks, case):
    wanted = numbers("lpips wanted", 0.9, case["shape"])
    image = numbers("lpips picture", case["scale"], case["shape"]).requires_grad_()
    value = lpips(*networks)(wanted)(image)
    expected = torch.tensor(case["value"]).double()
    assert torch.allclose(value, expected, rtol=0, atol=10 * case["noise_value"])
    slope = torch.autograd.grad(value.sum(), image)[0].flatten()[::97]
    expected = torch.tensor(case["grad_every_97th"]).double()
    assert torch.allclose(slope, expected, rtol=0, atol=case["noise_grad"])


def test_the_wanted_picture_is_looked_at_once(networks):
    features, channels = networks
    looks = []
    features.register_forward_hook(lambda *_: looks.append(1))
    loss = lpips(features, channels)(numbers("lpips wanted", 0.9, (1, 3, 32, 32)))
    image = numbers("lpips picture", 1.0, (1, 3, 32, 32))
    once, again = loss(image), loss(image)
    assert torch.equal(once, again)
    assert len(looks) == 3  # the wanted picture, and the other one twice


def test_places_where_nothing_is_seen_have_a_slope(networks):
    """Where all features are 0 the reference has no number for it."""
    features, channels = networks
    with torch.no_grad():
        silent = with_weights(
            Features, {k: torch.zeros_like(v) for k, v in features.state_dict().items()}
        )
    image = torch.zeros(1, 3, 16, 16, requires_grad=True)
    value = lpips(silent, channels)(torch.ones(1, 3, 16, 16))(image)
    assert torch.autograd.grad(value.sum(), image)[0].isfinite().all()
