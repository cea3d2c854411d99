"""The renderer in a thread of its own: it keeps its models from one save to the next.

It tells what happens as messages, and stops at the next diffusion step, the next frame or the next
picture of the video when it is told to. A picture is committed to the store only when it is whole,
so wherever it stops nothing partial is left.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from queue import SimpleQueue

from PIL import Image

from discoscript.errors import Exit, Failure, RenderFailure
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.frames.renderer import Glimpse, Renderer
from discoscript.video.delivering import Delivery
from discoscript.watch.work import Work

GLIMPSE_S = 0.15  #: at most so often the frame in the making is shown
QUALITY = 85  #: of its JPEG


class Stopped(Failure):
    """The render is not wanted any more."""

    exit = Exit.INTERRUPTED


# ───────────── messages ─────────────


@dataclass(frozen=True)
class Kept:
    """A frame is there: `seconds` is None where it was there already."""

    name: str  #: of the pass
    index: int
    record: Record
    seconds: float | None


@dataclass(frozen=True)
class Begun:
    """A frame is being made."""

    name: str
    index: int


@dataclass(frozen=True)
class Stepped:
    """A frame has gone through `done` of `steps` steps, and looks like `jpeg`, if that is known."""

    name: str
    index: int
    done: int
    steps: int
    jpeg: bytes | None = None


@dataclass(frozen=True)
class Encoded:
    """`done` of `count` pictures are in the video."""

    done: int
    count: int


@dataclass(frozen=True)
class Noted:
    """Something that the user should know."""

    text: str


@dataclass(frozen=True)
class PassDone:
    """A pass is through and its pictures and video are written."""

    name: str
    delivery: Delivery


@dataclass(frozen=True)
class Over:
    """The work has ended: through, stopped, or failed at the frame that was begun last."""

    code: Exit
    failure: Failure | None = None


Message = Kept | Begun | Stepped | Encoded | Noted | PassDone | Over


class Worker:
    """Renders one work after the other in a thread. `tell` is called from that thread.

    `load` makes the renderer, when the first work starts. `wants_glimpses` says whether anybody
    looks at the frame in the making.
    """

    def __init__(
        self,
        load: Callable[[Callable[[str], None]], Renderer],
        tell: Callable[[Message], None],
        wants_glimpses: Callable[[], bool] = lambda: False,
    ) -> None:
        self._load, self._tell, self._wants_glimpses = load, tell, wants_glimpses
        self._renderer: Renderer | None = None
        self._keep: frozenset[str] | None = None  #: None: go on
        self.busy = False
        self._work: SimpleQueue[Work] = SimpleQueue()
        self._thread = threading.Thread(target=self._all, name="renderer", daemon=True)
        self._thread.start()

    def start(self, work: Work) -> None:
        """Render this. The work before it must have ended."""
        self._keep, self.busy = None, True
        self._work.put(work)

    def stop(self, keep: frozenset[str]) -> None:
        """Stop as soon as possible; a picture whose key is in `keep` is finished first."""
        self._keep = keep

    def check(self, key: str | None) -> None:
        """Stopped, if the render is to stop and the picture of `key` is not wanted either."""
        keep = self._keep
        if keep is not None and key not in keep:
            raise Stopped("stopped")

    def _all(self) -> None:
        while True:
            work = self._work.get()
            failure = self._rendered(work)
            code = failure.exit if failure else Exit.OK
            if failure is not None:  # it holds on to the pictures of the frame it comes from
                failure.__traceback__ = failure.__cause__ = failure.__context__ = None
            self.busy = False
            self._tell(Over(code, None if isinstance(failure, Stopped) else failure))
            del work, failure

    def _rendered(self, work: Work) -> Failure | None:
        """Every pass; what stopped it, if anything did."""
        try:
            for one in work.passes:
                told = _Told(self, one.name, self._tell, self._wants_glimpses)
                self.check(None)
                self._renderer = self._renderer or self._load(told.note)
                if one.first is not None:
                    one.part(one.first, self._renderer, told)
                self._tell(PassDone(one.name, one.deliver(self._renderer, told)))
        except Failure as failure:
            return failure
        except Exception as error:  # whatever it was, the next save is compiled and rendered
            reason = str(error).strip() or type(error).__name__
            return RenderFailure(f"the render ended unexpectedly: {reason}")
        return None


class _Told(Events):
    """Turns the events of a render into messages, and stops it when it is to stop."""

    def __init__(
        self,
        worker: Worker,
        name: str,
        tell: Callable[[Message], None],
        wants_glimpses: Callable[[], bool],
    ) -> None:
        self.worker, self.name, self.tell, self.wants = worker, name, tell, wants_glimpses
        self.key: str | None = None
        self.glimpsed = 0.0

    def kept(self, index: int, record: Record) -> None:
        self.tell(Kept(self.name, index, record, None))
        self.worker.check(None)

    def waiting(self, index: int) -> None:
        self.worker.check(None)

    def started(self, index: int) -> None:
        self.tell(Begun(self.name, index))

    def making(self, index: int, key: str) -> None:
        self.key = key
        self.worker.check(key)

    def step(self, index: int, done: int, steps: int) -> None:
        if done < steps:  # after the last one there is nothing left to save
            self.worker.check(self.key)

    def glimpse(self, index: int, done: int, steps: int, picture: Glimpse) -> None:
        jpeg = None
        now = time.monotonic()
        if done < steps and now - self.glimpsed >= GLIMPSE_S and self.wants():
            self.glimpsed, data = now, BytesIO()
            Image.fromarray(picture()).save(data, "JPEG", quality=QUALITY)
            jpeg = data.getvalue()
        self.tell(Stepped(self.name, index, done, steps, jpeg))

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self.tell(Kept(self.name, index, record, seconds))
        self.worker.check(None)

    def encoded(self, done: int, count: int) -> None:
        self.tell(Encoded(done, count))
        self.worker.check(None)

    def note(self, text: str) -> None:
        self.tell(Noted(text))
