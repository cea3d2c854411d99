"""Fixes -> the text that they make."""

from collections.abc import Iterable

from discoscript.text.diagnostics import Fix


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """The text with the fixes made that do not get in each other's way, see `apart`."""
    for fix in reversed(apart(fixes)):
        text = text[: fix.span.start] + fix.text + text[fix.span.end :]
    return text


def apart(fixes: Iterable[Fix]) -> list[Fix]:
    """The fixes in the order of their places; of those that overlap, the first one.

    Of two that insert at the same place, one is taken: the other may have to be thought over.
    """
    taken: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: fix.span):
        last = taken[-1].span if taken else None
        if last is None or (fix.span.start >= last.end and fix.span != last):
            taken.append(fix)
    return taken
