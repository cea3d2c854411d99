"""Statements with other names in them: what a library's or a move's lines look like elsewhere."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from discoscript.syntax import syntax
from discoscript.syntax.syntax import (
    Block,
    Let,
    Mark,
    MoveHead,
    Name,
    Text,
)

Rename = Mapping[str, tuple[str, ...]]

T = TypeVar("T")

#: `{name}` in a text; `{{` is a brace.
_PIECE = re.compile(r"\{\{|\{\s*([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+)*)\s*\}")

#: Fields that hold names of other things: settings, functions, groups.
_OTHER_NAMES = frozenset({"name", "function", "alias", "span"})

#: The fields of each class of the syntax that may hold names.
_PARTS = {
    kind: tuple(f.name for f in fields(kind) if f.name not in _OTHER_NAMES)
    for kind in vars(syntax).values()
    if isinstance(kind, type) and is_dataclass(kind)
}

#: What a name means here, where it is defined anew: these statements rename their own name too.
_DEFINITIONS = (Let, Mark, MoveHead)


def renamed(node: T, rename: Rename) -> T:
    """The same with every name whose first part is in `rename` replaced, texts included.

    The values of a move hide names of the same spelling.
    """
    if isinstance(node, Block) and isinstance(node.head, MoveHead):
        hidden = {formal.name.text for formal in node.head.formals}
        inside = {old: new for old, new in rename.items() if old not in hidden}
        body = tuple(renamed(line, inside) for line in node.body)
        return replace(node, head=renamed(node.head, rename), body=body)
    same: T = _renamed(node, rename)
    return same


def _renamed(node: Any, rename: Rename) -> Any:
    if isinstance(node, tuple):
        return tuple(renamed(part, rename) for part in node)
    if isinstance(node, Name):
        return _name(node, rename)
    if isinstance(node, Text):
        return replace(node, value=_PIECE.sub(_filler(rename), node.value))
    names = _PARTS.get(type(node), ())
    changed = {name: renamed(getattr(node, name), rename) for name in names}
    if isinstance(node, _DEFINITIONS):
        changed["name"] = _name(node.name, rename)
    return replace(node, **changed) if changed else node


def _name(name: Name, rename: Rename) -> Name:
    new = rename.get(name.parts[0])
    return name if new is None else replace(name, parts=(*new, *name.parts[1:]))


def _filler(rename: Rename) -> Callable[[re.Match[str]], str]:
    def fill(piece: re.Match[str]) -> str:
        new = rename.get(piece[1] or "")
        return piece[0] if new is None else f"{{{'.'.join(new)}{piece[2]}}}"

    return fill


def under(prefix: str, names: Collection[str]) -> Rename:
    """`dolly` -> `moves.dolly`, for each of the names."""
    return {name: (prefix, name) for name in names}
