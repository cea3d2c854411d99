"""Syntax -> what is wrong with its version line: D001, D013 and D014."""

from collections.abc import Iterator

from discoscript.syntax.syntax import Syntax, Unparsed, Version
from discoscript.text.diagnostics import Diagnostic, Fix
from discoscript.text.source import Span

#: The version of the language that this program speaks.
VERSION = 1


def check_version(syntax: Syntax) -> Iterator[Diagnostic]:
    """D001, D013, D014: the version line."""
    versions = [line for line in syntax.body if isinstance(line, Version)]
    for line in versions:
        if line.number.value != VERSION:
            asked = syntax.source.at(line.number.span)
            yield Diagnostic(
                "D001",
                f"this script is written for DiscoScript {asked}; this program knows {VERSION}",
                line.number.span,
                "version asked for",
                "update with `pip install -U discoscript`, or save the script as `disco 1`",
            )
        if line is not syntax.body[0]:
            yield _late(line, twice=len(versions) > 1)
    if syntax.body and not versions and not _tried(syntax):
        start = syntax.body[0].span.start
        yield Diagnostic(
            "D014",
            f"no version line; reading as `disco {VERSION}`",
            Span(start, start),
            help="add `disco 1` as the first line so that the script keeps its meaning",
            fix=Fix(Span(start, start), f"disco {VERSION}\n\n"),
        )


def _late(line: Version, twice: bool) -> Diagnostic:
    """D013, for a version below other lines."""
    message = f"`disco {VERSION}` must be the first statement"
    help = "it stands there once: keep one" if twice else "move it to the top"
    return Diagnostic("D013", message, line.span, help=help)


def _tried(syntax: Syntax) -> bool:
    """Whether a broken first line was meant to be the version."""
    first = syntax.body[0]
    return isinstance(first, Unparsed) and syntax.source.at(first.span).startswith("disco")
