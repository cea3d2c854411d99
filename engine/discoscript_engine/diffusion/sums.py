"""Tables of taps -> weighted sums of rows, which is what resizing and moving pictures is.

Each sum is made in an order of its own, so the same bits come out every time, on every device;
scattering values instead would add them up as chance has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import embedding_bag

from discoscript_engine.diffusion.taps import Taps
from discoscript_engine.transfer import uploaded


@dataclass(frozen=True)
class Sums:
    """Weighted sums of rows: the i-th is that of the rows `index[k]` with the `weights[k]`, for k
    from `offsets[i]` up to but not including `offsets[i + 1]`."""

    index: Int64[Tensor, " k"]
    offsets: Int64[Tensor, " ends"]
    weights: Float[Tensor, " k"]

    def of(self, rows: Float[Tensor, "r d"]) -> Float[Tensor, "n d"]:
        """The sums."""
        return embedding_bag(
            self.index,
            rows,
            self.offsets,
            mode="sum",
            per_sample_weights=self.weights,
            include_last_offset=True,
        )

    def only(self, rows: Sequence[int]) -> "Sums":
        """Some of the sums, in order; the others must have no rows to sum."""
        return replace(self, offsets=self.offsets[torch.tensor([0, *(row + 1 for row in rows)])])


@dataclass(frozen=True)
class EvenSums:
    """The same where every sum has equally many rows; a weight of 0 is work for nothing, but no
    count has to be known."""

    index: Int64[Tensor, "n t"]
    weights: Float[Tensor, "n t"]

    def of(self, rows: Float[Tensor, "r d"]) -> Float[Tensor, "n d"]:
        """The sums."""
        return embedding_bag(self.index, rows, mode="sum", per_sample_weights=self.weights)


def sums_of(taps: Taps, like: Tensor) -> Sums:
    """The rows of all tables, one below the other; a row without weights sums nothing."""
    counted = taps.weights != 0
    ends = counted.sum(dim=-1).flatten().cumsum(0)
    offsets = torch.cat([ends.new_zeros(1), ends])
    return Sums(taps.index[counted], offsets, taps.weights[counted].to(like.dtype))


def even_sums_of(taps: Taps, like: Tensor) -> EvenSums:
    """The same, whatever the weights are: nothing is counted."""
    index, weights = taps.index.flatten(0, 1), taps.weights.flatten(0, 1).to(like.dtype)
    return EvenSums(uploaded(index, like.device), uploaded(weights, like.device))


def turned_over(taps: Taps, like: Tensor) -> Sums:
    """The way back of even sums over as many rows as there are sums: each row sums what saw it, in
    order. However many those are, no count has to be known; a tap without weight goes to the row
    of its own sum, so that none is left with all of them."""
    places, weights = taps.index.flatten(), taps.weights.flatten()
    every = torch.arange(len(places), device=places.device)
    seeing = every.div(taps.index.shape[-1], rounding_mode="floor")
    places, order = torch.where(weights != 0, places, seeing).sort(stable=True)
    offsets = torch.searchsorted(places, every[: taps.index.shape[:2].numel() + 1])
    made = seeing[order], offsets, weights[order].to(like.dtype)
    return Sums(*(uploaded(part, like.device) for part in made))


def sums_apart(taps: Taps, rows: Sequence[tuple[int, int]], like: Tensor) -> list[Sums]:
    """Each table alone, and of that only the rows from one up to another; the rest has no
    weights."""
    every, tables = sums_of(taps, like), taps.index.shape[0]
    ends = every.offsets[1:].view(tables, -1)
    starts = torch.cat([every.offsets[:1], ends[:-1, -1]])
    offsets = torch.cat([starts[:, None], ends], dim=1) - starts[:, None]
    bounds = [*starts.tolist(), len(every.index)]
    return [
        Sums(
            every.index[bounds[table] : bounds[table + 1]],
            offsets[table, low : high + 1],
            every.weights[bounds[table] : bounds[table + 1]],
        )
        for table, (low, high) in enumerate(rows)
    ]
