"""The MiDaS networks against the reference: names and shapes, outputs, input sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from parity import hash_numbers, load, parameters, shapes_of, watch
from torch import nn

from discoscript_engine.models.midas import NETWORKS, net_input, net_size
from discoscript_engine.models.weights import with_weights

PARAMETERS, ARRAYS = load("12_depth")
NAMES = ("dpt_large", "dpt_hybrid", "midas_v21", "midas_v21_small")
FORWARD = {case["model"]: case for case in PARAMETERS["forward"]}


def skeleton(name: str) -> nn.Module:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return NETWORKS[name].build()


@pytest.mark.parametrize("name", NAMES)
def test_released_checkpoints_would_load(name: str) -> None:
    network, expected = skeleton(name), PARAMETERS["models"][name]
    assert shapes_of(network) == expected["state_dict"]
    assert sum(p.numel() for p in network.parameters()) == expected["parameters"]


def test_the_networks_are_those_of_the_table_that_can_be_fetched() -> None:
    assert set(NETWORKS) == set(NAMES)


@pytest.mark.parametrize("name", [pytest.param("dpt_large", marks=pytest.mark.slow), *NAMES[1:]])
def test_output_matches_the_reference(name: str) -> None:
    case = FORWARD[name]
    network = with_weights(NETWORKS[name].build, parameters(skeleton(name), case["gain"]))
    seen = watch(network, [*case["taps"]])
    image = torch.from_numpy(hash_numbers(case["input_tag"], case["in"])).float()
    with torch.inference_mode():
        out = network(image)
    for module, facts in case["taps"].items():
        part = seen[module].flatten()[:: facts["flat_stride"]].numpy()
        expected = ARRAYS[f"{name}__tap__{module}"]
        np.testing.assert_allclose(part, expected, atol=10 * facts["noise"] + 1e-6, err_msg=module)
    tolerance = 10 * case["noise_out"] + 1e-6
    np.testing.assert_allclose(out.numpy(), ARRAYS[f"{name}__out"], atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "case", PARAMETERS["net_size"], ids=lambda case: f"{case['image_width']}x{case['image_height']}"
)
def test_input_sizes(case: dict[str, Any], name: str) -> None:
    width, height = net_size(NETWORKS[name], case["image_width"], case["image_height"])
    assert [width, height] == case[name]


@pytest.mark.parametrize("case", PARAMETERS["preprocess"], ids=lambda case: case["id"])
def test_input_is_the_references(case: dict[str, Any]) -> None:
    shape = (case["height"], case["width"], 3)
    if case["image"] == "npz":
        image = ARRAYS[f"{case['id']}__image"]
    else:
        image = ((hash_numbers("preprocess visible 1", shape) + 1) * 127.5).astype(np.uint8)
    made = net_input(NETWORKS[case["model"]], torch.from_numpy(image))[0]
    assert list(made.shape) == case["net_shape_chw"]
    expected = ARRAYS[f"{case['id']}__out_every_8th"]
    np.testing.assert_allclose(made[:, ::8, ::8].numpy(), expected, atol=2e-4)
