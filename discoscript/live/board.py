"""The board: the newest LiveState, for whoever waits for one, and the pictures that may be asked
for."""

import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from discoscript.watch.live_state import LiveFrame, LiveState

GLIMPSES = 64  #: that can still be asked for

#: The PNG of a digest, or None.
Read = Callable[[str], bytes | None]


class Board:
    """`publish` may be called from any thread; the newest state wins. `read` gives the pictures of
    frames. Whoever waits does so in the one event loop that `newer` is called in."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._state: LiveState | None = None
        self._frames: tuple[LiveFrame, ...] = ()
        self._known: set[str] = set()
        self._glimpses: dict[str, bytes] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._lookers = 0
        self.closed = False

    def publish(self, state: LiveState) -> None:
        """Show this from now on."""
        with self._lock:
            self._state = state
            if state.frames is not self._frames:
                self._frames = state.frames
                self._known |= {frame.digest for frame in state.frames if frame.digest}
            if state.current and state.current.jpeg:
                self._glimpses[glimpse_digest(state.current.jpeg)] = state.current.jpeg
                while len(self._glimpses) > GLIMPSES:
                    del self._glimpses[next(iter(self._glimpses))]
            loop = self._loop
        _soon(loop, self.wake)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self.closed = True
        _soon(self._loop, self.wake)

    @property
    def looked_at(self) -> bool:
        """Whether anybody looks."""
        return self._lookers > 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Somebody looks."""
        self._lookers += 1
        try:
            yield
        finally:
            self._lookers -= 1

    async def newer(self, than: LiveState | None, patience_s: float) -> LiveState | None:
        """The newest state as soon as it is another one, or what there is when woken, or in the
        end."""
        self._loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            if self._state is than and not self.closed:
                async with asyncio.timeout(patience_s):
                    await woken.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(woken)
        return self._state

    def picture(self, digest: str) -> tuple[str, bytes] | None:
        """Media type and bytes of a picture that was shown; None for all others."""
        with self._lock:
            glimpse, known = self._glimpses.get(digest), digest in self._known
        if glimpse is not None:
            return "image/jpeg", glimpse
        png = self._read(digest) if known else None
        return None if png is None else ("image/png", png)

    def wake(self) -> None:
        """Let everybody look whether to wait on; in their event loop."""
        for woken in self._waiting:
            woken.set()


def glimpse_digest(jpeg: bytes) -> str:
    """The name of a frame in the making."""
    return hashlib.sha256(jpeg).hexdigest()


def _soon(loop: asyncio.AbstractEventLoop | None, call: Callable[[], None]) -> None:
    if loop is not None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(call)
