"""One written value + the row of its setting -> an amount, or a message about its kind."""

from dataclasses import dataclass

from discoscript.expressions.quantities import Quantities, Typed
from discoscript.expressions.quantity import Quantity
from discoscript.parameters import Axis, Kind, Parameter, Resolved, Runs
from discoscript.scene.files import ProjectFiles, file_path
from discoscript.scene.scene import Amount, Formula, Plain
from discoscript.scene.texts import fill
from discoscript.syntax.syntax import (
    Dim,
    Duration,
    Expr,
    Name,
    Negative,
    Number,
    Percent,
    Text,
    Timecode,
)
from discoscript.text import suggest
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report

NUMERIC = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.PERCENT, Kind.STEPS_OR_PERCENT})

#: Words for on and off elsewhere.
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "enabled"), "on"),
    **dict.fromkeys(("false", "no", "off", "none", "disabled"), "off"),
}

#: What a value of a kind is called: `tv_scale` needs ...
NEEDS = {
    Kind.NUMBER: "a number",
    Kind.WHOLE: "a whole number",
    Kind.PERCENT: "a percent",
    Kind.PERCENTS: "a percent or a list of percents",
    Kind.STEPS_OR_LIST: "a whole number or a list of them",
    Kind.STEPS_OR_PERCENT: "a whole number or a percent",
    Kind.TEXT: "text",
    Kind.PATH: "a path",
    Kind.SIZE: "a size",
    Kind.TIME: "a time",
    Kind.CHOICES: "a list of names",
    Kind.CHOICE: "a name",
    Kind.SEED: "a whole number or `random`",
}


