"""AdaBins against the reference: names and shapes, bins and depth, input sizes, what follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from parity import hash_numbers, load, parameters, shapes_of, watch
from torch import Tensor, nn

from discoscript_engine.models.adabins import (
    PLACES,
    WIDTH,
    AdaBins,
    input_size,
    patches,
    predict,
    renamed,
)
from discoscript_engine.models.midas import IMAGENET, normalised
from discoscript_engine.models.weights import with_weights

PARAMETERS, ARRAYS = load("12_depth")
CASE = next(case for case in PARAMETERS["forward"] if case["model"] == "adabins_nyu")


@pytest.fixture(scope="module")
def skeleton() -> AdaBins:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return AdaBins()


def test_the_released_checkpoint_would_load(skeleton: AdaBins) -> None:
    expected = PARAMETERS["models"]["adabins_nyu"]
    assert shapes_of(skeleton) == expected["state_dict"]
    assert sum(p.numel() for p in skeleton.parameters()) == expected["parameters"]


def test_names_of_the_published_file_are_translated(skeleton: AdaBins) -> None:
    renames = dict(PARAMETERS["adabins_loader_renames"])
    prefix, key = renames.pop("strip_prefix"), renames.pop("state_dict_is_under")
    saved = {}
    for name, tensor in skeleton.state_dict().items():
        for old, new in renames.items():
            name = name.replace(new, old)
        saved[prefix + name] = tensor
    assert set(saved).isdisjoint(skeleton.state_dict())
    assert any("embedding_encoder" in name for name in saved)
    assert list(renamed({key: saved, "epoch": 24})) == list(skeleton.state_dict())


def test_bins_and_depth_match_the_reference(skeleton: AdaBins) -> None:
    network = with_weights(AdaBins, parameters(skeleton, CASE["gain"]))
    seen = watch(network, [*CASE["taps"]])
    image = torch.from_numpy(hash_numbers(CASE["input_tag"], CASE["in"])).float()
    with torch.no_grad():
        edges, depth = network.bins_and_depth(image)
    for module, facts in CASE["taps"].items():
        part = seen[module].flatten()[:: facts["flat_stride"]].numpy()
        expected = ARRAYS[f"adabins__tap__{module}"]
        np.testing.assert_allclose(part, expected, atol=10 * facts["noise"] + 1e-6, err_msg=module)
    assert list(depth.shape) == CASE["out"]
    np.testing.assert_allclose(
        edges.numpy(), ARRAYS["adabins__bin_edges"], atol=10 * CASE["noise_edges"] + 1e-6
    )
    np.testing.assert_allclose(
        depth[..., ::4, ::4].numpy(),
        ARRAYS["adabins__pred_every_4th"],
        atol=10 * CASE["noise_pred"] + 1e-6,
    )


@pytest.mark.parametrize("case", PARAMETERS["adabins_predict"], ids=lambda case: case["id"])
def test_prediction_is_the_mean_with_the_mirrored_picture(case: dict[str, Any]) -> None:
    arrays = {
        name: torch.from_numpy(ARRAYS[f"{case['id']}__{name}"])
        for name in ("image", "net_input", "pred", "pred_of_mirrored", "final")
    }
    picture = normalised(arrays["image"].permute(2, 0, 1)[None] / 255, IMAGENET)
    assert torch.allclose(picture, arrays["net_input"], atol=2e-6)
    answers = Answers(
        [
            (picture, arrays["pred"]),
            (picture.flip(-1), arrays["pred_of_mirrored"]),
        ]
    )
    assert torch.allclose(predict(answers, picture), arrays["final"][0, 0], atol=2e-6)


class Answers(nn.Module):
    """Stands in for the network: gives the answer that belongs to a picture."""

    def __init__(self, known: list[tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.known = known

    def forward(self, picture: Tensor) -> Tensor:
        return next(answer for asked, answer in self.known if torch.equal(asked, picture))


@pytest.mark.parametrize(
    "case",
    PARAMETERS["adabins_input_size"],
    ids=lambda c: f"{c['image_width']}x{c['image_height']}",
)
def test_input_sizes(case: dict[str, Any]) -> None:
    size = input_size(case["image_width"], case["image_height"])
    assert list(size) == case["adabins_input_wh"]


def test_every_picture_gets_a_size_that_the_network_takes() -> None:
    sides = [*range(32, 512, 32), *range(512, 4097, 256), 8192]
    sizes = [input_size(width, height) for width in sides for height in sides]
    assert all(WIDTH < patches(*size) <= PLACES for size in sizes)
    assert input_size(32, 2048) == (64, 3584)  # 56 wide it would have 112 patches


def test_too_few_patches_are_an_error(skeleton: AdaBins) -> None:
    with pytest.raises(ValueError, match="129 patches, not 64"):
        skeleton(torch.zeros(1, 3, 256, 256, device="meta"))
