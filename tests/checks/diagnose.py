"""Everything that is said about a script, by all stages that check it."""

from collections.abc import Mapping

from discoscript.language.diagnostics import Diagnostic
from discoscript.language.names import check_names
from discoscript.language.parse import parse
from discoscript.language.source import Source


def diagnose(script: str, files: Mapping[str, str]) -> tuple[Source, tuple[Diagnostic, ...]]:
    """The script as a source, and its diagnostics. `files` are the texts of the files beside it."""
    source = Source("script.disco", script)
    syntax, found = parse(source)
    return source, (*found, *check_names(syntax))
