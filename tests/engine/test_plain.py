"""The engine against the plain version that its speed is measured against: the same numbers."""

import sys
from pathlib import Path

import pytest
import torch
from parity import hash_numbers

from discoscript_engine.diffusion.augment import augment, drawn, grain_of
from discoscript_engine.diffusion.cutouts import cut_out, inner_cuts, overview_cuts
from discoscript_engine.diffusion.hue import turned_hue
from discoscript_engine.diffusion.randomness import generator

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import plain

from engine import agreement

WIDE, TALL, SIZE = 96, 64, 32


def slopes(overview, inner, place, dtype, *, augmented):
    """The gradient of a batch of cuts by the picture, made plainly and by the engine."""
    image = torch.from_numpy(hash_numbers("image", (1, 3, TALL, WIDE)) / 2 + 0.5).to(dtype)
    upstream = torch.from_numpy(hash_numbers("up", (overview + inner, 3, SIZE, SIZE))).to(dtype)
    image.requires_grad_()
    where = overview_cuts(overview, WIDE, TALL)
    where += inner_cuts(inner, WIDE, TALL, SIZE, 3.0, 0.5, generator(0, "cut geometry", place))
    draw = drawn(tuple(upstream.shape), generator(0, "augmentations", place))
    slow, fast = plain.cut_out(image, where, SIZE), cut_out(image, where, SIZE)
    if augmented:
        grain = grain_of(SIZE, generator(0, "augmentations"))
        slow, fast = plain.augment(slow, draw, grain), augment(fast[None], [draw], grain)[0]
    return [torch.autograd.grad(cuts, image, upstream)[0] for cuts in (slow, fast)]


@pytest.mark.parametrize(("overview", "inner"), [(12, 4), (4, 12), (0, 3), (2, 0)])
def test_cuts_pull_at_the_picture_as_the_plain_ones(overview, inner):
    slow, fast = slopes(overview, inner, 0, torch.float32, augmented=False)
    assert (fast - slow).abs().max() <= 2e-6 * slow.abs().max()


@pytest.mark.parametrize("place", range(12))
def test_augmented_cuts_pull_as_the_plain_ones(place):
    """To the last bits of a double, ties between channels included."""
    slow, fast = slopes(4, 4, place, torch.float64, augmented=True)
    assert (fast - slow).abs().max() <= 1e-12 * slow.abs().max()


@pytest.mark.parametrize("place", range(4))
def test_in_single_precision_only_pixels_at_a_kink_differ(place):
    slow, fast = slopes(4, 4, place, torch.float32, augmented=True)
    cosine = torch.nn.functional.cosine_similarity(slow.flatten(), fast.flatten(), dim=0)
    off = (fast - slow).abs() > 0.01 * slow.square().mean().sqrt()
    assert cosine >= 0.99999
    assert off.double().mean() <= 1e-3


@pytest.mark.parametrize("amount", [-0.09, 0.02, 0.07])
def test_black_white_and_grey_pixels_are_recoloured_as_plainly(amount):
    """Where channels are equal the slope is a choice; it is the same one."""
    levels = torch.tensor([0.0, 0.4, 1.0], dtype=torch.float64)
    colours = torch.cartesian_prod(levels, levels, levels).T.reshape(1, 3, 3, 9)
    upstream = torch.from_numpy(hash_numbers("up", colours.shape))
    found = []
    amounts = torch.tensor([amount], dtype=torch.float64)
    for turn in (
        lambda image: plain.hue_turned(image, amount),
        lambda image: turned_hue(image[None], amounts)[0],
    ):
        image = colours.clone().requires_grad_()
        turned = turn(image)
        found.append((turned, torch.autograd.grad(turned, image, upstream)[0]))
    torch.testing.assert_close(found[1], found[0], rtol=0, atol=1e-12)


def test_the_guidance_gradient_is_the_plain_one():
    found = agreement(WIDE * 2, TALL * 2, augmented=False, dtype=torch.float32)
    assert found.apart <= 2e-6


def test_with_augmentations_it_is_so_to_the_last_bits_of_a_double():
    found = agreement(WIDE * 2, TALL * 2, augmented=True, dtype=torch.float64)
    assert found.apart <= 1e-12
    assert found.off == 0


def test_with_augmentations_in_single_precision_only_values_at_a_kink_differ():
    found = agreement(WIDE * 2, TALL * 2, augmented=True, dtype=torch.float32)
    assert found.cosine >= 0.99999
    assert found.off <= 1e-3
