"""`# disco: ignore D806`: warnings and hints that the script does not want to hear.

The comment stands at the end of the line that it is about, or alone above it. It lists codes or
slugs, with commas or spaces between. Errors can not be ignored.
"""

import re
from collections.abc import Iterable, Mapping

from discoscript.syntax.syntax import Comment, Syntax
from discoscript.text.codes import Severity, code_of
from discoscript.text.diagnostics import Diagnostic, severity

_IGNORE = re.compile(r"#\s*disco:\s*ignore\s+(.+)", re.IGNORECASE)


def suppressed(syntax: Syntax, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics without those that the script's comments ignore."""
    ignored = _ignored(syntax)
    return tuple(
        found
        for found in diagnostics
        if severity(found) is Severity.ERROR
        or found.code not in ignored.get(syntax.source.row(found.span.start), ())
    )


def _ignored(syntax: Syntax) -> Mapping[int, frozenset[str]]:
    """The codes that are ignored on each line; a comment alone is about the line below it."""
    ignored: dict[int, frozenset[str]] = {}
    meant: dict[int, int] = {}
    for comment in reversed(syntax.comments):
        line = _line(syntax, comment)
        if _stands_alone(syntax, comment):
            below = _next_line(syntax, line)
            meant[line] = meant.get(below, below)
            line = meant[line]
        ignored[line] = ignored.get(line, frozenset()) | _codes(comment)
    return ignored


def _codes(comment: Comment) -> frozenset[str]:
    """The codes that a comment ignores."""
    match = _IGNORE.match(comment.text)
    words = re.split(r"[\s,]+", match.group(1)) if match else []
    return frozenset(row.code for row in map(code_of, words) if row is not None)


def _line(syntax: Syntax, comment: Comment) -> int:
    return syntax.source.row(comment.span.start)


def _stands_alone(syntax: Syntax, comment: Comment) -> bool:
    """Whether nothing stands before a comment on its line."""
    row, (_, column) = _line(syntax, comment), syntax.source.position(comment.span.start)
    return not syntax.source.line(row)[: column - 1].strip()


def _next_line(syntax: Syntax, line: int) -> int:
    """The next line that is not empty."""
    last = len(syntax.source.line_starts)
    line += 1
    while line <= last and not syntax.source.line(line).strip():
        line += 1
    return line
