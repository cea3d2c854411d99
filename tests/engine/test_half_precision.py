"""Half precision: near single precision, slopes too, and part of what a machine is called."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from jobs import job

from discoscript_engine.engine import Engine
from discoscript_engine.identity import PRECISION, PRECISION_VARIABLE
from discoscript_engine.models import half
from discoscript_engine.models.half import DTYPES, halved

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from precision import HALVES, SMALL, error

#: The lengths of the differences to single precision, and the cosine between the slopes.
WITHIN = {"fp16": (5e-3, 3e-2, 0.9995), "bf16": (4e-2, 0.12, 0.995)}

SMALL_JOB = job(width=64, height=48, steps=4)


def silent(done, total, seen):
    pass


@pytest.mark.parametrize("word", HALVES)
@pytest.mark.parametrize("network", SMALL)
def test_a_network_is_near_what_it_is_in_single_precision(network, word):
    found = error(SMALL[network], DTYPES[word])
    apart, slope_apart, cosine = WITHIN[word]
    assert 0 < found.apart < apart
    assert 0 < found.slope_apart < slope_apart
    assert found.slope_cosine > cosine


@pytest.mark.parametrize("factor", [1.0, half.SLOPES])
def test_small_slopes_are_lost_unless_they_are_made_larger(monkeypatch, factor):
    monkeypatch.setattr(half, "SLOPES", factor)
    x = torch.ones(3, requires_grad=True)
    (slope,) = torch.autograd.grad((halved(lambda x: x * 0.5, torch.float16)(x) * 2e-8).sum(), x)
    assert slope.tolist() == ([0.0] * 3 if factor == 1 else pytest.approx([1e-8] * 3, rel=1e-3))


def test_single_precision_is_left_alone():
    assert halved(torch.tanh, torch.float32) is torch.tanh


@pytest.mark.parametrize(("word", "levels"), [("fp16", 1), ("bf16", 3)])
def test_a_picture_is_near_and_belongs_to_another_class_of_machines(monkeypatch, word, levels):
    single = Engine("cpu")
    right = single.render(SMALL_JOB, None, {}, silent)
    monkeypatch.setenv(PRECISION_VARIABLE, word)
    other = Engine("cpu")
    picture = other.render(SMALL_JOB, None, {}, silent)
    assert 0 < np.abs(picture.astype(int) - right).mean() < levels
    assert other.identity(SMALL_JOB.models).numeric.split()[1] == word


def test_processors_compute_in_single_precision_and_gpus_in_that_of_disco_diffusion():
    assert PRECISION == {"cpu": "fp32", "cuda": "fp16", "mps": "fp32"}
