"""The parts that settings, layers and prompts share: a name, a value, a time."""

from dataclasses import dataclass

from discoscript.parameters import Parameter
from discoscript.scene.placing import time_span
from discoscript.syntax.plain_keys import PlainKeys
from discoscript.syntax.syntax import Const, Expr, Journey, Key, Listed, Total, Value, When
from discoscript.text.report import Report
from discoscript.text.source import Span


@dataclass(frozen=True)
class Line:
    """What a claim is read from; `row` says what its values may be."""

    name: str
    row: Parameter
    value: Value
    when: When
    span: Span

    @property
    def mark(self) -> Span:
        """Where messages about its frames point: its time, or the whole line."""
        return time_span(self.when.at) if self.when.at else self.span


def expressions_of(value: Value) -> tuple[Expr, ...]:
    """The expressions of a value, its times left out; none of long lists of plain numbers."""
    match value:
        case Const(expr=expr) | Total(expr=expr):
            return (expr,)
        case Journey(begin=begin, end=end):
            return (end,) if begin is None else (begin, end)
        case Listed(entries=PlainKeys()):
            return ()
        case Listed(entries=entries):
            return tuple(entry.value if isinstance(entry, Key) else entry for entry in entries)


def no_previous(expr: Expr, what: str, report: Report) -> None:
    """D118 for `previous` where no value lies before; `what` says why."""
    message = "`previous` is the last value of the shot before"
    report.add("D118", message, expr.span, what, help="write the value itself")
