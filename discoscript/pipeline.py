"""The whole way from a script to its schedule, each stage by its name.

Source -> Syntax -> Scene -> Schedule; what follows (plan, frames, video) is in `rendering`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from discoscript.compiler.schedule import Schedule
from discoscript.compiler.scheduling import schedule
from discoscript.language.check import check
from discoscript.language.diagnostics import Diagnostic, Severity, severity
from discoscript.language.files import ProjectFiles
from discoscript.language.names import check_names
from discoscript.language.parameters import Resolved
from discoscript.language.parse import parse
from discoscript.language.replacing import replacements
from discoscript.language.report import Report
from discoscript.language.scene import Scene
from discoscript.language.source import Source
from discoscript.language.syntax import Syntax


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
    source = Source(path, text)
    syntax, parsed = parse(source)
    report = Report(source)
    replaced = replacements(syntax, lets or {}, report)
    scene, checked = check(syntax, files, replaced)
    drawn, computed = schedule(scene, overrides=overrides)
    found = (*parsed, *report.found, *check_names(syntax), *checked, *computed)
    errors = any(severity(diagnostic) is Severity.ERROR for diagnostic in found)
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda d: (d.span, d.code)))
    return Compiled(source, syntax, scene, None if errors else drawn, ordered)
