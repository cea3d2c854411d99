"""The LALR tables, walked: a line that is right becomes its tree.

Lark walks its tables too, but works out line numbers, columns and containers for every node, and
goes through every rule that only passes a value on (`expr`, `sum`, `product` ... around each
number). Here a node gets its two positions, and a chain of such rules is one step, remembered by
where it starts. A line that is wrong is left to Lark, which knows what could have stood there.
"""

import re
from collections.abc import Callable
from typing import Any

from discoscript.syntax.tables import Rule, Tables
from discoscript.syntax.tree import Token, Tree

END = "$END"


class Walker:
    """Parses lines. `lexers` and `chains` grow with what was seen."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.states = tables.states
        self.rules = tables.rules
        self.passes = [rule.passes for rule in tables.rules]
        self.shown = frozenset(tables.shown)
        self.ignored = frozenset(tables.ignored)
        self.lexers: dict[int, tuple[Callable[..., Any], Any]] = {}
        self.chains: dict[tuple[int, int, str], int] = {}

    def lexer(self, state: int) -> tuple[Callable[..., Any], Any]:
        """How to match what can stand at a state, and its words."""
        if state not in self.lexers:
            lexer = self.tables.lexers[self.tables.lexer_of[state]]
            self.lexers[state] = (re.compile(lexer.pattern).match, lexer.words)
        return self.lexers[state]

    def parse(self, text: str) -> Tree | None:
        """The tree of a line, None if it is not right."""
        states: list[int] = [self.tables.start]
        values: list[Any] = []
        starts: list[int] = []
        ends: list[int] = []
        begin, at, length = 0, 0, len(text)
        while True:
            kind = END
            while at < length:
                match, words = self.lexers.get(states[-1]) or self.lexer(states[-1])
                found = match(text, at)
                if found is None:
                    return None
                begin, at = at, found.end()
                kind = found.lastgroup
                if kind not in self.ignored:
                    if kind in words:
                        kind = words[kind].get(found.group(), kind)
                    break
                kind = END
            while True:
                action = self.states[states[-1]].get(kind)
                if action is None:
                    return None
                if action >= 0:
                    states.append(action)
                    starts.append(begin)
                    ends.append(at)
                    shown = kind in self.shown
                    values.append(Token(kind, found.group(), begin, at) if shown else None)
                    break
                if self.passes[-1 - action]:
                    states[-1] = self.chain(states[-2], states[-1], kind)
                else:
                    rule = self.rules[-1 - action]
                    first = len(values) - rule.size
                    value = _node(rule, values[first:], starts[first], ends[-1])
                    del states[first + 1 :], values[first:], starts[first + 1 :], ends[first:-1]
                    states.append(self.states[states[-1]][rule.origin])
                    values.append(value)
                if kind == END and states[-1] == self.tables.end:
                    tree: Tree = values[-1]
                    return tree

    def chain(self, below: int, state: int, kind: str) -> int:
        """The state after all rules that only pass their value on."""
        key = (below, state, kind)
        if key not in self.chains:
            action = self.states[state].get(kind)
            while action is not None and action < 0 and self.passes[-1 - action]:
                state = self.states[below][self.rules[-1 - action].origin]
                action = self.states[state].get(kind) if state != self.tables.end else None
            self.chains[key] = state
        return self.chains[key]


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
    return Tree(rule.data, children, start, end)
