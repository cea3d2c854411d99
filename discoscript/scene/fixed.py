"""Settings that stay the same for the whole render: one value, checked at once."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from discoscript.expressions.constants import constant
from discoscript.expressions.quantity import Quantity
from discoscript.parameters import Kind, Parameter, Resolved
from discoscript.scene.amounts import Amounts, typical
from discoscript.scene.bounds import check_bounds
from discoscript.scene.scene import Formula
from discoscript.scene.times import Times, UnknownEnd, WrongTime
from discoscript.syntax.syntax import Const, Expr, Key, Listed, Name, Number, Size, Value
from discoscript.text.diagnostics import Fix
from discoscript.text.source import Span


def fixed_value(value: Value, row: Parameter, amounts: Amounts, times: Times) -> Resolved:
    """The value of a FIXED row, or None after reporting what is wrong with it."""
    if isinstance(value, Listed):
        return _listed(value, row, amounts)
    if not isinstance(value, Const):
        changes(row, amounts, value.span)
        return None
    expr = amounts.resolved(value.expr)
    match row.kind:
        case Kind.NUMBER | Kind.WHOLE | Kind.PERCENT:
            return number(value.expr, row, amounts)
        case Kind.STEPS_OR_LIST:
            return number(value.expr, replace(row, kind=Kind.WHOLE), amounts)
        case Kind.SEED if isinstance(expr, Name) and expr.text == "random":
            return "random"
        case Kind.SEED:
            return number(value.expr, row, amounts)
        case Kind.SIZE if isinstance(expr, Size):
            return expr.width, expr.height
        case Kind.TIME:
            return _time(value.expr, amounts, times)
        case Kind.CHOICES:
            found = amounts.plain(value.expr, row)
            return None if found is None else (str(found.value),)
    plain = amounts.plain(value.expr, row)
    return None if plain is None else plain.value


def changes(row: Parameter, amounts: Amounts, span: Span, label: str = "") -> None:
    """Report that a fixed setting can not change (D205)."""
    amounts.report.add(
        "D205",
        f"`{row.name}` is fixed for the whole render",
        span,
        label,
        help=f"give it one value in `{row.group}:`, without a time",
    )


def number(expr: Expr, row: Parameter, amounts: Amounts) -> int | float | None:
    """One number that needs no clock."""
    if row.kind is Kind.SEED:
        typed = amounts.quantities.of(expr)
        if typed is None:
            return None
        if typed.quantity is not Quantity.NUMBER:
            amounts.wrong(expr, row)
            return None
        amount = Formula(expr, typed.quantity, typed.varies, expr.span)
    else:
        read = amounts.read(expr, row)
        if not isinstance(read, Formula):
            return None
        amount = read
    value = constant(expr, amounts.quantities.lets)
    if value is None:
        changes(row, amounts, expr.span, "this changes with the frame")
        return None
    if not check_bounds(value, row, amount.span, amounts.report):
        return None
    return int(value) if row.kind in (Kind.WHOLE, Kind.SEED) else value


def _time(expr: Expr, amounts: Amounts, times: Times) -> Fraction | None:
    """A time, in frames."""
    try:
        return times.point(expr)
    except WrongTime as wrong:
        if wrong.code:
            amounts.report.add(wrong.code, wrong.message, wrong.span, help=wrong.help)
    except UnknownEnd:
        amounts.report.add("D212", "this time needs the length of the scene", expr.span)
    return None


def _listed(value: Listed, row: Parameter, amounts: Amounts) -> Resolved:
    if row.kind is Kind.STEPS_OR_LIST and value.entries and not _has_keys(value):
        return _steps([e for e in value.entries if not isinstance(e, Key)], row, amounts)
    if row.kind is not Kind.CHOICES:
        size = _from_list(value, row)
        changes(row, amounts, value.span) if _has_keys(value) else amounts.report.add(
            "D201",
            f"`{row.name}` takes one value, this is a list",
            value.span,
            help=f"write `{row.name} {size}`" if size else typical(row),
            fix=Fix(value.span, size) if size else None,
        )
        return None
    words = [amounts.plain(entry, row) for entry in value.entries if not isinstance(entry, Key)]
    if _has_keys(value):
        changes(row, amounts, value.span)
        return None
    if not words:
        amounts.report.add("D201", f"`{row.name}` needs at least one name", value.span)
        return None
    known = [str(word.value) for word in words if word is not None]
    return tuple(known) if len(known) == len(words) else None


def _from_list(value: Listed, row: Parameter) -> str:
    """`[1280, 768]` as a size; "" for any other list."""
    sides = [f"{e.value:g}" for e in value.entries if isinstance(e, Number)]
    if row.kind is not Kind.SIZE or len(sides) != 2 or len(value.entries) != 2:
        return ""
    return "x".join(sides)


def _steps(entries: Sequence[Expr], row: Parameter, amounts: Amounts) -> Resolved:
    """Steps of the diffusion, each a whole number."""
    found = [number(entry, replace(row, kind=Kind.WHOLE), amounts) for entry in entries]
    steps = tuple(int(step) for step in found if step is not None)
    return steps if len(steps) == len(found) else None


def _has_keys(value: Listed) -> bool:
    return any(isinstance(entry, Key) for entry in value.entries)
