"""Where and why the parser stops in a line that is wrong: Lark knows it.

Lark is imported when this module is, so nothing that runs for right lines imports it.
"""

from dataclasses import dataclass
from functools import cache

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import PatternStr

from discoscript.syntax.grammar import line_parser


@dataclass(frozen=True)
class Stop:
    """Where and why the parser stopped: `word` is "" at the end of the line."""

    at: int
    word: str
    character: bool
    error: UnexpectedInput

    def expected(self) -> set[str]:
        """The terminals that could have stood there."""
        return self.error.accepts if isinstance(self.error, UnexpectedToken) else set()


def stop(text: str) -> Stop:
    """Where the parser stops in a line that is wrong."""
    try:
        line_parser().parse(text)
    except UnexpectedToken as error:
        if error.token.type == "$END":
            return Stop(len(text), "", False, error)
        return Stop(error.token.start_pos or 0, str(error.token), False, error)
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        return Stop(at, text[at], True, error)
    raise AssertionError(f"Lark reads a line that the walker does not: {text!r}")


@cache
def marks() -> dict[str, str]:
    """The terminals that always have the same text, in backticks."""
    return {
        terminal.name: f"`{terminal.pattern.value}`"
        for terminal in line_parser().terminals
        if isinstance(terminal.pattern, PatternStr)
    }
