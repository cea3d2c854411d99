"""Texts with `{name}` in them -> the text that is meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from discoscript.expressions.constants import constant
from discoscript.expressions.quantities import MAX_DEPTH, Quantities
from discoscript.expressions.quantity import Quantity
from discoscript.syntax.syntax import Expr, Name, Number, Text
from discoscript.text import suggest
from discoscript.text.report import Report
from discoscript.text.source import Span

#: A text longer than this after filling in is refused: names in names grow without end.
MAX_LENGTH = 10_000

PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def fill(text: Text, quantities: Quantities, report: Report) -> str | None:
    """The text with its names filled in, or None after reporting one that can not be."""
    filled = Filling(text, quantities, report).text(text.value)
    if filled is not None and len(filled) > MAX_LENGTH:
        report.add("D708", f"this text is longer than {MAX_LENGTH} characters", text.span)
        return None
    return filled


@dataclass(frozen=True)
class Filling:
    """One text being filled. `done` keeps each name's text; names being looked up are `open`."""

    whole: Text
    quantities: Quantities
    report: Report
    done: dict[str, str | None] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def text(self, text: str) -> str | None:
        """`text` with its names filled in, cut where it is too long anyway."""
        parts, at, good = [], 0, True
        for piece in PIECE.finditer(text):
            parts.append(text[at : piece.start()])
            at = piece.end()
            if piece[1] is None:
                parts.append(piece[0][0])
                continue
            word = self._word(piece[1].strip())
            good = good and word is not None
            parts.append(word or "")
        parts.append(text[at:])
        return "".join(parts)[: MAX_LENGTH + 1] if good else None

    def _word(self, name: str) -> str | None:
        """What stands for `{name}`; each name is looked up once."""
        self.quantities.used.add(name)
        if name not in self.done:
            self.done[name] = self._look_up(name)
        return self.done[name]

    def _look_up(self, name: str) -> str | None:
        expr = self.quantities.lets.exprs.get(name)
        if expr is None:
            if name.split(".")[0] not in self.quantities.lets.failed:  # those were reported
                self._unknown(name)
            return None
        if name in self.open or len(self.open) > MAX_DEPTH:
            way = [self._written(one) for one in self.open]
            circle = " -> ".join([*way[:3], "..."] if name not in self.open else way)
            self.report.add("D708", f"the names in this text never end: {circle}", self.whole.span)
            return None
        self.open.append(name)
        shown = self._shown(name, expr)
        self.open.pop()
        return shown

    def _shown(self, name: str, expr: Expr) -> str | None:
        match expr:
            case Text():
                return self.text(expr.value)
            case Name() if expr.text in self.quantities.lets.exprs:
                return self._word(expr.text)
            case Number():
                return self.report.text(expr.span) if expr.whole else f"{expr.value:g}"
        typed = self.quantities.known.get(name)
        if typed is None:
            return None
        if typed.quantity is Quantity.NUMBER and not typed.varies:
            value = constant(expr, self.quantities.lets)
            if value is not None:
                return f"{value:g}"
        self._not_a_text(name, "not fixed" if typed.varies else typed.quantity)
        return None

    def _not_a_text(self, name: str, found: str) -> None:
        self.report.add(
            "D201",
            f"`{self._written(name)}` can not stand in a text: it is {found}",
            self._place(name),
            help="a text takes other texts and fixed numbers",
        )

    def _unknown(self, name: str) -> None:
        close = suggest.did_you_mean(name, self.quantities.lets.spoken)
        braces = "for a brace write `{{`"
        self.report.add(
            "D609",
            f"nothing is called `{name}`",
            self._place(name),
            "unknown name",
            help=f"{close} {braces}" if close else braces,
        )

    def _written(self, name: str) -> str:
        """The name as it is written: moves and libraries are known by longer ones elsewhere."""
        parts = name.split(".")
        names = (".".join(parts[n:]) for n in range(len(parts)))
        return next((n for n in names if n in self._places), parts[-1])

    def _place(self, name: str) -> Span:
        """Where `{name}` stands in the script, or the whole text if it comes from elsewhere."""
        return self._places.get(self._written(name), self.whole.span)

    @cached_property
    def _places(self) -> Mapping[str, Span]:
        """Where each name stands first."""
        start, found = self.whole.span.start, dict[str, Span]()
        for piece in PIECE.finditer(self.report.source.at(self.whole.span)):
            if piece[1] is not None:
                found.setdefault(piece[1].strip(), Span(start + piece.start(), start + piece.end()))
        return found
