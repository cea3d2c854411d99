"""Guidance against parity 14, and laws of its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from parity import fill_parameters, hash_numbers, load, parameter_numbers

from discoscript_engine.diffusion import guidance
from discoscript_engine.diffusion.augment import STILL
from discoscript_engine.diffusion.cutouts import Cut, cut_out, inner_size, overview_cuts
from discoscript_engine.diffusion.guidance import (
    Hold,
    Look,
    Wish,
    gradient_of,
    guided,
    limited,
    looking,
    slope_at,
    words_slope,
)
from discoscript_engine.diffusion.losses import PERCEPTUAL
from discoscript_engine.diffusion.noise_schedule import noise_schedule
from discoscript_engine.diffusion.prompts import Target, normalised
from discoscript_engine.diffusion.sampling import Prediction, denoiser, velocity_denoiser
from discoscript_engine.job import Cutouts, Guidance
from discoscript_engine.models.clip import Clip
from discoscript_engine.models.secondary import SecondaryModel
from discoscript_engine.models.unet import UNet, UNetConfig

CASES, ARRAYS = load("14_cond_fn")
BY_ID = {case["id"]: case for case in CASES["cases"]}

#: A zero gradient under clamp is NaN in the reference; here it stays zero (a test below).
EXEMPT = {"all_zero"}

MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)


def hashed(tag, shape, scale=1.0):
    return torch.from_numpy((scale * hash_numbers(tag, shape)).astype(np.float32))


def stand_in_clip(tag, size, width):
    """The stand-in encoder of the parity data."""
    weights = torch.from_numpy(parameter_numbers(tag, (width, 192)).astype(np.float32))

    def encode_image(cuts):
        small = torch.nn.functional.adaptive_avg_pool2d((cuts - MEAN) / STD, 8)
        return small.flatten(1) @ weights.T

    def encode_text(text):
        return hashed(f"{tag} prompt {text}", (1, width))[0]

    return Clip(tag, size, 77, encode_image, encode_text)


def recorded_look(case, batches):
    """Cuts at the places recorded, not augmented; at least one inner cut is grey there."""
    draws = iter(case["draws"])

    def places(width, height, size):
        count, short = case["cut_innercut"], min(height, width)
        yield from overview_cuts(case["cut_overview"], width, height)
        for i in range(count):
            u, x, y = (next(draws)[-1] for _ in range(3))
            side = inner_size(u, case["cut_ic_pow"], min(short, size), short)
            yield Cut(x, y, side, side, grey=i <= int(case["cut_icgray_p"] * count))

    def cut(image, clip, place, index):
        height, width = image.shape[-2:]
        size = clip.image_size
        taken = [cut_out(image, tuple(places(width, height, size)), size) for _ in range(batches)]
        return torch.stack(taken)

    return Look(cut, lambda shape, place, batch, index: None, lambda size, device: torch.zeros(0))


def wish_of(case, **changed):
    """What a recorded case wishes for. The reference's range loss has no effect."""
    weights = torch.tensor(normalised(case["raw_weights"]))
    clips = [
        stand_in_clip(c["tag"], c["input_resolution"], c["embedding"]) for c in case["clip_models"]
    ]
    targets = [
        Target(c, torch.stack([c.encode_text(str(j)) for j in range(len(weights))]), weights)
        for c in clips
    ]
    hold = None
    if case["init_scale"]:
        shape = (1, 3, case["height"], case["width"])
        picture = hashed(case["init_tag"], shape, case["init_input_scale"])
        hold = Hold(case["init_scale"], lambda x_in: (x_in - picture).square().mean((1, 2, 3)))
    scales = Guidance(
        clip_guidance_scale=case["clip_guidance_scale"],
        tv_scale=case["tv_scale"],
        range_scale=0.0,
        sat_scale=case["sat_scale"],
        clamp_grad=case["clamp_grad"],
        clamp_max=case["clamp_max"],
    )
    scales = replace(scales, **changed)
    return Wish(tuple(targets), recorded_look(case, case["cutn_batches"]), scales, hold)


def input_of(case):
    shape = (1, 3, case["height"], case["width"])
    x = hashed(case["input_tag"], shape, case["input_scale"])
    if case["nan_at_element_0"]:
        x.view(-1)[0] = torch.nan
    return x


