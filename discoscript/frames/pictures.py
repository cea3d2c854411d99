"""FramePlan -> the pictures that the store keeps: one for each frame, with turbo hidden ones, and
for a headset what both eyes see.

Turbo shows mixes, but goes on from pictures that are not mixed. For each frame there are up to
five, each in the store under a key of its own, so that a resumed render equals an unbroken one:

    raw     the frame diffused, where its colours are then matched to those of its segment's start
    own     the frame diffused (and matched); where turbo skips it, that of the frame before, moved
    old     what the last diffusion started from, moved to here
    shown   the mix of the two
    eyes    the shown picture as a left and a right eye see it; nothing goes on from it
"""

from dataclasses import dataclass

import numpy as np

from discoscript.frames.renderer import Picture
from discoscript.plan.plan import FramePlan, Turbo
from discoscript_engine.job import Eyes, Mix, PictureJob


@dataclass(frozen=True)
class Wanted:
    """A picture of frame `index`: what makes it, from which ones (places in the list, all before
    it), and whether it is the one that is shown. After `partials` steps the picture so far is kept,
    too."""

    index: int
    job: PictureJob
    sources: tuple[int, ...]
    shown: bool
    partials: tuple[int, ...] = ()

    @property
    def eyes(self) -> bool:
        """Whether it is the frame as both eyes see it."""
        return isinstance(self.job, Eyes)


def wanted_pictures(plan: FramePlan) -> tuple[Wanted, ...]:
    """Every picture of a plan, in an order in which they can be made. Frames stay in order."""
    return tuple(_Pictures(plan).all())


class _Pictures:
    """The list while it grows; `own` and `old` are places in it, by the frame's place, `first` is
    that of the picture with which the segment starts."""

    def __init__(self, plan: FramePlan) -> None:
        self.frames = plan.frames
        self.wanted: list[Wanted] = []
        self.own: list[int] = []
        self.first = 0
        self.old: dict[int, int] = {}

    def all(self) -> list[Wanted]:
        for place, frame in enumerate(self.frames):
            turbo = frame.turbo
            mixed = turbo is not None and turbo.share < 1
            before = (self.own[-1],) if frame.follows else ()
            skipped = turbo is not None and turbo.skipped
            job = turbo.move if turbo is not None and skipped else frame.job
            matched = frame.colors is not None and not skipped
            shown = not mixed and not matched
            own = self._add(Wanted(frame.index, job, before, shown, frame.partials))
            self.first = self.first if frame.follows else own
            if frame.colors is not None and matched:
                both = own, self.first
                own = self._add(Wanted(frame.index, frame.colors, both, shown=not mixed))
            self.own.append(own)
            if turbo is not None and mixed:
                both = self.own[place], self._old(place, turbo, frame.index)
                self._add(Wanted(frame.index, Mix(turbo.share), both, shown=True))
            if frame.eyes is not None:
                seen = len(self.wanted) - 1  # what was added last
                self._add(Wanted(frame.index, frame.eyes, (seen,), shown=False))
        return self.wanted

    def _old(self, place: int, turbo: Turbo, index: int) -> int:
        """The place of a frame's old picture; frame `index` is the first that needs it."""
        if place not in self.old:
            before = self.frames[place - 1].turbo
            goes_on = turbo.skipped and before is not None
            source = (
                self._old(place - 1, before, index) if goes_on and before else self.own[place - 1]
            )
            self.old[place] = self._add(Wanted(index, turbo.move, (source,), shown=False))
        return self.old[place]

    def _add(self, wanted: Wanted) -> int:
        self.wanted.append(wanted)
        return len(self.wanted) - 1


def mixed(one: Picture, other: Picture, share: float) -> Picture:
    """`share` of one picture and the rest of the other, rounded to the nearest level."""
    values = share * one.astype(np.float64) + (1 - share) * other.astype(np.float64)
    return np.rint(values).astype(np.uint8)
