"""A renderer in a process of its own: what breaks it breaks no more than that process.

A GPU that has run out of memory, or whose driver has lost its state, stays useless to the process
that uses it; so does a process that the system has ended. Here that process is ended, another one
is started, and the frame is rendered once more. What fails twice is the frame's fault, and is said.

The two talk through a pipe. The child asks for the pictures that a job names, and tells of each
step; between two steps the parent may ask what is seen so far, or have it stop.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from discoscript.errors import Failure, RenderFailure
from discoscript.frames.renderer import OnStep, Picture, Renderer
from discoscript_engine.identity import Identity
from discoscript_engine.job import Carry, Eyes, FrameJob, Models, Move
from discoscript_engine.weights import WrongWeights

ATTEMPTS = 2  #: at a frame, each in a process that has not failed
LAST_WORDS_S = 5.0  #: for a process to end by itself

#: Errors after which a process is not trusted with another frame, by the name of their class.
MEMORY = frozenset({"OutOfMemoryError", "TooLittleMemory", "MemoryError"})
POISONED = frozenset({"AcceleratorError"})


class RendererFailed(Exception):
    """The renderer could not make the picture; the text says why."""


class RendererLost(Exception):
    """The process that renders has ended, or is not to be trusted any more."""


class ChildRenderer:
    """A Renderer whose pictures are made by another process, which is started when it is needed.

    `make` is `module:function`; called with what notes go to, it gives the real renderer.
    """

    def __init__(
        self,
        make: str,
        note: Callable[[str], None],
        identity: Callable[[Models], Identity],
    ) -> None:
        self._make, self._note = make, note
        self.identity = identity
        self._process: Any = None
        self._pipe: Connection | None = None

    def load(self) -> "ChildRenderer":
        """Start the process and have it make its renderer now, which takes a while."""
        self._asked("load", ())
        return self

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        return self._asked("render", (job, previous), assets, on_step)

    def move(self, move: Move, picture: Picture) -> Picture:
        return self._asked("move", (move, picture))

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        return self._asked("carry", (carry, previous, picture), assets)

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        return self._asked("eyes", (eyes, picture))

    def close(self) -> None:
        """End the process."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is None or pipe is None:
            return
        pipe.close()
        process.kill()
        process.join(LAST_WORDS_S)

    # ───────────── asking ─────────────

    def _asked(
        self,
        what: str,
        arguments: tuple[Any, ...],
        assets: Mapping[str, bytes] | None = None,
        on_step: OnStep = lambda done, steps, glimpse: None,
    ) -> Picture:
        """What the child makes of it; after a loss once more, in another process."""
        reason = ""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(what, arguments, assets or {}, on_step)
            except RendererLost as lost:
                reason = str(lost)
                self.close()
            except BaseException:
                if not self._idle:
                    self.close()  # whatever it is doing, nobody waits for it
                raise
            if attempt < ATTEMPTS:
                self._note(f"{reason}; the renderer is started again")
        raise RendererFailed(f"{reason}; a second try ended the same way")

    _idle = True  #: whether the child waits to be asked

    def _once(
        self,
        what: str,
        arguments: tuple[Any, ...],
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        self._idle = False
        self._start()
        self._send(what, *arguments)
        while True:
            kind, *told = self._received()
            self._idle = kind in ("picture", "failed", "failure")
            if kind == "picture":
                return told[0]  # type: ignore[no-any-return]
            if kind == "failed":
                raise RendererFailed(told[0])
            if kind == "failure":
                raise RenderFailure(*told)
            if kind == "lost":
                raise RendererLost(told[0])
            if kind == "note":
                self._note(told[0])
            elif kind == "asset":
                self._send_asset(assets.get(told[0]))
            else:
                self._step(on_step, *told)

    def _step(self, on_step: OnStep, done: int, steps: int) -> None:
        try:
            on_step(done, steps, self._glimpse)
        except BaseException:
            self._send("stop")
            while self._received()[0] != "stopped":
                pass
            self._idle = True
            raise
        self._send("go on")

    def _glimpse(self) -> Picture:
        self._send("glimpse")
        picture: Picture = self._received()[0]
        return picture

    def _start(self) -> None:
        if self._process is not None and self._process.is_alive():
            return
        self.close()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, self._make), name="renderer", daemon=True
        )
        with _deaf():
            self._process.start()
        theirs.close()

    def _send(self, *message: Any) -> None:
        assert self._pipe is not None
        try:
            self._pipe.send(message)
        except OSError as error:
            raise RendererLost(self._last_words()) from error

    def _send_asset(self, content: bytes | None) -> None:
        """As it is, not pickled: it may be gigabytes."""
        self._send(content is not None)
        if content is None:
            return
        assert self._pipe is not None
        try:
            self._pipe.send_bytes(content)
        except OSError as error:
            raise RendererLost(self._last_words()) from error

    def _received(self) -> Any:
        assert self._pipe is not None
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise RendererLost(self._last_words()) from error

    def _last_words(self) -> str:
        """How the process has ended."""
        self._process.join(LAST_WORDS_S)
        code = self._process.exitcode
        if code is not None and code < 0:
            with suppress(ValueError):
                return f"the process that renders was ended by {signal.Signals(-code).name}"
        return f"the process that renders has ended with code {code}"