def denoiser_of(case, schedule):
    """The network through which the gradient of a recorded case is taken."""
    if case["use_secondary_model"]:
        secondary = SecondaryModel()
        fill_parameters(secondary, gain=2**0.5)
        return velocity_denoiser(lambda x, t: secondary(x, t).v, schedule)
    c = CASES["unet_config"]
    unet = UNet(
        UNetConfig(
            channels=c["model_channels"],
            channel_mult=tuple(c["channel_mult"]),
            blocks=(c["num_res_blocks"],) * len(c["channel_mult"]),
            attention_factors=tuple(c["attention_resolutions"]),
            out_channels=c["out_channels"],
            heads=c["num_heads"],
            scale_shift=c["use_scale_shift_norm"],
            resample_in_blocks=c["resblock_updown"],
        )
    )
    fill_parameters(unet)
    return denoiser(lambda x, t: unet(x, t)[:, :3], schedule)


RECORDED = [c for c in CASES["cases"] if c["id"] not in EXEMPT]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["id"])
def test_gradient_is_the_references(case):
    schedule, index = noise_schedule(case["steps"]), case["step_index"]
    assert schedule.progress(index) == case["schedule_index"]
    x = input_of(case).requires_grad_()
    seen = denoiser_of(case, schedule)(x, index)
    found = -gradient_of(wish_of(case), schedule)(x, seen.picture, index)
    check(found.numpy(), ARRAYS[case["id"] + "__grad"])


@pytest.mark.parametrize("value", [torch.inf, -torch.inf, torch.nan])
@pytest.mark.parametrize("clamp_grad", [True, False])
def test_a_slope_that_is_not_finite_is_none(value, clamp_grad, monkeypatch):
    """The limit would make NaN of an infinite one, all over the picture."""
    case, schedule = RECORDED[0], noise_schedule(RECORDED[0]["steps"])
    ordinary = guidance.slope_at

    def broken(x_in, *rest):
        slope = ordinary(x_in, *rest)
        slope[0, 0, 0, 0] = value
        return slope

    def found():
        x, index = input_of(case).requires_grad_(), case["step_index"]
        gradient = gradient_of(wish_of(case, clamp_grad=clamp_grad), schedule)
        return gradient(x, x / 2, index)  # a network would make NaN of the infinite slope itself

    assert found().isfinite().all() and found().any()
    monkeypatch.setattr(guidance, "slope_at", broken)
    assert not found().any()


def check(found, expected):
    """Equal within the data's tolerance. The secondary model has ReLUs: where an argument is
    within rounding of zero its slope may flip, which a few pixels then show."""
    error = np.abs(found - expected)
    off = error > 2e-5 * np.abs(expected).max() + 2e-6
    assert off.mean() < 0.01
    assert np.linalg.norm(error) <= (5e-3 if off.any() else 1e-5) * np.linalg.norm(expected)


@pytest.mark.parametrize(
    "case", [c for c in RECORDED if not c["nan_at_element_0"]], ids=lambda case: case["id"]
)
def test_the_words_pull_at_the_mixed_picture_as_in_the_reference(case):
    expected = ARRAYS[case["id"] + "__clip_grad"]
    x_in = torch.from_numpy(ARRAYS[case["id"] + "__x_in"])
    wish = wish_of(case)
    found = wish.scales.clip_guidance_scale * words_slope(x_in, wish, case["step_index"])
    tolerance = 2e-5 * np.abs(expected).max() + 2e-6
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


SMALL = BY_ID["clamp_hits"]
SCHEDULE, INDEX = noise_schedule(SMALL["steps"]), SMALL["step_index"]


def network(x, time):
    """A little network, so that a gradient through it differs from one that goes round it."""
    return torch.tanh(x + 0.3 * x.roll(1, -1)) + time.view(-1, 1, 1, 1) / 1000


def slope_through_network(wish):
    x = input_of(SMALL).requires_grad_()
    seen = denoiser(network, SCHEDULE)(x, INDEX)
    return gradient_of(wish, SCHEDULE)(x, seen.picture, INDEX)


