"""`discoscript check`: every mistake with its place and what to write instead."""

import argparse
from pathlib import Path

from discoscript.commands._script import compiled_script, has_errors, show
from discoscript.errors import Exit
from discoscript.text.diagnostics import Severity, severity, summary

EXAMPLES = """  discoscript check beach.disco    errors, warnings and hints, each with its line
  discoscript check *.disco        several scripts
  discoscript check --deny-warnings beach.disco
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="scripts, NAME.disco")
    parser.add_argument("--deny-warnings", action="store_true", help="warnings count as errors")


def run(options: argparse.Namespace) -> int:
    """Show the diagnostics of every file; Exit.SCRIPT if any has errors."""
    passed = [_passes(path, options.deny_warnings) for path in options.files]
    return Exit.OK if all(passed) else Exit.SCRIPT


def _passes(path: Path, deny_warnings: bool) -> bool:
    compiled = compiled_script(path).compiled
    show(compiled.diagnostics, compiled.source)
    if not compiled.diagnostics:
        print(summary((), str(path)))
    warned = any(severity(d) is Severity.WARNING for d in compiled.diagnostics)
    return not has_errors(compiled.diagnostics) and not (deny_warnings and warned)
