"""Prompt sets and ranged prompts -> one row of weights for each text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from discoscript.scene.bounds import possible
from discoscript.scene.overlaps import check_overlaps, ranges_of
from discoscript.scene.prompts import WEIGHT
from discoscript.scene.scene import Claim, Hold, PromptClaim, PromptSet, Scene, leaves_of
from discoscript.schedule.curve import NOBODY, Canvas, draw, finite, written
from discoscript.schedule.limits import Limits
from discoscript.schedule.schedule import PromptRow
from discoscript.schedule.stretches import first_stretch, stretch_text
from discoscript.text.report import Report
from discoscript.text.source import Span

#: Weights are divided by the size of their sum; below this there is nothing to divide by.
SMALLEST_SUM = 1e-3

Weights = NDArray[np.float64]


@dataclass
class Row:
    """A text, its weight before morphs, and where it counts: on the frames from `begin` on."""

    text: str
    begin: int
    weight: Weights
    alive: NDArray[np.bool_]
    span: Span
    image: bool = False

    @property
    def life(self) -> slice:
        """Its frames."""
        return slice(self.begin, self.begin + len(self.weight))

    def on(self, frames: NDArray[np.int64]) -> Weights:
        """What it weighs at some frames, 0 where it does not count."""
        at = np.clip(frames - self.begin, 0, max(len(self.weight) - 1, 0))
        inside = (frames >= self.begin) & (frames < self.begin + len(self.weight))
        if not len(self.weight):
            return np.zeros(len(frames))
        return np.where(inside & self.alive[at], self.weight[at], 0.0)


def by_content(row: Row) -> tuple[str, bool, int, bytes, bytes]:
    """What ranged prompts are put in order by: everything but their places in the script."""
    return row.text, row.image, row.begin, row.weight.tobytes(), row.alive.tobytes()


@dataclass(frozen=True)
class Wardrobe:
    """Draws the prompts of a scene."""

    scene: Scene
    canvas: Canvas
    report: Report
    rows: list[Row] = field(default_factory=list)

    def prompt_rows(self) -> tuple[PromptRow, ...]:
        """All rows, sets first, then by text: the order of the lines has no meaning."""
        earlier: list[Row] = []
        for prompts, end in self._with_ends():
            now = self._set(prompts, min(end, self.canvas.length))
            morph(earlier, now, prompts, self.canvas.length)
            self.rows.extend(now)
            earlier = now
        self.rows.extend(sorted(map(self._ranged, self.scene.ranged), key=by_content))
        self._check()
        return tuple(
            PromptRow(
                r.text,
                np.where(r.alive, r.weight, 0.0),
                r.alive & (r.weight != 0),
                r.span,
                r.image,
                r.begin,
                self.canvas.length,
            )
            for r in self.rows
        )

    def _with_ends(self) -> Iterator[tuple[PromptSet, int]]:
        """The sets, each with the frame at which the next one has taken over."""
        sets = self.scene.sets
        for prompts, following in zip_longest(sets, sets[1:]):
            fades = following is not None and following.begin == prompts.end
            yield prompts, prompts.end + (following.morph if fades else 0)

    def _set(self, prompts: PromptSet, end: int) -> list[Row]:
        """One row for each text of a set; lines about the same text make one curve."""
        by_text: dict[tuple[str, bool], list[PromptClaim]] = {}
        for line in prompts.lines:
            by_text.setdefault((line.text, line.image), []).append(line)
        life = min(prompts.begin, end), end
        rows = []
        for (text, image), lines in sorted(by_text.items()):
            claims = [line.claim for line in lines]
            check_overlaps(f'"{text[:40]}"', claims, self.report)
            rows.append(Row(text, life[0], *self._weight(claims, life), lines[0].span, image))
        return rows

    def _ranged(self, prompt: PromptClaim) -> Row:
        spans = ranges_of(prompt.claim) or ((0, 0),)
        begin, end = (min(max(f, 0), self.canvas.length) for f in (spans[0][0], spans[-1][1]))
        weight, spoken = self._weight([prompt.claim], (begin, end))
        return Row(prompt.text, begin, weight, spoken, prompt.span, prompt.image)

    def _weight(
        self, claims: list[Claim], life: tuple[int, int]
    ) -> tuple[Weights, NDArray[np.bool_]]:
        """The weight on some frames, and whether any line speaks of it there."""
        steady = _steady(claims, life[0])
        if steady is not None:
            count = life[1] - life[0]
            return np.full(count, steady), np.ones(count, dtype=bool)
        leaves = [leaf for claim in claims for leaf in leaves_of(claim)]
        first = max(min(life[0], *(leaf.begin for leaf in leaves)), 0)  # a line may begin before
        drawn = draw(claims, self.canvas, 0.0, (first, life[1]))
        limits = Limits(WEIGHT, self.canvas, self.report)
        limits.amounts(leaves, drawn.values, drawn.owner, begin=first)
        weight = finite(drawn.values)
        return weight[life[0] - first :], drawn.owner[life[0] - first :] != NOBODY

    # ───────────── what may be wrong ─────────────

    def _check(self) -> None:
        if not self.scene.complete:
            return
        alive = np.zeros(self.canvas.length, dtype=bool)
        for row in self.rows:
            alive[row.life] |= row.alive
        missing = first_stretch(~alive)
        if missing is not None:
            self._no_prompt(missing)
        elif self.rows:
            self._sums()

    def _no_prompt(self, missing: tuple[int, int]) -> None:
        begin, last = missing
        span = self.rows[0].span if self.rows else Span(0, 0)
        message = f"{stretch_text(missing)} {'has' if begin == last else 'have'} no prompt"
        help = f'give them one: `frame {begin}: prompt "a lighthouse"`'
        shot = next((s for s in self.scene.shots if s.begin <= begin < s.end), None)
        if not self.rows:
            message, help = "this script has no prompt", 'add one: `prompt "a lighthouse"`'
        elif shot is not None:
            span = shot.span
            help = "write one in this shot, or one for all shots outside of them"
        elif begin == 0:
            help = "start with `frame 0:`"
        self.report.add("D606", message, span, help=help)

    def _sums(self) -> None:
        total = np.zeros(self.canvas.length)
        for row in self.rows:
            total[row.life] += np.where(row.alive, row.weight, 0.0)
        zero = first_stretch(np.abs(total) < SMALLEST_SUM)
        negative = first_stretch(total < 0)
        if zero is not None:
            row, added = self._at(zero[0])
            self.report.add(
                "D601",
                f"the weights add up to 0{self._on(zero)}",
                row.span,
                added,
                help="make one of them larger; the sum must not be 0",
            )
        elif negative is not None:
            row, added = self._at(negative[0])
            self.report.add(
                "D608",
                f"the weights add up to {total[negative[0]]:g}{self._on(negative)}: "
                "this only pushes away",
                row.span,
                added,
                help="add a prompt with a positive weight",
            )

    def _on(self, stretch: tuple[int, int]) -> str:
        """` on frames 48 to 119`, or nothing for the whole scene."""
        whole = stretch == (0, self.canvas.length - 1)
        return "" if whole else f" on {stretch_text(stretch)}"

    def _at(self, frame: int) -> tuple[Row, str]:
        """The prompt to point at, the most negative one, and the sum in words."""
        lives = [row for row in self.rows if row.life.start <= frame < row.life.stop]
        rows = [row for row in lives if row.alive[frame - row.begin]]
        weights = [float(row.weight[frame - row.begin]) for row in rows]
        worst = rows[weights.index(min(weights))]
        if len(rows) == 1 or max(map(abs, weights)) < SMALLEST_SUM:
            return worst, ""
        return worst, f"{' + '.join(f'{w:g}' for w in weights)} = {sum(weights):.3g}"


def _steady(claims: Sequence[Claim], begin: int) -> float | None:
    """The weight on all frames from `begin` on, where one line gives a possible one. Most do."""
    (claim, *others) = claims
    if others or not isinstance(claim, Hold) or claim.begin > begin:
        return None
    number = written(claim.amount)
    return number if number is not None and possible(number, WEIGHT) else None


def morph(earlier: list[Row], now: list[Row], prompts: PromptSet, length: int) -> None:
    """Cross-fade two sets in place; each keeps its proportions.

    At progress e the old set is scaled to (1 - e) of the interpolated sum, the new one to e of it.
    """
    begin, end = prompts.begin, min(prompts.begin + prompts.morph, length)
    frames = np.arange(begin, end)
    if not len(frames) or not earlier:
        return
    e = prompts.ease.curve()((frames - begin) / prompts.morph)
    old, new = _sum(earlier, frames), _sum(now, frames)
    whole = old + (new - old) * e
    _scale(earlier, frames, old, whole * (1 - e), 1 - e)
    _scale(now, frames, new, whole * e, e)


def _sum(rows: list[Row], frames: NDArray[np.int64]) -> Weights:
    total = np.zeros(len(frames))
    for row in rows:
        total += row.on(frames)
    return total


def _scale(
    rows: list[Row], frames: NDArray[np.int64], total: Weights, target: Weights, share: Weights
) -> None:
    """Scale a set to the target sum, or by its share where its own sum is 0."""
    usable = np.abs(total) >= SMALLEST_SUM
    factor = np.where(usable, target / np.where(usable, total, 1), share)
    for row in rows:
        here = (frames >= row.begin) & (frames < row.begin + len(row.weight))
        row.weight[frames[here] - row.begin] *= factor[here]
