"""THE table: every parameter of the language, once.

Checks, docs, hover, importers, frame keys and the command line derive from these rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What a value is."""

    NUMBER = "number"
    WHOLE = "whole number"
    TRUTH = "on or off"
    CHOICE = "choice"
    CHOICES = "list of choices"
    SIZE = "size"
    TIME = "time"
    PERCENT = "percent"
    PERCENTS = "list of percents"
    SEED = "whole number or random"
    PATH = "path"
    TEXT = "text"
    STEPS_OR_LIST = "whole number or list"


class Axis(StrEnum):
    """Over what a parameter may change."""

    FIXED = "fixed for the whole render"
    FRAMES = "frames"
    SEGMENT = "segment starts"
    PROGRESS = "diffusion progress, 0 to 1000"


class Mode(StrEnum):
    """Animation systems."""

    STILL = "still"
    D2 = "2d"
    D3 = "3d"
    VIDEO = "video"


#: A resolved value of a parameter.
Resolved = (
    bool | int | float | str | Fraction | tuple[int, int] | tuple[str, ...] | tuple[float, ...] | None
)


@dataclass(frozen=True)
class Parameter:
    """One row.

    `default` is the value when neither script nor model says otherwise; `video_default` replaces
    it in video mode. For the PROGRESS axis the default is a tuple of runs `(end, value)`.
    `typical` and `hard` are (low, high); a value outside `typical` is unusual (D801), outside
    `hard` an error (D203); `open_low` excludes the lower hard bound itself. `glides` says that
    values between two values make sense. `per_frame` marks amounts that a camera moves per frame
    (`/s` and `by` are allowed), `factor` those that multiply. `pixels` says that it can change a
    picture. `since` names the issue-free word "later" for rows that are not built yet: using them
    is D002-like error `not built yet`; None means built.
    """

    group: str
    name: str
    kind: Kind
    default: Resolved | tuple[tuple[int, float], ...]
    doc: str
    unit: str = ""
    typical: tuple[float, float] | None = None
    hard: tuple[float | None, float | None] | None = None
    open_low: bool = False
    choices: tuple[str, ...] = ()
    axis: Axis = Axis.FRAMES
    glides: bool = True
    modes: frozenset[Mode] = frozenset(Mode)
    video_default: Resolved = None
    per_frame: bool = False
    factor: bool = False
    pixels: bool = True
    disco: str = ""
    built: bool = True

    @property
    def key(self) -> str:
        """`group.name`."""
        return f"{self.group}.{self.name}"


PARAMETERS: tuple[Parameter, ...] = ()

BY_KEY: Mapping[str, Parameter] = {p.key: p for p in PARAMETERS}
