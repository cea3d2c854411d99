"""What is asked of a frame, as plain values: they can be kept in a file and compared years later.

    {"width": 64, ..., "start": {"is": "FromPrevious", "camera": {"is": "Camera2D", ...}, ...}}

A dataclass is a mapping that says its name under `is`; the rest is as JSON has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any

from discoscript.plan.plan import PlannedFrame
from discoscript_engine import job as jobs
from discoscript_engine.identity import Identity

#: None, a truth, a number, a text, a list or a mapping of such.
Plain = Any

#: What a frame is asked for beside its job. How the output video blends it is no part of it.
BESIDE_THE_JOB = ("turbo", "colors", "partials", "eyes")


def asked(frame: PlannedFrame) -> dict[str, object]:
    """Everything that decides the pictures of a frame, in the order in which it is compared. Where
    turbo skips a frame, its job decides nothing."""
    skipped = frame.turbo is not None and frame.turbo.skipped
    job = {} if skipped else {f.name: getattr(frame.job, f.name) for f in fields(frame.job)}
    return {**job, **{name: getattr(frame, name) for name in BESIDE_THE_JOB}}


def plain(value: object) -> Plain:
    """A value of a job as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.compare}
        return {"is": type(value).__name__, **inside}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value


@dataclass(frozen=True)
class Past:
    """One frame of an earlier run: what was asked of it, of what renderer, and the digests of the
    pictures that came out."""

    values: Mapping[str, Plain]
    identity: Plain
    pictures: tuple[str, ...]


def past(frame: PlannedFrame, identity: Identity, pictures: tuple[str, ...] = ()) -> Past:
    """A frame of a plan, to be compared with one of an earlier run."""
    values = {name: plain(value) for name, value in asked(frame).items()}
    return Past(values, plain(identity), pictures)


@dataclass(frozen=True)
class Difference:
    """Two values that are not equal: `name` is the field, `group` the class that has it, both
    empty inside a list or where a whole group came or went."""

    path: tuple[str, ...]
    group: str
    name: str
    before: Plain
    after: Plain


def differences(
    before: Plain, after: Plain, path: tuple[str, ...] = (), group: str = "", name: str = ""
) -> Iterator[Difference]:
    """Every place where two plain values differ; lists are compared as a whole."""
    both = isinstance(before, Mapping) and isinstance(after, Mapping)
    if both and before.get("is") == after.get("is"):
        yield from _inside(before, after, path)
    elif before != after:
        yield Difference(path, group, name, before, after)


def _inside(
    before: Mapping[str, Plain], after: Mapping[str, Plain], path: tuple[str, ...]
) -> Iterator[Difference]:
    """A field that only one of them knows counts as its default: it came with a later version."""
    group = str(after.get("is", ""))
    for name in dict.fromkeys((*after, *before)):
        one = before[name] if name in before else _default(group, name)
        other = after[name] if name in after else _default(group, name)
        yield from differences(one, other, (*path, name), group, name)


def _default(group: str, name: str) -> Plain:
    kind = getattr(jobs, group or "FrameJob", None)
    found = (f.default for f in fields(kind) if f.name == name) if is_dataclass(kind) else ()
    value = next(iter(found), None)
    return None if value is MISSING else plain(value)
