"""LiveState: all that anybody may show of a watched script, as one frozen value.

A new one is published whenever something changes; what has not changed is the same object in both.
The screen, the JSON lines and the live page are made from it and from nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from discoscript.frames.frames import Found, State
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import printable
from discoscript.text.codes import Severity
from discoscript.text.diagnostics import Diagnostic, draw, severity
from discoscript.text.places import ends
from discoscript.text.source import Source


class Shown(Enum):
    """What is shown at the place of a frame."""

    KEPT = "kept"  #: its picture
    STALE = "stale"  #: a picture of before, or a draft, until it is rendered
    QUEUED = "queued"  #: nothing yet
    RENDERING = "rendering"
    FAILED = "failed"


@dataclass(frozen=True)
class LiveFrame:
    """A frame: its state, why, and the picture that is shown, by the digest of its PNG.

    `draft` says that the picture is a draft, to be followed by the real one.
    """

    state: Shown
    digest: str | None = None
    draft: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Current:
    """The frame in the making; `jpeg` is what is seen of it so far."""

    index: int
    step: int = 0
    steps: int = 0
    jpeg: bytes | None = None
    pass_name: str = ""


@dataclass(frozen=True)
class Problem:
    """A diagnostic as data; `frame` is its code frame as text. A failure has no code, no place."""

    severity: str
    message: str
    code: str = ""
    help: str = ""
    path: str = ""
    line: int = 0
    column: int = 0
    frame: str = ""


class Doing(Enum):
    """What the watcher is doing."""

    COMPILING = "compiling"
    RENDERING = "rendering"
    ENCODING = "encoding"
    DONE = "done"
    BROKEN = "broken"  #: the script has errors
    FAILED = "failed"  #: a render has failed
    STOPPED = "stopped"


@dataclass(frozen=True)
class Progress:
    """Of the frames of the pass that runs: how many are ready, and what is left at the pace that
    was measured; None before anything was."""

    pass_name: str = ""
    ready: int = 0
    total: int = 0
    seconds_a_frame: float | None = None
    seconds_left: float | None = None
    encoded: int = 0


@dataclass(frozen=True)
class LiveState:
    """Everything that is shown. `saves` counts all compilations, `plan` those that gave something
    to render; `schedule` is that of the last one, from which curves and prompts are drawn. `saved`
    and `good` are times of day: of the last save, and of the save whose pictures are shown."""

    script: str
    title: str = ""
    fps: Fraction = Fraction(24)
    size: tuple[int, int] = (1, 1)
    doing: Doing = Doing.COMPILING
    plan: int = 0
    schedule: Schedule | None = None
    frames: tuple[LiveFrame, ...] = ()
    first: int = 0  #: the number of the first of them
    current: Current | None = None
    problems: tuple[Problem, ...] = ()
    progress: Progress = Progress()
    saves: int = 0
    saved: str = ""
    good: str = ""
    change: str = ""  #: what the last save changed, in a few words
    notes: tuple[str, ...] = ()
    video: str = ""  #: where it lies


def problems_of(diagnostics: Sequence[Diagnostic], source: Source) -> tuple[Problem, ...]:
    """Diagnostics as data, errors first."""
    order = list(Severity)
    ordered = sorted(diagnostics, key=lambda d: (order.index(severity(d)), d.span))
    return tuple(_problem(diagnostic, source) for diagnostic in ordered)


def _problem(found: Diagnostic, source: Source) -> Problem:
    place, _ = ends(source, found.span)
    whole = draw([found], source, width=88).rstrip("\n")
    frame = "\n".join(whole.splitlines()[1:-2])  # without its head, and without the count below
    frame = "\n".join(line for line in frame.splitlines() if not line.lstrip().startswith("= help"))
    return Problem(
        str(severity(found)), printable(found.message), found.code, printable(found.help),
        place.path, place.line, place.column, frame,
    )  # fmt: skip


def planned_frames(
    indices: Sequence[int],
    found: Sequence[Found],
    digests: Sequence[str | None],
    drafts: Sequence[str | None],
    before: Mapping[int, LiveFrame],
) -> tuple[LiveFrame, ...]:
    """The frames of a new plan. `digests` are those of the pictures that are there, `drafts` of
    their drafts; what is not there yet shows what was there `before`."""
    frames = []
    for place, (index, one) in enumerate(zip(indices, found, strict=True)):
        if one.state is State.KEPT and digests[place]:
            frames.append(LiveFrame(Shown.KEPT, digests[place]))
            continue
        old = before.get(index, LiveFrame(Shown.QUEUED))
        digest = drafts[place] or old.digest
        draft = drafts[place] is not None or (old.draft and digest is not None)
        frames.append(LiveFrame(Shown.STALE if digest else Shown.QUEUED, digest, draft))
    return tuple(frames)


def with_frames(state: LiveState, news: Mapping[int, LiveFrame]) -> LiveState:
    """The state with other frames at these numbers."""
    if not news:
        return state
    frames = list(state.frames)
    for index, frame in news.items():
        if 0 <= index - state.first < len(frames):
            frames[index - state.first] = frame
    return replace(state, frames=tuple(frames))
