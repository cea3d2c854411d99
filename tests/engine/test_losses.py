"""Losses against parity 06."""

import numpy as np
import pytest
import torch
from parity import load

from discoscript_engine.diffusion import losses

CASES, ARRAYS = load("06_losses")
FUNCTIONS = {
    "spherical_dist_loss": losses.spherical_distance,
    "tv_loss": losses.total_variation,
    "range_loss": losses.out_of_range,
    "sat_loss": losses.saturation,
}

#: Tolerances are the data's; for gradients also ten times what float32 itself allows in that case.
#: Opposite vectors: the reference has an infinite slope there, which would make the guidance NaN.
NO_SLOPE = {"spherical_opposite"}


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_value_and_gradient_are_the_references(case):
    name = case["name"] + "__"
    places = range(len(case["inputs"]))
    inputs = [torch.from_numpy(ARRAYS[f"{name}in{i}"]).requires_grad_() for i in places]
    value = FUNCTIONS[case["function"]](*inputs)
    tolerance = max(2e-6, case["noise_value"])
    np.testing.assert_allclose(value.detach(), ARRAYS[name + "value"], rtol=0, atol=tolerance)
    if case["name"] in NO_SLOPE:
        return
    gradients = torch.autograd.grad(value, inputs, torch.tensor(ARRAYS[name + "upstream"]))
    share = 1e-4 if case["name"] == "spherical_far" else 1e-5
    for i, gradient in enumerate(gradients):
        expected = ARRAYS[f"{name}grad{i}"]
        tolerance = max(share * np.abs(expected).max(), 10 * case["noise_grad0"])
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("like", losses.PERCEPTUAL.values(), ids=losses.PERCEPTUAL)
def test_a_perceptual_loss_is_zero_only_for_the_wanted_picture(like):
    wanted = torch.rand(1, 3, 24, 40)
    loss = like(wanted)
    assert loss(wanted).item() == 0
    nearer, farther = loss(wanted + 0.1), loss(wanted + 0.2)
    assert 0 < nearer.item() < farther.item()


def test_where_things_are_weighs_more_than_grain():
    wanted = torch.zeros(1, 3, 32, 32)
    shade = torch.full_like(wanted, 0.2)
    grain = shade * (torch.arange(32) % 2 * 2 - 1)
    loss = losses.multi_scale(wanted)
    assert loss(wanted + shade) > 2 * loss(wanted + grain)


def test_a_picture_of_one_pixel_has_a_loss():
    assert losses.multi_scale(torch.zeros(1, 3, 1, 1))(torch.ones(1, 3, 1, 1)).item() == 1
