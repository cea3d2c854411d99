"""The settings, group by group."""

from collections.abc import Iterable
from fractions import Fraction
from typing import cast

from discoscript.parameters import GROUPS, PARAMETERS, Axis, Kind, Mode, Parameter, Resolved, Runs
from discoscript.reference.markdown import code, codes, facts, page, table
from discoscript_engine.model_table import MODELS

INTRODUCTION = """Every setting, by group. A setting is written in its group: `camera: zoom 1.02`,
or on a line of its own as `camera.zoom 1.02`.

* **Range**: what is usual; in parentheses what is possible at all.
* **Changes**: what a value may change over. `frames` may be given times (`@ 0..48`) and move;
  `frames, in steps` may be given times but has nothing between two values; `segment starts` counts
  at frame 0 and at cuts; `fixed` holds for the whole render; `diffusion progress` runs from 0 to
  1000 inside every frame.
* **Disco Diffusion**: what the setting is called there. Those names are understood too.

The embedded model `tiny` brings defaults of its own for some settings; they are listed in
[models](models.md)."""


def parameters_page() -> str:
    """docs/reference/parameters.md."""
    links = " · ".join(f"[{group}](#{group})" for group in GROUPS)
    return page("Settings", INTRODUCTION, links, *(group_text(group) for group in GROUPS))


def group_text(group: str) -> str:
    """One group as a table."""
    head = ("Setting", "Meaning", "Default", "Range", "Unit", "Changes", "Modes", "Disco Diffusion")
    return f"## {group}\n\n" + table(head, (_row(p) for p in GROUPS[group].values()))


def _row(row: Parameter) -> tuple[str, ...]:
    name = code(row.name)
    return (
        name,
        _meaning(row),
        default(row),
        _range(row),
        row.unit,
        _changes(row),
        _modes(row),
        codes(row.disco),
    )


def parameter_text(row: Parameter) -> str:
    """One setting by itself."""
    return f"## {row.key}\n\n{row.meaning}\n\n" + facts(
        (
            ("kind", str(row.kind)),
            ("choices", _choices(row)),
            ("default", default(row)),
            ("usual", _span(row.typical)),
            ("possible", _possible(row)),
            ("unit", row.unit),
            ("changes over", _changes(row)),
            ("modes", _modes(row)),
            ("of model", _model_defaults(row)),
            ("in Disco Diffusion", codes(row.disco)),
        )
    )


def named(word: str) -> list[Parameter]:
    """The settings that a word may mean: `zoom`, `camera.zoom`, or Disco Diffusion's name."""
    own = [row for row in PARAMETERS if word in (row.name, row.key)]
    return own or [row for row in PARAMETERS if word in row.disco]


def default(row: Parameter) -> str:
    """The default as a script would say it; "" where it follows from something else."""
    shown = _value(row, row.default)
    if row.video_default is not None and row.video_default != row.default:
        shown += f"; {_value(row, row.video_default)} for video"
    return shown


def _value(row: Parameter, value: Resolved | Runs) -> str:
    if value is None:
        return ""
    if row.axis is Axis.PROGRESS and isinstance(value, tuple):
        return _runs(cast(Runs, value))
    return code(written(row.kind, value))


def _runs(runs: Runs) -> str:
    """`12 @ 0..400`, `4 @ 400..1000`."""
    if len(runs) == 1:
        return code(_number(runs[0][1]))
    begins = (0, *(end for end, _ in runs))
    return codes(
        f"{_number(value)} @ {b}..{end}" for b, (end, value) in zip(begins, runs, strict=False)
    )


def written(kind: Kind, value: object) -> str:
    """A value in the words of the language."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        if kind is Kind.SIZE:
            return f"{value[0]}x{value[1]}"
        unit = "%" if kind is Kind.PERCENTS else ""
        return f"[{', '.join(_number(v) + unit for v in value)}]"
    return _number(value) + ("%" if kind is Kind.PERCENT else "")


def _number(value: object) -> str:
    return f"{float(value):.10g}" if isinstance(value, float | Fraction) else str(value)


def _meaning(row: Parameter) -> str:
    return f"{row.meaning} {_choices(row)}".strip()


def _choices(row: Parameter) -> str:
    return ", ".join(map(code, row.choices))


def _range(row: Parameter) -> str:
    usual, possible = _span(row.typical), _possible(row)
    return " ".join(filter(None, (usual, possible and f"({possible})")))


def _span(bounds: tuple[float, float] | None) -> str:
    return "" if bounds is None else f"{bounds[0]:.10g} to {bounds[1]:.10g}"


def _possible(row: Parameter) -> str:
    low, high = row.hard or (None, None)
    if low is None and high is None:
        return ""
    if low is not None and high is not None:
        return f"{'above ' if row.open_low else ''}{low:.10g} to {high:.10g}"
    if high is not None:
        return f"at most {high:.10g}"
    return f"above {low:.10g}" if row.open_low else f"at least {low:.10g}"


def _changes(row: Parameter) -> str:
    short = {
        Axis.FIXED: "fixed",
        Axis.FRAMES: "frames" if row.glides else "frames, in steps",
        Axis.SEGMENT: "segment starts",
        Axis.PROGRESS: "diffusion progress",
    }
    return short[row.axis]


def _modes(row: Parameter) -> str:
    return "all" if row.modes == frozenset(Mode) else ", ".join(m for m in Mode if m in row.modes)


def _model_defaults(row: Parameter) -> str:
    """`tiny`: `25`."""
    found = (
        f"`{m.name}`: {_value(row, m.defaults[row.key])}" for m in MODELS if row.key in m.defaults
    )
    return ", ".join(dict.fromkeys(found))


def model_defaults(defaults: Iterable[tuple[str, Resolved | Runs]]) -> list[tuple[str, str]]:
    """Setting and value of each default that a model brings."""
    rows = {row.key: row for row in PARAMETERS}
    return [(code(key), _value(rows[key], value)) for key, value in defaults]
