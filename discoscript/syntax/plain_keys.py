"""Long lists of plain keys, `[0: 1, 24: 1.05 ease out, ...]`, read as columns.

Songs and imported settings have thousands of keys, most of them a frame, a number and maybe the
name of a curve. Such a list is parsed as if it had its first key alone; the others are like it,
and become syntax one by one where somebody asks for them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from discoscript.syntax.build import Builder
from discoscript.syntax.grammar import walker
from discoscript.syntax.syntax import Key
from discoscript.text.source import Span

#: Shorter lists are parsed as they are.
FEWEST = 32

#: Such numbers have few enough digits for everything that is done with them.
_KEY = re.compile(
    r"\s*([0-9]{1,9})\s*:\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)(%?)"
    r"(?:\s+ease\s+([a-z]+(?:-[a-z]+)*))?\s*(?:,|(?=\]))"
)
_END = re.compile(r"\s*\]")

#: What makes a statement of a key.
_BEFORE, _AFTER = "k [", "]"


@dataclass(frozen=True)
class Columns:
    """A list in the text of a line, `opening` to `end`: one entry of each column for a key.

    `percents` says that all values are percents; `curves` are names, "" for a key without `ease`;
    `places` are where the keys stand in the text, with the comma behind them.
    """

    text: str
    opening: int
    end: int
    frames: tuple[int, ...]
    values: tuple[float, ...]
    percents: bool
    curves: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def shortened(self) -> tuple[str, tuple[int, ...]]:
        """The line with the first key alone, and where its characters are in the line."""
        first = self.places[0][1]
        kept = self.text[:first].rstrip().removesuffix(",")
        offsets = (*range(len(kept)), *range(self.end - 1, len(self.text) + 1))
        return kept + self.text[self.end - 1 :], offsets


def columns(text: str) -> Columns | None:
    """The first list of a line, if it is long and all its keys are plain."""
    opening = text.find("[")
    if opening < 0 or '"' in text[:opening]:
        return None
    found, at = [], opening + 1
    while (match := _KEY.match(text, at)) is not None:
        found.append(match)
        at = match.end()
    closing = _END.match(text, at)
    if closing is None or len(found) < FEWEST:
        return None
    frames, values, units, curves = zip(*(match.groups("") for match in found), strict=True)
    if len(set(units)) > 1:
        return None
    return Columns(
        text=text,
        opening=opening,
        end=closing.end(),
        frames=tuple(map(int, frames)),
        values=tuple(map(float, values)),
        percents=units[0] == "%",
        curves=curves,
        places=tuple(match.span() for match in found),
    )


class PlainKeys(Sequence[Key]):
    """The keys of such a list, in a line that starts at `start` in the script."""

    def __init__(self, columns: Columns, start: int) -> None:
        self.columns, self.start = columns, start
        self.made: dict[int, Key] = {}

    def __len__(self) -> int:
        return len(self.columns.frames)

    @overload
    def __getitem__(self, place: int) -> Key: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Key]: ...
    def __getitem__(self, place: int | slice) -> Key | Sequence[Key]:
        if isinstance(place, slice):
            return tuple(self[n] for n in range(len(self))[place])
        if place not in self.made:
            self.made[place] = self._made(*self.columns.places[place])
        return self.made[place]

    def _made(self, begin: int, end: int) -> Key:
        """The key that stands there in the text."""
        tree = walker().parse(_BEFORE + self.columns.text[begin:end] + _AFTER)
        assert tree is not None, "a plain key is a key"
        by = self.start + begin - len(_BEFORE)
        builder = Builder(lambda first, last: Span(by + first, by + last))
        key: Key = builder.build(tree).value.entries[0]
        return key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
