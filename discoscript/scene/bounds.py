"""What a row says about numbers: whole or not, possible, usual."""

from math import isfinite

from discoscript.parameters import Kind, Parameter
from discoscript.scene.amounts import shown
from discoscript.text.report import Report
from discoscript.text.source import Span


def check_bounds(value: float, row: Parameter, span: Span, report: Report, at: str = "") -> bool:
    """Whether a number can be used; reports errors (D203, D204, D207) and unusual values (D801).

    `at` says where a changing value has this size: `at frame 12`.
    """
    label = f"{number_text(value)} {at}" if at else ""
    if not isfinite(value):
        report.add("D207", f"the value is not finite{' ' + at if at else ''}", span, help=FINITE)
    elif row.kind in (Kind.WHOLE, Kind.SEED) and not value.is_integer() and not at:
        below = int(value // 1)
        help = f"write {below} or {below + 1}"
        report.add("D204", f"`{row.name}` is a whole number", span, label, help=help)
    elif not possible(value, row):
        report.add("D203", f"`{row.name}` {limits(row)}", span, label, help=default_of(row))
    else:
        if not usual(value, row):
            low, high = row.typical or (0.0, 0.0)
            message = f"`{row.name}` is usually {number_text(low)} to {number_text(high)}"
            report.add("D801", message, span, label, help="it works, but the picture may break")
        return True
    return False


FINITE = "is something divided by 0? keep it apart from 0 with `max(...)` or `clamp(...)`"


def number_text(value: float) -> str:
    """A number in a message: whole ones in full, others to four digits."""
    whole = isfinite(value) and float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else f"{value:.4g}"


def possible(value: float, row: Parameter) -> bool:
    """Whether the hard limits allow a value."""
    low, high = row.hard or (None, None)
    if low is not None and (value < low or (row.open_low and value == low)):
        return False
    return high is None or value <= high


def usual(value: float, row: Parameter) -> bool:
    """Whether a value is typical, or the default."""
    if row.typical is None or value == row.default:
        return True
    return row.typical[0] <= value <= row.typical[1]


def limits(row: Parameter) -> str:
    """`must lie between 1 and 179 degrees`."""
    low, high = row.hard or (None, None)
    unit = f" {row.unit}" if row.unit and not row.per_frame else ""
    if low is None or high is None:
        low = 0 if low is None else low
        return f"must be {'more than' if row.open_low else 'at least'} {number_text(low)}{unit}"
    if row.open_low:
        return f"must be more than {number_text(low)} and at most {number_text(high)}{unit}"
    return f"must lie between {number_text(low)} and {number_text(high)}{unit}"


def default_of(row: Parameter) -> str:
    """`the default is 40; usual are 20 to 120`."""
    parts = []
    if isinstance(row.default, int | float | bool):
        parts.append(f"the default is {shown(row.default)}")
    if row.typical:
        parts.append(f"usual are {row.typical[0]:g} to {row.typical[1]:g}")
    return "; ".join(parts)
