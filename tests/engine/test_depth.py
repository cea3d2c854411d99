"""Depth: the reference's mixing, and what any estimate must be."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from parity import load, parameters
from torch import nn

from discoscript_engine import model_table
from discoscript_engine.models import tiny
from discoscript_engine.models.midas import NETWORKS, net_input
from discoscript_engine.models.tiny_depth import TinyDepth
from discoscript_engine.motion import depth
from discoscript_engine.motion.depth import (
    LOADERS,
    MixedDepth,
    Remembering,
    depth_from_midas,
    load_depth,
    metric_input,
    mix,
)
from discoscript_engine.weights import FOLDER_VARIABLE, ModelMissing, WrongWeights

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
    found = depth_from_midas(raw, case["height"], case["width"])
    if case["midas_weight"] < 1:
        metric = stand_in_adabins(*case["adabins_raw_size_hw"], case["adabins_phase_j"])
        found = mix(found, metric, case["midas_weight"])
    assert torch.allclose(found, torch.from_numpy(ARRAYS[f"{case['id']}_depth"]), atol=2e-5)


@pytest.mark.parametrize(("weight", "expected"), [(1.0, 1.0), (0.0, 3.0), (0.25, 2.5)])
def test_mix_goes_from_the_metric_depth_to_the_midas_depth(weight, expected):
    mixed = mix(torch.full((4, 6), 1.0), torch.full((2, 3), 3.0), weight)
    assert torch.allclose(mixed, torch.full((4, 6), expected))


def test_a_model_that_is_not_built_is_named():
    with pytest.raises(ValueError, match="dpt_hybrid_nyu is not built"):
        load_depth("dpt_hybrid_nyu", CPU)


def test_a_model_that_is_not_here_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    picture = torch.zeros(32, 64, 3, dtype=torch.uint8)
    estimate = load_depth("midas_v21_small", CPU)
    with pytest.raises(ModelMissing, match="depth model midas_v21_small"):
        estimate(picture, 1.0)
    with pytest.raises(ModelMissing, match="metric depth model adabins_nyu"):
        estimate(picture, 0.0)


def test_a_file_that_is_not_the_published_one_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    torch.save({}, tmp_path / "midas_v21_small-70d6b9c8.pt")
    with pytest.raises(WrongWeights, match="is not the published file"):
        load_depth("midas_v21_small", CPU)(torch.zeros(32, 64, 3, dtype=torch.uint8), 1.0)


def test_a_published_file_is_loaded_as_it_was_saved(monkeypatch, tmp_path):
    """The whole way from a file; its digest is put into the table in place of the real one."""
    with torch.device("meta"):
        skeleton = NETWORKS["midas_v21_small"].build()
    tensors = parameters(skeleton, gain=2**0.5)
    path = tmp_path / "midas_v21_small-70d6b9c8.pt"
    torch.save({"optimizer": {}, "model": tensors}, path)
    row = model_table.by_name("depth", "midas_v21_small")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = replace(row, files=(replace(row.files[0], sha256=digest),))
    monkeypatch.setattr(depth, "by_name", lambda role, name: known)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    image = picture(48, 80)
    found = load_depth("midas_v21_small", CPU)(image, 1.0)
    network = NETWORKS["midas_v21_small"].build()
    network.load_state_dict(tensors)
    with torch.inference_mode():
        raw = network.eval()(net_input(NETWORKS["midas_v21_small"], image))[0]
    assert found.min() < found.max()
    assert torch.equal(found, depth_from_midas(raw, 48, 80))


class Constant(nn.Module):
    """Answers every picture with one number everywhere."""

    def __init__(self, value, axes):
        super().__init__()
        self.value, self.axes = value, axes
        self.seen = []

    def forward(self, image):
        self.seen.append(tuple(image.shape))
        return torch.full((1, *self.axes, *image.shape[-2:]), self.value)


def mixed():
    """A mixed model on stand-ins, and which of them were loaded, in order."""
    loaded = []
    relative, metric = Constant(31.0, ()), Constant(3.0, (1,))

    def load(network):
        loaded.append(network)
        return network

    estimate = MixedDepth(NETWORKS["dpt_large"], lambda: load(relative), lambda: load(metric), CPU)
    return estimate, loaded, relative, metric


def picture(height, width):
    numbers = torch.arange(height * width * 3).reshape(height, width, 3)
    return numbers.remainder(251).to(torch.uint8)


@pytest.mark.parametrize(("weight", "expected"), [(1.0, 1.0), (0.0, 3.0), (0.25, 2.5)])
def test_networks_are_loaded_once_and_only_where_they_count(weight, expected):
    estimate, loaded, relative, metric = mixed()
    for _ in range(2):
        found = estimate(picture(64, 128), weight)
        assert found.shape == (64, 128)
        assert torch.allclose(found, torch.tensor(expected))  # 31 is (50 - 31) / 19 = 1
    assert loaded == [n for n, used in ((relative, weight > 0), (metric, weight < 1)) if used]


def test_networks_see_the_picture_in_their_own_sizes():
    estimate, _, relative, metric = mixed()
    estimate(picture(768, 1280), 0.3)
    assert relative.seen == [(1, 3, 384, 640)]
    assert metric.seen == [(1, 3, 547, 912)] * 2  # the picture and its mirror image


@pytest.mark.parametrize("size", [(64, 64), (448, 512), (768, 1280)])
def test_the_metric_networks_picture_is_normalised(size):
    made = metric_input(torch.full((*size, 3), 51, dtype=torch.uint8))
    expected = (0.2 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    assert torch.allclose(made, expected[None, :, None, None].expand_as(made), atol=1e-5)


def test_the_loaders_are_the_built_rows_of_the_table():
    built = {row.name for row in model_table.models("depth") if row.built}
    assert set(LOADERS) == built


def test_an_estimate_has_the_pictures_size_and_a_useful_range(monkeypatch):
    torch.manual_seed(1)
    network = TinyDepth().eval()  # untrained: the range is in its last step, not in its weights
    monkeypatch.setattr(tiny, "load_tiny_depth", lambda: network)
    image = torch.arange(48 * 70 * 3).reshape(48, 70, 3).remainder(256).to(torch.uint8)
    estimate = load_depth("tiny", CPU)
    found = estimate(image, 0.3)
    assert found.shape == (48, 70)
    assert 0.5 <= found.min() < found.max() <= 2.6
    assert torch.equal(found, estimate(image, 0.3))


# ───────────── what is remembered ─────────────


def counted():
    """An estimate that remembers two pictures, and what it was asked for in earnest."""
    asked = []

    def estimate(image, midas_weight):
        asked.append((int(image[0, 0, 0]), midas_weight))
        return image.float().mean(dim=-1) * midas_weight

    return Remembering(estimate), asked


def shade(value, height=4, width=6):
    return torch.full((height, width, 3), value, dtype=torch.uint8)


def test_a_picture_is_estimated_once():
    estimate, asked = counted()
    first = estimate(shade(1), 0.5)
    assert torch.equal(estimate(shade(1).clone(), 0.5), first) and asked == [(1, 0.5)]


def test_another_weight_size_or_content_is_estimated():
    estimate, asked = counted()
    seen = [shade(1), shade(1), shade(1, 6, 4), shade(2)]
    found = [estimate(image, w) for image, w in zip(seen, (0.5, 0.25, 0.5, 0.5), strict=True)]
    assert len(asked) == 4
    assert [tuple(depth.shape) for depth in found] == [(4, 6), (4, 6), (6, 4), (4, 6)]
    assert [float(depth[0, 0]) for depth in found] == [0.5, 0.25, 0.5, 1.0]


def test_a_picture_that_was_changed_in_place_is_another_one():
    estimate, asked = counted()
    image = shade(1)
    estimate(image, 0.5)
    image.fill_(7)
    assert float(estimate(image, 0.5)[0, 0]) == 3.5 and len(asked) == 2


def test_the_last_two_pictures_are_remembered():
    estimate, asked = counted()
    for value in (1, 2, 1, 3, 1, 2):  # 3 takes the place of 2, which was seen longest ago
        estimate(shade(value), 1.0)
    assert [value for value, _ in asked] == [1, 2, 3, 2]
