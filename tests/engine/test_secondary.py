"""The secondary model against the reference implementation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from parity import fill_parameters, hash_numbers, load, shapes_of

from discoscript_engine.models.secondary import (
    FourierFeatures,
    SecondaryModel,
    alpha_sigma,
)

PARAMETERS, ARRAYS = load("11_secondary")
TOLERANCE = 1e-5
RELU_FLIP_TOLERANCE = 5e-3  # an argument of a ReLU within rounding of zero may fall on either side


@pytest.fixture(scope="module")
def net() -> SecondaryModel:
    network = SecondaryModel()
    fill_parameters(network, gain=math.sqrt(2))
    return network


def test_released_checkpoint_would_load(net: SecondaryModel) -> None:
    assert shapes_of(net) == PARAMETERS["state_dict"]
    assert sum(parameter.numel() for parameter in net.parameters()) == PARAMETERS["parameters"]


@pytest.mark.parametrize("case", PARAMETERS["cases"], ids=lambda case: case["id"])
def test_outputs_and_gradient_match_the_reference(
    net: SecondaryModel, case: dict[str, Any]
) -> None:
    name = case["id"]
    x = torch.from_numpy(
        case["input_scale"] * hash_numbers(case["input_tag"], case["shape"])
    ).float()
    out = net(x.requires_grad_(), torch.tensor(case["t"]))
    for part, value in out._asdict().items():
        if f"{name}__{part}" in ARRAYS:
            np.testing.assert_allclose(
                value.detach().numpy(), ARRAYS[f"{name}__{part}"], atol=TOLERANCE
            )
    if "upstream_tag" in case:
        upstream = torch.from_numpy(
            hash_numbers(case["upstream_tag"], tuple(out.pred.shape))
        ).float()
        (gradient,) = torch.autograd.grad((out.pred * upstream).sum(), x)
        difference = gradient.numpy() - ARRAYS[f"{name}__grad_pred"]
        relative = np.linalg.norm(difference) / np.linalg.norm(ARRAYS[f"{name}__grad_pred"])
        assert np.abs(difference).max() < TOLERANCE or relative < RELU_FLIP_TOLERANCE


def test_angles() -> None:
    t = torch.from_numpy(ARRAYS["angle__t"]).float()
    alpha, sigma = alpha_sigma(t)
    np.testing.assert_allclose(alpha.numpy(), ARRAYS["angle__alpha"], atol=TOLERANCE)
    np.testing.assert_allclose(sigma.numpy(), ARRAYS["angle__sigma"], atol=TOLERANCE)


def test_fourier_features(net: SecondaryModel) -> None:
    t = torch.from_numpy(ARRAYS["angle__t"]).float()
    features: FourierFeatures = net.timestep_embed
    np.testing.assert_allclose(
        features(t[:, None]).detach().numpy(), ARRAYS["fourier__values"], atol=TOLERANCE
    )
