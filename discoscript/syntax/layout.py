"""The words of one statement -> lines, at most 88 columns wide where that can be.

A statement stands on one line if that fits and no bracket in it has to be open. An open bracket
has one entry per line, in lists and calls with a comma after each. A comma after the last entry
is how a writer says that a bracket shall be open.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from discoscript.syntax.words import Word, gap

#: Columns of a line and of a level.
WIDTH = 88
LEVEL = 4

#: How many brackets are opened one by one, and how many are tried, before all are opened.
ROUNDS, CANDIDATES = 3, 16


class Unbreakable(Exception):
    """A comment stands in the middle of an expression: only its writer knows where lines end."""


@dataclass(frozen=True)
class Remark:
    """A comment inside of brackets. `alone` says that nothing stands before it on its line."""

    text: str
    start: int
    alone: bool


@dataclass(frozen=True)
class Entry:
    """One entry of a bracket: comments above it, its words, a comment behind it."""

    items: "tuple[Word | Bracket, ...]" = ()
    above: tuple[str, ...] = ()
    behind: str = ""


@dataclass(frozen=True)
class Bracket:
    """A bracket and what stands in it.

    `comma` says that a comma stands behind the last entry, `behind` is a comment behind the
    opening sign, `below` are comments below the last entry.
    """

    opening: Word
    entries: tuple[Entry, ...]
    closing: Word
    comma: bool
    behind: str
    below: tuple[str, ...]

    @property
    def separates(self) -> bool:
        """Whether its entries are separated by commas; else it stands for order of operations."""
        return self.opening.text == "[" or self.opening.calls

    @property
    def must_open(self) -> bool:
        """Whether it can not stand on one line, or shall not."""
        if self.comma or self.behind or self.below:
            return True
        return any(e.above or e.behind or any(map(must_open, e.items)) for e in self.entries)


Item = Word | Bracket


def must_open(item: Item) -> bool:
    """Whether a bracket must be open."""
    return isinstance(item, Bracket) and item.must_open


# ───────────── words -> brackets ─────────────


def bracketed(pieces: Iterable[Word | Remark]) -> tuple[Item, ...]:
    """The words of a statement with its brackets as one item each."""
    waiting = iter(pieces)
    return tuple(_item(piece, waiting) for piece in waiting)


def _item(piece: Word | Remark, waiting: Iterator[Word | Remark]) -> Item:
    if isinstance(piece, Remark):
        raise Unbreakable
    if piece.leaf or piece.text not in ("[", "("):
        return piece
    return _Reader(piece).read(waiting)


class _Reader:
    """One bracket while it is read: `items` and `above` are of the entry that has begun."""

    def __init__(self, opening: Word) -> None:
        self.opening = opening
        self.entries: list[Entry] = []
        self.items: list[Item] = []
        self.above: list[str] = []
        self.after: list[Remark] = []  # comments behind the last item of the entry
        self.behind = ""

    def read(self, waiting: Iterator[Word | Remark]) -> Bracket:
        """The bracket, up to and with its closing sign."""
        for piece in waiting:
            if isinstance(piece, Remark):
                self.remark(piece)
            elif not piece.leaf and piece.text == ",":
                self.end_entry()
            elif not piece.leaf and piece.text in ("]", ")"):
                return self.close(piece)
            elif self.after:
                raise Unbreakable
            else:
                self.items.append(_item(piece, waiting))
        raise Unbreakable  # the parser knows no bracket that is not closed

    def remark(self, remark: Remark) -> None:
        """Take in a comment."""
        last = self.entries[-1] if self.entries else None
        if self.items:
            self.after.append(remark)
        elif remark.alone or self.above or (last and last.behind):
            self.above.append(remark.text)
        elif last:
            self.entries[-1] = replace(last, behind=remark.text)
        else:
            self.behind = remark.text

    def end_entry(self) -> None:
        """Put the entry to the others. Comments below it stand above the next one."""
        behind = ""
        if self.after and not self.after[0].alone:
            behind = self.after.pop(0).text
        self.entries.append(Entry(tuple(self.items), tuple(self.above), behind))
        self.items, self.above, self.after = [], [r.text for r in self.after], []

    def close(self, closing: Word) -> Bracket:
        """The whole bracket."""
        comma = bool(self.entries) and not self.items
        if self.items:
            self.end_entry()
        below = tuple(self.above)
        return Bracket(self.opening, tuple(self.entries), closing, comma, self.behind, below)


# ───────────── brackets -> lines ─────────────


def laid_out(items: Sequence[Item], indent: int, blocks: bool = True) -> list[list[str]]:
    """The lines of a statement with its heads; `indent` is the margin of the first.

    There is a list of lines for each head that stands on its own, the last one is for the rest. A
    head stays on the line of its fact if that fits (always, if not `blocks`).
    """
    head, fact = _first_head(items) if blocks else ((), items)
    if not head or (not any(map(must_open, items)) and _fits(" " * indent + flat(items))):
        return [_lines(items, indent)]
    return [_lines(head, indent), *laid_out(fact, indent + LEVEL)]


def flat(items: Sequence[Item]) -> str:
    """The items on one line."""
    return "".join(word for word, _ in _spaced(items))


def _first_head(items: Sequence[Item]) -> tuple[Sequence[Item], Sequence[Item]]:
    """The first head with its colon, and what follows it; the first is empty if nothing does."""
    for at, item in enumerate(items[:-1], start=1):
        if isinstance(item, Word) and item.text == ":":
            return items[:at], items[at:]
    return (), items


def _spaced(items: Sequence[Item]) -> Iterator[tuple[str, Bracket | None]]:
    """The text of each item with the gap before it, and the bracket if it is one."""
    left: Word | None = None
    for item in items:
        if isinstance(item, Word):
            yield gap(left, item) + item.text, None
            left = item
        else:
            inside = ", ".join(flat(entry.items) for entry in item.entries)
            whole = f"{item.opening.text}{inside}{item.closing.text}"
            yield gap(left, item.opening) + whole, item
            left = item.closing


def _lines(items: Sequence[Item], indent: int, comma: str = "") -> list[str]:
    """The lines of a statement or an entry, with as few open brackets as it takes."""
    opened = _opened(items, indent, comma)
    first, *after = _outer(items, opened, indent, comma)
    lines = [first]
    for n, line in zip(sorted(opened), after, strict=True):
        bracket = items[n]
        assert isinstance(bracket, Bracket), "only brackets open"
        lines[-1] += remark(bracket.behind)
        lines += [*_entries(bracket, indent + LEVEL), line]
    return lines


def _outer(items: Sequence[Item], opened: frozenset[int], indent: int, comma: str) -> list[str]:
    """What stands outside of the open brackets: a line up to each, and one behind the last."""
    lines = [" " * indent]
    for n, (text, bracket) in enumerate(_spaced(items)):
        if bracket and n in opened:
            lines[-1] += text[: text.index(bracket.opening.text) + 1]
            lines.append(" " * indent + bracket.closing.text)
        else:
            lines[-1] += text
    lines[-1] += comma
    return lines


def _entries(bracket: Bracket, indent: int) -> Iterator[str]:
    """The lines inside of an open bracket."""
    comma = "," if bracket.separates else ""
    for entry in bracket.entries:
        yield from (" " * indent + above for above in entry.above)
        *first, last = _lines(entry.items, indent, comma)
        yield from first
        yield last + remark(entry.behind)
    yield from (" " * indent + below for below in bracket.below)


def _opened(items: Sequence[Item], indent: int, comma: str) -> frozenset[int]:
    """Which brackets to open. A comma behind its last entry keeps a bracket open for good, so the
    choice is made again with those open: a text that is formatted twice stays as it is.
    """
    must = frozenset(n for n, item in enumerate(items) if must_open(item))
    while True:
        opened = _fewest(items, must, indent, comma)
        kept = must | {n for n in opened if _separates(items[n])}
        if kept == must:
            return opened
        must = kept


def _fewest(items: Sequence[Item], must: frozenset[int], indent: int, comma: str) -> frozenset[int]:
    """As few open brackets as it takes, of equals the widest: up to ROUNDS of them, else all. Only
    those that must, if that does not help."""
    widths = {n: len(text) for n, (text, bracket) in enumerate(_spaced(items)) if bracket}
    may = [n for n in sorted(widths, key=lambda n: -widths[n]) if _has_entries(items[n])]

    def fits(opened: frozenset[int]) -> bool:
        return all(map(_fits, _outer(items, opened, indent, comma)))

    opened = must
    for _ in range(ROUNDS):
        if fits(opened):
            return opened
        closed = [n for n in may[:CANDIDATES] if n not in opened]
        best = next((n for n in closed if fits(opened | {n})), None)
        opened |= frozenset(closed[:1] if best is None else (best,))
    everything = must | frozenset(may)
    return next((choice for choice in (opened, everything) if fits(choice)), must)


def _separates(item: Item) -> bool:
    return isinstance(item, Bracket) and item.separates


def _has_entries(item: Item) -> bool:
    return isinstance(item, Bracket) and bool(item.entries)


def _fits(line: str) -> bool:
    """Whether a line is narrow enough; the middle of a long text is as wide as it was written."""
    lines = line.split("\n")
    return max(len(lines[0]), len(lines[-1])) <= WIDTH


def remark(comment: str) -> str:
    """A comment behind something, with the gap before it."""
    return f"  {comment}" if comment else ""
