"""The steps that weights take."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from discoscript_training.optimizers import Optimizers


def network() -> nn.Sequential:
    torch.manual_seed(4)
    return nn.Sequential(nn.Conv2d(3, 32, 3), nn.Conv2d(32, 32, 3), nn.Conv2d(32, 3, 3))


def step(net: nn.Sequential, optimizers: Optimizers) -> Tensor:
    """One step towards a picture of zeros; the error before it."""
    error = net(torch.linspace(-1, 1, 3 * 16 * 16).view(1, 3, 16, 16)).square().mean()
    net.zero_grad()
    error.backward()
    optimizers.step()
    return error.detach()


def test_only_the_matrices_between_get_orthogonal_updates() -> None:
    """Whose gradients have strong and weak directions; the first steps of AdamW are all signs."""
    net = network()
    before = copy.deepcopy(net)
    for layer in net:
        weak = torch.logspace(0, -2, len(layer.weight))[:, None, None, None]
        layer.weight.grad = weak * torch.randn_like(layer.weight)
    Optimizers(net, 1e-3, outer=("0.", "2.")).step()
    with torch.no_grad():
        first, hidden, last = (
            new.weight - old.weight for new, old in zip(net, before, strict=True)
        )
    stretch = torch.linalg.svdvals(hidden.flatten(1))
    assert stretch.max() / stretch.min() < 2
    for outer in (first, last):
        assert (outer.abs() - 1e-3).abs().max() < 1e-5


def test_the_error_falls() -> None:
    net = network()
    optimizers = Optimizers(net, 1e-2, outer=("0.", "2."))
    errors = [float(step(net, optimizers)) for _ in range(20)]
    assert errors[-1] < 0.2 * errors[0]


def test_a_resumed_run_goes_on_the_same() -> None:
    net = network()
    optimizers = Optimizers(net, 1e-3, outer=("0.", "2."))
    step(net, optimizers)
    resumed = copy.deepcopy(net)
    again = Optimizers(resumed, 1e-3, outer=("0.", "2."))
    again.load_state_dict(copy.deepcopy(optimizers.state_dict()))
    step(net, optimizers)
    step(resumed, again)
    assert all(
        torch.equal(a, b) for a, b in zip(net.parameters(), resumed.parameters(), strict=True)
    )
