"""Other values for `let` lines, from the command line: `--set speed=4`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from discoscript.expressions.lets import lets_of
from discoscript.syntax.parse import parse
from discoscript.syntax.syntax import Binary, Call, Expr, Let, Name, Negative, Statement, Text
from discoscript.text import suggest
from discoscript.text.report import Report
from discoscript.text.source import Source, Span


def replacements(
    body: Sequence[Statement], values: Mapping[str, str], report: Report
) -> Mapping[str, Expr]:
    """The expressions that `values` gives to the lets of a script and its libraries.

    They take the places of what they replace, so that messages point into the script.
    """
    lets = lets_of(body, {}).statements
    found: dict[str, Expr] = {}
    for name, text in values.items():
        let = lets.get(name)
        if let is None:
            _unknown(name, tuple(lets), report)
            continue
        expr = _expression(text)
        if expr is None:
            report.add(
                "D201",
                f"`{text}` is no value for `{name}`",
                let.name.span,
                help=f"""text stands in quotes: `--set '{name}="{text}"'`"""
                if isinstance(let.expr, Text)
                else f"give a number, a time or a text in quotes: `--set {name}=4`",
            )
        else:
            found[name] = moved(expr, let.expr.span)
    return found


def _unknown(name: str, known: tuple[str, ...], report: Report) -> None:
    report.add(
        "D104",
        f"no `let` is called `{name}`",
        Span(0, 0),
        help=suggest.did_you_mean(name, known) or f"the script has {suggest.one_of(known)}"
        if known
        else f"define it in the script: `let {name} = ...`",
    )


def _expression(text: str) -> Expr | None:
    """The expression that a text is; None if it is none."""
    syntax, diagnostics = parse(Source("--set", f"let x = {text}\n"))
    one = syntax.body[0] if len(syntax.body) == 1 else None
    return one.expr if isinstance(one, Let) and not diagnostics else None


def moved(expr: Expr, span: Span) -> Expr:
    """The same expression at another place; every part of it lies there."""
    match expr:
        case Negative(operand=operand):
            return Negative(moved(operand, span), span)
        case Binary(operator=operator, left=left, right=right):
            return Binary(operator, moved(left, span), moved(right, span), span)
        case Call(function=function, arguments=arguments):
            parts = [replace(a, value=moved(a.value, span), span=span) for a in arguments]
            return Call(Name(function.parts, span), tuple(parts), span)
    return replace(expr, span=span)
