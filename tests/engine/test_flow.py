"""Optical flow: RAFT against the reference, DIS on known motion, and pictures carried along."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from parity import hash_numbers, load, parameter_numbers
from torch import Tensor, nn

from discoscript_engine.model_table import models
from discoscript_engine.models.raft import padding, raft, raft_flow, renamed
from discoscript_engine.models.weights import with_weights
from discoscript_engine.motion.flow import (
    FLOWS,
    blended,
    consistent,
    dis_flow,
    load_raft,
    sample_at,
    warp_by_flow,
)
from discoscript_engine.weights import FOLDER_VARIABLE, ModelMissing, WrongWeights

PARAMETERS, ARRAYS = load("18_raft")
VIDEO, VIDEO_ARRAYS = load("17_video")
CPU = torch.device("cpu")


def published() -> dict[str, Tensor]:
    """A checkpoint under the published names, filled by the formula (of the names without the
    prefix that it was saved with)."""
    filled: dict[str, Tensor] = {}
    for name, shape in PARAMETERS["state_dict"]:
        key = name.removeprefix("module.")
        if key.endswith("num_batches_tracked"):
            filled[name] = torch.tensor(0)
        else:
            filled[name] = torch.from_numpy(parameter_numbers(key, tuple(shape))).float()
    return filled


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return with_weights(raft, renamed(published()))


def test_the_published_checkpoint_would_load(network: nn.Module) -> None:
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS["parameters"]
    assert not any(value.is_meta for value in network.state_dict().values())


@pytest.mark.parametrize("case", PARAMETERS["cases"], ids=lambda case: case["id"])
def test_raft_matches_the_reference(network: nn.Module, case: dict[str, Any]) -> None:
    shape = (1, 3, case["height"], case["width"])
    first, second = (
        torch.from_numpy(hash_numbers(case[f"{which}_tag"], shape)).float()
        for which in ("first", "second")
    )
    steps: list[Tensor] = []
    watched = network.update_block.flow_head.register_forward_hook(
        lambda _module, _inputs, step: steps.append(step)
    )
    with torch.inference_mode(), watched:
        flow = network(first, second, num_flow_updates=case["iters"])[-1]
    tolerance = 5e-5 * case["max_abs_up"] + 2e-5
    for name, found in (("low", sum(steps)), ("up_every_4th", flow[..., ::4, ::4])):
        expected = ARRAYS[f"{case['id']}__flow_{name}"]
        np.testing.assert_allclose(found.numpy(), expected, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("case", PARAMETERS["padding"], ids=lambda c: f"{c['width']}x{c['height']}")
def test_padding_is_the_references(case: dict[str, Any]) -> None:
    added = padding(case["height"], case["width"])
    assert list(added) == case["pad_left_right_top_bottom"]
    left, right, top, bottom = added
    padded = [case["height"] + top + bottom, case["width"] + left + right]
    assert padded == case["padded_hw"]


def test_the_flow_of_a_padded_picture_has_the_pictures_size(network: nn.Module) -> None:
    picture = torch.zeros(45, 70, 3, dtype=torch.uint8)
    assert raft_flow(network, picture, picture).shape == (45, 70, 2)


@pytest.mark.parametrize("case", VIDEO["warp"], ids=lambda case: case["id"])
def test_pictures_are_carried_as_in_the_reference(case: dict[str, Any]) -> None:
    arrays = {
        name: torch.from_numpy(VIDEO_ARRAYS[f"{case['id']}__{name}"].astype(kind))
        for name, kind in (
            ("previous", np.uint8),
            ("next", np.uint8),
            ("flow", np.float32),
            ("out", np.int32),
            ("exact256", np.float32),
        )
    }
    asked = arrays["previous"], arrays["next"], arrays["flow"], case["blend"]
    error = (blended(*asked) - arrays["exact256"] / 256).abs()
    assert error.max() < 0.05
    levels = (warp_by_flow(*asked).int() - arrays["out"]).abs()
    assert levels.max() <= 6
    assert levels.float().mean() <= 0.6


def textured(height: int, width: int) -> Tensor:
    """Noise blurred to blobs of some pixels, so that motion can be seen."""
    noise = hash_numbers("flow texture", (height, width, 3)).astype(np.float32)
    blobs = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return torch.from_numpy(((blobs / np.abs(blobs).max() + 1) * 127.5).astype(np.uint8))


def test_dis_finds_a_shift() -> None:
    world = textured(160, 200)
    previous, following = world[20:120, 20:160], world[23:123, 15:155]
    flow = dis_flow(previous, following)  # what is at (x, y) now was at (x - 5, y + 3)
    inner = flow[12:-12, 12:-12]
    assert (inner - torch.tensor([-5.0, 3.0])).norm(dim=-1).median() < 0.15
    carried = warp_by_flow(previous, following, flow, 1.0)[12:-12, 12:-12].float()
    still = (previous[12:-12, 12:-12].float() - following[12:-12, 12:-12].float()).abs().mean()
    assert (carried - following[12:-12, 12:-12].float()).abs().mean() < 0.1 * still


@pytest.mark.parametrize("size", [(8, 8), (32, 48), (64, 20)])
def test_dis_takes_small_pictures(size: tuple[int, int]) -> None:
    picture = textured(*size)
    flow = dis_flow(picture, picture)
    assert flow.shape == (*size, 2)
    assert flow.abs().max() < 0.01


def test_dis_finds_the_same_again_whatever_threads_there_are() -> None:
    world, threads = textured(160, 200), cv2.getNumThreads()
    found = [dis_flow(world[:-8], world[8:])]
    try:
        cv2.setNumThreads(4)
        found.append(dis_flow(world[:-8], world[8:]))
        assert cv2.getNumThreads() == 4
    finally:
        cv2.setNumThreads(threads)
    assert torch.equal(*found)


def test_only_motion_that_leads_back_is_trusted() -> None:
    back = torch.zeros(10, 20, 2)
    back[..., 0] = -4
    assert consistent(back, -back)[:, 4:].all()
    assert not consistent(back, -back)[:, :4].any()  # it was outside
    there = -back
    there[:5] = 0
    assert not consistent(back, there)[:5].any()
    assert consistent(back, there)[5:, 4:].all()


def test_what_is_not_trusted_is_the_next_picture() -> None:
    previous = torch.full((4, 6, 3), 200, dtype=torch.uint8)
    following = torch.full((4, 6, 3), 100, dtype=torch.uint8)
    trusted = torch.zeros(4, 6, dtype=torch.bool)
    trusted[:, 3:] = True
    carried = warp_by_flow(previous, following, torch.zeros(4, 6, 2), 0.5, trusted)
    assert (carried[:, :3] == 100).all()
    assert (carried[:, 3:] == 150).all()


def test_sampling_beyond_the_border_is_black() -> None:
    flow = torch.tensor([1.5, 0.0]).expand(2, 3, 2)
    values = torch.tensor([10.0, 20.0, 40.0])[None, :, None].expand(2, 3, 1)
    assert torch.allclose(sample_at(values, flow)[0, :, 0], torch.tensor([30.0, 20.0, 0.0]))


def test_raft_is_read_from_the_published_file_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(ModelMissing, match="raft"):
        load_raft(CPU)
    (tmp_path / "raft-things.pth").write_bytes(b"something else")
    with pytest.raises(WrongWeights, match=r"raft-things.pth is not the published file"):
        load_raft(CPU)


def test_every_flow_model_of_the_table_is_built() -> None:
    assert set(FLOWS) == {row.name for row in models("flow") if row.built}
