"""Why a frame is rendered: one named reason, with the line that changed.

camera.translate_z 10 → 12 at lighthouse.disco:7
previous frame 39 changed
asset dog.png changed
engine epoch 3 → 4
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Cause(Enum):
    """What makes a frame stale; `KEPT` if nothing does."""

    KEPT = "kept"
    NEW = "new"
    PARAMETER = "parameter"
    PROMPT = "prompt"
    START = "start"
    ASSET = "asset"
    MODEL = "model"
    ENGINE = "engine"
    MACHINE = "machine"
    PREVIOUS = "previous"
    EVICTED = "evicted"
    DAMAGED = "damaged"


#: What is said of a reason, by its cause; `{change}` is ` 10 → 12`, empty where there is none.
WORDS: Mapping[Cause, str] = {
    Cause.KEPT: "kept",
    Cause.NEW: "new",
    Cause.PARAMETER: "{what}{change}",
    Cause.PROMPT: "prompt{what}{change}",
    Cause.START: "starts from{change}",
    Cause.ASSET: "asset {what} changed",
    Cause.MODEL: "model {what}{change}",
    Cause.ENGINE: "{what}{change}",
    Cause.MACHINE: "machine{change}",
    Cause.PREVIOUS: "previous frame {frame} changed",
    Cause.EVICTED: "evicted: it was in the frame store and had to make room",
    Cause.DAMAGED: "damaged in the frame store",
}


@dataclass(frozen=True)
class Reason:
    """Why a frame is rendered, or that it is kept. `what` is a parameter, a prompt, a file or a
    model; `before` and `after` are its values in words; `frame` is the one that this one follows;
    `path` and `line` are where the change is written, "" and 0 where no line says it."""

    cause: Cause
    what: str = ""
    before: str = ""
    after: str = ""
    path: str = ""
    line: int = 0
    frame: int = -1

    @property
    def text(self) -> str:
        """The reason in one line."""
        said = self.before or self.after
        change = f" {self.before or 'nothing'} → {self.after or 'nothing'}" if said else ""
        what = f" {self.what}" if self.cause is Cause.PROMPT and self.what else self.what
        words = WORDS[self.cause].format(what=what, change=change, frame=self.frame)
        return f"{words} at {self.path}:{self.line}" if self.line else words


KEPT = Reason(Cause.KEPT)


@dataclass(frozen=True)
class Files:
    """The files of a run: paths by the SHA-256 of their content, and the input video: its path,
    the SHA-256 of the file and which of its frames are used."""

    paths: Mapping[str, str]
    video: tuple[str, str, int] | None = None
