"""The diffusion model compiled by torch: asked for, near what it is otherwise, and never taken for
it; where there is no compiler, that is said and nothing else changes."""

import numpy as np
import pytest
import torch
from jobs import job
from parity import fill_parameters

from discoscript_engine import identity as module
from discoscript_engine.engine import Engine
from discoscript_engine.identity import COMPILE_VARIABLE, compiles, numeric_class
from discoscript_engine.models.compiled import CACHE_VARIABLE, as_asked
from discoscript_engine.models.diffusion import noise_part
from discoscript_engine.models.unet import UNet, UNetConfig

SMALL_JOB = job(width=32, height=32, steps=2)


def silent(done, total, seen):
    pass


@pytest.fixture
def no_compiler(monkeypatch):
    monkeypatch.setenv(COMPILE_VARIABLE, "1")
    monkeypatch.setattr(module.shutil, "which", lambda name: None)


def test_nothing_is_compiled_unless_it_is_asked_for(monkeypatch):
    monkeypatch.delenv(COMPILE_VARIABLE, raising=False)
    assert not compiles("cpu") and "compiled" not in numeric_class("cpu")
    assert as_asked(torch.tanh, "cpu", pytest.fail) is torch.tanh


def test_what_is_compiled_is_another_class_of_machines(monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/bin/{name}")
    plain = numeric_class("cpu")
    monkeypatch.setenv(COMPILE_VARIABLE, "1")
    assert numeric_class("cpu") == f"{plain} compiled"


def test_a_gpu_needs_triton_too(monkeypatch):
    monkeypatch.setenv(COMPILE_VARIABLE, "1")
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert compiles("cpu") and not compiles("cuda")


def test_without_a_compiler_the_picture_is_the_same_and_one_line_says_so(no_compiler, monkeypatch):
    said = []
    picture = Engine("cpu", said.append).render(SMALL_JOB, None, {}, silent)
    assert said == [
        "DISCOSCRIPT_COMPILE is set, but there is no compiler here: nothing is compiled"
    ]
    assert "compiled" not in numeric_class("cpu")
    monkeypatch.delenv(COMPILE_VARIABLE)
    assert np.array_equal(Engine("cpu").render(SMALL_JOB, None, {}, silent), picture)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One folder: torch looks only once where its cache is."""
    return tmp_path_factory.mktemp("compiled")


@pytest.mark.slow
@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_compiled_network_sees_the_same(monkeypatch, cache, checkpoint):
    monkeypatch.setenv(COMPILE_VARIABLE, "1")
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    if not compiles("cpu"):
        pytest.skip("no C++ compiler")
    unet = UNet(UNetConfig(32, (1,), (1,), (), out_channels=3))
    fill_parameters(unet, gain=0.5)
    plain = noise_part(unet.requires_grad_(False).eval())
    compiled = as_asked(plain, "cpu", pytest.fail)
    assert compiled is not plain

    def seen(network):
        x = torch.linspace(-1, 1, 3 * 16 * 16).view(1, 3, 16, 16).requires_grad_()
        noise = network(x, torch.tensor([500.0]), checkpoint=checkpoint)
        return noise.detach(), torch.autograd.grad(noise.square().sum(), x)[0]

    for found, right in zip(seen(compiled), seen(plain), strict=True):
        torch.testing.assert_close(found, right, atol=1e-4, rtol=1e-4)
    assert any(cache.iterdir())
