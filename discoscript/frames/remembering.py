"""Remembering what was asked for: a receiver of events that keeps the run in the store."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from discoscript.errors import DiskFailure
from discoscript.frames.events import Events
from discoscript.frames.store import Store
from discoscript.plan.plan import FramePlan
from discoscript.plan.reasons import Files
from discoscript.plan.run import run_of
from discoscript_engine.identity import Identity


@dataclass
class Remembering(Events):
    """Collects the frames of a render that are done; `save` keeps them. The frames of an earlier
    render that this one did not come to stay as they are."""

    store: Store
    name: str  #: of the run
    plan: FramePlan
    identity: Identity
    script: str
    text: str
    files: Files
    variant: str = ""
    pictures: dict[int, Sequence[str]] = field(default_factory=dict)

    def pictured(self, index: int, pictures: Sequence[str]) -> None:
        """Another frame is done."""
        self.pictures[index] = pictures

    def save(self) -> None:
        """Keep the run. It only explains: a disk that can not take it stops nothing."""
        done = [(f, self.pictures[f.index]) for f in self.plan.frames if f.index in self.pictures]
        if not done:
            return
        with suppress(DiskFailure):
            before = self.store.run(self.name)
            run = run_of(
                done, self.identity, self.script, self.text, self.files, before, self.variant
            )
            self.store.keep_run(self.name, run)