def quiet(**scales):
    """A wish with only the named losses."""
    nothing = dict.fromkeys(("clip_guidance_scale", "tv_scale", "range_scale", "sat_scale"), 0.0)
    return wish_of(SMALL, **{**nothing, "clamp_grad": False, **scales})


def test_the_range_loss_acts_and_pulls_back_into_range():
    slope = slope_through_network(quiet(range_scale=150.0))
    assert slope.abs().max() > 0
    x = input_of(SMALL)

    def beyond(x):
        picture = denoiser(network, SCHEDULE)(x, INDEX).picture
        return (picture.abs() - 1).clamp(min=0).square().mean()

    assert beyond(x - 1e-3 * slope / slope.abs().max()) < beyond(x)


def test_the_range_loss_is_the_gradient_of_the_predicted_picture():
    x = input_of(SMALL).requires_grad_()
    picture = denoiser(network, SCHEDULE)(x, INDEX).picture
    loss = 150 * (picture - picture.clamp(-1, 1)).square().mean()
    expected = torch.autograd.grad(loss, x)[0]
    torch.testing.assert_close(slope_through_network(quiet(range_scale=150.0)), expected)


def test_nothing_wished_for_is_no_gradient():
    still = replace(quiet().scales, clamp_grad=True)
    slope = slope_through_network(replace(quiet(), scales=still))
    assert torch.equal(slope, torch.zeros_like(slope))


def test_a_wish_is_empty_only_when_nothing_pulls():
    assert quiet().is_empty()
    assert not quiet(tv_scale=1.0).is_empty()
    assert not quiet(clip_guidance_scale=1.0).is_empty()
    assert replace(quiet(clip_guidance_scale=1.0), targets=()).is_empty()
    loss = PERCEPTUAL["multi_scale"](input_of(SMALL))
    assert not replace(quiet(), hold=Hold(1.0, loss)).is_empty()
    assert replace(quiet(), hold=Hold(0.0, loss)).is_empty()


def test_a_zero_gradient_stays_zero_under_clamp():
    zero = torch.zeros(1, 3, 4, 4)
    assert torch.equal(limited(zero, 0.05), zero)


def test_a_small_gradient_is_not_changed_and_a_large_one_is_scaled():
    small, large = torch.full((1, 3, 4, 4), 0.01), torch.full((1, 3, 4, 4), 7.0)
    torch.testing.assert_close(limited(small, 0.05), small)
    torch.testing.assert_close(limited(large, 0.05), torch.full_like(large, 0.05))


def test_two_clip_models_pull_as_much_as_both_alone():
    x_in, wish = torch.from_numpy(ARRAYS["clamp_hits__x_in"]), wish_of(SMALL)
    both = slope_at(x_in, wish, INDEX)
    alone = [slope_at(x_in, replace(wish, targets=(t,)), INDEX) for t in wish.targets]
    torch.testing.assert_close(both, alone[0] + alone[1])


@pytest.mark.parametrize("batches", [2, 5])
def test_batches_of_equal_cuts_pull_as_one(batches):
    x_in, wish = torch.from_numpy(ARRAYS["clamp_hits__x_in"]), wish_of(SMALL)

    def again(image, clip, place, index):
        return wish_of(SMALL).look.cut(image, clip, place, index).repeat(batches, 1, 1, 1, 1)

    for target in wish.targets:
        several = replace(wish, targets=(target,), look=replace(wish.look, cut=again))
        once = replace(wish_of(SMALL), targets=(target,))
        found, expected = (slope_at(x_in, w, INDEX) for w in (several, once))
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_a_guided_step_lowers_the_distance_to_the_words():
    wish = wish_of(SMALL)
    x = input_of(SMALL)
    alone = denoiser(network, SCHEDULE)
    bent = guided(alone, gradient_of(wish, SCHEDULE), SCHEDULE)(x, INDEX)
    shift = SCHEDULE.noise(INDEX) * (bent.noise - alone(x, INDEX).noise)

    def distance(picture):
        total = 0.0
        for target in wish.targets:
            (cuts,) = wish.look.cut((picture + 1) / 2, target.clip, 0, INDEX)
            cosine = torch.nn.functional.cosine_similarity(
                target.clip.encode_image(cuts)[:, None], target.embeddings[None], dim=-1
            )
            total -= (cosine * target.weights).sum(1).mean().item()
        return total

    fac = SCHEDULE.noise(INDEX)
    mixed = alone(x, INDEX).picture * fac + x * (1 - fac)
    step = -shift / shift.abs().max()  # x0' moves against the added noise
    assert distance(mixed + 0.05 * step) < distance(mixed)


