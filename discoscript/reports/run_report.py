"""RunReport: what one run of `render` did, as a value that is kept as JSON.

out/beach/report.html                the newest run, to read
out/beach/runs/20261128-231604.json  one file for each run, the oldest are removed
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

FORMAT, VERSION = "discoscript-run", 1

#: Runs that are kept beside one render.
KEPT = 50


@dataclass(frozen=True)
class Setting:
    """A setting as the script or the model has it; `value` in words, `by` who gave it."""

    name: str
    value: str
    by: str


@dataclass(frozen=True)
class Words:
    """A prompt, on frames `first` to `end` (excluded), with its weight in words."""

    text: str
    first: int
    end: int
    weight: str


@dataclass(frozen=True)
class RunReport:
    """One run. `began` is a date and time of this machine's clock, `seconds` how long it took,
    `ended` "finished", "interrupted", or what went wrong. `rendered` are frames with the seconds
    that each took; all others of `frames` were kept. `notes` are what the run said, mistakes of
    the script among them. `result` is the path of the video or of the pictures."""

    script: str
    title: str
    began: str
    seconds: float
    ended: str
    frames: int
    fps: float
    size: tuple[int, int]
    mode: str
    seed: int
    engine: str
    numeric: str
    models: Mapping[str, str]
    settings: tuple[Setting, ...]
    prompts: tuple[Words, ...]
    rendered: tuple[tuple[int, float], ...]
    notes: tuple[str, ...]
    result: str

    @property
    def name(self) -> str:
        """What the file of the run is called, without an ending: `20261128-231604`."""
        return "".join(c for c in self.began if c.isdigit() or c == "T").replace("T", "-")


def to_json(report: RunReport) -> str:
    """The report as a text."""
    values = {"format": FORMAT, "version": VERSION, **asdict(report)}
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> RunReport:
    """A report from its text; ValueError if it is none of this version."""
    try:
        values = json.loads(text)
        if (values.pop("format"), values.pop("version")) != (FORMAT, VERSION):
            raise ValueError("another format")
        return _report(values)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a report of a run") from error


def _report(values: dict[str, Any]) -> RunReport:
    names = {field.name for field in fields(RunReport)}
    if set(values) != names:
        raise ValueError("not a report of a run")
    width, height = values["size"]
    lists: dict[str, Sequence[object]] = {
        "size": (int(width), int(height)),
        "settings": [Setting(**each) for each in values["settings"]],
        "prompts": [Words(**each) for each in values["prompts"]],
        "rendered": [(int(index), float(seconds)) for index, seconds in values["rendered"]],
        "notes": [str(note) for note in values["notes"]],
    }
    return RunReport(**{**values, **{name: tuple(part) for name, part in lists.items()}})
