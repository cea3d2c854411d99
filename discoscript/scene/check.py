"""Syntax -> Scene: what the lines mean, with everything that can be said without computing them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from collections.abc import Set as Set_
from dataclasses import dataclass, field, replace
from fractions import Fraction

from discoscript.expressions.lets import Lets, lets_of
from discoscript.expressions.quantities import Quantities
from discoscript.names.definitions import definitions
from discoscript.scene.amounts import Amounts
from discoscript.scene.claims import Claims
from discoscript.scene.files import ProjectFiles
from discoscript.scene.landmarks import places_of
from discoscript.scene.libraries import Joined, is_library
from discoscript.scene.moves import unfold, unused_libraries
from discoscript.scene.musical import check_frame_numbers
from discoscript.scene.outline import Entry, Marking, Outline, Under, outline
from discoscript.scene.placing import From, Scope, Surroundings, Timeline, time_span, whole
from discoscript.scene.prompts import Prompts
from discoscript.scene.recorded import FileRecordings
from discoscript.scene.scene import OwnSeed, Scene, Shot
from discoscript.scene.setting_lines import SettingLines
from discoscript.scene.settings import row_of
from discoscript.scene.survey import on_frames
from discoscript.scene.timeline import Extent, Facts
from discoscript.scene.times import Axis as TimeAxis
from discoscript.scene.times import (
    Block,
    Times,
    UnknownEnd,
    WrongTime,
    count_text,
    round_frames,
)
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
    joined: Joined,
    files: ProjectFiles | None = None,
    lets: Mapping[str, Expr] | None = None,
    complete: bool = True,
) -> tuple[Scene, tuple[Diagnostic, ...]]:
    """The scene of a script with its libraries, and what is wrong with it.

    With errors the scene holds what could be understood, so that later stages can say more; it
    must not be rendered. `lets` replaces the values of `let` lines. `complete` False: lines could
    not be parsed, so nothing is said about what is missing.
    """
    report = Report(joined.syntax.source, list(joined.found))
    unfolded = unfold(joined, report)
    body = unfolded.syntax.body
    lines = outline(body)
    whole = lines.complete and complete and all_known(lines)
    lines = replace(lines, complete=whole and not is_library(joined.syntax.body))
    known = lets_of(body, lets or {}, unfolded.failed)
    recordings = FileRecordings(files, report)
    quantities = Quantities(known, report, has_tempo(lines), recordings=recordings)
    quantities.learn()
    amounts = Amounts(quantities, files, report)
    extent = Facts(lines, amounts, report).find()
    scene = Reading(lines, extent, amounts, report).scene()
    if lines.complete:
        used = quantities.used | unfolded.used
        unused_libraries(joined, used, report)
        unused_definitions(joined.syntax, quantities.lets, used, report)
    return scene, once(without_guesses(report.found), unfolded.moves)


#: Times that are written wrongly: the length may follow from them once they are right.
_WRONG_TIMES = frozenset({"D302", "D303", "D308"})


def without_guesses(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """No question for the length (D320) where a time is wrong that may be the answer."""
    wrong = any(diagnostic.code in _WRONG_TIMES for diagnostic in found)
    return [d for d in found if not (wrong and d.code == "D320")]


def has_tempo(lines: Outline) -> bool:
    """Whether the scene says how fast its beats are."""
    rows = (row_of(entry) for entry in lines.entries)
    return any(row is not None and row.key == "scene.bpm" for row in rows)


def once(found: Sequence[Diagnostic], moves: Sequence[Span]) -> tuple[Diagnostic, ...]:
    """In the order of their places; what is wrong in a move is said once, not for every use."""
    said: dict[object, Diagnostic] = {}
    places = sorted(moves)
    starts = [place.start for place in places]
    for diagnostic in found:
        inside = bisect_right(starts, diagnostic.span.start) - 1
        in_move = inside >= 0 and diagnostic.span.end <= places[inside].end
        key = (diagnostic.code, diagnostic.span) if in_move else diagnostic
        said.setdefault(key, diagnostic)
    return tuple(sorted(said.values(), key=lambda found: (found.span, found.code)))


def all_known(lines: Outline) -> bool:
    """Whether every setting has a row; one that has none may be the one that is missing."""
    settings = (e for e in lines.entries if isinstance(e.said, Set | WrittenLayer))
    return all(row_of(entry) is not None for entry in settings)


def unused_definitions(syntax: Syntax, lets: Lets, used: Set_[str], report: Report) -> None:
    """Names that nothing needs (D110); what only they need counts as needed.

    One that was probably meant where an unknown name stands (D104) is not reported.
    """
    meant = " ".join(found.help for found in report.found if found.code == "D104")
    for one in definitions(syntax.body):
        name = one.name.text
        needed = name in used or name in lets.failed or f"`{name}`" in meant
        if not needed and not name.startswith("_"):
            report.add(
                "D110",
                f"`{name}` is never used",
                one.name.span,
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
        self.places = places_of(self.lines, self.extent.axis, self.amounts.quantities)
        self.frames = Timeline(
            self.places.outer,
            self.extent.frames,
            self.report,
            "frame",
            self._longer(),
            self.extent.known,
            self._shots(),
        )
        block = Block(Fraction(0), PROGRESS.length)
        steps = Times(PROGRESS, Fraction(0), block, self.amounts.quantities)
        progress = Timeline(steps, int(PROGRESS.length or 0), self.report, "step", "")
        on_frames = Claims(self.amounts, self.frames, self.report)
        on_progress = Claims(self.amounts, progress, self.report)
        self.settings = SettingLines(self.amounts, on_frames, on_progress, self.report)
        quantities = self.amounts.quantities
        self.prompts = Prompts(on_frames, self.frames, quantities, self.report)
        self.complete = self.lines.complete and self.extent.settled

    def _longer(self) -> str:
        """How to get more frames."""
        if self.lines.shots:
            return "make a shot longer"
        written = (f"raise `{n}`" for n in ("duration", "frames") if self._written(n))
        return next(written, ANY_LENGTH)

    def _shots(self) -> dict[Span, Block | None]:
        """Where the shots lie; what is wrong with them and with the marks is said here."""
        for wrong in self.places.problems():
            self.report.add(wrong.code, wrong.message, wrong.span, help=wrong.help)
        for name, marking in self.places.marks.items():
            self._judge_mark(name, marking)
        found: dict[Span, Block | None] = {}
        for number, head in enumerate(self.lines.shots):
            try:
                block = self.places.shot(number)
                fits = block.end is not None and round_frames(block.end) <= self.extent.frames
                found[head.span] = block if fits else None
            except (UnknownEnd, WrongTime):
                found[head.span] = None
        return found

    def _written(self, name: str) -> bool:
        return any(
            row is not None and row.key == f"scene.{name}"
            for row in map(row_of, self.lines.entries)
        )

    def scene(self) -> Scene:
        """Everything that the lines say, in one value."""
        for entry in self.lines.entries:
            if self.extent.tempo is not None and on_frames(entry):
                check_frame_numbers(entry, self.extent.tempo, self.extent.fps, self.report)
            before = len(self.report.found)
            understood = self._entry(entry)
            if entry.under.loose:  # its time is not known, so only its names and values count
                said = [found for found in self.report.found[before:] if found.code[1] in "126"]
                self.report.found[before:] = said
            else:
                self.complete = understood and self.complete
        for start in self.lines.starts:
            self.prompts.read_morph(start)
        marks = self._marks()
        shots = self._scopes()
        return Scene(
            self.report.source,
            self.extent.fps,
            self.extent.frames,
            self.extent.mode,
            self.amounts.quantities.lets,
            self.settings.fixed,
            self.settings.tracks(),
            self.prompts.finish(self.starts, shots),
            tuple(self.prompts.ranged),
            tuple(sorted(start for start in self.starts if start < self.extent.frames)),
            self.complete,
            tuple(Shot(s.title, s.begin, s.end, s.span or Span(0, 0)) for s in shots),
            self.extent.tempo,
            marks,
            self._seeds(),
            footage=self.extent.footage,
            cuts={frame: span for frame, span in self.starts.items() if frame},
        )

    def _marks(self) -> dict[str, int]:
        """The frames of all marks; 0 for one that lies nowhere, which was reported."""
        known = ((name, self.places.known.get(name)) for name in self.places.marks)
        return {n: round_frames(b.begin) if isinstance(b, Block) else 0 for n, b in known}

    def _judge_mark(self, name: str, marking: Marking) -> None:
        """A mark beyond the end (D317): it is told once, not for every line that names it."""
        block = self.places.known.get(name)
        if block is None or isinstance(block, Exception) or not self.extent.known:
            return
        first = round_frames(block.begin)
        last = first if block.end is None else round_frames(block.end)
        if not 0 <= first <= last <= self.extent.frames:
            self._stray_mark(name, marking, last if first >= 0 else first)
            self.places.known[name] = WrongTime("", "", marking.mark.span)

    def _stray_mark(self, name: str, marking: Marking, frame: int) -> None:
        end = f"beyond the end (frame {self.extent.frames})" if frame > 0 else "before the start"
        self.report.add(
            "D317",
            f"the mark `{name}` (frame {count_text(frame)}) is {end}",
            marking.mark.span,
            help=f"{self._longer()} or move the mark" if frame > 0 else "move the mark",
        )

    def _scopes(self) -> list[Scope]:
        """The shots whose place is known, in their order."""
        heads = (Under().below(head) for head in self.lines.shots)
        found = (self.frames.surroundings(under) for under in heads)
        return [here.scope for here in found if here is not None]

    def _seeds(self) -> tuple[OwnSeed, ...]:
        """Seeds of segments; one where no segment starts has no effect (D407)."""
        for begin, seed in self.settings.seeds.items():
            if begin not in self.starts:
                self.report.add(
                    "D407",
                    "a seed only counts where a segment starts",
                    seed.span,
                    help="add `cut` here, or give the scene one seed",
                )
        return tuple(sorted(self.settings.seeds.values(), key=lambda seed: seed.begin))

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
        begin = frame.frame if isinstance(frame, From) else whole(frame, here)[0]
        self.starts.setdefault(begin, said.span)
        return True
