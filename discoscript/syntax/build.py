"""Trees -> the values of `syntax.py`.

`Builder` has one method for each rule of the grammar, with the rule's name. The parser leaves out
the words and marks of a rule and puts None where an optional part is absent, so the children of a
rule always stand at the same places.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from discoscript.syntax import syntax
from discoscript.syntax.tree import Token, Tree
from discoscript.text.source import Span

#: Where the parser's positions lie in the script.
Place = Callable[[int, int], Span]

_ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


def text_value(literal: str) -> str:
    """The text of a literal; in a long one a line break and the margin below it are one space."""
    if literal.startswith('"""'):
        body = re.sub(r"\s*\n\s*", " ", literal[3:-3]).strip()
    else:
        body = literal[1:-1]
    return re.sub(r'\\[n"\\]', lambda match: _ESCAPES[match.group()], body)


class Builder:
    """Makes syntax values out of trees whose positions `place` knows.

    `known`: the entries of the list that begins at a position, where they were read before.
    """

    def __init__(
        self, place: Place, known: Mapping[int, Sequence[syntax.Key]] | None = None
    ) -> None:
        self.place, self.known = place, known or {}

    def build(self, tree: Any) -> Any:
        """The value of a tree, None for an absent part."""
        return None if tree is None else getattr(self, tree.data)(tree, *tree.children)

    def span(self, tree: Tree) -> Span:
        """Where a tree lies."""
        return self.place(tree.start, tree.end)

    def token_span(self, token: Token) -> Span:
        """Where a token lies."""
        return self.place(token.start, token.end)

    def token_name(self, token: Token) -> syntax.Name:
        """A name that the grammar gives as a bare token."""
        return syntax.Name((str(token),), self.token_span(token))

    # ───────────── statements ─────────────

    def version(self, tree: Any, number: Token) -> syntax.Version:
        span = self.token_span(number)
        return syntax.Version(_number(number, span), self.span(tree))

    def import_(self, tree: Any, path: Token, alias: Token | None) -> syntax.Import:
        text = syntax.Text(text_value(path), self.token_span(path))
        name = None if alias is None else self.token_name(alias)
        return syntax.Import(text, name, self.span(tree))

    def let(self, tree: Any, name: Token, expr: Any) -> syntax.Let:
        return syntax.Let(self.token_name(name), self.build(expr), self.span(tree))

    def mark(self, tree: Any, name: Token, at: Any) -> syntax.Mark:
        return syntax.Mark(self.token_name(name), self.build(at), self.span(tree))

    def cut(self, tree: Any, at: Any) -> syntax.Cut:
        return syntax.Cut(self.build(at), self.span(tree))

    def use(self, tree: Any, move: Any, args: Any, at: Any) -> syntax.Use:
        arguments = self.build(args) or ()
        return syntax.Use(self.build(move), arguments, self.build(at), self.span(tree))

    def prompt(
        self, tree: Any, image: Token | None, text: Any, value: Any, at: Any, ease: Any, fade: Any
    ) -> syntax.PromptLine:
        when = self.when(at, ease, fade)
        words, weight = self.build(text), self.build(value)
        return syntax.PromptLine(words, image is not None, weight, when, self.span(tree))

    def set(self, tree: Any, name: Any, value: Any, at: Any, ease: Any, fade: Any) -> syntax.Set:
        when = self.when(at, ease, fade)
        return syntax.Set(self.build(name), self.build(value), when, self.span(tree))

    def layer(
        self, tree: Any, name: Any, operator: Token, value: Any, at: Any, ease: Any, fade: Any
    ) -> syntax.Layer:
        when = self.when(at, ease, fade)
        span = self.span(tree)
        return syntax.Layer(self.build(name), str(operator), self.build(value), when, span)

    def vary(self, tree: Any, name: Any, values: Any) -> syntax.Vary:
        return syntax.Vary(self.build(name), self.build(values), self.span(tree))

    # ───────────── heads ─────────────

    def morph(self, tree: Any, length: Any, ease: Any) -> syntax.Morph:
        return syntax.Morph(self.build(length), self.build(ease), self.span(tree))

    def frame_head(self, tree: Any, time: Any, morph: Any) -> syntax.FrameHead:
        return syntax.FrameHead(self.build(time), self.build(morph), self.span(tree))

    def shot_head(self, tree: Any, title: Any, length: Any, morph: Any) -> syntax.ShotHead:
        stretch = None if length is None else self.build(length.children[0])
        until = length is not None and length.data == "shot_to"
        return syntax.ShotHead(
            title=self.build(title),
            length=None if until else stretch,
            until=stretch if until else None,
            morph=self.build(morph),
            span=self.span(tree),
        )

    def move_head(self, tree: Any, name: Token, formals: Any) -> syntax.MoveHead:
        return syntax.MoveHead(self.token_name(name), self.build(formals) or (), self.span(tree))

    def formals(self, tree: Any, *formals: Any) -> tuple[syntax.Formal, ...]:
        return tuple(self.build(formal) for formal in formals if formal is not None)

    def formal(self, tree: Any, name: Token, default: Any) -> syntax.Formal:
        return syntax.Formal(self.token_name(name), self.build(default), self.span(tree))

    def study_head(self, tree: Any, title: Any) -> syntax.StudyHead:
        return syntax.StudyHead(self.build(title), self.span(tree))

    def group_head(self, tree: Any, name: Any, at: Any) -> syntax.GroupHead:
        return syntax.GroupHead(self.build(name), self.build(at), self.span(tree))

    def titled_head(self, tree: Any, name: Any, title: Any) -> syntax.TitledHead:
        return syntax.TitledHead(self.build(name), self.build(title), self.span(tree))

    # ───────────── values over time ─────────────

    def when(self, at: Any, ease: Any, fade: Any) -> syntax.When:
        return syntax.When(self.build(at), self.build(ease), self.build(fade))

    def const(self, tree: Any, expr: Any) -> syntax.Const:
        return syntax.Const(self.build(expr), self.span(tree))

    def journey(self, tree: Any, begin: Any, end: Any) -> syntax.Journey:
        return syntax.Journey(self.build(begin), self.build(end), self.span(tree))

    def journey_here(self, tree: Any, end: Any) -> syntax.Journey:
        return syntax.Journey(None, self.build(end), self.span(tree))

    def total(self, tree: Any, expr: Any) -> syntax.Total:
        return syntax.Total(self.build(expr), self.span(tree))

    def list(self, tree: Any, *entries: Any) -> syntax.Listed:
        if tree.start in self.known:
            return syntax.Listed(self.known[tree.start], self.span(tree))
        built = tuple(self.build(entry) for entry in entries if entry is not None)
        return syntax.Listed(built, self.span(tree))

    def choices(self, tree: Any, *entries: Any) -> syntax.Choices:
        built = tuple(self.build(entry) for entry in entries if entry is not None)
        return syntax.Choices(built, self.span(tree))

    def key(self, tree: Any, time: Any, value: Any, ease: Any) -> syntax.Key:
        return syntax.Key(self.build(time), self.build(value), self.build(ease), self.span(tree))

    def at_point(self, tree: Any, time: Any) -> syntax.AtPoint:
        return syntax.AtPoint(self.build(time), self.span(tree))

    def at_range(self, tree: Any, begin: Any, end: Any) -> syntax.AtRange:
        return syntax.AtRange(self.build(begin), self.build(end), self.span(tree))

    def at_for(self, tree: Any, begin: Any, length: Any) -> syntax.AtFor:
        return syntax.AtFor(self.build(begin), self.build(length), self.span(tree))

    def ease(self, tree: Any, curve: Token, args: Any) -> syntax.Ease:
        return syntax.Ease(str(curve), self.build(args) or (), self.token_span(curve))

    def fade(self, tree: Any, length: Any) -> Any:
        return self.build(length)

    # ───────────── expressions ─────────────

    def binary(self, tree: Any, left: Any, operator: Token, right: Any) -> syntax.Binary:
        return syntax.Binary(str(operator), self.build(left), self.build(right), self.span(tree))

    def negative(self, tree: Any, minus: Token, operand: Any) -> syntax.Negative:
        return syntax.Negative(self.build(operand), self.span(tree))

    def call(self, tree: Any, function: Any, args: Any) -> syntax.Call:
        return syntax.Call(self.build(function), self.build(args) or (), self.span(tree))

    def args(self, tree: Any, *args: Any) -> tuple[syntax.Argument, ...]:
        return tuple(self.build(arg) for arg in args if arg is not None)

    def arg(self, tree: Any, name: Token | None, value: Any) -> syntax.Argument:
        word = None if name is None else str(name)
        return syntax.Argument(word, self.build(value), self.span(tree))

    def qname(self, tree: Any, *parts: Token) -> syntax.Name:
        return syntax.Name(tuple(str(part) for part in parts), self.span(tree))

    def string(self, tree: Any, literal: Token) -> syntax.Text:
        return syntax.Text(text_value(literal), self.span(tree))

    def number(self, tree: Any, token: Token) -> syntax.Number:
        return _number(token, self.span(tree))

    def duration(self, tree: Any, token: Token) -> syntax.Duration:
        digits = token.rstrip("msb")
        value, unit = Fraction(digits), token[len(digits) :]
        if unit == "ms":
            value, unit = value / 1000, "s"
        return syntax.Duration(value, unit, self.span(tree))

    def percent(self, tree: Any, token: Token) -> syntax.Percent:
        return syntax.Percent(Fraction(token[:-1]), self.span(tree))

    def rate(self, tree: Any, token: Token) -> syntax.Rate:
        value, unit = token.split("/")
        return syntax.Rate(float(value), unit, self.span(tree))

    def timecode(self, tree: Any, token: Token) -> syntax.Timecode:
        hours, minutes, seconds, *frames = token.split(":")
        total = int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
        return syntax.Timecode(total, int(frames[0]) if frames else 0, self.span(tree))

    def size(self, tree: Any, token: Token) -> syntax.Size:
        width, height = token.split("x")
        return syntax.Size(int(width), int(height), self.span(tree))

    def dim(self, tree: Any, token: Token) -> syntax.Dim:
        return syntax.Dim(str(token), self.span(tree))


def _number(token: Token, span: Span) -> syntax.Number:
    return syntax.Number(float(token), token.isdecimal(), span)
