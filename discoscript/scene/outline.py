"""Outline: the lines of a script that say something, each with the heads that it stands under."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from discoscript.syntax.syntax import (
    Block,
    Cut,
    FrameHead,
    GroupHead,
    Import,
    Layer,
    Let,
    Mark,
    MoveHead,
    Played,
    PromptLine,
    Set,
    ShotHead,
    Statement,
    StudyHead,
    TitledHead,
    Unparsed,
    Vary,
    Version,
)
from discoscript.text.source import Span

Said = Set | Layer | PromptLine | Cut

#: Heads that move the time of their lines, or give them a range.
Timed = FrameHead | GroupHead | ShotHead | Played

#: Heads that their lines are facts of.
SCOPES = (ShotHead, Played)


@dataclass(frozen=True)
class Under:
    """What a line stands under: the nearest group, and the heads that move the time, from outside.

    `path` holds the places of those heads: no two ways to a line have the same one. `loose` says
    that a head is broken, or that nothing plays the move: the values of its lines are checked, but
    they take no part in the scene.
    """

    group: str | None = None
    heads: tuple[Timed, ...] = ()
    path: tuple[Span, ...] = ()
    loose: bool = False

    def below(self, head: Timed) -> "Under":
        """What the lines below another head stand under."""
        return replace(self, heads=(*self.heads, head), path=(*self.path, head.span))

    @property
    def scope(self) -> ShotHead | Played | None:
        """The nearest head that the line is a fact of; None: it is one of the scene."""
        return next((head for head in reversed(self.heads) if isinstance(head, SCOPES)), None)


@dataclass(frozen=True)
class Entry:
    """One line that says something, and what it stands under."""

    said: Said
    under: Under


@dataclass(frozen=True)
class Start:
    """A head that prompts may come into force with, and what it stands under itself."""

    head: FrameHead | ShotHead
    under: Under


@dataclass(frozen=True)
class Marking:
    """A mark, and the number of the shot that it stands in."""

    mark: Mark
    shot: int | None


@dataclass(frozen=True)
class Outline:
    """All lines, all heads that begin something (with or without lines), and all marks.

    `complete`: nothing was left out.
    """

    entries: tuple[Entry, ...]
    starts: tuple[Start, ...]
    shots: tuple[ShotHead, ...]
    marks: tuple[Marking, ...]
    complete: bool


def outline(body: Iterable[Statement]) -> Outline:
    """The lines of a script, blocks opened."""
    opening = _Opening()
    opening.body(body, Under())
    return Outline(
        tuple(opening.entries),
        tuple(opening.starts),
        tuple(opening.shots),
        tuple(opening.marks),
        opening.complete,
    )


@dataclass
class _Opening:
    """Goes through all blocks."""

    entries: list[Entry] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    shots: list[ShotHead] = field(default_factory=list)
    marks: list[Marking] = field(default_factory=list)
    complete: bool = True

    def body(self, body: Iterable[Statement], under: Under) -> None:
        """Lines that stand together."""
        for statement in body:
            match statement:
                case Set() | Layer() | PromptLine() | Cut():
                    self.entries.append(Entry(statement, under))
                case Block():
                    self._block(statement, under)
                case Unparsed():
                    self.complete = False
                    self.body(statement.body, replace(under, group=None, loose=True))
                case Mark():
                    self._mark(statement, under)
                case Let() | Version() | Import():
                    continue
                case _:
                    self.complete = False

    def _block(self, block: Block, under: Under) -> None:
        match block.head:
            case StudyHead() | MoveHead():
                self.complete = self.complete and not any(
                    not isinstance(line, Vary) for line in block.body
                )
            case TitledHead(name=name):
                self.body(block.body, replace(under, group=name.text))
            case GroupHead(name=name, at=at) as head:
                inside = under if at is None else under.below(head)
                self.body(block.body, replace(inside, group=name.text))
            case FrameHead() as head:
                self.starts.append(Start(head, under))
                self.body(block.body, under.below(head))
            case ShotHead() as head:
                self._shot(block, head, under)
            case Played() as head:
                inside = replace(under.below(head), group=None, loose=under.loose or head.loose)
                self.body(block.body, inside)

    def _shot(self, block: Block, head: ShotHead, under: Under) -> None:
        """A shot; one that stands where none may is reported, and its lines only checked."""
        if under != Under():
            self.complete = False
            self.body(block.body, replace(under, loose=True))
            return
        self.shots.append(head)
        self.starts.append(Start(head, under))
        self.body(block.body, under.below(head))

    def _mark(self, mark: Mark, under: Under) -> None:
        inside = [head for head in under.heads if isinstance(head, ShotHead)]
        if under.loose or len(inside) != len(under.heads):
            return  # reported where it stands
        self.marks.append(Marking(mark, len(self.shots) - 1 if inside else None))