@dataclass(frozen=True)
class Amounts:
    """Reads single values."""

    quantities: Quantities
    files: ProjectFiles | None
    report: Report

    def read(self, expr: Expr, row: Parameter) -> Amount | None:
        """The value as the row's kind wants it; None after reporting why not."""
        if row.kind in NUMERIC:
            return self._number(expr, row)
        value = self.plain(expr, row)
        return None if value is None else Plain(value.value, expr.span)

    def plain(self, expr: Expr, row: Parameter) -> Plain | None:
        """A choice, a truth, a path or a text."""
        if self._told(expr):
            return None
        expr = self.resolved(expr)
        match row.kind:
            case Kind.TRUTH:
                return self._truth(expr, row)
            case Kind.CHOICE | Kind.CHOICES:
                return self._choice(expr, row)
            case Kind.PATH:
                return self._path(expr, row)
            case Kind.TEXT:
                return self._text(expr, row)
        self.wrong(expr, row)
        return None

    def _told(self, expr: Expr) -> bool:
        """Whether a name stands for something that was reported where it is defined."""
        known = self.quantities.known
        return isinstance(expr, Name) and expr.text in known and known[expr.text] is None

    def resolved(self, expr: Expr) -> Expr:
        """A `let` behind a bare name, where there is one."""
        lets = self.quantities.lets
        while isinstance(expr, Name) and expr.text in lets.exprs:
            self.quantities.used.add(expr.text)
            expr = lets.exprs[expr.text]
        return expr

    # ───────────── numbers ─────────────

    def _number(self, expr: Expr, row: Parameter) -> Formula | None:
        typed = self.quantities.of(expr)
        if typed is None:
            return None
        if typed.quantity not in accepted(row):
            self._wrong_number(expr, typed, row)
            return None
        return Formula(expr, typed.quantity, typed.varies, expr.span)

    def _wrong_number(self, expr: Expr, typed: Typed, row: Parameter) -> None:
        found, written = typed.quantity, self.report.text(expr.span)
        message, code = f"`{row.name}` needs {NEEDS[row.kind]}, this is {found}", "D212"
        match found:
            case Quantity.RATE:
                message, code = "`/s` only works for camera speeds", "D211"
                help = f"write `{row.name} {written.removesuffix('/s')}`"
            case Quantity.TIME if not isinstance(expr, Duration | Timecode):
                help = "in a value seconds are plain numbers: `seconds + 2`, not `seconds + 2s`"
            case Quantity.TIME if row.per_frame and isinstance(expr, Duration):
                help = f"for {float(expr.value):g} per second write `{float(expr.value):g}/s`"
            case Quantity.PERCENT if written.endswith("%") and isinstance(expr, Percent):
                help = f"write `{row.name} {float(expr.value) / 100:g}`"
            case Quantity.NUMBER:
                help = f"write `{row.name} {written}%`"
            case Quantity.TIME | Quantity.PERCENT:
                help = typical(row)
            case _:
                code, help = "D201", typical(row)
        self.report.add(code, message, expr.span, f"this is {found}", help=help)

    # ───────────── words, texts, truths ─────────────

    def _truth(self, expr: Expr, row: Parameter) -> Plain | None:
        if isinstance(expr, Name) and expr.text in ("on", "off"):
            return Plain(expr.text == "on", expr.span)
        help, fix = f"write `{row.name} on` or `{row.name} off`", None
        if isinstance(expr, Number) and expr.value in (0, 1):
            word = "on" if expr.value else "off"
            help, fix = f"write `{row.name} {word}`", Fix(expr.span, word)
        elif (said := self.report.text(expr.span).strip('"').casefold()) in _TRUTHS:
            word = _TRUTHS[said]
            help, fix = f"write `{row.name} {word}`", Fix(expr.span, word)
        code = "D213" if isinstance(expr, Number | Negative) else "D201"
        self.report.add(code, f"`{row.name}` is `on` or `off`", expr.span, help=help, fix=fix)
        return None

    def _choice(self, expr: Expr, row: Parameter) -> Plain | None:
        word = word_of(expr)
        if word is None:
            self.wrong(expr, row)
            return None
        if row.choices and word not in row.choices:
            self.report.add(
                "D108",
                f"`{row.name}` is {suggest.one_of(row.choices)}, not `{word}`",
                expr.span,
                help=suggest.did_you_mean(word, row.choices) or typical(row),
            )
            return None
        return Plain(word, expr.span)

    def _path(self, expr: Expr, row: Parameter) -> Plain | None:
        if isinstance(expr, Name) and expr.text == "none":
            return Plain(None, expr.span)
        text = self._text(expr, row)
        if text is None:
            return None
        path = file_path(str(text.value), row.file, expr.span, self.files, self.report)
        return None if path is None else Plain(path, expr.span)

    def _text(self, expr: Expr, row: Parameter) -> Plain | None:
        if not isinstance(expr, Text):
            self.wrong(expr, row)
            return None
        filled = fill(expr, self.quantities, self.report)
        return None if filled is None else Plain(filled, expr.span)

    def wrong(self, expr: Expr, row: Parameter) -> None:
        """Report a value of another kind; an unknown name is reported as such."""
        if isinstance(expr, Name) and row.kind in (Kind.PATH, Kind.TEXT):
            needs = f'write it in quotes: `{row.name} "{expr.text}"`'
            self.report.add("D201", f"`{row.name}` needs {NEEDS[row.kind]}", expr.span, help=needs)
            return
        typed = self.quantities.of(expr)
        if typed is not None:
            needs = NEEDS.get(row.kind, f"a {row.kind}")
            if row.choices:
                needs = suggest.one_of(row.choices)
            self.report.add(
                "D201",
                f"`{row.name}` needs {needs}, this is {typed.quantity}",
                expr.span,
                f"this is {typed.quantity}",
                help=typical(row),
            )


def accepted(row: Parameter) -> frozenset[Quantity]:
    """The quantities that a numeric row takes."""
    if row.kind is Kind.PERCENT:
        return frozenset({Quantity.PERCENT})
    found = {Quantity.NUMBER}
    if row.per_frame:
        found.add(Quantity.RATE)
    if row.kind is Kind.STEPS_OR_PERCENT:
        found.add(Quantity.PERCENT)
    return frozenset(found)


def word_of(expr: Expr) -> str | None:
    """The word of a choice, bare or in quotes."""
    match expr:
        case Name():
            return expr.text
        case Text(value=value):
            return value
        case Dim(text=text):
            return text
    return None


def typical(row: Parameter) -> str:
    """`typical values are 0 to 1000`, or what the default is."""
    if row.kind is Kind.SIZE:
        return f"write width and height: `{row.name} 640x448`"
    if row.typical:
        return f"typical values are {row.typical[0]:g} to {row.typical[1]:g}"
    if row.default is None or row.axis is Axis.PROGRESS:
        return ""
    return f"the default is `{shown(row.default)}`"


def shown(value: Resolved | Runs) -> str:
    """A value as a script writes it."""
    match value:
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case (int(), int()):
            return f"{value[0]}x{value[1]}"
        case tuple():
            return f"[{', '.join(str(v) for v in value)}]"
    return str(value)
