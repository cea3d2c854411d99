"""A finished schedule under check: its values, and the lines that gave them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import BY_KEY
from discoscript.scene.scene import Scene
from discoscript.schedule.schedule import Schedule
from discoscript.text.report import Report
from discoscript.text.source import Span
from discoscript_engine.model_table import Model


@dataclass(frozen=True)
class Subject:
    """What a check looks at, and where it reports. A check is silent where the script is."""

    scene: Scene
    schedule: Schedule
    model: Model
    report: Report

    def values(self, key: str) -> NDArray[Any]:
        """A parameter that may change, at every frame."""
        return self.schedule.frames_of[key]

    def fixed(self, key: str) -> Any:
        """A parameter of the whole render."""
        return self.schedule.fixed[key]

    def says(self, key: str) -> bool:
        """Whether the script speaks of a parameter."""
        return key in self.schedule.origins

    def place(self, *keys: str) -> Span | None:
        """The last line about any of the parameters; None if the script speaks of none."""
        origins = (self.schedule.origins[key] for key in keys if key in self.schedule.origins)
        spans = [span for origin in origins for span in (*origin.spans, *origin.layers)]
        return max(spans, default=None)

    def place_at(self, key: str, frame: int) -> Span | None:
        """The line that gives a parameter its value at a frame; None if none does."""
        origin = self.schedule.origins.get(key)
        if origin is None:
            return None
        owner = int(origin.owner[frame])
        return origin.spans[owner] if owner >= 0 else max(origin.layers, default=None)

    def moved(self, key: str) -> NDArray[np.bool_]:
        """Where a parameter is not at its default of the table, shape (frames,)."""
        return np.asarray(self.values(key) != BY_KEY[key].default)
