"""Events: what a render tells to whoever wants to know, as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discoscript.frames.record import Record

if TYPE_CHECKING:  # every command imports this module, and few of them numpy
    from discoscript.frames.renderer import Glimpse


class Events:
    """Is told what happens. Every method may be left out."""

    def kept(self, index: int, record: Record) -> None:
        """The store has frame `index`."""

    def started(self, index: int) -> None:
        """Frame `index` is being rendered."""

    def making(self, index: int, key: str) -> None:
        """A picture of frame `index` is about to be made, under `key`; a frame may have several."""

    def step(self, index: int, done: int, steps: int) -> None:
        """`done` of `steps` diffusion steps of frame `index` are through."""

    def glimpse(self, index: int, done: int, steps: int, picture: Glimpse) -> None:
        """After each step: `picture` makes one of frame `index` so far, until this returns."""

    def partial(self, index: int, done: int, record: Record) -> None:
        """The store has the picture of frame `index` after `done` steps, as was asked for."""

    def finished(self, index: int, record: Record, seconds: float) -> None:
        """Frame `index` is in the store."""

    def eyes(self, index: int, record: Record, seconds: float | None) -> None:
        """What both eyes see of frame `index` is in the store; None where it was there already."""

    def encoded(self, done: int, count: int) -> None:
        """`done` of `count` pictures have gone into a video."""

    def waiting(self, index: int) -> None:
        """Another process is at frame `index`; told again and again while it is. To stop, raise."""

    def pictured(self, index: int, pictures: Sequence[str]) -> None:
        """All pictures of frame `index`, hidden ones too, are in the store; their digests."""

    def note(self, text: str) -> None:
        """Something that the user should know, and that stops nothing."""


class EventsTo(Events):
    """Passes every event on to several receivers, in order."""

    def __init__(self, *receivers: Events) -> None:
        self.receivers = receivers

    def kept(self, index: int, record: Record) -> None:
        for receiver in self.receivers:
            receiver.kept(index, record)

    def started(self, index: int) -> None:
        for receiver in self.receivers:
            receiver.started(index)

    def making(self, index: int, key: str) -> None:
        for receiver in self.receivers:
            receiver.making(index, key)

    def step(self, index: int, done: int, steps: int) -> None:
        for receiver in self.receivers:
            receiver.step(index, done, steps)

    def glimpse(self, index: int, done: int, steps: int, picture: Glimpse) -> None:
        for receiver in self.receivers:
            receiver.glimpse(index, done, steps, picture)

    def partial(self, index: int, done: int, record: Record) -> None:
        for receiver in self.receivers:
            receiver.partial(index, done, record)

    def finished(self, index: int, record: Record, seconds: float) -> None:
        for receiver in self.receivers:
            receiver.finished(index, record, seconds)

    def eyes(self, index: int, record: Record, seconds: float | None) -> None:
        for receiver in self.receivers:
            receiver.eyes(index, record, seconds)

    def encoded(self, done: int, count: int) -> None:
        for receiver in self.receivers:
            receiver.encoded(done, count)

    def waiting(self, index: int) -> None:
        for receiver in self.receivers:
            receiver.waiting(index)

    def pictured(self, index: int, pictures: Sequence[str]) -> None:
        for receiver in self.receivers:
            receiver.pictured(index, pictures)

    def note(self, text: str) -> None:
        for receiver in self.receivers:
            receiver.note(text)
