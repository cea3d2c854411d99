"""The LALR tables of the grammar as plain values, and their form as JSON.

Lark builds them, and is not needed to use them: importing it takes longer than checking a script.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark


@dataclass(frozen=True)
class Rule:
    """A rule with what becomes of its parts.

    `kept` are the parts that become children, -1 for one that is absent; of those, `spliced` are
    lists that are taken apart. `alone`: a single child stands for the node itself.
    """

    origin: str
    size: int
    data: str
    kept: Sequence[int]
    spliced: Sequence[int]
    alone: bool

    @property
    def passes(self) -> bool:
        """Whether the rule does nothing but pass its only part on."""
        return self.alone and self.size == 1 and list(self.kept) == [0] and not self.spliced


@dataclass(frozen=True)
class Lexer:
    """The terminals that can stand at a state: a pattern with a group for each.

    `words` are the texts of a terminal that are words of the language: `frame` is no NAME.
    """

    pattern: str
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Tables:
    """`states[s][symbol]` is the state to go to, or -1 - r where rule r is complete; `lexer_of` has
    the lexer of each state. `shown` terminals become tokens, `ignored` ones are blanks."""

    start: int
    end: int
    states: Sequence[Mapping[str, int]]
    rules: Sequence[Rule]
    lexers: Sequence[Lexer]
    lexer_of: Sequence[int]
    shown: Sequence[str]
    ignored: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold."""
        return asdict(self)


def from_json(plain: Mapping[str, Any]) -> Tables:
    """The tables; KeyError or TypeError where they are not whole."""
    rules = [Rule(**rule) for rule in plain["rules"]]
    lexers = [Lexer(**lexer) for lexer in plain["lexers"]]
    return Tables(**{**plain, "rules": rules, "lexers": lexers})


def tables_of(lark: "Lark") -> Tables:
    """The tables of a parser of lines."""
    from lark.parsers.lalr_analysis import Shift

    frontend: Any = lark.parser
    table = frontend.parser.parser.parse_table
    (start,) = table.start_states.values()
    (end,) = table.end_states.values()
    numbers: dict[Any, int] = {}
    states = [
        {
            name: arg if action is Shift else -1 - numbers.setdefault(arg, len(numbers))
            for name, (action, arg) in table.states[state].items()
        }
        for state in range(len(table.states))
    ]
    made = [_lexer(frontend.lexer.lexers[state]) for state in range(len(states))]
    lexers = [lexer for number, lexer in enumerate(made) if lexer not in made[:number]]
    shown = {s.name for rule in numbers for s in rule.expansion if s.is_term and not s.filter_out}
    return Tables(
        start=start,
        end=end,
        states=states,
        rules=[_rule(rule) for rule in numbers],
        lexers=lexers,
        lexer_of=[lexers.index(lexer) for lexer in made],
        shown=sorted(shown),
        ignored=sorted(frontend.lexer_conf.ignore),
    )


def _lexer(made: Any) -> Lexer:
    """The terminals of one of Lark's lexers."""
    (pattern,) = made.scanner._mres
    words = {
        terminal: {word.pattern.value: word.name for word in callback.scanner.terminals}
        for terminal, callback in made.callback.items()
    }
    return Lexer(pattern.pattern, words)


def _rule(rule: Any) -> Rule:
    """What Lark's tree builder would do with a rule."""
    size = len(rule.expansion)
    absent = rule.options.empty_indices or (False,) * size
    kept: list[int] = []
    place = 0
    for missing in absent:
        if missing:
            kept.append(-1)
            continue
        symbol = rule.expansion[place]
        if not (symbol.is_term and symbol.filter_out):
            kept.append(place)
        place += 1
    spliced = [
        place
        for place, symbol in enumerate(rule.expansion)
        if not symbol.is_term and symbol.name.startswith("_")
    ]
    return Rule(
        origin=str(rule.origin.name),
        size=size,
        data=str(rule.alias or rule.options.template_source or rule.origin.name),
        kept=kept,
        spliced=spliced,
        alone=bool(rule.options.expand1 and not rule.alias),
    )
