"""Syntax: what a script says, one frozen value per statement, each with its place.

The names follow the rules of `grammar/disco.lark`. Nothing is checked here beyond the grammar:
names may be unknown, ranges may run backwards. Lines that could not be parsed are `Unparsed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from discoscript.text.source import Source, Span

# ───────────── expressions ─────────────


@dataclass(frozen=True)
class Number:
    """`10`, `0.5`, `1e-3`. `whole` says that it was written without a point or an exponent."""

    value: float
    whole: bool
    span: Span


@dataclass(frozen=True)
class Duration:
    """`2.5s`, `500ms` (unit "s", value in seconds, exact) or `4b` (unit "b", beats)."""

    value: Fraction
    unit: str
    span: Span


@dataclass(frozen=True)
class Percent:
    """`25%`; `value` is 25."""

    value: Fraction
    span: Span


@dataclass(frozen=True)
class Rate:
    """`120/s` or `30/b`: `value` per `unit`."""

    value: float
    unit: str
    span: Span


@dataclass(frozen=True)
class Timecode:
    """`00:01:12`, `00:01:12.5` or `00:01:12:08`: seconds, and frames on top."""

    seconds: Fraction
    frames: int
    span: Span


@dataclass(frozen=True)
class Size:
    """`1280x768`."""

    width: int
    height: int
    span: Span


@dataclass(frozen=True)
class Dim:
    """`2d` or `3d`."""

    text: str
    span: Span


@dataclass(frozen=True)
class Text:
    """A string literal: `value` has its escapes resolved but `{name}` and `{{` still in it.

    `span` covers the quotes.
    """

    value: str
    span: Span


@dataclass(frozen=True)
class Name:
    """`speed`, `moves.dolly`, `on`, `ddim`: a dotted name or a bare word."""

    parts: tuple[str, ...]
    span: Span

    @property
    def text(self) -> str:
        """The name as written."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class Argument:
    """One argument of a call: `name=value` or just `value`."""

    name: str | None
    value: "Expr"
    span: Span


@dataclass(frozen=True)
class Call:
    """`sin(x)`, `wave(2s, shape=sine)`."""

    function: Name
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True)
class Negative:
    """`-x`."""

    operand: "Expr"
    span: Span


@dataclass(frozen=True)
class Binary:
    """`left operator right`; operator is one of `+ - * / ** < <= > >= == !=`."""

    operator: str
    left: "Expr"
    right: "Expr"
    span: Span


Expr = (
    Number
    | Duration
    | Percent
    | Rate
    | Timecode
    | Size
    | Dim
    | Text
    | Name
    | Call
    | Negative
    | Binary
)

# ───────────── values over time ─────────────


