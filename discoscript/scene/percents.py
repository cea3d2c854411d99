"""`at 9%`, `at [9%, 18%]` -> one plain value: a list of percents."""

from dataclasses import replace

from discoscript.expressions.constants import constant
from discoscript.parameters import Kind, Parameter
from discoscript.scene.amounts import NEEDS, Amounts
from discoscript.scene.fixed import number
from discoscript.scene.scene import Plain
from discoscript.syntax.syntax import Expr, Key, Listed


def percents(value: Expr | Listed, row: Parameter, amounts: Amounts) -> Plain | None:
    """The percents of a row of that kind, None after reporting what is wrong with one."""
    entries = value.entries if isinstance(value, Listed) else (value,)
    if not entries:
        amounts.report.add("D201", f"`{row.name}` needs {NEEDS[row.kind]}", value.span)
    found = [_percent(entry, row, amounts) for entry in entries if not isinstance(entry, Key)]
    good = tuple(percent for percent in found if percent is not None)
    return Plain(good, value.span) if good and len(good) == len(entries) else None


def is_plain_list(listed: Listed) -> bool:
    """Whether no entry has a time."""
    return not any(isinstance(entry, Key) for entry in listed.entries)


def _percent(expr: Expr, row: Parameter, amounts: Amounts) -> float | None:
    one = replace(row, kind=Kind.PERCENT)
    typed = amounts.quantities.of(expr)
    if typed is not None and typed.varies and constant(expr, amounts.quantities.lets) is None:
        amounts.report.add(
            "D206",
            f"`{row.name}` has no values between two values",
            expr.span,
            "this changes with the frame",
            help=f"switch at a frame: `{row.name} 18% @ 24`",
        )
        return None
    return None if typed is None else number(expr, one, amounts)