@contextmanager
def _deaf() -> Iterator[None]:
    """Ctrl-C on a terminal goes to all processes; the child is told to stop by its parent."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ───────────── the child ─────────────


class _Stop(BaseException):
    """Unwinds a frame that is not wanted any more."""


class _Gone(BaseException):
    """The parent has."""


class _Line:
    """The child's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def say(self, *message: Any) -> None:
        """Tell the parent."""
        try:
            self._pipe.send(message)
        except OSError as error:
            raise _Gone from error

    def heard(self) -> Any:
        """What the parent says."""
        try:
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise _Gone from error

    def heard_bytes(self) -> bytes:
        """The content of a file, which the parent sends as it is."""
        try:
            return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise _Gone from error


class _Asked(Mapping[str, bytes]):
    """The pictures that a job names, asked for when they are needed."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def __getitem__(self, digest: str) -> bytes:
        self._line.say("asset", digest)
        if not self._line.heard()[0]:
            raise KeyError(digest)
        return self._line.heard_bytes()

    def __iter__(self) -> Iterator[str]:
        raise TypeError("assets are asked for one by one")

    def __len__(self) -> int:
        raise TypeError("assets are asked for one by one")


def serve(pipe: Connection, make: str) -> None:
    """The child: makes what it is asked for until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line, made = _Line(pipe), list[Renderer]()
    with suppress(_Gone):
        while True:
            _serve_one(line, make, made)


def _serve_one(line: _Line, make: str, made: list[Renderer]) -> None:
    """Make one picture; `made` holds the renderer, once there is one."""
    what, *arguments = line.heard()
    try:
        if not made:
            module, _, function = make.partition(":")
            made.append(
                getattr(import_module(module), function)(lambda text: line.say("note", text))
            )
        picture = None if what == "load" else _picture(line, made[0], what, arguments)
    except _Stop:
        line.say("stopped")
    except Failure as failure:
        line.say("failure", failure.message, failure.help)
    except WrongWeights as wrong:
        line.say("failure", str(wrong), wrong.help)
    except Exception as error:
        line.say(*_said(error))
    else:
        line.say("picture", picture)


def _picture(line: _Line, renderer: Renderer, what: str, arguments: list[Any]) -> Picture:
    assets = _Asked(line)

    def on_step(done: int, steps: int, glimpse: Callable[[], Picture]) -> None:
        line.say("step", done, steps)
        while (answer := line.heard()[0]) == "glimpse":
            line.say(glimpse())
        if answer == "stop":
            raise _Stop

    if what == "render":
        return renderer.render(arguments[0], arguments[1], assets, on_step)
    if what == "carry":
        return renderer.carry(arguments[0], arguments[1], arguments[2], assets)
    made: Picture = getattr(renderer, what)(*arguments)
    return made


def _said(error: Exception) -> tuple[str, str]:
    """What is told of an error: whether this process is lost with it, and why."""
    text = str(error).strip() or type(error).__name__
    names = {kind.__name__ for kind in type(error).__mro__}
    lost = names & (MEMORY | POISONED) or "CUDA error" in text
    return ("lost" if lost else "failed"), " ".join(text.splitlines()[:1])
