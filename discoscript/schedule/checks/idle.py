"""What is written and does not act: it serves a setting that is never on, or acts nowhere."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from discoscript.parameters import BY_KEY, PARAMETERS, Kind, Parameter
from discoscript.schedule.checks.subject import Subject
from discoscript_engine.model_table import models

_SERVING = tuple(row for row in PARAMETERS if row.serves)
_NEVER_ACTING = tuple(row for row in PARAMETERS if row.without_effect)

_MIXED = "delete it: what this model finds is mixed already"


def check_idle(subject: Subject) -> None:
    """D410 and D418. A value that would count without its line does no harm, and where lines were
    left out because of errors, one of them may be the one that is missing."""
    if not subject.scene.complete:
        return
    for row in _SERVING:
        if _speaks(subject, row):
            _serving(subject, row)
    for row in _NEVER_ACTING:
        if _speaks(subject, row) and _unusual(subject, row):
            help = f"delete it: {row.without_effect}; it is here for scripts of Disco Diffusion"
            _report(subject, row, "", help, "D418")
    _ignored_by_depth(subject)


def _serving(subject: Subject, row: Parameter) -> None:
    """A row whose served settings are all off, on every frame."""
    rows = [BY_KEY[key] for key in row.serves]
    served = [other for other in rows if subject.schedule.mode in other.modes]
    # What the command line turns off is not the script's fault.
    told = any(subject.schedule.sources.get(other.key) == "override" for other in served)
    if told or any(_acts(subject, row, other) for other in served) or not _unusual(subject, row):
        return
    lines = " or ".join(f"`{_line(row, other)}`" for other in served)
    if row.only_with:
        now = f"{served[0].name} {subject.fixed(served[0].key)}"
        _report(subject, row, f" with `{now}`", f"delete it, or write {lines}")
    else:
        without = " or ".join(_lacking(row, other) for other in served)
        _report(subject, row, f" without {without}", f"delete it, or write {lines}")


def _ignored_by_depth(subject: Subject) -> None:
    """Settings that the depth model has no use for."""
    key = "depth.model"
    name = subject.fixed(key)
    if subject.schedule.sources.get(key) == "override":
        return
    ignored = (row.ignores for row in models("depth") if row.name == name)
    for row in (BY_KEY[other] for keys in ignored for other in keys):
        if _speaks(subject, row) and _unusual(subject, row):
            _report(subject, row, f" with the depth model `{name}`", _MIXED)


def _speaks(subject: Subject, row: Parameter) -> bool:
    """Whether the script sets it, in a mode that has it."""
    return subject.says(row.key) and subject.schedule.mode in row.modes


def _report(subject: Subject, row: Parameter, where: str, help: str, code: str = "D410") -> None:
    span = subject.place(row.key)
    if span is not None:
        subject.report.add(code, f"`{row.name}` has no effect{where}", span, help=help)


def _acts(subject: Subject, row: Parameter, served: Parameter) -> bool:
    """Whether a served setting is on at any frame."""
    values = _values(subject, served)
    if row.only_with:
        return any(value in row.only_with for value in values)
    off = served.off
    return any(value is not None and value != off for value in values)


def _unusual(subject: Subject, row: Parameter) -> bool:
    """Whether it has a value at any frame that is not a default of the table or of the model."""
    model = subject.model
    usual = [row.default, row.video_default]
    usual += [
        known[row.key] for known in (model.defaults, model.video_defaults) if row.key in known
    ]
    return any(value not in usual for value in _values(subject, row))


def _values(subject: Subject, row: Parameter) -> Iterator[Any]:
    """The values of a setting, one by one; one is enough where it never changes."""
    if row.key in subject.schedule.fixed:
        yield subject.fixed(row.key)
        return
    values = subject.values(row.key)
    still = values.strides == (0,)
    yield from np.asarray(values[:1] if still else values).tolist()


def _lacking(row: Parameter, served: Parameter) -> str:
    """What is missing: `fuzzy_prompt on`, `color_match`, `steps` above 1."""
    if served.kind is Kind.TRUTH:
        return f"`{_line(row, served)}`"
    name = _named(row, served)
    return f"`{name}` above {served.off}" if isinstance(served.off, int) else f"`{name}`"


def _line(row: Parameter, served: Parameter) -> str:
    """What to write beside `row`: a value at which the served setting acts."""
    return f"{_named(row, served)} {_example(row, served)}"


def _named(row: Parameter, served: Parameter) -> str:
    return served.name if served.group == row.group else f"{served.group}: {served.name}"


def _example(row: Parameter, served: Parameter) -> str:
    if served.kind is Kind.TRUTH:
        return "on"
    if served.kind is Kind.PATH:
        return '"clip.mp4"' if served.key == "video.source" else '"picture.png"'
    if served.choices:
        return row.only_with[0] if row.only_with else served.choices[1]
    return f"{int(str(served.off)) + 1}"
