"""What a save asks for: one pass over the frames, or a quick one and then a whole one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from discoscript.frames.events import Events
from discoscript.frames.frames import Found, State
from discoscript.frames.pictures import wanted_pictures
from discoscript.frames.record import Record
from discoscript.frames.renderer import Renderer
from discoscript.frames.store import Store
from discoscript.plan.frame_key import CUT, frame_key
from discoscript.plan.plan import FramePlan, PlannedFrame
from discoscript.video.delivering import Delivery
from discoscript_engine.identity import Identity

#: Renders what is missing and writes pictures and video.
Deliver = Callable[[Renderer, Events], Delivery]

#: Puts frames into the store, and writes their pictures.
RenderPart = Callable[[FramePlan, Renderer, Events], None]


class QuickStore(Store):
    """A store that does not read a record twice, to say quickly what a render would do.

    What has been thrown away meanwhile is noticed by the render itself, which asks the disk.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store.root, store.disk)
        self._known: dict[str, Record] = {}
        self._held: set[str] = set()

    def record(self, key: str) -> Record | None:
        found = self._known.get(key) or super().record(key)
        if found is not None:
            self._known[key] = found
        return found

    def holds(self, record: Record) -> bool:
        if record.digest not in self._held and super().holds(record):
            self._held.add(record.digest)
        return record.digest in self._held


@dataclass(frozen=True)
class Pass:
    """One walk over all frames. `made` is what beside the frames decides what is written.

    Two passes are equal if they ask for the same; what is there of it already may differ.
    """

    name: str
    plan: FramePlan
    identity: Identity
    made: object
    found: tuple[Found, ...] = field(compare=False)
    store: Store = field(compare=False)
    deliver: Deliver = field(compare=False)
    part: RenderPart = field(compare=False)
    first: FramePlan | None = field(default=None, compare=False)  #: rendered before the others

    @property
    def complete(self) -> bool:
        """Whether nothing is left to render."""
        return all(found.state is State.KEPT for found in self.found)

    @cached_property
    def missing(self) -> frozenset[str]:
        """The keys, as far as they are known, of the pictures that are not in the store."""
        digests: list[str | None] = []
        keys = set()
        for wanted in wanted_pictures(self.plan):
            sources = [digests[place] for place in wanted.sources] or [CUT]
            known = [digest for digest in sources if digest is not None]
            whole = len(known) == len(sources)
            key = frame_key(wanted.job, self.identity, *known) if whole else None
            record = self.store.lookup(key) if key else None
            digests.append(record.digest if record else None)
            if key is not None and record is None:
                keys.add(key)
        return frozenset(keys)


@dataclass(frozen=True)
class Work:
    """All passes of one save, in order; the last one is the one that counts."""

    passes: tuple[Pass, ...]
    number: int = field(default=0, compare=False)

    @property
    def last(self) -> Pass:
        """The pass whose pictures are the result."""
        return self.passes[-1]

    @property
    def wanted(self) -> frozenset[str]:
        """The keys of the pictures that are to be made."""
        return frozenset().union(*(one.missing for one in self.passes))


def changed(before: FramePlan | None, now: FramePlan) -> frozenset[int]:
    """The frames that ask for something else than before; what follows from them is not counted."""
    old = {frame.index: frame for frame in before.frames} if before else {}
    return frozenset(frame.index for frame in now.frames if old.get(frame.index) != frame)


def hurried(before: FramePlan | None, now: Pass) -> Pass:
    """The pass, with the segments that an edit changed first, if others would come before them."""
    if before is None:
        return now
    edited = changed(before, now.plan)
    missing = {
        frame.index
        for frame, found in zip(now.plan.frames, now.found, strict=True)
        if found.state is not State.KEPT
    }
    early: list[PlannedFrame] = []
    waiting = False
    for segment in now.plan.segments:
        indices = {frame.index for frame in segment}
        if not indices & missing:
            continue
        if indices & edited and waiting:
            early += segment
        waiting = waiting or not indices & edited
    return replace(now, first=FramePlan(tuple(early)) if early else None)


def spans(indices: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The unbroken stretches of rising numbers, both ends included."""
    found: list[tuple[int, int]] = []
    for index in indices:
        if found and found[-1][1] == index - 1:
            found[-1] = found[-1][0], index
        else:
            found.append((index, index))
    return tuple(found)
