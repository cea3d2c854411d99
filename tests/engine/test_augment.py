"""Augmentations: drawn once for a batch, as often and as strongly as the reference draws them; a
gradient passes through them."""

from itertools import product

import pytest
import torch
from jobs import JOB
from torchvision import transforms

from discoscript.plan.plan import AUGMENTATIONS
from discoscript_engine.diffusion.augment import (
    MOVING,
    NOISE,
    STILL,
    STRENGTHS,
    VIDEO,
    drawn,
    grain_of,
)
from discoscript_engine.diffusion.augment import augment as augment_batches
from discoscript_engine.diffusion.perspective import back_to_square
from discoscript_engine.diffusion.randomness import generator

CUTS = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))
GRAIN = grain_of(16, torch.Generator().manual_seed(1))


EVERY_SET = pytest.mark.parametrize("strengths", STRENGTHS.values(), ids=STRENGTHS)

#: Draws that frequencies are taken from, and the size of the cuts.
MANY, SIZE = 3000, 224


def augment(cuts, rng, strengths=STILL):
    """One batch, with a draw of its own."""
    return augment_batches(cuts[None], [drawn(tuple(cuts.shape), strengths, rng)], GRAIN)[0]


def rng(place):
    return generator(0, "augmentations", place)


def test_the_strengths_are_those_that_jobs_name():
    assert set(STRENGTHS) == set(AUGMENTATIONS.values())
    assert STRENGTHS[JOB.augmentations] is STILL


def test_the_same_draw_gives_the_same_cuts_and_another_one_others():
    assert torch.equal(augment(CUTS, rng(0)), augment(CUTS, rng(0)))
    assert not torch.equal(augment(CUTS, rng(0)), augment(CUTS, rng(1)))


@EVERY_SET
@pytest.mark.parametrize("place", range(8))
def test_values_stay_in_range_and_a_gradient_passes(place, strengths):
    """Where nothing is recoloured nothing is held either, and the noise goes beyond."""
    cuts, beyond = CUTS.clone().requires_grad_(), 0.0 if strengths.recolour else 10 * NOISE
    seen = augment(cuts, rng(place), strengths)
    assert seen.shape == cuts.shape
    assert seen.min() >= -beyond and seen.max() <= 1 + beyond
    slope = torch.autograd.grad(seen.sum(), cuts)[0]
    assert slope.isfinite().all() and slope.abs().max() > 0


@EVERY_SET
@pytest.mark.parametrize("place", range(8))
def test_one_draw_serves_all_cuts_but_for_the_noise(place, strengths):
    grey = torch.full((6, 3, 16, 16), 0.5)
    seen = augment(grey, rng(place), strengths)
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


# ───────────── as often and as strongly as the reference ─────────────


@pytest.fixture(scope="module")
def draws():
    """Many draws of each set."""

    def many(strengths):
        rng = generator(0, "augmentations")
        return [drawn((2, 3, SIZE, SIZE), strengths, rng) for _ in range(MANY)]

    return {id(strengths): many(strengths) for strengths in STRENGTHS.values()}


#: The reference's transforms: flip, affine, slant, grey, jitter.
REFERENCE = {
    "still": (0.5, transforms.RandomAffine(10, (0.05, 0.05)), 0.0, 0.1, (0.1, 0.1, 0.1, 0.1)),
    "moving": (0.4, transforms.RandomAffine(10, (0.05, 0.05)), 0.0, 0.1, (0.1, 0.1, 0.1, 0.3)),
    "video": (0.5, transforms.RandomAffine(15, (0.1, 0.1)), 0.7, 0.15, None),
}


def alike(found, wanted):
    """Two samples of one distribution (Kolmogorov and Smirnov, at a level of one in 10,000)."""
    found, wanted = (
        torch.tensor(list(s), dtype=torch.float64).sort().values for s in (found, wanted)
    )
    places = torch.cat([found, wanted])
    shares = [torch.searchsorted(s, places, right=True).double() / len(s) for s in (found, wanted)]
    limit = 2.23 * (1 / len(found) + 1 / len(wanted)) ** 0.5
    return (shares[0] - shares[1]).abs().max() <= limit


