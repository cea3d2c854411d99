"""`ease in-out`, `ease bezier(0.5, 0, 0.5, 1)` -> a row of the table of curves with its numbers."""

from dataclasses import dataclass, replace

from discoscript.expressions.easing import EASINGS
from discoscript.parameters import Kind, Parameter
from discoscript.scene.amounts import Amounts
from discoscript.scene.fixed import number
from discoscript.scene.scene import LINEAR, Ease
from discoscript.syntax.syntax import Ease as WrittenEase
from discoscript.text import suggest
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report

#: The row that stands for the numbers after the name of a curve.
EASE_NUMBER = Parameter("ease", "curve", Kind.NUMBER, None, "")

ALL_CURVES = (
    "the curves are linear, hold, smooth, steps, bezier, and in, out, in-out, alone or with "
    "-quad -cubic -quart -quint -expo -circ -back -elastic -bounce"
)


@dataclass(frozen=True)
class WrittenCurves:
    """Reads curves; a line without one is linear."""

    amounts: Amounts
    report: Report

    def read(self, written: WrittenEase | None) -> Ease | None:
        """The curve of the table; None after reporting that there is none."""
        if written is None:
            return LINEAR
        row = EASINGS.get(written.name)
        if row is None:
            near = _meant(written.name)
            self.report.add(
                "D107",
                f"there is no curve `{written.name}`",
                written.span,
                help=f"did you mean `{near}`?" if near else ALL_CURVES,
                fix=None if near is None or written.arguments else Fix(written.span, near),
            )
            return None
        return self._curve(written, row.parameters)

    def _curve(self, written: WrittenEase, parameters: tuple[str, ...]) -> Ease | None:
        given = [argument.value for argument in written.arguments]
        if len(given) != len(parameters) or any(a.name for a in written.arguments):
            usage = f"{written.name}({', '.join(parameters)})" if parameters else written.name
            self.report.add(
                "D114",
                f"the curve `{written.name}` takes {len(parameters) or 'no'} "
                f"value{'s' if len(parameters) != 1 else ''}",
                written.span,
                help=f"write `ease {usage}`",
            )
            return None
        numbers = [
            number(expr, curve_row(written.name, parameter), self.amounts)
            for expr, parameter in zip(given, parameters, strict=True)
        ]
        known = [float(value) for value in numbers if value is not None]
        return Ease(written.name, tuple(known)) if len(known) == len(numbers) else None


def plain_curve(name: str) -> Ease | None:
    """The curve of that name, if there is one that takes no numbers."""
    row = EASINGS.get(name)
    return Ease(name) if row is not None and not row.parameters else None


def _meant(name: str) -> str | None:
    """The curve that a name is near to; `ease-in` and `easeInOut` are names of other programs."""
    bare = name.removeprefix("ease").lstrip("-")
    return suggest.closest(bare or "in-out", EASINGS)


def curve_row(curve: str, parameter: str) -> Parameter:
    """What may stand in the parentheses of a curve."""
    if curve == "steps":
        return replace(EASE_NUMBER, name=parameter, kind=Kind.WHOLE, hard=(1, 10_000))
    if parameter in ("x1", "x2"):
        return replace(EASE_NUMBER, name=parameter, hard=(0, 1))
    return replace(EASE_NUMBER, name=parameter)
