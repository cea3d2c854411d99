"""Words that the formatter writes in another way, with the same meaning.

`camera.zoom 1.02` outside of all groups becomes `camera: zoom 1.02`, and a path loses the `./`
that say nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from discoscript.parameters import GROUPS, Kind, with_name
from discoscript.syntax.tree import Part, Token, Tree
from discoscript.syntax.words import Word, present

#: In a shot or a `frame` block it is the seed of a segment, and no `scene:` may stand there.
_OWN_SEED = ["scene", "seed"]

_HERE = re.compile(r'(?<=["/])\./+(?!")')


def spelled(tree: Tree, words: tuple[Word, ...], grouped: bool) -> tuple[Word, ...]:
    """The words of a line in canonical spelling. `grouped`: the line stands in a group or study."""
    statement = tree
    while statement.data == "block":
        grouped = grouped or not _is_time(statement.children[0])
        statement = _tree(statement.children[1])
    paths: set[int] = set()
    if any("./" in word.text for word in words):
        paths = {token.start for token in _paths(statement)}
    dot = range(0) if grouped else _dot(statement)
    return tuple(_respelled(word, paths, dot) for word in words)


def _respelled(word: Word, paths: set[int], dot: range) -> Word:
    if word.leaf and word.start in paths and "\\" not in word.text:
        return replace(word, text=_HERE.sub("", word.text))
    if word.start in dot:
        return replace(word, text=":", joins_right=False)
    return word


def _is_time(head: Part) -> bool:
    """Whether a head says when, so that lines below it name the groups of their settings."""
    return _tree(head).data in ("frame_head", "shot_head", "move_head")


def _tree(part: Part) -> Tree:
    assert isinstance(part, Tree), "the grammar says so"
    return part


def _dot(statement: Tree) -> range:
    """Where the dot of `group.name` stands, if the statement is a setting that is known."""
    if statement.data not in ("set", "layer"):
        return range(0)
    name = _tree(statement.children[0]).children
    if len(name) != 2 or name[1] not in GROUPS.get(str(name[0]), {}) or name == _OWN_SEED:
        return range(0)
    return range(present(name[0]).end, present(name[1]).start)


def _paths(statement: Tree) -> Iterator[Token]:
    """The texts of a statement that name files."""
    parts = statement.children
    match statement.data:
        case "import_":
            yield from _text(parts[0])
        case "prompt" if parts[0] is not None:
            yield from _text(parts[1])
        case "set" if _names_file(_tree(parts[0])):
            yield from _text(parts[1])
    for call in statement.subtrees():
        arguments = call.children[1] if call.data == "call" else None
        if isinstance(arguments, Tree):  # what functions read is their first argument
            yield from _text(_tree(arguments.children[0]).children[1])


def _names_file(name: Tree) -> bool:
    rows = with_name(str(name.children[-1]))
    return bool(rows) and all(row.kind is Kind.PATH for row in rows)


def _text(part: Part) -> Iterator[Token]:
    """The literal, if a part of a statement is just a text."""
    while isinstance(part, Tree) and part.data in ("const", "string"):
        part = part.children[0]
    if isinstance(part, Token) and part.type == "STRING":
        yield part
