"""Depth: the reference's mixing, and what any estimate must be."""

import numpy as np
import pytest
import torch
from parity import load

from discoscript_engine import model_table
from discoscript_engine.models import tiny
from discoscript_engine.models.tiny_depth import TinyDepth
from discoscript_engine.motion.depth import LOADERS, depth_from_midas, load_depth, mix

PARAMETERS, ARRAYS = load("03_camera_3d")
CASES = [case for case in PARAMETERS["cases"] if case["midas_raw_in_npz"]]
CPU = torch.device("cpu")


def stand_in_adabins(height: int, width: int, phase: int) -> torch.Tensor:
    """The golden data's metric depth, by its formula."""
    y, x = np.mgrid[:height, :width]
    waves = 0.8 * np.sin(4 * np.pi * (x + 0.5) / width + 0.3 * phase)
    waves += 0.6 * np.cos(3 * np.pi * (y + 0.5) / height - 0.2 * phase)
    return torch.from_numpy(2 + waves + 0.2 * np.sin(1.1 * x) * np.cos(0.9 * y)).float()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_depth_is_the_references(case):
    raw = torch.from_numpy(ARRAYS[f"{case['id']}_midas_raw"])
    depth = depth_from_midas(raw, case["height"], case["width"])
    if case["midas_weight"] < 1:
        metric = stand_in_adabins(*case["adabins_raw_size_hw"], case["adabins_phase_j"])
        depth = mix(depth, metric, case["midas_weight"])
    assert torch.allclose(depth, torch.from_numpy(ARRAYS[f"{case['id']}_depth"]), atol=2e-5)


@pytest.mark.parametrize(("weight", "expected"), [(1.0, 1.0), (0.0, 3.0), (0.25, 2.5)])
def test_mix_goes_from_the_metric_depth_to_the_midas_depth(weight, expected):
    mixed = mix(torch.full((4, 6), 1.0), torch.full((2, 3), 3.0), weight)
    assert torch.allclose(mixed, torch.full((4, 6), expected))


def test_a_model_that_is_not_built_is_named():
    with pytest.raises(ValueError, match="dpt_large is not built"):
        load_depth("dpt_large", CPU)


def test_the_loaders_are_the_built_rows_of_the_table():
    built = {row.name for row in model_table.models("depth") if row.built}
    assert set(LOADERS) == built


def test_an_estimate_has_the_pictures_size_and_a_useful_range(monkeypatch):
    torch.manual_seed(1)
    network = TinyDepth().eval()  # untrained: the range is in its last step, not in its weights
    monkeypatch.setattr(tiny, "load_tiny_depth", lambda: network)
    image = torch.arange(48 * 70 * 3).reshape(48, 70, 3).remainder(256).to(torch.uint8)
    estimate = load_depth("tiny", CPU)
    depth = estimate(image, 0.3)
    assert depth.shape == (48, 70)
    assert 0.5 <= depth.min() < depth.max() <= 2.6
    assert torch.equal(depth, estimate(image, 0.3))