@dataclass(frozen=True)
class Ease:
    """`ease in-out`, `ease bezier(0.5, 0, 0.5, 1)`; `span` covers the curve's name."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True)
class Const:
    """`60`."""

    expr: Expr
    span: Span


@dataclass(frozen=True)
class Journey:
    """`40 -> 90`, or `-> 90` with `begin` None."""

    begin: Expr | None
    end: Expr
    span: Span


@dataclass(frozen=True)
class Total:
    """`by 90`."""

    expr: Expr
    span: Span


@dataclass(frozen=True)
class Key:
    """`24: 1.05 ease out`, an entry of a list."""

    time: Expr
    value: Expr
    ease: Ease | None
    span: Span


@dataclass(frozen=True)
class Listed:
    """`[0: 1, 24: 1.05]` or `[ViTB32, RN50]`; keys and plain values may be mixed here (D209)."""

    entries: Sequence[Key | Expr]
    span: Span


Value = Const | Journey | Total | Listed


@dataclass(frozen=True)
class AtPoint:
    """`@ 48`."""

    time: Expr
    span: Span


@dataclass(frozen=True)
class AtRange:
    """`@ 0..48`: begin included, end excluded."""

    begin: Expr
    end: Expr
    span: Span


@dataclass(frozen=True)
class AtFor:
    """`@ 120 for 48`."""

    begin: Expr
    length: Expr
    span: Span


At = AtPoint | AtRange | AtFor


@dataclass(frozen=True)
class When:
    """The tail that every changing statement shares: when, how, and a fade in and out."""

    at: At | None = None
    ease: Ease | None = None
    fade: Expr | None = None


# ───────────── statements ─────────────


@dataclass(frozen=True)
class Version:
    """`disco 1`."""

    number: Number
    span: Span


@dataclass(frozen=True)
class Import:
    """`import "lib/moves.disco" as m`."""

    path: Text
    alias: Name | None
    span: Span


@dataclass(frozen=True)
class Let:
    """`let speed = 4`."""

    name: Name
    expr: Expr
    span: Span


@dataclass(frozen=True)
class Mark:
    """`mark drop @ 32b`."""

    name: Name
    at: At
    span: Span


@dataclass(frozen=True)
class Cut:
    """`cut` or `cut @ 120`."""

    at: At | None
    span: Span


@dataclass(frozen=True)
class Use:
    """`use dolly(4, sway=1) @ 0..50%`."""

    move: Name
    arguments: tuple[Argument, ...]
    at: At | None
    span: Span


@dataclass(frozen=True)
class PromptLine:
    """`prompt "text" 2 @ 0..48 ease in`; `value` None means weight 1."""

    text: Text
    image: bool
    value: Value | None
    when: When
    span: Span


@dataclass(frozen=True)
class Set:
    """`name value @ when ease how`."""

    name: Name
    value: Value
    when: When
    span: Span


@dataclass(frozen=True)
class Layer:
    """`name += expr` (operator "+=") or `name *= expr`: on top of what is there."""

    name: Name
    operator: str
    value: Value
    when: When
    span: Span


@dataclass(frozen=True)
class Choices:
    """The values that a study tries: `[50, 100]`, or lists: `[[ViTB32], [ViTB32, RN50]]`."""

    entries: tuple[Key | Expr | Listed, ...]
    span: Span


@dataclass(frozen=True)
class Vary:
    """`diffusion.steps in [50, 100]`, inside a study."""

    name: Name
    values: Choices
    span: Span


@dataclass(frozen=True)
class Unparsed:
    """A line with a syntax error; it was reported. It may own the lines below it."""

    body: "tuple[Statement, ...]"
    span: Span


# ───────────── blocks ─────────────


@dataclass(frozen=True)
class Morph:
    """`morph 2s ease in-out` in a head."""

    length: Expr
    ease: Ease | None
    span: Span


@dataclass(frozen=True)
class FrameHead:
    """`frame 48 morph 2s`."""

    time: Expr
    morph: Morph | None
    span: Span


@dataclass(frozen=True)
class ShotHead:
    """`shot "storm" 4s` (`length`), `shot "storm" to drop` (`until`)."""

    title: Text
    length: Expr | None
    until: Expr | None
    morph: Morph | None
    span: Span


@dataclass(frozen=True)
class Formal:
    """`sway=0`, a parameter of a move."""

    name: Name
    default: Expr | None
    span: Span


@dataclass(frozen=True)
class MoveHead:
    """`move dolly(speed, sway=0)`."""

    name: Name
    formals: tuple[Formal, ...]
    span: Span


@dataclass(frozen=True)
class StudyHead:
    """`study "steps"`."""

    title: Text | None
    span: Span


@dataclass(frozen=True)
class GroupHead:
    """`camera`, `camera @ 0..48`."""

    name: Name
    at: At | None
    span: Span


@dataclass(frozen=True)
class TitledHead:
    """`scene "The lighthouse"`."""

    name: Name
    title: Text
    span: Span


@dataclass(frozen=True)
class Played:
    """The head of a move's lines where a `use` plays them; no script can write it.

    `name` is the move as written, `span` the place of the `use`. `loose`: nothing plays it, its
    lines are only checked.
    """

    name: str
    at: At | None
    span: Span
    loose: bool = False


Head = FrameHead | ShotHead | MoveHead | StudyHead | GroupHead | TitledHead | Played


@dataclass(frozen=True)
class Block:
    """`head:` and the lines that belong to it."""

    head: Head
    body: "tuple[Statement, ...]"
    span: Span


Statement = (
    Version | Import | Let | Mark | Cut | Use | PromptLine | Set | Layer | Vary | Unparsed | Block
)


@dataclass(frozen=True)
class Comment:
    """`# text`, with its place; kept for `# disco: ignore D812` and the formatter."""

    text: str
    span: Span


@dataclass(frozen=True)
class Syntax:
    """A whole script."""

    source: Source
    body: tuple[Statement, ...]
    comments: tuple[Comment, ...]
