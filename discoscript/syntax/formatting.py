"""Source -> its text in canonical form: margins, blank lines and comments.

Every logical line is formatted alone, from its tree: `words.py` spaces it, `spelling.py` spells
it, `layout.py` breaks it where it is too wide. A line with a mistake keeps its text. Lines are
never reordered, numbers and texts are never rewritten.

Lines that stand together from one left margin to the next are a chunk. Where its margins
or an open quote are a mistake, all its margins are kept: to move them could move lines into
another block.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from discoscript.syntax.layout import LEVEL, Item, Remark, Unbreakable, bracketed, laid_out, remark
from discoscript.syntax.lines import Line, columns, split
from discoscript.syntax.nesting import DEEPEST, Entry, nest
from discoscript.syntax.parse import entry
from discoscript.syntax.reading import read
from discoscript.syntax.spelling import spelled
from discoscript.syntax.syntax import Comment, FrameHead, MoveHead, ShotHead
from discoscript.syntax.words import Word, words
from discoscript.text.source import Source


def formatted(source: Source) -> str:
    """The script in canonical form: the same meaning, the same comments, the same mistakes."""
    text = source.text.replace("\r\n", "\n")
    return _joined(_rows(text))


# ───────────── rows: statements and comments with their margins ─────────────


@dataclass(frozen=True)
class _Row:
    """A statement with its heads, or a comment on its own, as it will stand.

    `apart` says that a blank line stands before it in the source, `opens` that lines of its block
    follow, `block` that it is a block by itself.
    """

    text: str
    margin: int
    apart: bool
    comment: bool = False
    opens: bool = False
    block: bool = False

    @property
    def heading(self) -> bool:
        """Whether it is a comment that belongs to what stands right below it."""
        return self.comment and self.margin == 0


@dataclass(frozen=True)
class _Statement:
    """A logical line with its comments: `inner` inside of brackets, `behind` at its end."""

    line: Line
    entry: Entry
    inner: tuple[Comment, ...]
    behind: Comment | None

    @property
    def end(self) -> int:
        """Where the statement ends, with the comment behind it."""
        return self.behind.span.end if self.behind else self.line.end


_Piece = _Statement | Comment


def _rows(text: str) -> list[_Row]:
    """The rows of a script, in its order."""
    pieces = _pieces(text)
    keeping = _keeping([piece for piece in pieces if isinstance(piece, _Statement)], text)
    walk = _Walk(text)
    for piece in pieces:
        if isinstance(piece, Comment):
            walk.comments.append(piece)
        else:
            walk.statement(piece, piece.line.margin in keeping)
    walk.close(None)
    return walk.rows


def _pieces(text: str) -> list[_Piece]:
    """Statements, and comments on lines of their own."""
    script = split(text)
    comments = list(reversed(script.comments))
    pieces: list[_Piece] = []
    for line in script.lines:
        if not line.text:  # nothing but odd blanks
            continue
        while comments and comments[-1].span.start < line.start:
            pieces.append(comments.pop())
        inner = []
        while comments and comments[-1].span.start < line.end:
            inner.append(comments.pop())
        behind = None
        if comments and "\n" not in text[line.end : comments[-1].span.start]:
            behind = comments.pop()
        pieces.append(_Statement(line, entry(line), tuple(inner), behind))
    return [*pieces, *reversed(comments)]


def _keeping(statements: Sequence[_Statement], text: str) -> frozenset[int]:
    """The lines, each by where its margin begins, whose chunk keeps its margins."""
    _, found = nest(statement.entry for statement in statements)
    margins = [statement.line.margin for statement in statements]
    odd = {margins[bisect_right(margins, mistake.span.start) - 1] for mistake in found}
    odd |= {
        s.line.margin
        for s in statements
        if _spans_lines(s, text) and _items(s, False, text) is None
    }
    chunks: list[list[int]] = []
    for statement in statements:
        if statement.line.indent == 0 or not chunks:
            chunks.append([])
        chunks[-1].append(statement.line.margin)
    return frozenset(margin for chunk in chunks if odd.intersection(chunk) for margin in chunk)


def _spans_lines(statement: _Statement, text: str) -> bool:
    return "\n" in text[statement.line.start : statement.line.end]


@dataclass(frozen=True)
class _Open:
    """A line that may own the lines below it: where it stood, and where it stands now."""

    entry: Entry
    indent: int
    margin: int

    @property
    def inside(self) -> int:
        """Where lines that it owns stand."""
        return self.margin + LEVEL


@dataclass
class _Walk:
    """Goes through the pieces; `comments` wait for the next statement."""

    text: str
    rows: list[_Row] = field(default_factory=list)
    levels: list[_Open] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    end: int = 0

    def statement(self, said: _Statement, keeps: bool) -> None:
        """Add a statement, and the comments above it."""
        indent = said.line.indent
        outside = [level for level in self.levels if level.indent < indent]
        margin = indent if keeps else outside[-1].inside if outside else 0
        self.close(_Open(said.entry, indent, margin))
        self.levels = outside
        parts = self.parts(said, margin, keeps)
        self.rows.append(
            _Row(
                "\n".join(line for part in parts for line in part),
                margin,
                self.blank(said.line.margin, said.end),
                opens=said.entry.opens,
                block=len(parts) > 1,
            )
        )
        self.levels.append(_Open(said.entry, indent, margin))

    def parts(self, said: _Statement, margin: int, keeps: bool) -> list[list[str]]:
        """The lines of a statement: a list for each head on a line of its own, one for the rest."""
        above = [level.entry for level in self.levels]
        depth = sum(len(owner.heads) for owner in (*above, said.entry))
        grouped = keeps or any(map(_groups, above)) or depth == DEEPEST
        items = _items(said, grouped, self.text)
        if items is not None:
            parts = laid_out(items, margin, blocks=not keeps)
            if said.behind:
                last = _spans_lines(said, self.text)
                parts[-1][-1 if last else 0] += remark(said.behind.text.rstrip())
            if _same(items, "\n".join(line for part in parts for line in part)):
                return parts
        return [[" " * margin + self.text[said.line.start : said.end].rstrip()]]

    def close(self, following: _Open | None) -> None:
        """Add the comments that wait, above the statement that follows or the end of the script."""
        for comment in self.comments:
            start = comment.span.start
            begin = self.text.rfind("\n", 0, start) + 1
            margin = self.margin(columns(self.text[begin:start]), following)
            text = " " * margin + comment.text.rstrip()
            self.rows.append(_Row(text, margin, self.blank(begin, comment.span.end), comment=True))
        self.comments = []

    def margin(self, indent: int, following: _Open | None) -> int:
        """Where a comment stands: with what follows, or inside the block that ends here."""
        least = following.indent if following else -1
        ending = [level for level in self.levels if least < level.indent <= indent]
        if not ending:
            return following.margin if following else 0
        last = ending[-1]
        in_it = last is self.levels[-1] and last.entry.opens and indent > last.indent
        return last.inside if in_it else last.margin

    def blank(self, begin: int, end: int) -> bool:
        """Whether a blank line stands between what was last and `begin`; goes on to `end`."""
        lines = self.text.count("\n", self.end, begin)
        self.end = end
        return lines > 1


# ───────────── one statement ─────────────


def _items(said: _Statement, grouped: bool, text: str) -> tuple[Item, ...] | None:
    """A statement's words as they will be written; None where it keeps its text."""
    line = said.line
    reading = read(line.text)
    if line.reported or reading.mistake or reading.tree is None:
        return None
    pieces: list[Word | Remark] = [*spelled(reading.tree, words(reading.tree, line.text), grouped)]
    for comment in said.inner:
        start = comment.span.start
        alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        pieces.append(Remark(comment.text.rstrip(), start - line.start, alone))
    try:
        return bracketed(sorted(pieces, key=lambda piece: piece.start))
    except Unbreakable:
        return None


