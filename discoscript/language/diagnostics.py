"""Diagnostics: mistakes as values with a place. `draw` is the one function that makes text."""

from dataclasses import dataclass
from enum import StrEnum

from discoscript.language.source import Source, Span


class Severity(StrEnum):
    """error: nothing renders; warning: what is written has no effect; hint: works, but unusual."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Related:
    """A second place that belongs to the message, with a short label."""

    span: Span
    label: str


@dataclass(frozen=True)
class Fix:
    """Replace `span` by `text`. Safe: the meaning is certainly what was intended."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One message.

    `code` is a row of `codes.CODES`, which gives its severity and slug. `message` says what was
    found: lower case, no full stop, the user's words in backticks. `label` is the short fact at
    the caret. `help` says what to write instead, with a line to paste where there is one.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


__all__ = ["Diagnostic", "Fix", "Related", "Severity", "Source"]
