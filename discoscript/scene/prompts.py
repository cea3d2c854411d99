"""Prompt lines -> sets that replace one another, and prompts that live for a range of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from discoscript.expressions.constants import constant
from discoscript.expressions.quantities import Quantities
from discoscript.parameters import Kind, Parameter
from discoscript.scene.claims import Claims
from discoscript.scene.outline import Entry
from discoscript.scene.placing import Everywhere, Surroundings, Timeline
from discoscript.scene.scene import (
    LINEAR,
    Ease,
    Formula,
    Hold,
    Path,
    PromptClaim,
    PromptSet,
    Visit,
)
from discoscript.scene.texts import fill
from discoscript.scene.written_line import Line
from discoscript.syntax.syntax import Const, FrameHead, Number, PromptLine
from discoscript.text.diagnostics import Fix, Related
from discoscript.text.report import Report
from discoscript.text.source import Span

#: The row of a prompt's weight: a prompt is a parameter that is named by its text.
WEIGHT = Parameter("prompt", "weight", Kind.NUMBER, 0.0, "Weight.", hard=(-1e6, 1e6))

#: `rocky beach:2`, but not `16:9` or `at 10:30`.
WEIGHT_IN_TEXT = re.compile(r"(?<!\d)\s*:\s*(-?\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True)
class Morph:
    """How a set comes into force: over `frames`, along `ease`."""

    frames: int
    ease: Ease
    span: Span


@dataclass(frozen=True)
class Prompts:
    """Collects the prompt lines of a script; `broken` sets lack a line because of its errors."""

    claims: Claims
    timeline: Timeline
    quantities: Quantities
    report: Report
    sets: dict[int, list[PromptClaim]] = field(default_factory=dict)
    morphs: dict[int, Morph] = field(default_factory=dict)
    ranged: list[PromptClaim] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)

    def add(self, entry: Entry, said: PromptLine, here: Surroundings) -> bool:
        """Read one line; False after reporting what is wrong with it."""
        if said.image:
            return False
        text = self._text(said)
        value = said.value or Const(Number(1.0, True, said.text.span), said.text.span)
        line = Line("prompt", WEIGHT, value, said.when, said.span)
        claim = self.claims.read(line, here)
        if claim is None or text is None or entry.under.loose:
            self.broken.add(self._set_begin(entry))
            return False
        self._zero(claim, value.span)
        prompt = PromptClaim(text, claim, said.text.span)
        if isinstance(claim, Visit):
            self.ranged.append(prompt)
        else:
            self.sets.setdefault(self._set_begin(entry), []).append(prompt)
        return True

    def _set_begin(self, entry: Entry) -> int:
        """The frame of the nearest `frame` block; 0 outside of one."""
        heads = [head for head in entry.under.heads if isinstance(head, FrameHead)]
        here = self.timeline.heads.get(heads[-1].time.span) if heads else None
        return here.window(0, 0).block[0] if here else 0

    # ───────────── texts and weights ─────────────

    def _text(self, said: PromptLine) -> str | None:
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

    def read_morph(self, head: FrameHead, here: Surroundings) -> None:
        """The `morph` of a frame head."""
        begin = here.window(0, 0).block[0]
        if head.morph is None:
            return
        outer = Surroundings(self.timeline.outer, Everywhere())
        frames = self.timeline.length_of(head.morph.length, outer.times)
        ease = self.claims.curves.read(head.morph.ease)
        if frames is None or ease is None:
            return
        earlier = self.morphs.get(begin)
        if earlier is not None:
            self.report.add(
                "D301",
                f"two morphs begin at frame {begin}",
                head.morph.span,
                "and again here",
                help="keep one of them",
                related=(Related(earlier.span, "first here"),),
            )
            return
        self.morphs[begin] = Morph(frames, ease, head.morph.span)

    # ───────────── sets ─────────────

    def finish(self, cuts: Mapping[int, Span]) -> tuple[PromptSet, ...]:
        """The sets in order, judged against one another and against the `cuts` of the script."""
        begins = sorted(self.sets)
        self._cut_morphs(cuts)
        known = {*begins, *self.broken}
        for begin, morph in self.morphs.items():
            if begin not in known or begin == min(known):
                self._nothing_to_morph(morph, begin in known)
        found = []
        for begin, end in zip_longest(begins, begins[1:]):
            into = self.morphs.get(begin) if begin != begins[0] else None
            if into and end is not None and begin + into.frames > end:
                self._morph_too_long(begin, into, end)
            lines = self._without_doubles(self.sets[begin])
            self._never_visible(lines, end)
            span = self.sets[begin][0].span
            frames, ease = (into.frames, into.ease) if into else (0, LINEAR)
            found.append(PromptSet(begin, frames, ease, lines, span))
        return tuple(found)

    def _cut_morphs(self, cuts: Mapping[int, Span]) -> None:
        """Cuts inside a morph (D314): half of the morph is lost."""
        for begin, morph in self.morphs.items():
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
        help = "delete the morph" if into else "put the new prompts into this block"
        self.report.add("D322", f"there is nothing to morph {what}", morph.span, help=help)

    def _morph_too_long(self, begin: int, morph: Morph, end: int) -> None:
        self.report.add(
            "D611",
            f"this morph ({begin} to {begin + morph.frames}) runs into the next prompts "
            f"at frame {end}",
            morph.span,
            help=f"shorten it to {end - begin}",
            related=(Related(self.sets[end][0].span, "the next prompts"),),
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

    def _never_visible(self, lines: tuple[PromptClaim, ...], end: int | None) -> None:
        """Lines that begin when the next set has taken over (D607)."""
        morph = self.morphs.get(end) if end is not None else None
        last = None if end is None else end + (morph.frames if morph else 0)
        for line in lines:
            begin = line.claim.begin
            if last is not None and begin >= last and not isinstance(line.claim, Path):
                self.report.add(
                    "D607",
                    f"this prompt is never visible: the prompts of frame {end} replace it",
                    line.span,
                    help="give it a range to keep it: `@ 0..end`",
                )
