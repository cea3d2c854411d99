"""What a guided step asks of a GPU: how many operations it launches, by part, and how often the
processor waits for an answer. Counted exactly, and without a GPU.

The engine runs the code that a GPU would run on tensors that have a shape but no numbers (torch's
device `meta`). Every operation that torch would start on the GPU counts as one launch; those that
only look at a tensor in another way do not.
"""

from collections import Counter
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import torch
from parts import Parts, default_workload, guided_step
from torch import Tensor
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from discoscript_engine.diffusion.augment import STILL, Strengths

#: Operations that reserve memory or name it anew: nothing runs.
NOTHING_RUNS = ("empty", "new_empty", "empty_like", "empty_strided", "new_empty_strided", "detach",
    "_unsafe_view", "lift_fresh", "_reshape_alias", "set_")  # fmt: skip

#: Operations whose result the processor needs before it can go on.
WAITS = ("_local_scalar_dense", "item", "is_nonzero", "nonzero", "masked_select", "unique", "equal")

DEVICE = torch.device("meta")


class Counted(TorchDispatchMode, Parts):
    """Counts while it is entered: `launches` by part, and `waits` by what they were."""

    def __init__(self) -> None:
        super().__init__()
        self.launches: Counter[str] = Counter()
        self.waits: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs, name = kwargs or {}, func.__name__.partition(".")[0]
        if name == "_pin_memory":
            return args[0].clone()
        result = func(*args, **kwargs)
        given = {t.device.type for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)}
        made = {t.device.type for t in tree_leaves(result) if isinstance(t, Tensor)}
        if DEVICE.type not in given | made:
            return result
        copied = len(given | made) > 1 and name in ("_to_copy", "copy_", "to")
        if name in WAITS or (copied and not kwargs.get("non_blocking")) or _asks_which(name, args):
            self.waits[name] += 1
        if not (func.is_view or name in NOTHING_RUNS):
            self.launches[self.part] += 1
        return result


def _asks_which(name: str, args: tuple[Any, ...]) -> bool:
    """Whether pixels are chosen by a mask: their number must be known first."""
    masks = [t for t in tree_leaves(args[1:]) if isinstance(t, Tensor) and t.dtype == torch.bool]
    return name in ("index", "index_put", "index_put_") and bool(masks)


def as_on_a_gpu() -> AbstractContextManager[object]:
    """Attention in one launch, as torch has it on a GPU; on `meta` it would take it apart."""

    def attention(
        q: Tensor, k: Tensor, v: Tensor, attn_mask: Tensor | None = None, *_: Any, **__: Any
    ) -> Tensor:
        return torch.ops.aten._scaled_dot_product_efficient_attention(q, k, v, attn_mask, True)[0]

    return mock.patch.object(functional, "scaled_dot_product_attention", attention)


def counted(
    index: int, *, secondary: bool = True, held: bool = False, augmented: Strengths = STILL
) -> Counted:
    """One guided step of the default workload."""
    work, count = default_workload(DEVICE, secondary=secondary), Counted()
    with Counted():
        run = guided_step(work, count, index, held=held, augmented=augmented)
    with as_on_a_gpu(), count:
        run()
    return count
