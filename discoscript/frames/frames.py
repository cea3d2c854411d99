"""FramePlan -> frames in the store: what is there is kept, what is not is rendered.

The chain is walked by output digests, so a frame that comes out as before leaves everything after
it in place. A frame is always rendered from the decoded *stored* bytes of its predecessor: an
interrupted render continued later gives the same pictures as an unbroken one.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

import numpy as np

from discoscript.errors import DiskFailure, Failure, RenderFailure
from discoscript.frames import png
from discoscript.frames.colors import matched
from discoscript.frames.events import Events
from discoscript.frames.pictures import Wanted, mixed, wanted_pictures
from discoscript.frames.pins import Pins
from discoscript.frames.record import Record
from discoscript.frames.renderer import Glimpse, OnStep, Picture, Renderer
from discoscript.frames.store import Store
from discoscript.plan.frame_key import CUT, frame_key, partial_key
from discoscript.plan.plan import FramePlan
from discoscript_engine.identity import Identity
from discoscript_engine.job import ColorMatch, Eyes, Mix, Move
from discoscript_engine.weights import WrongWeights

#: How often a segment is looked at that another process renders, in seconds.
FOLLOW_S = 0.2


class State(Enum):
    """What the store knows of a frame before rendering."""

    KEPT = "kept"
    RENDER = "render"
    OPEN = "open"  #: after a missing frame: kept if that one comes out as before


class Loss(Enum):
    """Why the store has not a picture that it had."""

    EVICTED = "evicted"  #: its record is there, its bytes are gone
    DAMAGED = "damaged"  #: it lies in quarantine


@dataclass(frozen=True)
class Found:
    """What the store knows of a frame, and of what both eyes see of it, None where it has no eyes.

    The key is None where it is not known yet: it depends on the picture of the frame before.
    `pictures` are the digests of all its pictures, as far as they are known; `loss` says why one
    that was there is to be made again.
    """

    state: State
    key: str | None
    eyes: State | None
    pictures: tuple[str | None, ...] = field(default=(), compare=False)
    loss: Loss | None = None


def complete(found: Iterable[Found]) -> bool:
    """Whether nothing is left to render."""
    return all({each.state, each.eyes} <= {State.KEPT, None} for each in found)


@dataclass(frozen=True)
class Outcome:
    """The record of every frame of the plan, and the frames that were rendered, in that order;
    the same of what both eyes see of them, empty where the scene has no eyes."""

    records: tuple[Record, ...]
    rendered: tuple[int, ...]
    eyes: tuple[Record, ...] = ()
    eyes_rendered: tuple[int, ...] = ()


def survey(plan: FramePlan, identity: Identity, store: Store) -> tuple[State, ...]:
    """What a render would do, frame by frame, without rendering or writing anything."""
    return tuple(found.state for found in look(plan, identity, store))


def look(plan: FramePlan, identity: Identity, store: Store) -> tuple[Found, ...]:
    """What the store knows of every frame."""
    seen: dict[int, Found] = {}
    digests: list[str | None] = []
    for wanted in wanted_pictures(plan):
        sources = [digests[place] for place in wanted.sources] or [CUT]
        known = [digest for digest in sources if digest is not None]
        key = frame_key(wanted.job, identity, *known) if len(known) == len(sources) else None
        record = store.record(key) if key else None
        digests.append(record.digest if record else None)
        state = _state(wanted, key, record, store)
        loss = _loss(key, record, store) if key and state is State.RENDER else None
        frame = seen.get(wanted.index, Found(State.KEPT, None, None))
        seen[wanted.index] = _with(frame, wanted, state, key, digests[-1], loss)
    return tuple(seen[frame.index] for frame in plan.frames)


def _state(wanted: Wanted, key: str | None, record: Record | None, store: Store) -> State:
    """What a render does with a picture, whose record is known."""
    if key is None:
        return State.OPEN
    partials = all(store.lookup(partial_key(key, done)) for done in wanted.partials)
    return State.KEPT if record and partials and store.holds(record) else State.RENDER


def _loss(key: str, record: Record | None, store: Store) -> Loss | None:
    """Why a picture is to be made again although it was there; None if it was not."""
    names = {key} if record is None else {key, record.digest}
    if names & store.quarantine():
        return Loss.DAMAGED
    return Loss.EVICTED if record is not None and not store.holds(record) else None


def _with(
    frame: Found,
    wanted: Wanted,
    state: State,
    key: str | None,
    digest: str | None,
    loss: Loss | None,
) -> Found:
    """What is known of a frame, and of one more picture of it."""
    pictures, loss = (*frame.pictures, digest), frame.loss or loss
    if wanted.eyes:
        return replace(frame, eyes=state, pictures=pictures, loss=loss)
    worse, shown = _worse(frame.state, state), key if wanted.shown else frame.key
    return Found(worse, shown, None, pictures, loss)


def kept(wanted: Wanted, key: str, store: Store) -> Record | None:
    """The record of a picture, if the store has it and what was to be kept while it was made."""
    if all(store.lookup(partial_key(key, done)) for done in wanted.partials):
        return store.lookup(key)
    return None


def _worse(one: State, other: State) -> State:
    """What is to be done for a frame of which two pictures are needed."""
    return next(state for state in (State.RENDER, State.OPEN, State.KEPT) if state in (one, other))


def render_frames(
    plan: FramePlan,
    renderer: Renderer,
    store: Store,
    events: Events,
    assets: Mapping[str, bytes] | None = None,
) -> Outcome:
    """Every frame of `plan` in the store. `assets` maps the SHA-256 of a picture to its bytes.

    May be interrupted at any point; what is finished is kept. A frame that cannot be rendered is a
    RenderFailure that names it.
    """
    return _Walk(plan, renderer, store, events, assets or {}).all()


@dataclass
class _Segment:
    """The pictures from place `begin` to `end` (excluded), of which those before `next` are done.
    `name` is the key of the first one: whoever renders the segment holds a lock of that name."""

    begin: int
    end: int
    name: str
    followed: bool = False

    def __post_init__(self) -> None:
        self.next = self.begin


def _segments(wanted: Sequence[Wanted]) -> Iterator[tuple[int, int]]:
    """The segments, as places of their first pictures and of the ones after their last: only the
    first picture of a segment is made of no other."""
    starts = [place for place, each in enumerate(wanted) if not each.sources]
    yield from pairwise((*starts, len(wanted)))


def _last_uses(wanted: Sequence[Wanted]) -> Sequence[int]:
    """For each picture the place of the last one that is made of it; its own where none is."""
    last = list(range(len(wanted)))
    for place, each in enumerate(wanted):
        for source in each.sources:
            last[source] = place
    return last


class _Walk:
    """One walk along the pictures; `done` maps the places of those that are there to records."""

    def __init__(
        self,
        plan: FramePlan,
        renderer: Renderer,
        store: Store,
        events: Events,
        assets: Mapping[str, bytes],
    ) -> None:
        self.wanted = wanted_pictures(plan)
        self.renderer, self.store = renderer, store
        self.events, self.assets = events, assets
        self.identity = renderer.identity(plan.models)
        self.done: dict[int, Record] = {}
        self.rendered: list[int] = []
        self.eyes_rendered: list[int] = []
        self.spent: dict[int, float] = {}  #: seconds, by frames that are being made
        self.until = _last_uses(self.wanted)

    def all(self) -> Outcome:
        """First what is there; then every segment that no other process is at; then the rest."""
        with Pins(self.store.root) as self.pins:
            parts = [_Segment(a, b, self._key(a)) for a, b in _segments(self.wanted)]
            left = [part for part in parts if self._kept(part)]
            while left:
                self._some(left)
        made = tuple((wanted, self.done[place]) for place, wanted in enumerate(self.wanted))
        return Outcome(
            records=tuple(record for wanted, record in made if wanted.shown),
            rendered=tuple(self.rendered),
            eyes=tuple(record for wanted, record in made if wanted.eyes),
            eyes_rendered=tuple(self.eyes_rendered),
        )

    def _kept(self, part: "_Segment") -> bool:
        """Walk along a segment as far as the store has it; whether something is left."""
        while part.next < part.end and self._take(part):
            pass
        return part.next < part.end

    def _take(self, part: "_Segment") -> bool:
        """The next picture of a segment, if the store has it."""
        place, key = part.next, self._key(part.next)
        record = kept(self.wanted[place], key, self.store)
        if record is not None:
            self.store.use(record)
            self._finished(part, key, record)
        return record is not None

    def _some(self, left: list["_Segment"]) -> None:
        """Render the first segment that is free, and take it from what is left. Where others are at
        all of them, wait a little and take what they have made."""
        for place, part in enumerate(left):
            with self.store.claim(part.name) as mine:
                if mine:
                    self._render(part)
                    del left[place]
                    return
        self._tell_of_others(left[0])
        time.sleep(FOLLOW_S)
        left[:] = [part for part in left if self._kept(part)]

    def _render(self, part: "_Segment") -> None:
        while part.next < part.end:
            if not self._take(part):
                place, key = part.next, self._key(part.next)
                self._finished(part, key, self._made(place))

    def _finished(self, part: "_Segment", key: str, record: Record) -> None:
        """A picture is done: tell of it, and pin it while others are made of it."""
        place = part.next
        self.pins.pin(place, record.digest)
        self.done[place] = record
        part.next += 1
        self._tell_of_partials(place, key)
        self._tell(place)
        self._tell_if_done(place)
        self.pins.free(p for p in (*self.wanted[place].sources, place) if self.until[p] <= place)

    def _tell_of_others(self, part: "_Segment") -> None:
        index = self.wanted[part.next].index
        if not part.followed:
            self.events.note(f"frame {index} is being rendered by another process")
        part.followed = True
        self.events.waiting(index)

    def _tell_of_partials(self, place: int, key: str) -> None:
        for done in self.wanted[place].partials:
            record = self.store.record(partial_key(key, done))
            if record is not None:
                self.events.partial(self.wanted[place].index, done, record)

    def _tell(self, place: int) -> None:
        """Tell of a frame whose shown picture is done, or of what both eyes see of it."""
        wanted, record = self.wanted[place], self.done[place]
        if not wanted.shown and not wanted.eyes:
            return
        seconds = self.spent.pop(wanted.index, None)
        if seconds is not None:
            (self.eyes_rendered if wanted.eyes else self.rendered).append(wanted.index)
        if wanted.eyes:
            self.events.eyes(wanted.index, record, seconds)
        elif seconds is None:
            self.events.kept(wanted.index, record)
        else:
            self.events.finished(wanted.index, record, seconds)

    def _tell_if_done(self, place: int) -> None:
        """Tell of a frame whose last picture is done; those of one frame lie side by side."""
        index, first = self.wanted[place].index, place
        if place + 1 < len(self.wanted) and self.wanted[place + 1].index == index:
            return
        while first and self.wanted[first - 1].index == index:
            first -= 1
        self.events.pictured(index, [self.done[each].digest for each in range(first, place + 1)])

    def _key(self, place: int) -> str:
        wanted = self.wanted[place]
        sources = [self.done[source].digest for source in wanted.sources] or [CUT]
        return frame_key(wanted.job, self.identity, *sources)

    def _made(self, place: int) -> Record:
        """The picture, made now."""
        sources = [self._picture(source) for source in self.wanted[place].sources]
        return self._rendered(self.wanted[place], self._key(place), sources)

    def _rendered(self, wanted: Wanted, key: str, sources: Sequence[Picture]) -> Record:
        before = self.store.record(key)
        if wanted.index not in self.spent and not wanted.eyes:
            self.events.started(wanted.index)
        self.events.making(wanted.index, key)
        began = time.monotonic()
        data = png.encode(self._drawn(wanted, key, sources))
        seconds = time.monotonic() - began
        record = self.store.put(key, data, seconds, self.identity.epoch)
        self.spent[wanted.index] = self.spent.get(wanted.index, 0.0) + seconds
        if before is not None and before.digest != record.digest:
            self.events.note(f"frame {wanted.index} came out differently from the first time")
        return record

    def _drawn(self, wanted: Wanted, key: str, sources: Sequence[Picture]) -> Picture:
        """What is made of the sources; anything that the renderer raises names the frame."""
        index, job = wanted.index, wanted.job
        if isinstance(job, Mix):
            return mixed(sources[0], sources[1], job.share)
        if isinstance(job, ColorMatch):
            return matched(sources[0], sources[1], job)
        try:
            if isinstance(job, Move):
                picture = self.renderer.move(job, sources[0])
            elif isinstance(job, Eyes):
                picture = self.renderer.eyes(job, sources[0])
            else:
                previous = sources[0] if sources else None
                on_step = self._on_step(wanted, key)
                picture = self.renderer.render(job, previous, self.assets, on_step)
        except Failure:
            raise
        except WrongWeights as error:
            raise RenderFailure(str(error), error.help) from error
        except Exception as error:
            reason = str(error).strip() or type(error).__name__
            raise RenderFailure(f"frame {index} could not be rendered: {reason}") from error
        if picture.shape != (job.height, job.width, 3) or picture.dtype != np.uint8:
            raise RenderFailure(f"frame {index} could not be rendered: the picture is malformed")
        return picture

    def _on_step(self, wanted: Wanted, key: str) -> OnStep:
        """What is done after each step. Partial pictures are in the store before the frame is: a
        frame that is kept has its partial pictures."""

        def on_step(done: int, steps: int, glimpse: Glimpse) -> None:
            self.events.step(wanted.index, done, steps)
            self.events.glimpse(wanted.index, done, steps, glimpse)
            if done in wanted.partials:
                data = png.encode(glimpse())
                self.store.put(partial_key(key, done), data, 0.0, self.identity.epoch)

        return on_step

    def _picture(self, place: int) -> Picture:
        """The stored picture that is done; made again if the store has lost it."""
        data = self.store.read(self.done[place].digest)
        if data is None:
            self._restore(place)
            data = self.store.read(self.done[place].digest)
        if data is None:
            raise DiskFailure(f"the frame store loses what is written to it: {self.store.root}")
        return png.decode(data)

    def _restore(self, place: int) -> None:
        """Make a lost picture again, after those that it needs and that are lost too."""
        index = self.wanted[place].index
        self.events.note(f"frame {index} was damaged in the frame store; it is rendered again")
        lost, look_at = {place}, [*self.wanted[place].sources]
        while look_at:
            source = look_at.pop()
            if source not in lost and not self._readable(source):
                lost.add(source)
                look_at += self.wanted[source].sources
        for again in sorted(lost):
            self.done[again] = self._made(again)
            self._tell(again)

    def _readable(self, place: int) -> bool:
        return self.store.read(self.done[place].digest) is not None
