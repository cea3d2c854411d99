"""What only the values together can tell: steps left, cuts to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import Resolved
from discoscript.scene.scene import Claim, Scene
from discoscript.schedule.schedule import PromptRow
from discoscript.schedule.stretches import first_stretch, stretch_text
from discoscript.text.report import Report
from discoscript.text.source import Span
from discoscript.text.suggest import did_you_mean
from discoscript_engine.model_table import DEFAULT, Model
from discoscript_engine.models.tiny_words import CONTEXT_LENGTH, lost_words

#: Above this a picture needs a flag (D705).
MAX_MEGAPIXELS = 16

#: With fewer steps left a frame hardly changes (D702).
FEW_STEPS = 3

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class ScheduleChecks:
    """Checks of a schedule's values. Each is silent where the script says nothing about it."""

    scene: Scene
    report: Report

    def place(self, *keys: str) -> Span | None:
        """The last line of the script about any of the parameters; None if it has none."""
        spans = [span for key in keys for span in self._spans(key)]
        return max(spans) if spans else None

    def _spans(self, key: str) -> list[Span]:
        if key in self.scene.fixed:
            return [self.scene.fixed[key].span]
        track = self.scene.tracks.get(key)
        if track is None:
            return []
        return [claim.span for claim in track.lines()]

    # ───────────── size and models ─────────────

    def size(self, size: tuple[int, int], model: Model) -> None:
        """Sides that the model can not make (D202, D203), and sizes above the limit (D705)."""
        span = self.place("scene.size")
        if span is None:
            return
        multiple, smallest = model.size_multiple, model.size_minimum
        wrong = [side for side in size if side % multiple]
        if wrong:
            larger = "x".join(str(-(-side // multiple) * multiple) for side in size)
            smaller = "x".join(str(max(side // multiple * multiple, smallest)) for side in size)
            self.report.add(
                "D202",
                f"both sides must be multiples of {multiple}",
                span,
                f"{wrong[0]} = {wrong[0] // multiple} * {multiple} + {wrong[0] % multiple}",
                help=f"nearest: `{larger}` (larger) or `{smaller}` (smaller)",
            )
        elif min(size) < smallest:
            message = f"sides of `{model.name}` must be at least {smallest}"
            fitting = "x".join(str(max(side, smallest)) for side in size)
            self.report.add("D203", message, span, help=f"write `size {fitting}`")
        elif size[0] * size[1] > MAX_MEGAPIXELS * 1_000_000:
            found = round(size[0] * size[1] / 1e6)
            message = f"{found} megapixels; the limit is {MAX_MEGAPIXELS}"
            self.report.add("D705", message, span, help="render a smaller one and enlarge it")
        elif min(size) < 512 and not model.embedded and "scene.size" not in model.defaults:
            message = f"sides below 512 are unusual for `{model.name}`"
            self.report.add("D802", message, span, help="it was trained on 512x512")

    def model_name(self, key: str, name: str, known: tuple[str, ...]) -> None:
        """A name that the model table does not have (D108)."""
        span = self.place(key)
        if span is None:
            return
        close = did_you_mean(name, known)
        self.report.add(
            "D108",
            f"there is no model `{name}`",
            span,
            help=close or "`discoscript models` lists them all",
        )

    # ───────────── steps ─────────────

    def fewer_steps(self, model: str, skipped: int, steps: int, meant: int, usual: int) -> None:
        """More steps skipped than a model takes: counted in the usual number of steps (D710)."""
        span = self.place("diffusion.skip_steps")
        if span is not None:
            self.report.add(
                "D710",
                f"`{model}` takes {steps} steps: `skip_steps {skipped}` of {usual} skips {meant}",
                span,
                help="to say it for any model write a share: "
                f"`skip_steps {round(100 * skipped / usual)}%`",
            )

    def steps(self, arrays: Arrays, starts: tuple[int, ...]) -> None:
        """Whether enough steps are left at segment starts (D701, D803) and elsewhere (D702)."""
        steps, skip = arrays["diffusion.steps"], arrays["diffusion.skip_steps"]
        at = np.array(starts)
        span = self.place("diffusion.skip_steps") or self.place("diffusion.steps")
        for start in at[(skip[at] >= steps[at]) & (steps[at] > 0)][:1]:
            if span is not None:
                self.report.add(
                    "D701",
                    f"`skip_steps` ({skip[start]}) leaves no steps of {steps[start]}",
                    span,
                    help=f"for a start picture skip about half: `skip_steps {steps[start] // 2}`",
                )
            return
        self._start_pictures(arrays, at)
        self._other_frames(arrays, at)

    def _start_pictures(self, arrays: Arrays, at: NDArray[np.int64]) -> None:
        """A start picture of which little remains (D803)."""
        span = self.place("init.image")
        steps, skip = arrays["diffusion.steps"], arrays["diffusion.skip_steps"]
        for start in at:
            picture = arrays["init.image"][start] is not None
            if span is not None and picture and skip[start] < 0.2 * steps[start]:
                self.report.add(
                    "D803",
                    f"with {skip[start]} of {steps[start]} steps skipped little of the start "
                    "picture will remain",
                    span,
                    help=f"skip about half: `diffusion: skip_steps {steps[start] // 2}`",
                )
                return

    def _other_frames(self, arrays: Arrays, at: NDArray[np.int64]) -> None:
        span = self.place("coherence.frames_skip_steps", "diffusion.steps")
        steps, share = arrays["diffusion.steps"], arrays["coherence.frames_skip_steps"]
        left = steps - np.rint(steps * share / 100)
        left[at] = np.inf
        few = first_stretch(left < FEW_STEPS)
        if few is not None and span is not None:
            self.report.add(
                "D702",
                f"only {int(left[few[0]])} of {steps[few[0]]} steps are left on "
                f"{stretch_text(few)}",
                span,
                help="the usual `frames_skip_steps` is 60%",
            )

    # ───────────── camera ─────────────

    def without_effect(self, key: str, claim: Claim, frames: NDArray[np.int64]) -> None:
        """A camera move on frames that have no previous frame (D311)."""
        starts = self.scene.starts
        if 0 < len(frames) <= len(starts) and np.isin(frames, starts).all():
            first = stretch_text((int(frames[0]), int(frames[-1])))
            self.report.add(
                "D311",
                f"the camera has no effect on {first}",
                claim.span,
                help="there is no previous frame to move: give it a range that goes on",
            )

    def only_at_starts(self, name: str, claim: Claim, frames: NDArray[np.int64]) -> None:
        """A setting for segment starts where no segment starts (D407)."""
        if not np.isin(frames, self.scene.starts).any():
            self.report.add(
                "D407",
                f"`{name}` is only used where a segment starts",
                claim.span,
                "no segment starts here",
                help="add a `cut` at this frame",
            )

    # ───────────── prompts ─────────────

    def prompts(self, rows: Sequence[PromptRow], clip: Resolved) -> None:
        """Words that CLIP does not read (D605). So far only the embedded one's tokens are known."""
        if clip != (DEFAULT,):
            return
        for row in rows:
            lost = lost_words(row.text)
            if lost is not None:
                tokens, words = lost
                self.report.add(
                    "D605",
                    f"{tokens} tokens; `{DEFAULT}` reads at most {CONTEXT_LENGTH - 2}",
                    row.span,
                    f"not read: {shortened(words)}",
                    help="split it into two prompts, or leave out what matters least",
                )

    # ───────────── cutouts ─────────────

    def cuts(self, progress: Mapping[str, NDArray[np.float64]]) -> None:
        """A part of the diffusion without cuts (D316)."""
        gap = first_stretch(progress["cutouts.overview"] + progress["cutouts.inner"] == 0)
        span = self.place("cutouts.overview", "cutouts.inner")
        if gap is None or span is None or not self.scene.complete:
            return
        begin, end = gap[0], gap[1] + 1
        self.report.add(
            "D316",
            f"no cuts from {begin} to {end}: CLIP would have nothing to look at",
            span,
            help=f"add `inner 12 @ {begin}..{end}`; to skip steps on purpose use `skip_steps`",
        )


def shortened(words: str, width: int = 40) -> str:
    """The words, cut off where a label ends."""
    return words if len(words) <= width else f"{words[: width - 1].rstrip()}…"
