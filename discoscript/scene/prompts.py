"""Prompt lines -> sets that replace one another, and prompts that live for a range of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from discoscript.expressions.constants import constant
from discoscript.expressions.quantities import Quantities
from discoscript.parameters import Kind, Parameter
from discoscript.scene.claims import Claims
from discoscript.scene.outline import Entry, Start
from discoscript.scene.placing import Scope, Surroundings, Timeline, shortened
from discoscript.scene.scene import (
    LINEAR,
    Ease,
    Formula,
    Hold,
    Path,
    Play,
    PromptClaim,
    PromptSet,
    Visit,
)
from discoscript.scene.scoping import within
from discoscript.scene.texts import fill
from discoscript.scene.written_line import Line, expressions_of, no_previous
from discoscript.syntax.syntax import Const, FrameHead, Number, PromptLine
from discoscript.text.diagnostics import Fix, Related
from discoscript.text.report import Report
from discoscript.text.source import Span

#: The row of a prompt's weight: a prompt is a parameter that is named by its text.
WEIGHT = Parameter("prompt", "weight", Kind.NUMBER, 0.0, "Weight.", hard=(-1e6, 1e6))

#: The row of the path of an image prompt.
PICTURE = Parameter("prompt", "image", Kind.PATH, None, "A picture to resemble.")

#: `rocky beach:2`, but not `16:9` or `at 10:30`.
WEIGHT_IN_TEXT = re.compile(r"(?<!\d)\s*:\s*(-?\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True)
class Morph:
    """How a set comes into force: over `frames`, along `ease`."""

    frames: int
    ease: Ease
    span: Span


@dataclass(frozen=True)
class Place:
    """Where a set begins: its frame, and the shot that it belongs to (None: the scene)."""

    begin: int
    shot: Scope | None = None


@dataclass(frozen=True)
class Reign:
    """A set in force from `begin` on, to `end`."""

    begin: int
    end: int
    place: Place


@dataclass(frozen=True)
class Prompts:
    """Collects the prompt lines of a script; `broken` sets lack a line because of its errors."""

    claims: Claims
    timeline: Timeline
    quantities: Quantities
    report: Report
    sets: dict[Place, list[PromptClaim]] = field(default_factory=dict)
    morphs: dict[Place, Morph] = field(default_factory=dict)
    ranged: list[PromptClaim] = field(default_factory=list)
    broken: set[Place] = field(default_factory=set)

    def add(self, entry: Entry, said: PromptLine, here: Surroundings) -> bool:
        """Read one line; False after reporting what is wrong with it."""
        text = self._text(said)
        value = said.value or Const(Number(1.0, True, said.text.span), said.text.span)
        line = Line("prompt", WEIGHT, value, said.when, said.span)
        claim = self.claims.read(line, here)
        place = self._place(entry, here)
        if self._previous(line):
            claim = None
        if claim is None or text is None or entry.under.loose:
            self.broken.add(place)
            return False
        self._zero(claim, value.span)
        if here.scope.played:
            claim = within((here.scope,), claim)
        prompt = PromptClaim(text, claim, said.text.span, said.image)
        if isinstance(claim, Visit | Play):
            self.ranged.append(prompt)
        else:
            self.sets.setdefault(place, []).append(prompt)
        return True

    def _previous(self, line: Line) -> bool:
        """`previous` in a weight (D118): a prompt of the shot before is another one."""
        reach = self.quantities.lets.reach
        for expr in expressions_of(line.value):
            if reach(expr, "previous"):
                no_previous(expr, "a prompt has none", self.report)
                return True
        return False

    def _place(self, entry: Entry, here: Surroundings) -> Place:
        """The frame of the nearest `frame` block, else the start of the shot or the scene."""
        shot = shot_of(here)
        frames = [n for n, head in enumerate(entry.under.heads, 1) if isinstance(head, FrameHead)]
        block = self.timeline.heads.get(entry.under.path[: frames[-1]]) if frames else None
        begin = block.window(0, 0).block[0] if block else shot.begin if shot else 0
        return Place(begin, shot)

    # ───────────── texts and weights ─────────────

    def _text(self, said: PromptLine) -> str | None:
        if said.image:
            picture = self.claims.amounts.plain(said.text, PICTURE)
            return None if picture is None else str(picture.value)
        text = fill(said.text, self.quantities, self.report)
        if text is None:
            return None
        if not text.strip():
            help = 'write what you want to see: `prompt "a lighthouse"`'
            self.report.add("D604", "this prompt is empty", said.text.span, help=help)
            return None
        found = WEIGHT_IN_TEXT.search(said.text.value)
        if found:
            self._weight_in_text(said, found)
            return None
        return text.strip()

    def _weight_in_text(self, said: PromptLine, found: re.Match[str]) -> None:
        right = f'"{said.text.value[: found.start()].rstrip()}" {found[1]}'
        self.report.add(
            "D602",
            "the weight is written after the text",
            said.text.span,
            f"`:{found[1]}` is read as text",
            help=f"write `prompt {right}`",
            fix=None if said.value else Fix(said.text.span, right),
        )

    def _zero(self, claim: object, span: Span) -> None:
        amount = claim.amount if isinstance(claim, Hold | Visit) else None
        if not isinstance(amount, Formula) or amount.varies:
            return
        if constant(amount.expr, self.quantities.lets) == 0:
            help = "delete it, or let it grow: `0 -> 1 @ 0..2s`"
            self.report.add("D610", "weight 0 has no effect", span, help=help)

    # ───────────── morphs ─────────────

    def read_morph(self, start: Start) -> None:
        """The `morph` of a `frame` or `shot` head."""
        morph = start.head.morph
        if morph is None or start.under.loose:
            return
        here = self.timeline.surroundings(start.under.below(start.head))
        if here is None:
            return
        frames = self.timeline.length_of(morph.length, self.timeline.scene.times)
        ease = self.claims.curves.read(morph.ease)
        if frames is None or ease is None:
            return
        if here.scope.played:
            self._morph_in_a_move(morph.span)
            return
        place = Place(here.window(0, 0).block[0], shot_of(here))
        earlier = self.morphs.get(place)
        if earlier is not None:
            self.report.add(
                "D301",
                f"two morphs begin at frame {place.begin}",
                morph.span,
                "and again here",
                help="keep one of them",
                related=(Related(earlier.span, "first here"),),
            )
            return
        self.morphs[place] = Morph(frames, ease, morph.span)

    # ───────────── sets ─────────────

    def finish(self, cuts: Mapping[int, Span], shots: Sequence[Scope]) -> tuple[PromptSet, ...]:
        """The sets in order, judged against one another and against the `cuts` of the script."""
        self._cut_morphs(cuts)
        reigns = self._reigns(shots)
        self._idle_morphs(reigns)
        lines = {place: self._without_doubles(said) for place, said in self.sets.items()}
        found = []
        for number, reign in enumerate(reigns):
            into = self._morph_into(reign) if number else None
            if into and reign.begin + into.frames > reign.end and number + 1 < len(reigns):
                self._morph_too_long(reign, into, reigns[number + 1].place)
            frames, ease = (into.frames, into.ease) if into else (0, LINEAR)
            said = lines.get(reign.place, ())
            span = said[0].span if said else Span(0, 0)
            found.append(PromptSet(reign.begin, reign.end, frames, ease, said, span))
        of_place: dict[Place, list[Reign]] = {}
        for reign in reigns:
            of_place.setdefault(reign.place, []).append(reign)
        for place, said in lines.items():
            self._never_visible(place, said, of_place.get(place, []))
        return tuple(found)

    def _reigns(self, shots: Sequence[Scope]) -> list[Reign]:
        """Which set is in force when: the shot's own, else that of the scene.

        Where nothing is in force the set before goes on to its end, and the frames have no prompt.
        """
        places = sorted({*self.sets, *self.broken}, key=lambda place: place.begin)
        by_shot: dict[Scope | None, list[Place]] = {}
        for place in places:
            by_shot.setdefault(place.shot, []).append(place)
        outer = by_shot.get(None, [])
        length = self.timeline.length
        changes: list[tuple[int, Place | None]] = []
        at = 0
        for shot in shots:
            own = by_shot.get(shot)
            if not own:
                continue
            changes += _of_scene(outer, at, own[0].begin)
            changes += [(place.begin, place) for place in own]
            at = shot.end
        changes += _of_scene(outer, at, length)
        return _merged(changes, length)

    def _morph_into(self, reign: Reign) -> Morph | None:
        """The morph that a set comes into force with: its own, or that of a shot without prompts.

        A shot without prompts of its own may morph back to those of the scene.
        """
        own = self.morphs.get(reign.place) if reign.place.begin == reign.begin else None
        shots = (m for place, m in self.morphs.items() if place.shot and place.begin == reign.begin)
        return own or next(shots, None)

    def _idle_morphs(self, reigns: list[Reign]) -> None:
        """Morphs where no prompts change (D322); of prompts that a shot covers D607 speaks."""
        used = [self._morph_into(reign) for reign in reigns]
        for place, morph in self.morphs.items():
            if morph in used[:1]:
                self._nothing_to_morph(morph, into=True)
            elif morph not in used and place not in (*self.sets, *self.broken):
                self._nothing_to_morph(morph, into=False)

    def _cut_morphs(self, cuts: Mapping[int, Span]) -> None:
        """Cuts inside a morph (D314): half of the morph is lost."""
        for place, morph in self.morphs.items():
            begin = place.begin
            for frame, span in cuts.items():
                if begin < frame < begin + morph.frames:
                    self.report.add(
                        "D314",
                        f"this cut falls inside the morph of frames {begin} to "
                        f"{begin + morph.frames}",
                        span,
                        help=f"cut at {begin}, where the morph begins, or drop one of them",
                        related=(Related(morph.span, "the morph"),),
                    )

    def _nothing_to_morph(self, morph: Morph, into: bool) -> None:
        what = "from: these are the first prompts" if into else "into: this block has no prompts"
        help = (
            "delete the morph" if into else "put the new prompts into this block, without a range"
        )
        self.report.add("D322", f"there is nothing to morph {what}", morph.span, help=help)

    def _morph_in_a_move(self, span: Span) -> None:
        help = "let them fade: `... @ 0..end fade 1s`, or write the morph outside of the move"
        message = "prompts of a move join the others and replace none, so nothing morphs"
        self.report.add("D322", message, span, help=help)

    def _morph_too_long(self, reign: Reign, morph: Morph, following: Place) -> None:
        begin, end = reign.begin, reign.end
        lines = self.sets.get(following)
        self.report.add(
            "D611",
            f"this morph ({begin} to {begin + morph.frames}) runs into the next prompts "
            f"at frame {end}",
            morph.span,
            help=f"shorten it to {end - begin}",
            related=(Related(lines[0].span, "the next prompts"),) if lines else (),
        )

    def _without_doubles(self, lines: list[PromptClaim]) -> tuple[PromptClaim, ...]:
        """A set without lines that repeat the text of another from the same frame (D603)."""
        kept: dict[tuple[str, int], PromptClaim] = {}
        others = []
        for line in lines:
            if not isinstance(line.claim, Hold):
                others.append(line)
            elif (line.text, line.claim.begin) in kept:
                self._double(kept[line.text, line.claim.begin], line)
            else:
                kept[line.text, line.claim.begin] = line
        return (*kept.values(), *others)

    def _double(self, first: PromptClaim, second: PromptClaim) -> None:
        weights = [
            constant(p.claim.amount.expr, self.quantities.lets)
            for p in (first, second)
            if isinstance(p.claim, Hold) and isinstance(p.claim.amount, Formula)
        ]
        written = self.report.text(second.span)
        known = [weight for weight in weights if weight is not None]
        total = f"{sum(known):g}"
        self.report.add(
            "D603",
            "the same prompt twice",
            second.span,
            "and again here",
            help=f"add the weights: `prompt {written} {total}`"
            if len(known) == 2
            else "keep one of them, or add the weights",
            related=(Related(first.span, "first here"),),
        )

    def _never_visible(
        self, place: Place, lines: Sequence[PromptClaim], reigns: list[Reign]
    ) -> None:
        """Lines that begin when another set has taken over for good (D607)."""
        if not self.timeline.known:
            return
        last = max((reign.end + self._fading(reign.end) for reign in reigns), default=0)
        for line in lines:
            if reigns and (line.claim.begin < last or isinstance(line.claim, Path)):
                continue
            if last >= self.timeline.length:
                continue
            by = f"the prompts of frame {reigns[-1].end} replace it" if reigns else self._covered()
            self.report.add(
                "D607",
                f"this prompt is never visible: {by}",
                line.span,
                help="give it a range to keep it: `@ 0..end`",
            )

    def _fading(self, frame: int) -> int:
        """For how many frames the prompts before a frame go on while they fade."""
        return max(
            (m.frames for place, m in self.morphs.items() if place.begin == frame), default=0
        )

    def _covered(self) -> str:
        """Who replaces a set of the scene that is never in force."""
        known = sorted({*self.sets, *self.broken}, key=lambda place: place.begin)
        first = next((place for place in known if place.shot), known[-1])
        by = f'"{shortened(first.shot.title)}"' if first.shot else "another set"
        return f"{by} replaces it on frame {first.begin}"


def shot_of(here: Surroundings) -> Scope | None:
    """The shot that a line stands in."""
    return next((s for s in here.scopes if s.span is not None and not s.played), None)


def _of_scene(places: list[Place], begin: int, end: int) -> list[tuple[int, Place | None]]:
    """What is in force between two shots that have prompts of their own."""
    if begin >= end:
        return []
    now = [place for place in places if place.begin <= begin]
    later = [(place.begin, place) for place in places if begin < place.begin < end]
    return [(begin, now[-1] if now else None), *later]


def _merged(changes: Sequence[tuple[int, Place | None]], length: int) -> list[Reign]:
    """The stretches on which a set is in force; one that goes on is one stretch."""
    reigns: list[Reign] = []
    for (begin, place), following in zip_longest(changes, changes[1:]):
        end = length if following is None else following[0]
        before = reigns[-1] if reigns else None
        if place is None or begin >= end:
            continue
        if before is not None and before.place == place and before.end == begin:
            reigns[-1] = Reign(before.begin, end, place)
        else:
            reigns.append(Reign(begin, end, place))
    return reigns
