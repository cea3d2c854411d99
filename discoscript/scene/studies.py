"""Studies: one render for each combination of the values that they list.

A variant is a script of its own: the studies taken out, and every line about a varied setting
replaced by one line with the value (a `let` gets it as its expression). So all that is checked of
a script is checked of each variant, and a variant's frames are those of that script.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from discoscript.expressions.lets import lets_of
from discoscript.parameters import BY_KEY, Parameter, resolve, with_name
from discoscript.syntax.syntax import (
    Block,
    Const,
    Expr,
    GroupHead,
    Key,
    Layer,
    Listed,
    Name,
    Set,
    Statement,
    StudyHead,
    Syntax,
    TitledHead,
    Unparsed,
    Vary,
    When,
)
from discoscript.text import suggest
from discoscript.text.diagnostics import Related
from discoscript.text.report import Report
from discoscript.text.source import Span

#: More renders need to be asked for (D704).
MAX_RENDERS = 16


@dataclass(frozen=True)
class Choice:
    """One value that a study tries, and how the script writes it."""

    text: str
    value: Const | Listed


@dataclass(frozen=True)
class Varied:
    """What a study varies: a setting, or a `let` (then `row` is None)."""

    name: str
    row: Parameter | None
    choices: tuple[Choice, ...]
    span: Span


@dataclass(frozen=True)
class Study:
    """A grid of renders."""

    title: str
    varied: tuple[Varied, ...]
    span: Span

    @property
    def count(self) -> int:
        """How many renders it makes."""
        count = 1
        for varied in self.varied:
            count *= len(varied.choices)
        return count

    def variants(self) -> "Iterator[Variant]":
        """Every combination; the last setting changes fastest."""
        for picked in product(*(varied.choices for varied in self.varied)):
            yield Variant(self.title, tuple(zip(self.varied, picked, strict=True)))


@dataclass(frozen=True)
class Variant:
    """One combination of a study."""

    study: str
    picks: tuple[tuple[Varied, Choice], ...]

    @property
    def label(self) -> str:
        """`diffusion.eta 0.5, scene.seed 3`."""
        return ", ".join(f"{varied.name} {choice.text}" for varied, choice in self.picks)


# ───────────── reading ─────────────


def studies_of(syntax: Syntax, report: Report) -> tuple[Study, ...]:
    """The studies of a script that can be made; what is wrong with the others is reported."""
    lets = frozenset(lets_of(syntax.body, {}).exprs)
    found: dict[str, Study] = {}
    for block in syntax.body:
        if not isinstance(block, Block) or not isinstance(block.head, StudyHead):
            continue
        study = _study(block, block.head, len(found), lets, report)
        if study is None:
            continue
        first = found.setdefault(study.title, study)
        if first is not study:
            report.add(
                "D109",
                f'two studies are called "{study.title}"',
                study.span,
                "second study",
                help="give each a title of its own",
                related=(Related(first.span, "first study"),),
            )
    return tuple(found.values())


def _study(
    block: Block, head: StudyHead, earlier: int, lets: frozenset[str], report: Report
) -> Study | None:
    title = head.title.value if head.title else "study" + (f" {earlier + 1}" if earlier else "")
    lines = [line for line in block.body if isinstance(line, Vary)]
    varied = [_varied(line, lets, report) for line in lines]
    known = [one for one in varied if one is not None]
    if not known or len(known) < len(block.body) or _twice(known, report):
        return None
    return Study(title, tuple(known), head.span)


def _twice(varied: list[Varied], report: Report) -> bool:
    first: dict[str, Varied] = {}
    for one in varied:
        key = one.row.key if one.row else one.name
        earlier = first.setdefault(key, one)
        if earlier is not one:
            report.add(
                "D301",
                f"this study varies `{one.name}` twice",
                one.span,
                "and again here",
                help="put all values into one list",
                related=(Related(earlier.span, "first here"),),
            )
            return True
    return False


def _varied(line: Vary, lets: frozenset[str], report: Report) -> Varied | None:
    row = resolve(None, line.name.parts)
    if row is None and line.name.text not in lets:
        _unknown(line.name, lets, report)
        return None
    choices = [_choice(entry, line, report) for entry in line.values.entries]
    known = [choice for choice in choices if choice is not None]
    if not choices:
        help = f"for example `{line.name.text} in [1, 2, 3]`"
        report.add("D201", "this list is empty", line.values.span, help=help)
    if not known or len(known) < len(choices) or (row is None and _is_list(known, line, report)):
        return None
    return Varied(line.name.text, row, tuple(known), line.name.span)


def _choice(entry: Key | Expr | Listed, line: Vary, report: Report) -> Choice | None:
    if isinstance(entry, Key):
        report.add(
            "D209",
            "a study lists values, this is a key with a time",
            entry.span,
            help=f"write the value alone: `{line.name.text} in [{report.text(entry.value.span)}]`",
        )
        return None
    value = entry if isinstance(entry, Listed) else Const(entry, entry.span)
    return Choice(report.text(entry.span), value)


def _is_list(choices: list[Choice], line: Vary, report: Report) -> bool:
    """Whether a `let` is to be a list, which no `let` can be (D201)."""
    wrong = next((choice for choice in choices if isinstance(choice.value, Listed)), None)
    if wrong is not None:
        message = f"`{line.name.text}` takes one value, this is a list"
        report.add("D201", message, wrong.value.span, help="list the values side by side")
    return wrong is not None


def _unknown(name: Name, lets: frozenset[str], report: Report) -> None:
    """D101 for something that is neither a setting nor a `let`."""
    rows = with_name(name.parts[-1])
    close = suggest.did_you_mean(name.text, [*BY_KEY, *lets])
    if rows and len(name.parts) == 1:
        close = f"write its group: `{rows[0].key} in [...]`"
    report.add(
        "D101",
        f"there is no setting and no `let` called `{name.text}`",
        name.span,
        "unknown",
        help=close or "name a setting with its group: `diffusion.eta in [0, 0.5, 1]`",
    )


# ───────────── variants ─────────────


def without_studies(syntax: Syntax) -> Syntax:
    """The script itself."""
    return replace(syntax, body=tuple(s for s in syntax.body if not _is_study(s)))


def varied_syntax(syntax: Syntax, variant: Variant) -> Syntax:
    """The script of a variant."""
    rows = {varied.row.key for varied, _ in variant.picks if varied.row is not None}
    body = tuple(_without(without_studies(syntax).body, rows, None))
    lines = (_line(v.row, c.value) for v, c in variant.picks if v.row is not None)
    return replace(syntax, body=(*body, *lines))


def varied_lets(variant: Variant) -> dict[str, Expr]:
    """The expressions that a variant gives to `let` lines."""
    picks = ((v.name, c.value) for v, c in variant.picks if v.row is None)
    return {name: value.expr for name, value in picks if isinstance(value, Const)}


def _is_study(statement: Statement) -> bool:
    return isinstance(statement, Block) and isinstance(statement.head, StudyHead)


def _without(body: tuple[Statement, ...], rows: set[str], group: str | None) -> Iterator[Statement]:
    """The lines of a body that are not about any of the rows."""
    for statement in body:
        match statement:
            case Set(name=name) | Layer(name=name):
                row = resolve(group, name.parts)
                if row is None or row.key not in rows:
                    yield statement
            case Block(head=GroupHead(name=name) | TitledHead(name=name)):
                inside = tuple(_without(statement.body, rows, name.text))
                yield replace(statement, body=inside)
            case Block() | Unparsed():
                yield replace(statement, body=tuple(_without(statement.body, rows, group)))
            case _:
                yield statement


def _line(row: Parameter, value: Const | Listed) -> Block:
    """`group: name value`, at the place of the value."""
    said = Set(Name((row.name,), value.span), value, When(), value.span)
    return Block(GroupHead(Name((row.group,), value.span), None, value.span), (said,), value.span)
