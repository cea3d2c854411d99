"""The U-Net against the reference implementation: names and shapes of the released layouts,
outputs, gradients.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from parity import fill_parameters, hash_numbers, load, shapes_of

from discoscript_engine.models.unet import UNet, UNetConfig, timestep_embedding

PARAMETERS, ARRAYS = load("10_unet")
SMALL = {case["name"]: case for case in PARAMETERS["small"]}


def config_of_small(values: dict[str, Any]) -> UNetConfig:
    levels = len(values["channel_mult"])
    return UNetConfig(
        channels=values["model_channels"],
        channel_mult=tuple(values["channel_mult"]),
        blocks=(values["num_res_blocks"],) * levels,
        attention_factors=tuple(values["attention_resolutions"]),
        out_channels=values["out_channels"],
        heads=values["num_heads"],
        head_channels=positive(values["num_head_channels"]),
        heads_up=positive(values["num_heads_upsample"]),
        scale_shift=values["use_scale_shift_norm"],
        resample_in_blocks=values["resblock_updown"],
        qkv_first=values["use_new_attention_order"],
    )


def config_of_released(model: dict[str, Any]) -> UNetConfig:
    values = model["config"]
    return UNetConfig(
        channels=values["num_channels"],
        channel_mult=tuple(model["channel_mult"]),
        blocks=(values["num_res_blocks"],) * len(model["channel_mult"]),
        attention_factors=tuple(model["attention_downsample_factors"]),
        heads=values["num_heads"],
        head_channels=positive(values["num_head_channels"]),
        heads_up=positive(values["num_heads_upsample"]),
        scale_shift=values["use_scale_shift_norm"],
        resample_in_blocks=values["resblock_updown"],
        qkv_first=values["use_new_attention_order"],
    )


def positive(number: int) -> int | None:
    return number if number > 0 else None


@pytest.mark.parametrize("name", SMALL)
def test_output_and_gradient_match_the_reference(name: str) -> None:
    case = SMALL[name]
    net = UNet(config_of_small(case["config"]))
    assert shapes_of(net) == case["state_dict"]
    fill_parameters(net)
    scaled = case["input_scale"] * hash_numbers(case["input_tag"], case["in_shape"])
    x = torch.from_numpy(scaled).float().requires_grad_()
    out = net(x, torch.tensor(case["t"]))
    np.testing.assert_allclose(out.detach().numpy(), ARRAYS[f"{name}__out"], atol=5e-5)
    if "upstream_tag" in case:
        upstream = torch.from_numpy(hash_numbers(case["upstream_tag"], tuple(out.shape))).float()
        (gradient,) = torch.autograd.grad((out * upstream).sum(), x)
        np.testing.assert_allclose(gradient.numpy(), ARRAYS[f"{name}__grad"], atol=1e-4)


@pytest.mark.parametrize("name", PARAMETERS["models"])
def test_released_checkpoints_would_load(name: str) -> None:
    model = PARAMETERS["models"][name]
    with torch.device("meta"):
        net = UNet(config_of_released(model))
    assert shapes_of(net) == model["state_dict"]
    assert sum(parameter.numel() for parameter in net.parameters()) == model["parameters"]


@pytest.mark.parametrize("case", PARAMETERS["timestep_embedding"], ids=lambda case: case["id"])
def test_timestep_embedding(case: dict[str, Any]) -> None:
    values = timestep_embedding(torch.tensor(case["t"]), case["dim"])
    np.testing.assert_allclose(values.numpy(), ARRAYS[f"{case['id']}__values"], atol=2e-6)


def test_blocks_per_level_and_unshuffle_keep_the_size() -> None:
    config = UNetConfig(
        channels=32,
        channel_mult=(1, 2),
        blocks=(1, 2),
        attention_factors=(2,),
        out_channels=3,
        head_channels=32,
        resample_in_blocks=False,
        unshuffle=4,
    )
    assert config.size_multiple == 8
    out = UNet(config)(torch.zeros(2, 3, 24, 32), torch.tensor([1.0, 500.0]))
    assert out.shape == (2, 3, 24, 32)


def test_levels_must_agree() -> None:
    with pytest.raises(ValueError, match="3 levels in blocks, 2 in channel_mult"):
        UNetConfig(channels=32, channel_mult=(1, 2), blocks=(1, 1, 1), attention_factors=())


def test_half_precision_torso_keeps_norms_and_time_in_float32() -> None:
    config = UNetConfig(
        channels=32, channel_mult=(1, 1), blocks=(1, 1), attention_factors=(2,), head_channels=32
    )
    net = UNet(config).torso_to(torch.bfloat16)
    assert net.time_embed[0].weight.dtype == net.out[0].weight.dtype == torch.float32
    assert net(torch.zeros(1, 3, 16, 16), torch.tensor([1.0])).dtype == torch.float32
