"""The points of a path through plain keys, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from discoscript.expressions.quantity import Quantity
from discoscript.scene.scene import Ease, Formula, Point
from discoscript.syntax.plain_keys import PlainKeys


@dataclass(frozen=True)
class PlainPoints(Sequence[Point]):
    """One entry of `at` (frames, rising), `levels` and `kinds` for a point.

    `kinds` are places in `eases`, `unit` is NUMBER or PERCENT. The points themselves, which know
    where they are written, are made when somebody asks for them.
    """

    at: tuple[int, ...]
    levels: tuple[float, ...]
    eases: tuple[Ease, ...]
    kinds: tuple[int, ...]
    unit: Quantity
    keys: PlainKeys

    def __len__(self) -> int:
        return len(self.at)

    @overload
    def __getitem__(self, place: int) -> Point: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Point]: ...
    def __getitem__(self, place: int | slice) -> Point | Sequence[Point]:
        if isinstance(place, slice):
            return tuple(self[n] for n in range(len(self))[place])
        key = self.keys[place]
        amount = Formula(key.value, self.unit, False, key.value.span)
        return Point(self.at[place], amount, self.eases[self.kinds[place]], key.time.span)
