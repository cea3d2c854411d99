"""Batches of cuts -> passes through a CLIP model: as many cuts at once as its device has room for.

How many does not change what is computed, but sums are rounded otherwise: it is part of what a
picture's last bits depend on. So it is set by the kind of device, never by what happens to be
free; only where that is too little (`room`), or runs out, is it made smaller, and that is said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from discoscript_engine.memory import CUTS_AT_ONCE

OutOfMemory = torch.cuda.OutOfMemoryError


@dataclass(frozen=True)
class Part:
    """Some of the cuts of some batches."""

    batches: slice
    cuts: slice

    def halves(self) -> tuple["Part", ...]:
        """The part as two; nothing where it is a single cut."""
        if self.batches.stop - self.batches.start > 1:
            return tuple(Part(half, self.cuts) for half in _halves(self.batches))
        if self.cuts.stop - self.cuts.start > 1:
            return tuple(Part(self.batches, half) for half in _halves(self.cuts))
        return ()


def _halves(places: slice) -> tuple[slice, slice]:
    middle = (places.start + places.stop) // 2
    return slice(places.start, middle), slice(middle, places.stop)


def parts(batches: int, cuts: int, at_most: int) -> Iterator[Part]:
    """All cuts of all batches, in parts of whole batches where those are small enough."""
    together = max(1, at_most // cuts)
    for first in range(0, batches, together):
        some = slice(first, min(first + together, batches))
        for cut in range(0, cuts, max(at_most, 1)):
            yield Part(some, slice(cut, min(cut + at_most, cuts)))


#: (the cuts of a part, which these are) -> the gradient by them.
Work = Callable[[Float[Tensor, "b n 3 s s"], Part], Float[Tensor, "b n 3 s s"]]


class Passes:
    """How many cuts go through at once, and what is told when memory made it fewer."""

    def __init__(
        self, at_most: int = CUTS_AT_ONCE["cpu"], say: Callable[[str], None] = lambda text: None
    ) -> None:
        self.at_most = at_most
        self._say = say

    def over(self, cuts: Float[Tensor, "b n 3 s s"], work: Work) -> Float[Tensor, "b n 3 s s"]:
        """What `work` gives for all cuts; OutOfMemory where not even one has room."""
        result = torch.empty_like(cuts)
        for part in parts(cuts.shape[0], cuts.shape[1], self.at_most):
            self._do(part, cuts, work, result)
        return result

    def _do(
        self,
        part: Part,
        cuts: Float[Tensor, "b n 3 s s"],
        work: Work,
        result: Float[Tensor, "b n 3 s s"],
    ) -> None:
        halves: tuple[Part, ...] = ()
        try:
            result[part.batches, part.cuts] = work(cuts[part.batches, part.cuts], part)
        except OutOfMemory:
            halves = part.halves()
            if not halves:
                raise
        # Out of the handler, or what failed would still be held.
        if halves:
            self._fewer(cuts[part.batches, part.cuts].shape[:2].numel() // 2)
        for half in halves:
            self._do(half, cuts, work, result)

    def _fewer(self, cuts: int) -> None:
        if cuts < self.at_most:
            self.at_most = cuts
            self._say(
                f"memory is short: CLIP looks at {cuts} cuts at once instead of more; the last "
                "bits of the pictures may differ from those of a device with more memory"
            )
