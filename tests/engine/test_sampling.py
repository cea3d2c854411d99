"""Samplers against parity 09, and laws that any sampler obeys."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from parity import load

from discoscript_engine.diffusion.guidance import guided, unguided
from discoscript_engine.diffusion.noise_schedule import noise_schedule
from discoscript_engine.diffusion.sampling import SAMPLERS, denoiser, start
from discoscript_engine.diffusion.symmetry import mirror_at
from discoscript_engine.job import Symmetry

CASES, ARRAYS = load("09_samplers")

#: With one step left the reference looks ahead to the other end of the schedule: a fault.
EXEMPT = {"plms_one_step"}
BUILT = [c for c in CASES["cases"] if c["id"] not in EXEMPT]


def toy_noise(x, time):
    """The toy network of the parity data."""
    height = x.shape[-2]
    s = (time / 1000).view(-1, 1, 1, 1)
    rows = torch.arange(height).view(1, 1, -1, 1)
    colour = torch.tensor([-1.0, 0.0, 1.0]).view(1, 3, 1, 1)
    wave = 0.3 * torch.sin(2 * math.pi * (rows + 0.5) / height + 3 * s)
    return 0.8 * torch.tanh(1.1 * x + 0.4 * x.roll(1, -1)) + wave + 0.1 * colour


def toy_gradient(schedule):
    """Minus the toy guidance of the parity data: the slope of what it climbs down."""

    def gradient(x, picture, index):
        width, s = x.shape[-1], schedule.model_timestep[index] / 1000
        columns = torch.arange(width)
        return -0.4 * (0.8 * torch.cos(2 * math.pi * (columns + 0.5) / width) - x) * (0.2 + s)

    return lambda x, picture, index: gradient(x.detach(), picture, index)


def symmetry(case):
    """The symmetry of a recorded case."""
    percents = case.get("transformation_percent")
    if not percents:
        return None
    mirrors = case["use_horizontal_symmetry"], case["use_vertical_symmetry"]
    return Symmetry(*mirrors, tuple(100 * share for share in percents))


def untouched(image, index):
    """No symmetry."""
    return image


def run(case, model=toy_noise):
    """The steps of a recorded case, sampled here with its recorded noise."""
    name, schedule, steps = case["id"] + "__", noise_schedule(case["steps"]), []
    first = schedule.steps - 1 - case["skip_timesteps"]
    noise = torch.from_numpy(ARRAYS.get(name + "step_noise", np.zeros(0)))
    picture = torch.from_numpy(ARRAYS[name + "init_image"]) if case["init_image"] else None
    alone, clip = denoiser(model, schedule), case["clip_denoised"]
    denoise = unguided(alone, schedule, clip_denoised=clip)
    if case["cond_fn"]:
        denoise = guided(alone, toy_gradient(schedule), schedule, clip_denoised=clip)
    x = start(schedule, torch.from_numpy(ARRAYS[name + "initial_noise"]), picture, first)
    sampler = SAMPLERS[case["sampler"]]
    if case["order"] is not None:
        sampler = partial(sampler, order=case["order"])
    final = sampler(
        denoise,
        x,
        schedule,
        first=first,
        eta=case["eta"] or 0.0,
        step_noise=lambda index: noise[first - index][None],
        mirror=mirror_at(symmetry(case), first),
        callback=steps.append,
    )
    return steps, final


@pytest.mark.parametrize("case", BUILT, ids=lambda case: case["id"])
def test_every_step_is_the_references(case):
    times = []

    def watched(x, time):
        times.append(time.item())
        return toy_noise(x, time)

    steps, final = run(case, watched)
    assert [step.index for step in steps] == case["step_indices"]
    assert times == case["model_t"]
    tolerance = 1e-5 * case["max_abs_x"] + 1e-5
    for field, expected in (("x", "x"), ("picture", "pred_xstart")):
        found = torch.cat([getattr(step, field) for step in steps])
        np.testing.assert_allclose(found, ARRAYS[f"{case['id']}__{expected}"], 0, tolerance)
    assert torch.equal(final, steps[-1].picture)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_perfect_denoiser_gives_its_picture_back(name):
    schedule = noise_schedule(20)
    wanted = torch.linspace(-1, 1, 48).view(1, 3, 4, 4)

    def knows(x, time):
        index = schedule.model_timestep.index(time.item())
        return (x - schedule.signal(index) * wanted) / schedule.noise(index)

    found = SAMPLERS[name](
        denoiser(knows, schedule),
        torch.ones_like(wanted),
        schedule,
        first=19,
        eta=0.5,
        step_noise=lambda index: torch.ones_like(wanted),
        mirror=untouched,
        callback=lambda step: None,
    )
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", SAMPLERS)
def test_one_step_is_enough(name):
    schedule, picture = noise_schedule(1), torch.linspace(-1, 1, 48).view(1, 3, 4, 4)
    found = SAMPLERS[name](
        denoiser(lambda x, time: torch.zeros_like(x), schedule),
        schedule.signal(0) * picture,
        schedule,
        first=0,
        eta=1.0,
        step_noise=lambda index: torch.ones_like(picture),
        mirror=untouched,
        callback=lambda step: None,
    )
    torch.testing.assert_close(found, picture)


def test_without_eta_no_noise_is_asked_for():
    case = next(c for c in BUILT if c["id"] == "ddim_eta0")
    schedule = noise_schedule(case["steps"])

    def never(index):
        raise AssertionError("noise was drawn")

    noise = torch.from_numpy(ARRAYS["ddim_eta0__initial_noise"])
    final = SAMPLERS["ddim"](
        denoiser(toy_noise, schedule),
        noise,
        schedule,
        first=case["steps"] - 1,
        eta=0.0,
        step_noise=never,
        mirror=untouched,
        callback=lambda step: None,
    )
    assert torch.equal(final, run(case)[1])


def test_eta_above_one_stays_finite():
    case = next(c for c in BUILT if c["id"] == "ddim_eta1")
    _, final = run({**case, "eta": 3.0})
    assert final.isfinite().all()


def test_raising_from_the_callback_stops_the_sampling():
    calls = []

    def model(x, time):
        calls.append(time)
        return x

    def stop(step):
        raise KeyboardInterrupt

    schedule = noise_schedule(5)
    with pytest.raises(KeyboardInterrupt):
        SAMPLERS["ddim"](
            denoiser(model, schedule),
            torch.zeros(1, 3, 2, 2),
            schedule,
            first=4,
            eta=0.0,
            step_noise=lambda index: torch.zeros(1, 3, 2, 2),
            mirror=untouched,
            callback=stop,
        )
    assert len(calls) == 1
