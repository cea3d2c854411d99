"""Augmentations: drawn once for a batch, and a gradient passes through them."""

import pytest
import torch

from discoscript_engine.diffusion.augment import NOISE, drawn, grain_of
from discoscript_engine.diffusion.augment import augment as augment_batches
from discoscript_engine.diffusion.randomness import generator

CUTS = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))
GRAIN = grain_of(16, torch.Generator().manual_seed(1))


def augment(cuts, rng):
    """One batch, with a draw of its own."""
    return augment_batches(cuts[None], [drawn(tuple(cuts.shape), rng)], GRAIN)[0]


def rng(place):
    return generator(0, "augmentations", place)


def test_the_same_draw_gives_the_same_cuts_and_another_one_others():
    assert torch.equal(augment(CUTS, rng(0)), augment(CUTS, rng(0)))
    assert not torch.equal(augment(CUTS, rng(0)), augment(CUTS, rng(1)))


@pytest.mark.parametrize("place", range(8))
def test_values_stay_in_range_and_a_gradient_passes(place):
    cuts = CUTS.clone().requires_grad_()
    seen = augment(cuts, rng(place))
    assert seen.shape == cuts.shape
    assert seen.min() >= 0 and seen.max() <= 1
    slope = torch.autograd.grad(seen.sum(), cuts)[0]
    assert slope.isfinite().all() and slope.abs().max() > 0


@pytest.mark.parametrize("place", range(8))
def test_one_draw_serves_all_cuts_but_for_the_noise(place):
    grey = torch.full((6, 3, 16, 16), 0.5)
    seen = augment(grey, rng(place))
    spread = (seen - seen.mean(dim=0)).std()
    assert 0.3 * NOISE < spread < 4 * NOISE


def test_a_batch_is_sometimes_mirrored_and_sometimes_grey():
    left = torch.zeros(1, 3, 16, 16)
    left[:, 0, :, :8] = 1
    seen = torch.cat([augment(left, rng(place)) for place in range(200)])
    in_the_middle = seen[:, :, 4:12, 2:14]
    mirrored = in_the_middle[..., 6:].mean((1, 2, 3)) > in_the_middle[..., :6].mean((1, 2, 3))
    assert 70 < mirrored.sum() < 130
    colourless = (seen[:, 0] - seen[:, 2]).abs().mean((1, 2)) < 0.1
    assert 8 < colourless.sum() < 40
