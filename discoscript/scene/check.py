"""Syntax -> Scene: what the lines mean, with everything that can be said without computing them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from discoscript.expressions.lets import Lets, lets_of
from discoscript.expressions.quantities import Quantities
from discoscript.scene.amounts import Amounts
from discoscript.scene.claims import Claims
from discoscript.scene.files import ProjectFiles
from discoscript.scene.outline import Entry, Outline, outline
from discoscript.scene.placing import From, Surroundings, Timeline, time_span
from discoscript.scene.prompts import Prompts
from discoscript.scene.recorded import FileRecordings
from discoscript.scene.scene import Scene
from discoscript.scene.setting_lines import SettingLines
from discoscript.scene.settings import row_of
from discoscript.scene.timeline import Extent, Facts
from discoscript.scene.times import Axis as TimeAxis
from discoscript.scene.times import Block, Times
from discoscript.syntax.syntax import (
    AtPoint,
    Cut,
    Expr,
    PromptLine,
    Set,
    Syntax,
)
from discoscript.syntax.syntax import Layer as WrittenLayer
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.report import Report
from discoscript.text.source import Span

PROGRESS = TimeAxis(None, Fraction(1000))

#: How to get more frames where the length follows from the lines.
ANY_LENGTH = "give the scene a `duration`"


def check(
    syntax: Syntax,
    files: ProjectFiles | None = None,
    lets: Mapping[str, Expr] | None = None,
    complete: bool = True,
) -> tuple[Scene, tuple[Diagnostic, ...]]:
    """The scene of a script, and what is wrong with it.

    With errors the scene holds what could be understood, so that later stages can say more; it
    must not be rendered. `lets` replaces the values of `let` lines. `complete` False: lines could
    not be parsed, so nothing is said about what is missing.
    """
    report = Report(syntax.source)
    recordings = FileRecordings(files, report)
    quantities = Quantities(lets_of(syntax.body, lets or {}), report, recordings=recordings)
    quantities.learn()
    lines = outline(syntax.body)
    lines = replace(lines, complete=lines.complete and complete and all_known(lines))
    amounts = Amounts(quantities, files, report)
    extent = Facts(lines, amounts, report).find()
    scene = Reading(lines, extent, amounts, report).scene()
    if lines.complete:
        unused_lets(quantities.lets, quantities.used, report)
    return scene, tuple(sorted(set(report.found), key=lambda found: (found.span, found.code)))


def all_known(lines: Outline) -> bool:
    """Whether every setting has a row; one that has none may be the one that is missing."""
    settings = (e for e in lines.entries if isinstance(e.said, Set | WrittenLayer))
    return all(row_of(entry) is not None for entry in settings)


def unused_lets(lets: Lets, used: set[str], report: Report) -> None:
    """Names that nothing needs (D110); what only they need counts as needed."""
    for name, let in lets.statements.items():
        if name not in used and name not in lets.failed and not name.startswith("_"):
            report.add(
                "D110",
                f"`{name}` is never used",
                let.name.span,
                help=f"delete it, or call it `_{name}` to keep it",
            )


@dataclass
class Reading:
    """Reads all lines of an outline against the extent of the scene."""

    lines: Outline
    extent: Extent
    amounts: Amounts
    report: Report
    starts: dict[int, Span] = field(default_factory=lambda: {0: Span(0, 0)})
    complete: bool = True

    def __post_init__(self) -> None:
        longer = next(
            (f"raise `{n}`" for n in ("duration", "frames") if self._written(n)), ANY_LENGTH
        )
        axis = TimeAxis(self.extent.fps, Fraction(self.extent.frames))
        self.frames = self._timeline(axis, "frame", longer)
        self.frames = replace(self.frames, known=self.extent.known)
        progress = self._timeline(PROGRESS, "step", "")
        on_frames = Claims(self.amounts, self.frames, self.report)
        on_progress = Claims(self.amounts, progress, self.report)
        self.settings = SettingLines(self.amounts, on_frames, on_progress, self.report)
        quantities = self.amounts.quantities
        self.prompts = Prompts(on_frames, self.frames, quantities, self.report)
        self.complete = self.lines.complete

    def _written(self, name: str) -> bool:
        return any(
            row is not None and row.key == f"scene.{name}"
            for row in map(row_of, self.lines.entries)
        )

    def _timeline(self, axis: TimeAxis, what: str, longer: str) -> Timeline:
        length = axis.length or Fraction(1)
        outer = Times(axis, Fraction(0), Block(Fraction(0), length), self.amounts.quantities)
        return Timeline(outer, int(length), self.report, what, longer)

    def scene(self) -> Scene:
        """Everything that the lines say, in one value."""
        for entry in self.lines.entries:
            before = len(self.report.found)
            self.complete = self._entry(entry) and self.complete
            if entry.under.loose:  # its time is not known, so only its names and values count
                said = [found for found in self.report.found[before:] if found.code[1] in "126"]
                self.report.found[before:] = said
        for head in self.lines.frames:
            here = self.frames.heads.get(head.time.span)
            if here is not None:
                self.prompts.read_morph(head, here)
        return Scene(
            self.report.source,
            self.extent.fps,
            self.extent.frames,
            self.extent.mode,
            self.amounts.quantities.lets,
            self.settings.fixed,
            self.settings.tracks(),
            self.prompts.finish(self.starts),
            tuple(self.prompts.ranged),
            tuple(sorted(start for start in self.starts if start < self.extent.frames)),
            self.complete,
        )

    def _entry(self, entry: Entry) -> bool:
        """Read one line; whether it was understood."""
        said = entry.said
        if isinstance(said, Set | WrittenLayer):
            row = row_of(entry)
            return row is not None and self.settings.add(entry, said, row)
        here = self.frames.surroundings(entry.under)
        if here is None:
            return False
        if isinstance(said, PromptLine):
            return self.prompts.add(entry, said, here)
        return self._cut(said, here, entry.under.loose)

    def _cut(self, said: Cut, here: Surroundings, loose: bool) -> bool:
        if said.at is not None and not isinstance(said.at, AtPoint):
            written = self.report.text(said.at.begin.span)
            help = f"write `cut @ {written}`"
            self.report.add(
                "D201", "a cut is one frame, this is a range", time_span(said.at), help=help
            )
            return False
        frame = self.frames.place(said.at, here)
        if frame is None or loose:
            return False
        begin = frame.frame if isinstance(frame, From) else 0
        self.starts.setdefault(begin, said.span)
        return True
