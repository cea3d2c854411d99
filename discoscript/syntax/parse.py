"""Source -> Syntax, with every mistake in the text and its layout.

A script is parsed line by line: a broken line costs one message and nothing else. A line whose
text was seen before is not parsed again, and one that has not moved is not built again. Blocks
follow from indentation, see `nesting.py`.
"""

import sys
from dataclasses import replace
from functools import lru_cache

from discoscript.syntax.build import Builder, Place
from discoscript.syntax.lines import Line, Lines, split
from discoscript.syntax.mistakes import BRACES
from discoscript.syntax.nesting import Entry, nest
from discoscript.syntax.plain_keys import Columns, PlainKeys, columns
from discoscript.syntax.reading import Reading, moved, read
from discoscript.syntax.syntax import Head, Statement, Syntax
from discoscript.syntax.tree import Tree
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.source import Source, Span


def parse(source: Source, start: int = 0) -> tuple[Syntax, tuple[Diagnostic, ...]]:
    """The script as syntax, and what is wrong with its text, in the order of its lines.

    `start` is where the file to parse begins in the source; it is the last one there.
    """
    lines = shifted(split(source.text[start:]), start)
    diagnostics = list(lines.diagnostics)
    entries = []
    for line in lines.lines:
        reading = skim(line.text)[0]
        if reading.mistake is not None and not line.reported:
            diagnostics.append(moved(reading.mistake, line.start, line.end))
        entries.append(entry(line))
    body, nesting = nest(entries)
    diagnostics.extend(d for d in nesting if not _is_about_tabs(d, source))
    diagnostics.sort(key=lambda diagnostic: diagnostic.span)
    return Syntax(source, body, lines.comments), _once(diagnostics)


def shifted(lines: Lines, by: int) -> Lines:
    """The lines of a file that begins at `by`."""
    if by == 0:
        return lines
    moved_lines = (
        replace(line, margin=line.margin + by, start=line.start + by, end=line.end + by)
        for line in lines.lines
    )
    comments = (replace(c, span=Span(c.span.start + by, c.span.end + by)) for c in lines.comments)
    found = (moved(d, by, sys.maxsize) for d in lines.diagnostics)
    return Lines(tuple(moved_lines), tuple(comments), tuple(found))


@lru_cache(maxsize=1 << 14)
def entry(line: Line) -> Entry:
    """What a line says: its heads from the outside in, and its statement if it has one."""
    span = Span(line.start, line.end)
    reading, keys = skim(line.text)
    tree = reading.tree
    if tree is None:
        return Entry(span, line.margin, line.indent, (), None, understood=False)
    known = {keys.opening: PlainKeys(keys, line.start)} if keys else {}
    builder = Builder(_place(line, reading.offsets), known)
    heads: list[Head] = []
    while tree.data == "block":
        head, tree = _parts(tree)
        heads.append(builder.build(head))
    if tree.data == "open_block":
        heads.append(builder.build(tree.children[0]))
        return Entry(span, line.margin, line.indent, tuple(heads), None)
    statement: Statement = builder.build(tree)
    return Entry(span, line.margin, line.indent, tuple(heads), statement)


@lru_cache(maxsize=1 << 14)
def skim(text: str) -> tuple[Reading, Columns | None]:
    """What a line says, for one who needs its meaning and not its words: a long list of plain keys
    comes as columns, and as its first key in the reading.
    """
    keys = columns(text)
    if keys is not None:
        shortened, offsets = keys.shortened
        reading = read(shortened)
        tree = reading.tree
        if tree is not None and reading.mistake is None and _has_list(tree, keys.opening):
            return Reading(tree, None, offsets), keys
    return read(text), None


def _has_list(tree: Tree, at: int) -> bool:
    return any(part.data == "list" and part.start == at for part in tree.subtrees())


def _parts(block: Tree) -> tuple[Tree, Tree]:
    """The head of a one-line block and what follows its colon."""
    head, rest = block.children
    assert isinstance(head, Tree) and isinstance(rest, Tree), "the grammar says so"
    return head, rest


def _place(line: Line, offsets: tuple[int, ...] | None) -> Place:
    """Where positions in a line's tree lie in the script."""
    base, limit = line.start, line.end
    if offsets is None:
        return lambda start, end: Span(base + start, min(base + end, limit))
    kept = offsets
    return lambda start, end: Span(min(base + kept[start], limit), min(base + kept[end], limit))


def _is_about_tabs(found: Diagnostic, source: Source) -> bool:
    """Whether a margin is wrong where it holds tabs, which was said (D002)."""
    return found.code in ("D009", "D010") and "\t" in source.at(found.span)


def _once(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Braces are a mistake of the whole script: the first one is reported."""
    braces = [n for n, found in enumerate(diagnostics) if found.message == BRACES]
    more = frozenset(braces[1:])
    return tuple(found for n, found in enumerate(diagnostics) if n not in more)
