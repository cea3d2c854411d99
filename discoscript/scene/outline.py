"""Outline: the lines of a script that say something, each with the heads that it stands under."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from discoscript.syntax.syntax import (
    Block,
    Cut,
    FrameHead,
    GroupHead,
    Layer,
    Let,
    PromptLine,
    Set,
    Statement,
    TitledHead,
    Unparsed,
    Version,
)

Said = Set | Layer | PromptLine | Cut

#: Statements that this version builds, blocks apart.
BUILT = (Set, Layer, PromptLine, Cut, Let, Version)
BUILT_HEADS = (FrameHead, GroupHead, TitledHead)


@dataclass(frozen=True)
class Under:
    """What a line stands under: the nearest group, and the heads that move the time, from outside.

    `loose` says that a head is broken: the values of its lines are checked, but they take no part
    in the scene.
    """

    group: str | None = None
    heads: tuple[FrameHead | GroupHead, ...] = ()
    loose: bool = False


@dataclass(frozen=True)
class Entry:
    """One line that says something, and what it stands under."""

    said: Said
    under: Under


@dataclass(frozen=True)
class Outline:
    """All lines, all frame heads (with or without lines), and whether nothing was left out."""

    entries: tuple[Entry, ...]
    frames: tuple[FrameHead, ...]
    complete: bool


def outline(body: Iterable[Statement]) -> Outline:
    """The lines of a script, blocks opened."""
    statements = tuple(body)
    entries = tuple(_entries(statements, Under()))
    return Outline(entries, tuple(_frame_heads(statements)), _complete(statements))


def _entries(body: Iterable[Statement], under: Under) -> Iterator[Entry]:
    """The lines of `body`, blocks opened."""
    for statement in body:
        match statement:
            case Set() | Layer() | PromptLine() | Cut():
                yield Entry(statement, under)
            case Block():
                if isinstance(statement.head, BUILT_HEADS):
                    yield from _entries(statement.body, _inside(statement, under))
            case Unparsed():
                yield from _entries(statement.body, replace(under, group=None, loose=True))


def _inside(block: Block, under: Under) -> Under:
    """What the lines of a block stand under."""
    match block.head:
        case FrameHead() as head:
            return replace(under, heads=(*under.heads, head))
        case GroupHead(name=name, at=at) as head:
            heads = under.heads if at is None else (*under.heads, head)
            return replace(under, group=name.text, heads=heads)
        case TitledHead(name=name):
            return replace(under, group=name.text)
    return under


def _frame_heads(body: Iterable[Statement]) -> Iterator[FrameHead]:
    for statement in body:
        if isinstance(statement, Block) and isinstance(statement.head, BUILT_HEADS):
            if isinstance(statement.head, FrameHead):
                yield statement.head
            yield from _frame_heads(statement.body)


def _complete(body: Iterable[Statement]) -> bool:
    """Whether every line was understood and is of a kind that this version builds."""
    for statement in body:
        if isinstance(statement, Block):
            if not isinstance(statement.head, BUILT_HEADS) or not _complete(statement.body):
                return False
        elif not isinstance(statement, BUILT):
            return False
    return True
