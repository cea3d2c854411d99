"""Networks in half precision: what the weights of a network take, and its time, halves.

Sums, norms and losses stay in single precision. Slopes on the way back are far smaller than
pictures, and fp16 knows nothing between 0 and 6e-8: inside they are made larger by a power of two.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

#: Number types by the word of the numeric class.
DTYPES: Mapping[str, torch.dtype] = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}

#: How much larger slopes are inside.
SLOPES = 2.0**12


def halved(run: Callable[[Tensor], Tensor], dtype: torch.dtype) -> Callable[[Tensor], Tensor]:
    """`run`, whose weights are of `dtype`, for float32 on both of its sides."""
    if dtype == torch.float32:
        return run
    return lambda x: Steeper.apply(run(Steeper.apply(x, 1 / SLOPES).to(dtype)).float(), SLOPES)


class Steeper(torch.autograd.Function):
    """The same on the way there; on the way back slopes are multiplied by `factor`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, factor: float) -> Tensor:
        ctx.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *slopes: Any) -> Any:
        return slopes[0] * ctx.factor, None
