"""The video of a long render, encoded while its frames are made: after the last one it is nearly
there.

It takes its name only when the render says that these are its frames. If they are not (a frame was
damaged and made again), or the encoder fails, the video is encoded after the render, which then
tells what is wrong.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue

from discoscript.errors import Failure
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.frames.renderer import Picture
from discoscript.video.growing import BEGINS_S
from discoscript.video.in_order import InOrder

TOLD_S = 0.2  #: between two words on how far the encoder is, at the end


class NotTheFrames(Exception):
    """What was encoded is not the video, and is not to get its name."""


class Ahead(Events):
    """Encodes finished frames in a thread, in the order of the video.

    `encode` writes the video of pictures and gives it its name when they end; if taking a picture
    raises something, no file is left. `read` gives the picture of a digest or raises NotTheFrames.
    `first` to `last`, excluded, are the frames of the video. A render of a few seconds is too short
    for it.
    """

    def __init__(
        self,
        encode: Callable[[Iterable[Picture]], object],
        read: Callable[[str], Picture],
        first: int,
        last: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.encode, self.read = encode, read
        self.clock, self.began = clock, clock()
        self._order = InOrder(first, last)
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._taken: list[str] = []
        self._wanted: tuple[str, ...] | None = None
        self._ended, self._whole = False, False

    def kept(self, index: int, record: Record) -> None:
        """The frame is there, and so are those after it that were there before."""
        for digest in self._order.arrived(index, record.digest):
            self._waiting.put(digest)

    def finished(self, index: int, record: Record, seconds: float) -> None:
        """The same; a render that takes its time is worth an encoder beside it."""
        self.kept(index, record)
        if self._thread is None and not self._ended and self.clock() - self.began >= BEGINS_S:
            self._thread = threading.Thread(target=self._encode, name="video", daemon=True)
            self._thread.start()

    def completed(self, digests: Sequence[str], events: Events) -> bool:
        """Whether the video is there and shows just these frames, in this order; `events` are told
        how far it is."""
        self._wanted = tuple(digests)
        self._end(lambda: events.encoded(len(self._taken), len(digests)))
        return self._whole and tuple(self._taken) == self._wanted

    def close(self) -> None:
        """Stop, without a video unless it was completed."""
        self._end(lambda: None)

    def _end(self, tell: Callable[[], None]) -> None:
        self._ended = True
        self._waiting.put(None)
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(TOLD_S)
            tell()

    def _encode(self) -> None:
        with suppress(NotTheFrames, OSError, ValueError, Failure):
            self.encode(self._pictures())
            self._whole = True

    def _pictures(self) -> Iterator[Picture]:
        while (digest := self._waiting.get()) is not None:
            if self._ended and self._wanted is None:
                break
            self._taken.append(digest)
            yield self.read(digest)
        if tuple(self._taken) != self._wanted:
            raise NotTheFrames
