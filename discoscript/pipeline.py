"""The whole way from a script to its schedule, each stage by its name.

Source -> Syntax -> Scene -> Schedule. From there, `commands/_rendering.py` makes the plan, and
`video/output.py` has its frames rendered (`frames/frames.py`) and encoded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from discoscript.names.names import check_library, check_names
from discoscript.parameters import Resolved
from discoscript.scene.check import check
from discoscript.scene.files import ProjectFiles
from discoscript.scene.libraries import join
from discoscript.scene.replacing import replacements
from discoscript.scene.scene import Scene
from discoscript.schedule.schedule import Schedule
from discoscript.schedule.scheduling import schedule
from discoscript.syntax.parse import parse
from discoscript.syntax.suppressions import suppressed
from discoscript.syntax.syntax import Syntax
from discoscript.text.diagnostics import Diagnostic, Severity, severity
from discoscript.text.report import Report
from discoscript.text.source import Source


@dataclass(frozen=True)
class Compiled:
    """Everything that is known of a script. `schedule` is None where there are errors.

    `diagnostics` are in the order of their places.
    """

    source: Source
    syntax: Syntax
    scene: Scene
    schedule: Schedule | None
    diagnostics: tuple[Diagnostic, ...]


def compile_text(
    text: str,
    path: str = "script.disco",
    files: ProjectFiles | None = None,
    lets: Mapping[str, str] | None = None,
    overrides: Mapping[str, Resolved] | None = None,
) -> Compiled:
    """Compile a script. `files` None: nothing is known of its folder, paths are only read.

    `lets` gives other values to its `let` lines, as text; `overrides` gives values to parameters
    (`group.name`) whatever the script says.
    """
    syntax, parsed = parse(Source(path, text))
    joined = join(syntax, files)
    syntax, source = joined.syntax, joined.syntax.source
    parsed = (*parsed, *joined.parsed)
    report = Report(source)
    replaced = replacements(syntax, lets or {}, report)
    scene, checked = check(joined, files, replaced, not parsed)
    drawn, computed = schedule(scene, overrides=overrides)
    meant = beside(parsed, (*checked, *computed), source)
    named = (*check_names(syntax), *(d for library in joined.read for d in check_library(library)))
    found = (*parsed, *report.found, *named, *meant)
    errors = any(severity(diagnostic) is Severity.ERROR for diagnostic in found)
    told = suppressed(syntax, dict.fromkeys(found))
    ordered = tuple(sorted(told, key=lambda d: (d.span, d.code)))
    whole = scene.complete and not errors
    return Compiled(source, syntax, scene, drawn if whole else None, ordered)


def beside(
    parsed: tuple[Diagnostic, ...], meant: tuple[Diagnostic, ...], source: Source
) -> tuple[Diagnostic, ...]:
    """What is said about the meaning of lines that were read without a mistake.

    What a broken line means is a guess: to say more about it would be a second message for one
    mistake.
    """
    broken = {source.row(diagnostic.span.start) for diagnostic in parsed}
    return tuple(d for d in meant if source.row(d.span.start) not in broken)