def often(found, chance):
    """Whether that happens as often, within four standard deviations."""
    share = sum(found) / MANY
    return abs(share - chance) <= 4 * (chance * (1 - chance) / MANY) ** 0.5


@pytest.mark.parametrize("name", REFERENCE)
def test_batches_are_mirrored_slanted_and_greyed_as_often(name, draws):
    mirrored, _, slanted, greyed, _ = REFERENCE[name]
    found = draws[id(STRENGTHS[name])]
    assert often([draw.mirrored for draw in found], mirrored)
    assert often([draw.corners is not None for draw in found], slanted)
    assert often([draw.greyed for draw in found], greyed)


@pytest.mark.parametrize("name", REFERENCE)
def test_angles_and_shifts_are_distributed_alike(name, draws):
    affine = REFERENCE[name][1]
    torch.manual_seed(0)
    size = [SIZE, SIZE]
    wanted = [
        affine.get_params(affine.degrees, affine.translate, None, None, size) for _ in range(MANY)
    ]
    found = draws[id(STRENGTHS[name])]
    assert alike((d.angle for d in found), (angle for angle, *_ in wanted))
    for axis in (0, 1):
        shifts, expected = [d.shift[axis] for d in found], [shift[axis] for _, shift, *_ in wanted]
        assert alike(shifts, expected)
        assert {min(shifts), max(shifts)} == {min(expected), max(expected)}


def test_corners_are_distributed_alike(draws):
    torch.manual_seed(0)
    slant = transforms.RandomPerspective(0.4)
    wanted = [slant.get_params(SIZE, SIZE, slant.distortion_scale)[1] for _ in range(MANY)]
    found = [draw.corners for draw in draws[id(VIDEO)] if draw.corners]
    for corner in range(4):
        for axis in (0, 1):
            ours, theirs = ([c[corner][axis] for c in sample] for sample in (found, wanted))
            assert alike(ours, theirs)
            assert (min(ours), max(ours)) == (min(theirs), max(theirs))
    assert all(draw.corners is None for s in (STILL, MOVING) for draw in draws[id(s)])


@pytest.mark.parametrize("name", ["still", "moving"])
def test_colours_change_alike_and_in_every_order(name, draws):
    torch.manual_seed(0)
    jitter = transforms.ColorJitter(*REFERENCE[name][-1])
    ranges = jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue
    wanted = [jitter.get_params(*ranges) for _ in range(MANY)]
    found = draws[id(STRENGTHS[name])]
    for place, around in enumerate((1, 1, 1, 0)):
        theirs = [amounts[place] - around for _, *amounts in wanted]
        assert alike((draw.amounts[place] for draw in found), theirs)
    assert len({draw.order for draw in found}) == 24


def test_a_video_keeps_its_colours(draws):
    assert not any(draw.amounts or draw.order for draw in draws[id(VIDEO)])


def test_as_much_noise_is_added_as_in_the_reference(draws):
    """Before the grey three times for a video, else twice; and once after it."""
    for strengths, before in ((STILL, 2), (MOVING, 2), (VIDEO, 3)):
        for draw in draws[id(strengths)][:50]:
            *first, last = (level**2 for level in draw.noises)
            assert sum(first) == pytest.approx(before * NOISE**2)
            assert last == pytest.approx(NOISE**2)


def test_no_corner_comes_near_the_horizon():
    """Where a slanted plane would end, a pixel would have been nowhere."""
    room = int(VIDEO.slant * (SIZE // 2))
    edges = torch.tensor([[x, y, 1.0] for x in (0, SIZE) for y in (0, SIZE)], dtype=torch.float64)
    middle = torch.tensor([SIZE / 2, SIZE / 2, 1.0], dtype=torch.float64)
    for a, b, c, d, e, f, g, h in product((0, room), repeat=8):
        far = SIZE - 1
        corners = (a, b), (far - c, d), (far - e, far - f), (g, far - h)
        depth = torch.tensor(back_to_square(corners, SIZE)[2], dtype=torch.float64)
        assert ((edges @ depth) / (middle @ depth)).min() > 0.25
