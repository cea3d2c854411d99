"""How weights take a step: Muon for the matrices between the first and the last layer, AdamW for
the rest.

Muon (Jordan et al., 2024) makes every update of a matrix near orthogonal, so that rare directions
are learnt as fast as common ones. Its rates are scaled so that those of AdamW serve for both (Liu
et al., "Muon is Scalable for LLM Training", 2025).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class Optimizers:
    """The optimizers of one network; `outer` are the beginnings of the names of its first and last
    layers.
    """

    def __init__(self, net: nn.Module, rate: float, outer: tuple[str, ...]) -> None:
        hidden: list[Tensor] = []
        rest: list[Tensor] = []
        for name, parameter in net.named_parameters():
            matrix = parameter.ndim >= 2 and not name.startswith(outer)
            (hidden if matrix else rest).append(parameter)
        self.hidden = [(weights, matrix_of(weights)) for weights in hidden]
        matrices = [matrix for _, matrix in self.hidden]
        self.both: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True),
        )

    def set_rate(self, rate: float) -> None:
        for optimizer in self.both:
            for group in optimizer.param_groups:
                group["lr"] = rate

    def step(self) -> None:
        """Change the weights by their gradients."""
        for weights, matrix in self.hidden:
            matrix.grad = None if weights.grad is None else weights.grad.view_as(matrix)
        for optimizer in self.both:
            optimizer.step()

    def state_dict(self) -> list[dict[str, Any]]:
        return [optimizer.state_dict() for optimizer in self.both]

    def load_state_dict(self, states: Iterable[dict[str, Any]]) -> None:
        for optimizer, state in zip(self.both, states, strict=True):
            optimizer.load_state_dict(state)


def matrix_of(weights: Tensor) -> Tensor:
    """The same memory as one row for each output."""
    return weights.detach().view(len(weights), -1).requires_grad_()
