"""Perlin noise against parity 13: single lattices, octaves, and whole start pictures."""

import numpy as np
import pytest
import torch
from einops import rearrange
from parity import load

from discoscript_engine.diffusion.perlin import (
    LAYERS,
    Layer,
    drawn_gradients,
    fitted,
    levels,
    neighbours,
    octaves_at,
    perlin_at,
    perlin_start,
    stretched,
)

CASES, ARRAYS = load("13_perlin")
CPU = torch.device("cpu")
by_id = {"ids": lambda case: case["id"]}


def drawn(name, number):
    return torch.from_numpy(ARRAYS[f"{name}__draw{number}"][..., 0, 0])


def layer_of(case):
    layer = Layer(len(case["octaves"]), case["width"], not case["grayscale"])
    np.testing.assert_allclose(layer.amplitudes, case["octaves"], rtol=1e-15)
    return layer


def channels(case, rows, columns):
    """The recorded octaves at some samples, one channel after the other."""
    layer, name = layer_of(case), case.get("from", case["id"])
    for channel in range(3 if layer.colour else 1):
        numbers = range(channel * layer.octaves, (channel + 1) * layer.octaves)
        yield octaves_at(layer, [drawn(name, n) for n in numbers], rows, columns)


@pytest.mark.parametrize("case", CASES["perlin"], **by_id)
def test_one_lattice(case):
    rows, columns = (torch.arange(size) for size in case["out_shape"])
    found = perlin_at(drawn(case["id"], 0), case["scale"], rows, columns)
    np.testing.assert_allclose(found, ARRAYS[f"{case['id']}__out"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("case", CASES["perlin_ms"], **by_id)
def test_octaves(case):
    every = torch.arange(layer_of(case).side)
    found = torch.cat(list(channels(case, every, every)))
    np.testing.assert_allclose(found, ARRAYS[f"{case['id']}__out"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("case", CASES["init"], **by_id)
def test_a_layer_is_fitted_and_stretched(case):
    side = layer_of(case).side
    rows = neighbours(case["side_y"], side, CPU)
    columns = neighbours(case["side_x"], side, CPU)
    values = [fitted(v, rows, columns) for v in channels(case, rows.indices, columns.indices)]
    name = case["id"]
    expected = ARRAYS[f"{name}__resized_float_clamped"]
    np.testing.assert_allclose(torch.stack(values).clamp(0, 1), expected, rtol=0, atol=2e-6)
    for made, field, tolerance in (
        ([levels(v) for v in values], "before_autocontrast", 1),
        ([stretched(levels(v)) for v in values], "after_autocontrast", 2),
    ):
        picture = rearrange(torch.stack(made), "c h w -> h w c").int()
        assert (
            picture - torch.from_numpy(ARRAYS[f"{name}__{field}"]).int()
        ).abs().max() <= tolerance


@pytest.mark.parametrize("case", CASES["regen"], **by_id)
def test_the_start_picture_is_the_references(case):
    numbers, shapes = torch.Generator().manual_seed(case["torch_cpu_seed"]), []

    def one_after_the_other(layer, channel, octave, cells):
        shapes.append([2, cells + 1, cells + 1, 1, 1])
        return torch.randn(shapes[-1], generator=numbers)[..., 0, 0]

    size = case["side_x"], case["side_y"]
    found = perlin_start(case["perlin_mode"], *size, one_after_the_other, CPU)
    assert shapes == case["draw_shapes"]
    sums = rearrange((found[0] + 1) * 255, "c h w -> h w c")
    np.testing.assert_allclose(sums, ARRAYS[f"{case['id']}__u8"], rtol=0, atol=2.01)


@pytest.mark.parametrize("word", LAYERS)
def test_a_start_picture_follows_from_the_seed(word):
    one, again, other = (
        perlin_start(word, 24, 16, drawn_gradients(seed), CPU) for seed in (7, 7, 8)
    )
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert one.shape == (1, 3, 16, 24) and -1 <= one.min() < -0.3 and 0.3 < one.max() <= 1
    assert torch.equal(one[:, 0], one[:, 1]) == (word == "gray")


def test_a_flat_channel_is_not_stretched():
    flat = torch.full((2, 3), 9, dtype=torch.uint8)
    assert torch.equal(stretched(flat), flat)
