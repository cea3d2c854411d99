"""Samplers against parity 09, and laws that any sampler obeys."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from parity import load

from discoscript_engine.diffusion.dpm_solver import moments
from discoscript_engine.diffusion.guidance import guided, unguided
from discoscript_engine.diffusion.noise_schedule import NoiseSchedule, noise_schedule
from discoscript_engine.diffusion.samplers import SAMPLERS
from discoscript_engine.diffusion.sampling import denoiser, start
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


#: The order of each sampler: halving the steps' length divides the error by 2 to that power.
ORDERS = {"ddim": 1, "plms": 2, "dpmpp_2m": 2, "unipc": 3}


def even_schedule(steps):
    """Indices at equal distances of log(signal / noise), from 2 down to -4."""
    ratios = np.linspace(2, -4, steps)
    abar = tuple((1 / (1 + np.exp(-2 * ratios))).tolist())
    times = tuple(map(float, range(steps)))
    return NoiseSchedule(tuple(range(steps)), (0.0,) * steps, abar, times)


def error_on_gaussian_data(name, steps):
    """How far from the exact solution a sampler is at index 1, for data that are normal numbers:
    there the best prediction is known, and each point keeps its distance in standard deviations."""
    schedule = even_schedule(steps + 1)
    variance = torch.tensor([0.04, 0.25, 1.5], dtype=torch.float64).view(1, 3, 1, 1)
    mean = torch.tensor([0.5, -0.3, 0.0], dtype=torch.float64).view(1, 3, 1, 1)

    def spread(index):
        abar = schedule.alphas_cumprod[index]
        return (abar * variance + 1 - abar).sqrt()

    def model(x, time):
        index = int(time[0])
        signal, noise = schedule.signal(index), schedule.noise(index)
        return noise * (x - signal * mean) / spread(index) ** 2

    x, seen = torch.full_like(mean, 0.8), {}
    SAMPLERS[name](
        denoiser(model, schedule),
        x,
        schedule,
        first=steps,
        eta=0.0,
        step_noise=lambda index: torch.zeros_like(x),
        mirror=untouched,
        callback=lambda step: seen.update({step.index: step.x}),
    )
    from_mean = (x - schedule.signal(steps) * mean) / spread(steps)
    exact = schedule.signal(1) * mean + from_mean * spread(1)
    return (seen[2] - exact).abs().max().item()


def test_every_sampler_has_its_order():
    assert ORDERS.keys() == SAMPLERS.keys()
    for name, order in ORDERS.items():
        coarse, fine = (error_on_gaussian_data(name, steps) for steps in (40, 80))
        assert math.log2(coarse / fine) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("steps", [10, 20, 40])
@pytest.mark.parametrize("name", [n for n, order in ORDERS.items() if order > 1])
def test_a_higher_order_is_nearer_at_equal_steps(name, steps):
    assert error_on_gaussian_data(name, steps) < error_on_gaussian_data("ddim", steps) / 4


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_step_looks_once_and_is_told(name):
    """Except for the first step of PLMS, which looks ahead; skipped steps are not taken."""
    schedule, looked, told = noise_schedule(12), [], []
    x = torch.ones(1, 3, 4, 4)

    def model(x, time):
        looked.append(schedule.model_timestep.index(time.item()))
        return 0.5 * x

    SAMPLERS[name](
        denoiser(model, schedule),
        x,
        schedule,
        first=5,
        eta=0.0,
        step_noise=lambda index: torch.ones_like(x),
        mirror=untouched,
        callback=lambda step: told.append(step.index),
    )
    assert told == [5, 4, 3, 2, 1, 0]
    assert looked == ([5, *told[1:2], *told[1:]] if name == "plms" else told)


@pytest.mark.parametrize("h", [1e-3, 0.4, 5.0])
def test_the_moments_are_the_integrals(h):
    u = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    weight = h * torch.exp(-h * (1 - u))
    expected = [(weight * u**k).mean().item() for k in range(3)]
    assert moments(h) == pytest.approx(expected, rel=1e-6)


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