def test_one_forward_pass_serves_guidance_and_sampling():
    calls = []

    def counted(x, time):
        calls.append(time)
        return network(x, time)

    guide = gradient_of(quiet(tv_scale=1.0), SCHEDULE)
    guided(denoiser(counted, SCHEDULE), guide, SCHEDULE)(input_of(SMALL), INDEX)
    assert len(calls) == 1


def test_a_gradient_through_another_network_leaves_the_first_without_one():
    def no_gradient(x, index):
        assert not x.requires_grad
        return Prediction(x, x)

    cheap = denoiser(network, SCHEDULE)
    guide = gradient_of(quiet(tv_scale=1.0), SCHEDULE)
    bent = guided(no_gradient, guide, SCHEDULE, through=cheap)(input_of(SMALL), INDEX)
    assert not bent.noise.requires_grad
    assert torch.equal(bent.picture, input_of(SMALL))
    assert not torch.equal(bent.noise, bent.picture)


def test_clipping_holds_the_sampled_picture_but_not_the_guided_one():
    seen = []

    def guide(x, picture, index):
        seen.append(picture.detach())
        return torch.zeros_like(x)

    bent = guided(denoiser(network, SCHEDULE), guide, SCHEDULE, clip_denoised=True)
    result = bent(input_of(SMALL), INDEX)
    assert seen[0].abs().max() > 1
    assert result.picture.abs().max() <= 1


def one_value(value):
    return ((1000, float(value)),)


def looked(look, place=0, index=INDEX):
    image, clip = (input_of(SMALL) + 1) / 2, stand_in_clip("clip", 16, 48)
    return look.cut(image, clip, place, index)


def test_looking_takes_the_same_cuts_again_and_others_at_another_step():
    cutouts = Cutouts(one_value(2), one_value(3), one_value(1), one_value(0.5))
    look = looking(cutouts, SCHEDULE, seed=7, batches=2, augmented=None)
    cuts = looked(look)
    assert cuts.shape == (2, 5, 3, 16, 16)
    assert torch.equal(cuts, looked(look))
    assert not torch.equal(cuts[0], cuts[1])
    assert not torch.equal(cuts, looked(look, place=1))
    assert not torch.equal(cuts, looked(look, index=INDEX - 1))


def test_looking_draws_the_same_augmentations_again_and_others_at_another_step():
    cutouts = Cutouts(*[one_value(1)] * 4)
    draw = looking(cutouts, SCHEDULE, seed=7, batches=2, augmented=STILL).draw
    place = ((2, 3, 4, 4), 0, 0, INDEX)
    assert draw(*place).angle == draw(*place).angle
    angles = {
        draw(*place).angle
        for place in [
            place,
            ((2, 3, 4, 4), 1, 0, INDEX),
            ((2, 3, 4, 4), 0, 1, INDEX),
            ((2, 3, 4, 4), 0, 0, INDEX - 1),
        ]
    }
    assert len(angles) == 4
    assert looking(cutouts, SCHEDULE, seed=7, batches=2, augmented=None).draw(*place) is None


def test_cut_schedules_change_over_the_diffusion():
    cutouts = Cutouts(((400, 5.0), (1000, 1.0)), ((400, 0.0), (1000, 2.0)), *[one_value(1)] * 2)
    look = looking(cutouts, SCHEDULE, seed=7, batches=1, augmented=None)
    assert looked(look, index=SCHEDULE.steps - 1).shape[1] == 5
    assert looked(look, index=0).shape[1] == 3


def test_no_cuts_pull_nothing():
    cutouts = Cutouts(one_value(0), one_value(0), one_value(1), one_value(0))
    look = looking(cutouts, SCHEDULE, seed=7, batches=1, augmented=STILL)
    wish = replace(wish_of(SMALL), look=look)
    x_in = torch.from_numpy(ARRAYS["clamp_hits__x_in"])
    assert words_slope(x_in, wish, INDEX).abs().max() == 0
