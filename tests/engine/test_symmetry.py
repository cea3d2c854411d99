"""Symmetry: when it happens, and what it makes of a picture. Parity 09 is in `test_sampling`."""

import pytest
import torch
from jobs import JOB, job, networks

from discoscript_engine.diffusion.noise_schedule import noise_schedule
from discoscript_engine.diffusion.samplers import SAMPLERS
from discoscript_engine.diffusion.sampling import denoiser
from discoscript_engine.diffusion.symmetry import mirror_at, mirrored, mirrored_indices
from discoscript_engine.frame import render_frame
from discoscript_engine.job import Symmetry

IMAGE = torch.arange(2 * 3 * 5 * 7).float().view(2, 3, 5, 7)


@pytest.mark.parametrize(
    ("percents", "first", "indices"),
    [
        ((9.0, 50.0), 10, {10, 5}),
        ((0.0,), 10, {10}),
        ((100.0,), 10, {0}),
        ((18.0,), 49, {41}),
        ((9.0, 9.5), 9, {9}),
        ((50.0,), 0, {0}),
    ],
)
def test_the_steps_at_which_it_happens(percents, first, indices):
    assert mirrored_indices(percents, first) == indices


@pytest.mark.parametrize(
    ("horizontal", "vertical", "axes"),
    [(True, False, [-1]), (False, True, [-2]), (True, True, [-1, -2])],
)
def test_the_left_and_the_upper_half_are_kept(horizontal, vertical, axes):
    before = IMAGE.clone()
    image = mirrored(IMAGE, Symmetry(horizontal, vertical, (9.0,)))
    for axis in axes:
        assert torch.equal(image, image.flip(axis))
    assert torch.equal(image[..., :3, :4], IMAGE[..., :3, :4])
    assert torch.equal(IMAGE, before)


def test_without_a_symmetry_nothing_is_touched():
    assert mirror_at(None, 10)(IMAGE, 5) is IMAGE


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_stays_symmetric_where_the_network_is(name):
    """The mirrored picture has a mirrored history too: a network that treats pixels alike keeps
    it symmetric to the end."""
    schedule, noise = (
        noise_schedule(12),
        torch.randn(1, 3, 4, 6, generator=torch.Generator().manual_seed(1)),
    )
    found = SAMPLERS[name](
        denoiser(lambda x, time: torch.tanh(x), schedule),
        noise,
        schedule,
        first=11,
        eta=0.0,
        step_noise=lambda index: noise,
        mirror=mirror_at(Symmetry(True, False, (50.0,)), 11),
        callback=lambda step: None,
    )
    assert torch.equal(found, found.flip(-1))
    assert not torch.equal(found, found.flip(-2))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_frame_that_is_mirrored_last_is_nearer_to_its_mirror_image(sampler):
    def lopsided(symmetry):
        wanted = job(symmetry=symmetry, sampler=sampler)
        picture = render_frame(
            wanted, None, {}, networks(), {}, torch.device("cpu"), lambda *step: None
        ).float()
        return (picture - picture.flip(1)).abs().mean()

    assert lopsided(Symmetry(True, False, (100.0,))) < lopsided(None) / 2


def test_a_job_without_symmetry_has_none():
    assert JOB.symmetry is None
