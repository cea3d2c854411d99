"""`discoscript check`: every mistake with its place and what to write instead."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from discoscript.commands._answer import Answer, refuse_format
from discoscript.commands._script import (
    compiled_script,
    has_errors,
    scripts_in,
    show,
    studies_argument,
)
from discoscript.errors import Exit
from discoscript.text.diagnostics import Diagnostic, Severity, severity, summary
from discoscript.text.formats import FORMATS, Checked, diagnostics_json

EXAMPLES = """  discoscript check beach.disco    errors, warnings and hints, each with its line
  discoscript check clips/         every script in a folder
  discoscript check --deny warnings --no-hints beach.disco
  discoscript check --format github .      notes for a pull request
  discoscript check - --stdin-path clips/beach.disco < draft.disco
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="scripts, folders of scripts, or - for the input",
    )
    studies_argument(parser)
    parser.add_argument(
        "--stdin-path",
        metavar="PATH",
        type=Path,
        help="the file that `-` stands for: its name, and the folder that its paths lead from",
    )
    parser.add_argument(
        "--format",
        choices=["text", *FORMATS],
        default="text",
        help="; ".join(["text: with the lines", *(f"{f.name}: {f.doc}" for f in FORMATS.values())]),
    )
    parser.add_argument("--deny", choices=["warnings"], help="warnings count as errors")
    parser.add_argument("--deny-warnings", action="store_true", help="the same")
    parser.add_argument("--no-hints", action="store_true", help="leave out hints")


def run(options: argparse.Namespace) -> Answer:
    """Show the diagnostics of every file; Exit.SCRIPT if any has errors."""
    refuse_format(options, "text")
    checked = [_checked(path, options) for file in options.files for path in scripts_in(file)]
    deny = options.deny_warnings or options.deny is not None
    passed = all(_passes(each.diagnostics, deny) for each in checked)
    return Answer(
        lambda: diagnostics_json(checked),
        lambda: _shown(checked, options.format),
        Exit.OK if passed else Exit.SCRIPT,
    )


def _checked(path: Path, options: argparse.Namespace) -> Checked:
    compiled = compiled_script(
        path, stdin_path=options.stdin_path, max_renders=options.max_renders
    ).compiled
    hidden = {Severity.HINT} if options.no_hints else set()
    found = tuple(d for d in compiled.diagnostics if severity(d) not in hidden)
    return Checked(compiled.source, found)


def _shown(checked: Sequence[Checked], form: str) -> Iterator[str]:
    """The output in one of the formats; as text, what was found goes to the error stream."""
    if form != "text":
        yield from FORMATS[form].write(checked).splitlines()
        return
    for each in checked:
        show(each.diagnostics, each.source)
        if not each.diagnostics:
            yield summary((), each.source.path)


def _passes(diagnostics: Sequence[Diagnostic], deny_warnings: bool) -> bool:
    warned = any(severity(d) is Severity.WARNING for d in diagnostics)
    return not has_errors(diagnostics) and not (deny_warnings and warned)
