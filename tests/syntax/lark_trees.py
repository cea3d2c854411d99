"""Lark's own trees as ours, to compare what the two parsers say."""

from typing import Any

from lark import Tree as LarkTree

from discoscript.syntax.tree import Part, Token, Tree


def converted(node: Any) -> Part:
    """A tree or token of Lark's as the walker would have made it."""
    if node is None:
        return None
    if isinstance(node, LarkTree):
        parts = [converted(child) for child in node.children]
        start, end = (0, 0) if node.meta.empty else (node.meta.start_pos, node.meta.end_pos)
        return Tree(str(node.data), parts, start, end)
    return Token(node.type, str(node), node.start_pos, node.end_pos)


def plain(part: Part) -> Any:
    """Everything that a tree or token holds, to be compared."""
    if isinstance(part, Tree):
        return part.data, part.start, part.end, tuple(plain(child) for child in part.children)
    return part and (part.type, str(part), part.start, part.end)
