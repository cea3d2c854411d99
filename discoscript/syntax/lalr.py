"""Lark's tables, walked faster than Lark does: a line that is right becomes its tree.

Lark works out line numbers, columns and containers for every node, and goes through every rule
that only passes a value on (`expr`, `sum`, `product` ... around each number). Here a node gets its
two positions, and a chain of such rules is one step, remembered by where it starts. A line that is
wrong is left to Lark, which knows what could have stood there instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lark import Lark, Token, Tree
from lark.parsers.lalr_analysis import Shift
from lark.tree import Meta

END = "$END"

#: The children of a node: their places in the rule, -1 for an absent part.
Kept = tuple[int, ...]


@dataclass(frozen=True)
class Rule:
    """A rule with what becomes of its parts. `spliced` parts are lists that are taken apart.

    `alone`: a single child stands for the node itself; `passes`: so it is always.
    """

    origin: str
    size: int
    data: Any
    kept: Kept
    spliced: frozenset[int]
    alone: bool
    passes: bool


@dataclass(frozen=True)
class Lexer:
    """The terminals that can stand at a place: a pattern with a group each."""

    match: Any
    words: Mapping[str, Any]  # terminals some of whose texts are words of their own
    known: dict[tuple[str, str], str]


class Walker:
    """Parses lines with the tables of a Lark parser."""

    def __init__(self, lark: Lark) -> None:
        frontend: Any = lark.parser
        table = frontend.parser.parser.parse_table
        (self.start,) = table.start_states.values()
        (self.end,) = table.end_states.values()
        rules: dict[Any, Rule] = {}
        self.actions: dict[int, dict[str, Any]] = {}
        for state, actions in table.states.items():
            self.actions[state] = {
                name: arg if action is Shift else rules.setdefault(arg, _rule(arg))
                for name, (action, arg) in actions.items()
            }
        self.shown = {
            symbol.name
            for rule in rules
            for symbol in rule.expansion
            if symbol.is_term and not symbol.filter_out
        }
        self.ignored = frozenset(frontend.lexer_conf.ignore)
        self.lexers_of = frontend.lexer.lexers
        self.lexers: dict[int, Lexer] = {}
        self.chains: dict[tuple[int, int, str], int] = {}

    def lexer(self, state: int) -> Lexer:
        """What can stand at a state."""
        if state not in self.lexers:
            made = self.lexers_of[state]
            (pattern,) = made.scanner._mres
            self.lexers[state] = Lexer(pattern.match, made.callback, {})
        return self.lexers[state]

    def parse(self, text: str) -> Tree[Token] | None:
        """The tree of a line, None if it is not right."""
        states: list[int] = [self.start]
        values: list[Any] = []
        starts: list[int] = []
        ends: list[int] = []
        begin, at, length = 0, 0, len(text)
        while True:
            kind = END
            while at < length:
                lexer = self.lexers.get(states[-1]) or self.lexer(states[-1])
                found = lexer.match(text, at)
                if found is None:
                    return None
                begin, at = at, found.end()
                kind = found.lastgroup
                if kind not in self.ignored:
                    if kind in lexer.words:
                        kind = self.word(lexer, kind, found.group())
                    break
                kind = END
            while True:
                action = self.actions[states[-1]].get(kind)
                if action.__class__ is int:
                    states.append(action)
                    starts.append(begin)
                    ends.append(at)
                    shown = kind in self.shown
                    values.append(Token(kind, found.group(), begin, end_pos=at) if shown else None)
                    break
                if action is None:
                    return None
                if action.passes:
                    states[-1] = self.chain(states[-2], states[-1], kind)
                else:
                    self.reduce(action, states, values, starts, ends)
                if kind == END and states[-1] == self.end:
                    tree: Tree[Token] = values[-1]
                    return tree

    def word(self, lexer: Lexer, kind: str, text: str) -> str:
        """`FRAME` for the name `frame` where that is a word of the language."""
        key = (kind, text)
        if key not in lexer.known:
            token = lexer.words[kind](Token(kind, text))
            lexer.known[key] = str(token.type)
        return lexer.known[key]

    def chain(self, below: int, state: int, kind: str) -> int:
        """The state after all rules that only pass their value on."""
        key = (below, state, kind)
        if key not in self.chains:
            action = self.actions[state].get(kind)
            while isinstance(action, Rule) and action.passes:
                state = self.actions[below][action.origin]
                action = self.actions[state].get(kind) if state != self.end else None
            self.chains[key] = state
        return self.chains[key]

    def reduce(
        self, rule: Rule, states: list[int], values: list[Any], starts: list[int], ends: list[int]
    ) -> None:
        """Put a node in the place of its parts."""
        first = len(values) - rule.size
        start, end = starts[first], ends[-1]
        value = _node(rule, values[first:], start, end)
        del states[first + 1 :], values[first:], starts[first:], ends[first:]
        states.append(self.actions[states[-1]][rule.origin])
        values.append(value)
        starts.append(start)
        ends.append(end)


def _node(rule: Rule, parts: list[Any], start: int, end: int) -> Any:
    """The tree of a rule, or its only child."""
    if rule.spliced:
        children = []
        for place in rule.kept:
            if place in rule.spliced:
                children += parts[place].children
            else:
                children.append(parts[place] if place >= 0 else None)
    else:
        children = [parts[place] if place >= 0 else None for place in rule.kept]
    if rule.alone and len(children) == 1:
        return children[0]
    meta = Meta()  # type: ignore[no-untyped-call]
    meta.empty = False
    meta.start_pos, meta.end_pos = start, end
    return Tree(rule.data, children, meta)


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
    spliced = frozenset(
        place
        for place, symbol in enumerate(rule.expansion)
        if not symbol.is_term and symbol.name.startswith("_")
    )
    alone = bool(rule.options.expand1 and not rule.alias)
    return Rule(
        origin=rule.origin.name,
        size=size,
        data=rule.alias or rule.options.template_source or rule.origin.name,
        kept=tuple(kept),
        spliced=spliced,
        alone=alone,
        passes=alone and size == 1 and kept == [0] and not spliced,
    )