def _groups(owner: Entry) -> bool:
    """Whether settings below a line stand in a group, or in something that was not understood."""
    times = (isinstance(head, FrameHead | ShotHead | MoveHead) for head in owner.heads)
    return not owner.understood or not all(times)


def _same(items: Sequence[Item], lines: str) -> bool:
    """Whether lines say what a statement says: the parser finds the same words in them."""
    trees = [read(line.text).tree for line in split(lines).lines]
    found = [str(leaf) for tree in trees if tree is not None for leaf in tree.leaves()]
    return None not in trees and found == [word.text for word in _words(items) if word.leaf]


def _words(items: Iterable[Item]) -> Iterator[Word]:
    """The words of items and of what is in them, without the brackets."""
    for item in items:
        if isinstance(item, Word):
            yield item
        else:
            for part in item.entries:
                yield from _words(part.items)


# ───────────── blank lines ─────────────


def _joined(rows: Iterable[_Row]) -> str:
    """The text of a script: a blank line around each block, otherwise where there was one."""
    units = list(_units(rows))
    text = "".join(_unit_text(unit) for unit in units[:1])
    for above, below in pairwise(units):
        apart = below[0].apart or _is_block(above) or _is_block(below)
        text += "\n" * apart + _unit_text(below)
    return text


def _units(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    """What stands together: a statement at the left margin, comments right above it, its block."""
    unit: list[_Row] = []
    for row in rows:
        belongs = row.margin > 0 or (unit and unit[-1].heading and not row.apart)
        if unit and not belongs:
            yield unit
            unit = []
        unit.append(row)
    if unit:
        yield unit


def _is_block(unit: Sequence[_Row]) -> bool:
    statements = [row for row in unit if not row.comment]
    return len(statements) > 1 or any(row.block for row in statements)


def _unit_text(unit: Sequence[_Row]) -> str:
    """The lines of a unit; no blank line stands below the head of a block."""
    text = unit[0].text + "\n"
    for above, row in pairwise(unit):
        apart = row.apart and not above.opens
        text += "\n" * apart + row.text + "\n"
    return text
