"""A call that reads a file -> what it asks of the file, with every argument known."""

from collections.abc import Iterator, Mapping

from discoscript.expressions.constants import constant
from discoscript.expressions.expressions import bind, nodes_of
from discoscript.expressions.functions import CLOCKS, FUNCTIONS, Function, Parameter, Takes
from discoscript.expressions.lets import Lets
from discoscript.expressions.recordings import Recording, Recordings, Wanted
from discoscript.parameters import FileKind
from discoscript.syntax.syntax import Call, Expr, Name, Text
from discoscript.text.report import Report


def read(
    call: Call, function: Function, lets: Lets, recordings: Recordings, report: Report
) -> Recording | None:
    """The recording of a call whose arguments are of the right kinds; None after a mistake."""
    bound = bind(function, call.arguments)
    fixed = [p for p in function.parameters if p.fixed and p.name in bound]
    moving = [p.name for p in fixed if changes(bound[p.name], lets)]
    for name in moving:
        _not_fixed(call, name, bound[name], report)
    asked = wanted(call, function, bound, lets, report)
    return None if asked is None or moving else recordings.find(asked)


def wanted(
    call: Call, function: Function, bound: Mapping[str, Expr], lets: Lets, report: Report
) -> Wanted | None:
    """What the call asks of its file."""
    options: dict[str, float | str | bool] = {}
    for parameter in (p for p in function.parameters if p.reading):
        value = _value(call, parameter, bound.get(parameter.name), lets, report)
        if value is None:
            return None
        options[parameter.name] = value
    spans = {name: expr.span for name, expr in bound.items()}
    assert function.reads is not None
    path = str(options.pop("path"))
    if function.reads is FileKind.SOUND and not _is_band(options, call, report):
        return None
    return Wanted(function.reads, path, options, spans)


def changes(expr: Expr, lets: Lets) -> bool:
    """Whether an expression may have another value at another frame of the same line."""
    parts = (expr, *(lets.exprs[name] for name in lets.needed(expr)))
    return any(_moves(node) for part in parts for node in nodes_of(part))


def _moves(node: Expr) -> bool:
    if isinstance(node, Call):
        return FUNCTIONS[node.function.text].now
    return isinstance(node, Name) and node.text in CLOCKS


def _value(
    call: Call, parameter: Parameter, expr: Expr | None, lets: Lets, report: Report
) -> float | str | bool | None:
    """The value of an argument that says what is read; None after reporting that it has none."""
    if expr is None:
        default = parameter.default
        return default == "on" if parameter.takes is Takes.TRUTH else default
    meant = [*_chain(expr, lets)][-1]
    match parameter.takes, meant:
        case Takes.TEXT, Text() if "{" in meant.value:
            report.add(
                "D201",
                f"`{parameter.name}` of `{call.function.text}` takes no names in braces",
                expr.span,
                help="write the whole text",
            )
            return None
        case Takes.TEXT, Text():
            return meant.value
        case Takes.TRUTH, Name():
            return meant.text == "on"
    number = constant(expr, lets)
    if number is None:
        _not_fixed(call, parameter.name, expr, report)
    return number


def _chain(expr: Expr, lets: Lets) -> Iterator[Expr]:
    """An expression, and the definitions behind it while it is a bare name."""
    yield expr
    while isinstance(expr, Name) and expr.text in lets.exprs:
        expr = lets.exprs[expr.text]
        yield expr


def _not_fixed(call: Call, name: str, expr: Expr, report: Report) -> None:
    report.add(
        "D205",
        f"`{name}` of `{call.function.text}` is one value for the whole scene",
        expr.span,
        "this changes",
        help="write a plain value",
    )


def _is_band(options: Mapping[str, object], call: Call, report: Report) -> bool:
    """Whether `low` lies below `high`."""
    low, high = float(str(options["low"])), float(str(options["high"]))
    if 0 <= low < high < float("inf"):
        return True
    report.add(
        "D203",
        f"there is no band from {low:g} to {high:g} Hz",
        call.span,
        help="`low` lies below `high`, for example `low=20, high=150`",
    )
    return False
