"""The statements and where they may stand."""

from discoscript.reference.markdown import code, facts, page
from discoscript.syntax.statements import STATEMENTS, Place, StatementRow

INTRODUCTION = """A script is lines. A line that ends in `:` begins a block, and the lines indented
below it belong to it; a block of one line may stand on the line of its head (`camera: zoom 1.02`).
The order of lines never changes what a script means; only shots follow one another."""


def statements_page() -> str:
    """docs/reference/statements.md."""
    return page("Statements", INTRODUCTION, statements_text())


def statements_text() -> str:
    """All statements."""
    return "\n\n".join(statement_text(row) for row in STATEMENTS.values())


def statement_text(row: StatementRow) -> str:
    """One statement."""
    places = [place.value for place in Place if place in row.places]
    return f"## {title(row)}\n\n{row.doc}\n\n```disco\n{row.example}\n```\n\n" + facts(
        (("may stand in", ", ".join(places)),)
    )


def title(row: StatementRow) -> str:
    """What the statement is listed under."""
    return code(row.word) if row.word else "group"


def named(word: str) -> list[StatementRow]:
    """The statement that begins with a word."""
    return [row for row in STATEMENTS.values() if word and word == (row.word or "group")]
