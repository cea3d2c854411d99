"""The whole way from a script to its schedule, each stage by its name.

Source -> Syntax -> Scene -> Schedule. From there, `commands/_rendering.py` makes the plan, and
`video/delivering.py` has its frames rendered (`frames/frames.py`) and encoded.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from discoscript.names.names import check_library, check_names
from discoscript.parameters import Resolved
from discoscript.scene.check import check
from discoscript.scene.files import ProjectFiles
from discoscript.scene.libraries import Joined, join
from discoscript.scene.replacing import replacements
from discoscript.scene.scene import Scene
from discoscript.scene.studies import (
    MAX_RENDERS,
    Study,
    Variant,
    studies_of,
    varied_lets,
    varied_syntax,
)
from discoscript.schedule.schedule import Schedule
from discoscript.schedule.scheduling import schedule
from discoscript.syntax.parse import parse
from discoscript.syntax.suppressions import suppressed
from discoscript.syntax.syntax import Expr, Syntax
from discoscript.text.diagnostics import Diagnostic, Severity, severity
from discoscript.text.report import Report
from discoscript.text.source import Source, Span

#: The most that is taken for usual (glibc's DEFAULT_MMAP_THRESHOLD_MAX is 32 MiB); never touched.
USUAL_BYTES = 31 * 2**20


@dataclass(frozen=True)
class Render:
    """One render that a study asks for. `schedule` is None where the variant has errors."""

    variant: Variant
    schedule: Schedule | None


@dataclass(frozen=True)
class Compiled:
    """Everything that is known of a script. `schedule` is None where there are errors.

    `diagnostics` are in the order of their places. `renders` are those of its studies.
    """

    source: Source
    syntax: Syntax
    scene: Scene
    schedule: Schedule | None
    diagnostics: tuple[Diagnostic, ...]
    renders: tuple[Render, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What a script is compiled with: its folder, other values for lets and parameters."""

    files: ProjectFiles | None
    lets: Mapping[str, Expr]
    overrides: Mapping[str, Resolved]
    complete: bool


def compile_text(
    text: str,
    path: str = "script.disco",
    files: ProjectFiles | None = None,
    lets: Mapping[str, str] | None = None,
    overrides: Mapping[str, Resolved] | None = None,
    max_renders: int = MAX_RENDERS,
) -> Compiled:
    """Compile a script. `files` None: nothing is known of its folder, paths are only read.

    `lets` gives other values to its `let` lines, as text; `overrides` gives values to parameters
    (`group.name`) whatever the script says. Studies may make `max_renders` renders together.
    """
    keep_memory()
    with uncollected():
        return _compiled(Source(path, text), files, lets or {}, overrides or {}, max_renders)


def keep_memory() -> None:
    """Keep memory that was used once for the next array.

    The C library takes the largest block that was freed for what is usual. What is larger it gives
    back to the system at once, and fetching it anew takes longer than to compute what it holds.
    """
    np.empty(USUAL_BYTES, dtype=np.uint8)


@contextmanager
def uncollected() -> Iterator[None]:
    """Compiling makes very many small values and no circles: to look for circles among them takes
    a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _compiled(
    source: Source,
    files: ProjectFiles | None,
    lets: Mapping[str, str],
    overrides: Mapping[str, Resolved],
    max_renders: int,
) -> Compiled:
    """All stages, one after the other."""
    syntax, parsed = parse(source)
    joined = join(syntax, files)
    syntax, source = joined.syntax, joined.syntax.source
    parsed = (*parsed, *joined.parsed)
    report = Report(source)
    replaced = replacements(joined.body, lets, report)
    wanted = Wanted(files, replaced, overrides, not parsed)
    scene, drawn, meant = mean(joined, wanted)
    studies = studies_of(syntax, report)
    allowed = () if too_many(studies, max_renders, report) else studies
    renders, varied, said = vary(joined, allowed, wanted)
    meant = beside(parsed, (*(d for d in meant if not used_by_one(d, said)), *varied), source)
    named = (*check_names(syntax), *(d for library in joined.read for d in check_library(library)))
    hints = tuple(d for d in named if severity(d) is Severity.HINT)
    named = tuple(dict.fromkeys((*hints, *beside(parsed, named, source))))
    found = (*parsed, *report.found, *named, *meant)
    told = suppressed(syntax, dict.fromkeys(found))
    ordered = tuple(sorted(told, key=lambda d: (d.span, d.code)))
    whole = scene.complete and not has_errors(found)
    return Compiled(source, syntax, scene, drawn if whole else None, ordered, renders)


def mean(joined: Joined, wanted: Wanted) -> tuple[Scene, Schedule, tuple[Diagnostic, ...]]:
    """What a script means, and what is wrong with that."""
    scene, checked = check(joined, wanted.files, wanted.lets, wanted.complete)
    drawn, computed = schedule(scene, overrides=wanted.overrides)
    return scene, drawn, (*checked, *computed)


def vary(
    joined: Joined, studies: Sequence[Study], wanted: Wanted
) -> tuple[tuple[Render, ...], tuple[Diagnostic, ...], Sequence[Sequence[Diagnostic]]]:
    """The renders of the studies, what is wrong with the values that they try, and all that is
    said of each render.

    What is wrong elsewhere is said of the script itself.
    """
    renders, found, said = [], [], []
    for study in studies:
        for variant in study.variants():
            own = replace(joined, syntax=varied_syntax(joined.syntax, variant))
            lets = {**wanted.lets, **varied_lets(variant)}
            scene, drawn, meant = mean(own, replace(wanted, lets=lets))
            places = {choice.value.span for _, choice in variant.picks}
            found += [d for d in meant if any(inside(d.span, place) for place in places)]
            whole = scene.complete and not has_errors(meant)
            said.append(meant)
            renders.append(Render(variant, drawn if whole else None))
    return tuple(renders), tuple(found), said


def used_by_one(found: Diagnostic, renders: Sequence[Sequence[Diagnostic]]) -> bool:
    """Whether it says that a setting does nothing (D410), and a render of a study uses it."""
    return found.code == "D410" and any(
        all((d.code, d.span) != (found.code, found.span) for d in said) for said in renders
    )


def too_many(studies: Sequence[Study], most: int, report: Report) -> bool:
    """D704 for studies that make more renders than was allowed."""
    count = sum(study.count for study in studies)
    if count > most:
        whole = f"the studies of this script make {count}" if len(studies) > 1 else ""
        report.add(
            "D704",
            f"{whole or f'this study makes {count}'} renders; the limit is {most}",
            max(studies, key=lambda study: study.count).span,
            help=f"allow it with `--max-renders {count}`, or try fewer values at a time",
        )
    return count > most


def inside(span: Span, outer: Span) -> bool:
    """Whether a place lies in another."""
    return outer.start <= span.start and span.end <= outer.end


def has_errors(found: Iterable[Diagnostic]) -> bool:
    """Whether any of them is an error."""
    return any(severity(diagnostic) is Severity.ERROR for diagnostic in found)


def beside(
    parsed: tuple[Diagnostic, ...], meant: tuple[Diagnostic, ...], source: Source
) -> tuple[Diagnostic, ...]:
    """What is said about the meaning of lines that were read without a mistake.

    What a broken line means is a guess: to say more about it would be a second message for one
    mistake.
    """
    broken = {source.row(diagnostic.span.start) for diagnostic in parsed}
    return tuple(d for d in meant if source.row(d.span.start) not in broken)
