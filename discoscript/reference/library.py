"""The standard library: the moves that come with the package, read off their scripts."""

from collections.abc import Iterator
from dataclasses import dataclass

from discoscript.reference.markdown import page
from discoscript.scene.libraries import is_move
from discoscript.scene.moves import is_inner
from discoscript.scene.standard import SCHEME, standard_libraries, standard_text
from discoscript.syntax.parse import parse
from discoscript.syntax.syntax import Block, Comment, MoveHead
from discoscript.text.source import Source

INTRODUCTION = """Moves that come with DiscoScript. They are written in the language itself, and are
imported as a library of one's own would be."""


@dataclass(frozen=True)
class Verb:
    """A move: the import that brings it, how it is written in a script, and what it does."""

    library: str
    usage: str
    doc: str

    @property
    def name(self) -> str:
        """`orbit`."""
        return self.usage.partition("(")[0].rpartition(".")[2]


def verbs() -> tuple[Verb, ...]:
    """Every move of every library that is meant to be used."""
    return tuple(verb for path in standard_libraries() for verb in _of(path))


def _of(path: str) -> Iterator[Verb]:
    """The moves of one library. What they do stands in the comment above them."""
    syntax, _ = parse(Source(path, standard_text(path)))
    above = {syntax.source.row(comment.span.start): comment for comment in syntax.comments}
    prefix = path.removeprefix(SCHEME)
    for block in syntax.body:
        if not is_move(block):
            continue
        assert isinstance(block, Block) and isinstance(block.head, MoveHead)
        head = syntax.source.at(block.head.span).removeprefix("move ").rstrip(":")
        if not is_inner(block.head.name.text):
            doc = _comment(above, syntax.source.row(block.head.span.start) - 1, syntax.source)
            yield Verb(path, f"{prefix}.{head}", doc)


def _comment(comments: dict[int, Comment], row: int, source: Source) -> str:
    """The lines of comment that end at a row, as one text."""
    lines: list[str] = []
    while row in comments:
        lines.insert(0, source.at(comments[row].span).removeprefix("#").strip())
        row -= 1
    return " ".join(lines)


def library_page() -> str:
    """docs/reference/library.md."""
    parts = []
    for path in standard_libraries():
        parts.append(f'## import "{path}"')
        parts += [_entry(verb, "###") for verb in verbs() if verb.library == path]
    return page("Standard library", INTRODUCTION, *parts)


def verb_text(verb: Verb) -> str:
    """One move."""
    return f'{_entry(verb, "##")}\n\n```disco\nimport "{verb.library}"\n```'


def _entry(verb: Verb, level: str) -> str:
    return f"{level} {verb.usage}\n\n{verb.doc}"


def named(word: str) -> list[Verb]:
    """The moves of that name, with or without their library's."""
    return [verb for verb in verbs() if word in (verb.name, verb.usage.partition("(")[0])]
