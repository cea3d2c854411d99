"""Pieces of Markdown."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """Text as code; "" stays empty."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str], joined: str = ", ") -> str:
    """Texts as code, side by side."""
    return joined.join(code(text) for text in texts)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of named facts; those without a value are left out."""
    return "\n".join(f"* {name}: {value}" for name, value in pairs if value)


def page(title: str, *parts: str) -> str:
    """A generated page."""
    note = "<!-- Written by `make docs` from the tables: edit those, not this file. -->"
    return "\n\n".join([note, f"# {title}", *(part for part in parts if part)]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
