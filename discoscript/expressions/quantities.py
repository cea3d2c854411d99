"""What an expression is: a number, a time, a speed, text. Unknown names and functions show here.

The check runs once over the tree of each expression; what it lets through, `expressions.evaluate`
can compute.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from discoscript.expressions.expressions import bind
from discoscript.expressions.functions import (
    CLOCKS,
    CONSTANTS,
    FUNCTIONS,
    SHAPES,
    Function,
    Takes,
)
from discoscript.expressions.lets import Lets
from discoscript.expressions.quantity import (
    ACCEPTED,
    MISMATCH_HELP,
    Quantity,
    combine,
    measure,
    wrong_arguments,
)
from discoscript.expressions.reading import read
from discoscript.expressions.recordings import NoRecordings, Recordings
from discoscript.parameters import PARAMETERS
from discoscript.syntax.syntax import (
    Binary,
    Call,
    Dim,
    Duration,
    Expr,
    Name,
    Negative,
    Number,
    Percent,
    Rate,
    Size,
    Text,
    Timecode,
)
from discoscript.text import suggest
from discoscript.text.report import Report

#: An expression nested deeper than this, or larger, is refused (D708).
MAX_DEPTH, MAX_NODES = 64, 10_000


@dataclass(frozen=True)
class Typed:
    """The quantity, and whether it changes from frame to frame."""

    quantity: Quantity
    varies: bool = False


#: Words that a `let` or a value of a move may stand for.
CHOICES = frozenset(choice for row in PARAMETERS for choice in row.choices) | {"none", "random"}

ALL_FUNCTIONS = f"the functions are {', '.join(FUNCTIONS)}"

LITERALS: Mapping[type, Quantity] = {
    Number: Quantity.NUMBER,
    Duration: Quantity.TIME,
    Timecode: Quantity.TIME,
    Percent: Quantity.PERCENT,
    Rate: Quantity.RATE,
    Size: Quantity.SIZE,
    Text: Quantity.TEXT,
    Dim: Quantity.WORD,
}


@dataclass(frozen=True)
class Quantities:
    """The lets with what they are; None marks one with an error of its own.

    `tempo`: the scene has one, so that beats have a meaning.
    """

    lets: Lets
    report: Report
    tempo: bool = False
    known: dict[str, Typed | None] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    recordings: Recordings = field(default_factory=NoRecordings)

    def learn(self) -> None:
        """Look at every `let` once, used or not; names in a circle were reported before."""
        self.known.update(dict.fromkeys(self.lets.failed))
        for name, expr in self.lets.exprs.items():
            self.known[name] = Typed(Quantity.WORD) if self._is_choice(expr) else self.of(expr)

    def _is_choice(self, expr: Expr) -> bool:
        """Whether an expression is a word that some setting takes, and nothing else."""
        if not isinstance(expr, Name) or expr.text in self.known or expr.text in self.lets.marks:
            return False
        return expr.text in CHOICES

    def of(self, expr: Expr) -> Typed | None:
        """What `expr` is, or None after reporting what is wrong with it."""
        depth, nodes = measure(expr)
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            self._too_large(expr, depth)
            return None
        return self._of(expr)

    def _too_large(self, expr: Expr, depth: int) -> None:
        found = f"nested deeper than {MAX_DEPTH}" if depth > MAX_DEPTH else "too long"
        self.report.add(
            "D708",
            f"expression is {found}",
            expr.span,
            help="give parts of it a name with `let`",
        )

    def _of(self, expr: Expr) -> Typed | None:
        match expr:
            case Name():
                return self._name(expr)
            case Negative():
                inner = self._of(expr.operand)
                return inner if inner and self._numeric(inner, expr.operand) else None
            case Binary():
                return self._binary(expr)
            case Call():
                return self._call(expr)
            case Duration(unit="b") | Rate(unit="b") if not self.tempo:
                self.without_tempo(expr)
                return None
        return Typed(LITERALS[type(expr)])

    def _name(self, name: Name) -> Typed | None:
        text = name.text
        if text in self.known:
            self.used.add(text)
            return self.known[text]
        if name.parts[0] in self.lets.failed:
            return None  # reported elsewhere
        if text == "beats" and not self.tempo:
            self.without_tempo(name)
            return None
        if text in self.lets.marks:
            self.used.add(text)
            return Typed(Quantity.NUMBER)
        if text in ("on", "off"):
            return Typed(Quantity.TRUTH)
        if text in CLOCKS or text in CONSTANTS:
            return Typed(Quantity.NUMBER, varies=text in CLOCKS)
        self.unknown(name)
        return None

    def unknown(self, name: Name) -> None:
        """Report a name that nothing has (D104)."""
        if name.text in FUNCTIONS:
            help = f"`{name.text}` is a function: write `{FUNCTIONS[name.text].usage(name.text)}`"
            self.report.add(
                "D104", f"nothing is called `{name.text}`", name.span, "a function", help=help
            )
            return
        candidates = [*self.lets.spoken, *CLOCKS, *CONSTANTS, *FUNCTIONS]
        self.report.add(
            "D104",
            f"nothing is called `{name.text}`",
            name.span,
            "unknown name",
            help=suggest.did_you_mean(name.text, candidates)
            or f"define it with `let {name.parts[-1]} = ...`",
        )

    def without_tempo(self, expr: Expr) -> None:
        """Report beats in a scene without a tempo (D305), once for a script."""
        if not any(found.code == "D305" for found in self.report.found):
            message, help = "beats need a tempo", "add it to the scene: `scene: bpm 120`"
            self.report.add("D305", message, expr.span, help=help)

    def _numeric(self, typed: Typed, expr: Expr) -> bool:
        """Whether one can calculate with it; reports text and words."""
        quantity = typed.quantity
        if quantity in (Quantity.NUMBER, Quantity.TIME, Quantity.RATE, Quantity.PERCENT):
            return True
        self.report.add(
            "D201",
            f"cannot calculate with {quantity}",
            expr.span,
            f"this is {quantity}",
            help="a number is needed here",
        )
        return False

    def _binary(self, expr: Binary) -> Typed | None:
        left, right = self._of(expr.left), self._of(expr.right)
        if not left or not right:
            return None
        if not self._numeric(left, expr.left) or not self._numeric(right, expr.right):
            return None
        quantity = combine(expr.operator, left.quantity, right.quantity)
        if quantity is None:
            self._mismatch(expr, left.quantity, right.quantity)
            return None
        return Typed(quantity, left.varies or right.varies)

    def _mismatch(self, expr: Binary, left: Quantity, right: Quantity) -> None:
        self.report.add(
            "D212",
            f"`{expr.operator}` does not work between {left} and {right}",
            expr.span,
            help=MISMATCH_HELP.get(
                frozenset((left, right)), "both sides must be of one kind, or one a plain number"
            ),
        )

    def _call(self, call: Call) -> Typed | None:
        name = call.function.text
        function = FUNCTIONS.get(name)
        if function is None:
            self._unknown_function(call)
            return None
        if not self._counts(call, function):
            return None
        bound = bind(function, call.arguments)
        takes = {p.name: p.takes for p in function.parameters}
        given = [(bound[n], takes[n]) for n in takes if n in bound]
        given += [(a.value, Takes.NUMBER) for a in call.arguments[len(takes) :]]
        parts = [self._argument(call, expr, wanted) for expr, wanted in given]
        if None in parts:
            return None
        if function.reads:
            self._read(call, function)
        return Typed(Quantity.NUMBER, function.now or any(p.varies for p in parts if p))

    def _read(self, call: Call, function: Function) -> None:
        """Ask for what the file says, once for each call."""
        if call not in self.lets.recordings:
            found = read(call, function, self.lets, self.recordings, self.report)
            if found is not None:
                self.lets.recordings[call] = found

    def _unknown_function(self, call: Call) -> None:
        name = call.function.text
        known = name in self.known or name in CLOCKS or name in CONSTANTS
        self.report.add(
            "D105",
            f"there is no function `{name}`",
            call.function.span,
            help=f"`{name}` is a value: write it without `(...)`"
            if known
            else suggest.did_you_mean(name, FUNCTIONS) or ALL_FUNCTIONS,
        )

    def _counts(self, call: Call, function: Function) -> bool:
        """Whether every argument has a place and every place that needs one has a value (D114)."""
        problem = wrong_arguments(function, call.arguments)
        if problem:
            self.report.add(
                "D114",
                f"`{call.function.text}` {problem}",
                call.span,
                help=f"write it as `{function.usage(call.function.text)}`",
            )
        return not problem

    def _argument(self, call: Call, expr: Expr, takes: Takes) -> Typed | None:
        if takes is Takes.SHAPE:
            return self._shape(expr)
        typed = self._of(expr)
        if typed is None or typed.quantity in ACCEPTED[takes]:
            return typed
        self.report.add(
            "D212",
            f"`{call.function.text}` needs a {takes} here, this is {typed.quantity}",
            expr.span,
        )
        return None

    def _shape(self, expr: Expr) -> Typed | None:
        if isinstance(expr, Name) and expr.text in SHAPES:
            return Typed(Quantity.WORD)
        written = self.report.text(expr.span)
        self.report.add(
            "D108",
            f"`shape` is {suggest.one_of(SHAPES)}, not `{written}`",
            expr.span,
            help=suggest.did_you_mean(written, SHAPES),
        )
        return None
