"""The engine against the plain version that its speed is measured against: the same numbers."""

import sys
from pathlib import Path

import pytest
import torch
from parity import hash_numbers
from torchvision.transforms import functional as transform

from discoscript_engine.diffusion.augment import (
    MOVING,
    STILL,
    STRENGTHS,
    VIDEO,
    augment,
    drawn,
    grain_of,
)
from discoscript_engine.diffusion.cutouts import cut_out, inner_cuts, overview_cuts
from discoscript_engine.diffusion.hue import turned_hue
from discoscript_engine.diffusion.perspective import drawn_corners
from discoscript_engine.diffusion.randomness import generator
from discoscript_engine.diffusion.turning import Motion, turned

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import plain

from engine import agreement

WIDE, TALL, SIZE = 96, 64, 32


EVERY_SET = pytest.mark.parametrize("strengths", STRENGTHS.values(), ids=STRENGTHS)


def slopes(overview, inner, place, dtype, augmented):
    """The gradient of a batch of cuts by the picture, made plainly and by the engine."""
    image = torch.from_numpy(hash_numbers("image", (1, 3, TALL, WIDE)) / 2 + 0.5).to(dtype)
    upstream = torch.from_numpy(hash_numbers("up", (overview + inner, 3, SIZE, SIZE))).to(dtype)
    image.requires_grad_()
    where = overview_cuts(overview, WIDE, TALL)
    where += inner_cuts(inner, WIDE, TALL, SIZE, 3.0, 0.5, generator(0, "cut geometry", place))
    slow, fast = plain.cut_out(image, where, SIZE), cut_out(image, where, SIZE)
    if augmented is not None:
        draw = drawn(tuple(upstream.shape), augmented, generator(0, "augmentations", place))
        grain = grain_of(SIZE, generator(0, "augmentations"))
        slow, fast = plain.augment(slow, draw, grain), augment(fast[None], [draw], grain)[0]
    return [torch.autograd.grad(cuts, image, upstream)[0] for cuts in (slow, fast)]


@pytest.mark.parametrize(("overview", "inner"), [(12, 4), (4, 12), (0, 3), (2, 0)])
def test_cuts_pull_at_the_picture_as_the_plain_ones(overview, inner):
    slow, fast = slopes(overview, inner, 0, torch.float32, None)
    assert (fast - slow).abs().max() <= 2e-6 * slow.abs().max()


@EVERY_SET
@pytest.mark.parametrize("place", range(12))
def test_augmented_cuts_pull_as_the_plain_ones(place, strengths):
    """To the last bits of a double, ties between channels included."""
    slow, fast = slopes(4, 4, place, torch.float64, strengths)
    assert (fast - slow).abs().max() <= 1e-12 * slow.abs().max()


@EVERY_SET
@pytest.mark.parametrize("place", range(4))
def test_in_single_precision_only_pixels_at_a_kink_differ(place, strengths):
    slow, fast = slopes(4, 4, place, torch.float32, strengths)
    cosine = torch.nn.functional.cosine_similarity(slow.flatten(), fast.flatten(), dim=0)
    off = (fast - slow).abs() > 0.01 * slow.square().mean().sqrt()
    assert cosine >= 0.99999
    assert off.double().mean() <= 1e-3


def test_both_kinds_of_draws_are_among_those_compared():
    draws = [drawn((8, 3, 32, 32), VIDEO, generator(0, "augmentations", p)) for p in range(12)]
    assert {draw.corners is None for draw in draws} == {True, False}
    hues = [
        drawn((8, 3, 32, 32), MOVING, generator(0, "augmentations", p)).amounts[-1]
        for p in range(12)
    ]
    assert max(map(abs, hues)) > max(STILL.recolour)


