"""Noise schedules against parity 08."""

import numpy as np
import pytest
from parity import load

from discoscript_engine.diffusion.noise_schedule import noise_schedule

CASES, ARRAYS = load("08_diffusion_schedule")


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['steps']} steps")
def test_schedule_is_the_references(case):
    schedule, name = noise_schedule(case["steps"]), f"s{case['steps']}__"
    assert schedule.steps == case["num_timesteps"]
    assert schedule.timestep_map == tuple(ARRAYS[name + "timestep_map"].tolist())
    for field in ("betas", "alphas_cumprod"):
        np.testing.assert_allclose(getattr(schedule, field), ARRAYS[name + field], rtol=1e-12)
    expected = ARRAYS[name + "model_timestep"]
    np.testing.assert_array_max_ulp(np.float32(schedule.model_timestep), expected, 1)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['steps']} steps")
def test_values_at_an_index(case):
    schedule = noise_schedule(case["steps"])
    for text, values in case["at"].items():
        index = int(text)
        found = {
            "sqrt_alphas_cumprod": schedule.signal(index),
            "sqrt_one_minus_alphas_cumprod": schedule.noise(index),
            "alphas_cumprod_prev": schedule.previous(index),
        }
        for name, value in found.items():
            assert value == pytest.approx(values[name], rel=1e-12), name
        single_precision = pytest.approx(values["secondary_model_t"], rel=2e-7)
        assert schedule.secondary_time(index) == single_precision


@pytest.mark.parametrize("case", load("07_cutouts")[0]["schedule_index"])
def test_diffusion_progress(case):
    schedule = noise_schedule(case["steps"])
    found = [schedule.progress(i) for i in range(schedule.steps)]
    assert found == case["index_by_step"]


@pytest.mark.parametrize("steps", [1, 2, 7, 300, 999, 1000, 1500])
def test_any_number_of_steps_runs_from_nearly_noise_to_nearly_picture(steps):
    schedule = noise_schedule(steps)
    assert schedule.steps == steps
    assert schedule.model_timestep[0] == 0
    assert np.all(np.diff(schedule.alphas_cumprod) < 0)
    assert all(0 <= schedule.progress(i) < 1000 for i in range(steps))


def test_a_thousand_steps_are_the_full_schedule():
    schedule = noise_schedule(1000)
    np.testing.assert_allclose(schedule.betas, np.linspace(1e-4, 0.02, 1000), rtol=1e-9)
    assert schedule.model_timestep == tuple(range(1000))


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="at least one step"):
        noise_schedule(0)
