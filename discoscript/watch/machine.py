"""What to do when: the loop of the watcher as a pure function of state and event.

There is one renderer and at most one render that waits for it: a save replaces what waits. A
render that is no longer wanted stops within a diffusion step, or finishes its frame if that is
wanted after all; only when it has ended the next one starts.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, Protocol, TypeVar

from discoscript.errors import Exit


class Render(Protocol):
    """What is to be rendered, as far as the machine needs to know it."""

    @property
    def wanted(self) -> frozenset[str]:
        """The keys of the pictures that it will need and that are not there yet."""


RenderT = TypeVar("RenderT", bound=Render)


class Phase(Enum):
    """What the renderer is doing."""

    IDLE = "idle"
    RENDERING = "rendering"
    STOPPING = "stopping"


@dataclass(frozen=True)
class State(Generic[RenderT]):
    """`now` is what is rendered or was last, `next` what waits; `complete` says that `now` was
    rendered to its end. `leaving` is the exit code, once the watcher is to end."""

    phase: Phase = Phase.IDLE
    now: RenderT | None = None
    next: RenderT | None = None
    complete: bool = False
    leaving: Exit | None = None
    once: bool = False


# ───────────── events ─────────────


@dataclass(frozen=True)
class Compiled(Generic[RenderT]):
    """A save was compiled; None where there is nothing to render because it has errors."""

    render: RenderT | None


@dataclass(frozen=True)
class Ended:
    """The renderer has nothing to do; `code` is OK, INTERRUPTED where it was stopped, or what went
    wrong."""

    code: Exit


@dataclass(frozen=True)
class Quit:
    """The user wants to go."""


# ───────────── actions ─────────────


@dataclass(frozen=True)
class Start(Generic[RenderT]):
    """Render this."""

    render: RenderT


@dataclass(frozen=True)
class Stop:
    """Stop; a picture whose key is among `keep` is finished first."""

    keep: frozenset[str]


@dataclass(frozen=True)
class Leave:
    """End the watcher."""

    code: Exit


Event = Compiled[RenderT] | Ended | Quit
Action = Start[RenderT] | Stop | Leave


def step(
    state: State[RenderT], event: Event[RenderT]
) -> tuple[State[RenderT], tuple[Action[RenderT], ...]]:
    """The next state, and what is to be done."""
    if isinstance(event, Compiled):
        return _compiled(state, event.render)
    if isinstance(event, Ended):
        return _ended(state, event.code)
    return _quit(state)


def _compiled(
    state: State[RenderT], render: RenderT | None
) -> tuple[State[RenderT], tuple[Action[RenderT], ...]]:
    if render is None:
        return _broken(state)
    if state.phase is Phase.IDLE:
        return _started(state, render)
    if state.phase is Phase.RENDERING and render == state.now:
        return state, ()
    stopping = replace(state, phase=Phase.STOPPING, next=render)
    return stopping, (Stop(render.wanted),)


def _broken(state: State[RenderT]) -> tuple[State[RenderT], tuple[Action[RenderT], ...]]:
    if state.once and state.phase is Phase.IDLE:
        return replace(state, leaving=Exit.SCRIPT), (Leave(Exit.SCRIPT),)
    if state.phase is Phase.IDLE:
        return state, ()
    return replace(state, phase=Phase.STOPPING, next=None), (Stop(frozenset()),)


def _started(
    state: State[RenderT], render: RenderT
) -> tuple[State[RenderT], tuple[Action[RenderT], ...]]:
    if state.complete and render == state.now:
        return state, ()
    started = replace(state, phase=Phase.RENDERING, now=render, next=None, complete=False)
    return started, (Start(render),)


def _ended(state: State[RenderT], code: Exit) -> tuple[State[RenderT], tuple[Action[RenderT], ...]]:
    idle = replace(state, phase=Phase.IDLE, complete=code == Exit.OK)
    if state.leaving is not None:
        return idle, (Leave(state.leaving),)
    if state.next is not None:
        return _started(replace(idle, complete=False), state.next)
    if state.once:
        return replace(idle, leaving=code), (Leave(code),)
    return idle, ()


def _quit(state: State[RenderT]) -> tuple[State[RenderT], tuple[Action[RenderT], ...]]:
    leaving = replace(state, leaving=Exit.INTERRUPTED, next=None)
    if state.phase is Phase.IDLE:
        return leaving, (Leave(Exit.INTERRUPTED),)
    return replace(leaving, phase=Phase.STOPPING), (Stop(frozenset()),)