@pytest.mark.parametrize("place", range(6))
def test_batches_of_which_some_are_slanted_are_each_as_alone(place):
    """To the last bit, there and back: which batches go through together is a matter of memory."""
    shape = (3, 2, 3, SIZE, SIZE)
    cuts, upstream = (
        torch.from_numpy(hash_numbers(tag, shape) / 2 + 0.5).float() for tag in ("cuts", "up")
    )
    draws = [drawn(shape[1:], VIDEO, generator(0, "augmentations", place, b)) for b in range(3)]
    grain = grain_of(SIZE, generator(0, "augmentations"))

    def there_and_back(part):
        image = cuts[part].clone().requires_grad_()
        seen = augment(image, draws[part], grain)
        return seen, torch.autograd.grad(seen, image, upstream[part])[0]

    together = there_and_back(slice(0, 3))
    for batch in range(3):
        alone = there_and_back(slice(batch, batch + 1))
        for one, every in zip(alone, together, strict=True):
            assert torch.equal(one[0], every[batch])


@pytest.mark.parametrize("place", range(8))
def test_turned_and_slanted_at_once_is_nearly_torchvisions_one_after_the_other(place):
    """On a smooth picture, where it matters little that it is sampled once and not twice. At edges
    it matters more."""
    size = 96
    y, x = torch.meshgrid(*[torch.arange(size, dtype=torch.float64)] * 2, indexing="ij")
    waves = torch.stack([torch.sin(x / 9), torch.sin(y / 11), torch.cos((x + 2 * y) / 17)])
    smooth = (waves / 4 + 0.5)[None]
    rng = generator(0, "augmentations", place)
    corners = drawn_corners(size, VIDEO.slant, rng)
    angle, right, down = [(13.0, 7, -5), (-9.5, -8, 3), (0.0, 0, 9)][place % 3]
    square = [[0, 0], [size - 1, 0], [size - 1, size - 1], [0, size - 1]]

    def twice(picture):
        bilinear = transform.InterpolationMode.BILINEAR
        turn = transform.affine(picture, angle, [right, down], 1.0, [0.0, 0.0], bilinear, [0.0])
        return transform.perspective(turn, square, [list(c) for c in corners], bilinear, [0.0])

    found = turned(smooth[None], [Motion(angle, right, down, corners)])[0]
    white = twice(torch.ones_like(smooth))
    inside = -torch.nn.functional.max_pool2d(-white, 5, 1, 2) > 0.999
    black = torch.nn.functional.max_pool2d(white, 3, 1, 1) == 0
    assert inside.double().mean() > 0.3 and black.double().mean() > 0.03
    assert (found - twice(smooth))[inside].abs().max() < 0.005
    assert found[black].abs().max() == 0


@pytest.mark.parametrize("amount", [-0.3, -0.21, -0.09, 0.02, 0.07, 0.17, 0.29])
def test_black_white_and_grey_pixels_are_recoloured_as_plainly(amount):
    """Where channels are equal the slope is a choice; it is the same one."""
    levels = torch.tensor([0.0, 0.4, 1.0], dtype=torch.float64)
    colours = torch.cartesian_prod(levels, levels, levels).T.reshape(1, 3, 3, 9)
    upstream = torch.from_numpy(hash_numbers("up", colours.shape))
    found = []
    for turn in (
        lambda image: plain.hue_turned(image, amount),
        lambda image: turned_hue(image[None], [amount])[0],
    ):
        image = colours.clone().requires_grad_()
        turned = turn(image)
        found.append((turned, torch.autograd.grad(turned, image, upstream)[0]))
    torch.testing.assert_close(found[1], found[0], rtol=0, atol=1e-12)


def test_the_guidance_gradient_is_the_plain_one():
    found = agreement(WIDE * 2, TALL * 2, augmented=None, dtype=torch.float32)
    assert found.apart <= 2e-6


@EVERY_SET
def test_with_augmentations_it_is_so_to_the_last_bits_of_a_double(strengths):
    found = agreement(WIDE * 2, TALL * 2, augmented=strengths, dtype=torch.float64)
    assert found.apart <= 1e-12
    assert found.off == 0


@EVERY_SET
def test_with_augmentations_in_single_precision_only_values_at_a_kink_differ(strengths):
    found = agreement(WIDE * 2, TALL * 2, augmented=strengths, dtype=torch.float32)
    assert found.cosine >= 0.99999
    assert found.off <= 1e-3
