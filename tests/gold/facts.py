"""Comments that say what a script means, in words that can be compared with its schedule.

A comment that begins with `#=` states a fact:

    #= camera.fov at 96: 90                     the value at a frame
    #= camera.fov at 4s: > 60                   ... by time (`4s`, `500ms`), and only a bound
    #= cutouts.inner at progress 400: 12        ... over the diffusion of a frame
    #= prompt "a lighthouse" at 48: 2           the weight; 0 where it is not there
    #= sum of camera.rotate_y over 0..48: 90    what the amounts of the frames add up to
    #= product of camera.zoom over 0..48: 2
    #= seed at 48: 7
    #= frames: 96
    #= segments: 0, 48                          the frames that begin one
    #= shot "storm": 48..96

Frames and seconds count from the start of the scene, whatever block the comment stands in. A number
is right to as many places as it is written with.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from discoscript.parameters import BY_KEY, Axis
from discoscript.schedule.schedule import Schedule

_MARK = re.compile(r"#=\s*(.*?)\s*$")
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s)?")


@dataclass(frozen=True)
class Fact:
    """One comment: its line in the script, and what it says."""

    line: int
    text: str

    @property
    def name(self) -> str:
        """How its test is called."""
        return f"{self.line}: {self.text}"


def facts_of(text: str) -> Iterator[Fact]:
    """The facts that the comments of a script state."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _MARK.search(line):
            yield Fact(number, found[1])


def found(fact: Fact, schedule: Schedule) -> tuple[object, str]:
    """What the schedule has, and what the fact says it should be."""
    for pattern, look in _FORMS:
        if match := re.fullmatch(rf"{pattern}: (.*)", fact.text):
            *asked, expected = match.groups()
            return look(schedule, *asked), expected
    raise ValueError(f"line {fact.line}: this is no fact: {fact.text}")


def agrees(value: object, expected: str) -> bool:
    """Whether a value is what is written, to the places that are written."""
    if expected[:2] in ("> ", "< "):
        assert isinstance(value, int | float)
        bound = float(expected[2:])
        return value > bound if expected[0] == ">" else value < bound
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _shown(value) == expected
    places = len(expected.partition(".")[2])
    slack = 0.5 * 10.0**-places if places else 0.0
    return math.isclose(value, float(expected), rel_tol=1e-9, abs_tol=slack + 1e-9)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple | list):
        return f"[{', '.join(f'{part:g}' for part in value)}]"
    return "none" if value is None else str(value)


def frame_of(time: str, fps: Fraction) -> int:
    """`96`, `4s` or `500ms` -> the frame."""
    match = _TIME.fullmatch(time)
    assert match, f"{time} is no time"
    number, unit = Fraction(match[1]), match[2]
    scale = {None: Fraction(1), "s": fps, "ms": fps / 1000}[unit]
    return math.floor(number * scale + Fraction(1, 2))


# ───────────── what can be asked ─────────────


def _value(schedule: Schedule, key: str, time: str) -> object:
    if BY_KEY[key].axis is Axis.FIXED:
        return schedule.fixed[key]
    return schedule.frames_of[key].tolist()[frame_of(time, schedule.fps)]


def _progress(schedule: Schedule, key: str, at: str) -> object:
    return float(schedule.progress[key][int(at)])


def _weight(schedule: Schedule, text: str, time: str) -> object:
    """The weight of a prompt, 0 where none of this text counts."""
    frame = frame_of(time, schedule.fps)
    rows = [row for row in schedule.prompts if row.text == text]
    assert rows, f"there is no prompt {text!r}, but {[row.text for row in schedule.prompts]}"
    return sum(float(row.weight[frame]) for row in rows)


def _sum(schedule: Schedule, key: str, begin: str, end: str) -> object:
    return float(np.sum(schedule.frames_of[key][int(begin) : int(end)]))


def _product(schedule: Schedule, key: str, begin: str, end: str) -> object:
    return float(np.prod(schedule.frames_of[key][int(begin) : int(end)]))


def _seed(schedule: Schedule, time: str) -> object:
    frame = frame_of(time, schedule.fps)
    first = 0 if schedule.seeded[frame] else schedule.fixed["scene.seed"]
    assert isinstance(first, int), "the seed of this scene is random"
    return first + int(schedule.seeds[frame])


def _frames(schedule: Schedule) -> object:
    return schedule.frames


def _segments(schedule: Schedule) -> object:
    return ", ".join(map(str, schedule.starts))


def _shot(schedule: Schedule, title: str) -> object:
    (shot,) = (shot for shot in schedule.shots if shot.title == title)
    return f"{shot.begin}..{shot.end}"


_FORMS: Sequence[tuple[str, Callable[..., object]]] = (
    (r"(\w+\.\w+) at progress (\d+)", _progress),
    (r"(\w+\.\w+) at (\S+)", _value),
    (r'prompt "(.*)" at (\S+)', _weight),
    (r"sum of (\w+\.\w+) over (\d+)\.\.(\d+)", _sum),
    (r"product of (\w+\.\w+) over (\d+)\.\.(\d+)", _product),
    (r"seed at (\S+)", _seed),
    (r"frames", _frames),
    (r"segments", _segments),
    (r'shot "(.*)"', _shot),
)
