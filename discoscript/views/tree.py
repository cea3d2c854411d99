"""Syntax -> a tree that a person can read, or all of it as JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from discoscript.syntax.plain_keys import PlainKeys
from discoscript.syntax.syntax import (
    At,
    AtFor,
    AtPoint,
    AtRange,
    Block,
    Const,
    Cut,
    Ease,
    Expr,
    Formal,
    FrameHead,
    GroupHead,
    Head,
    Import,
    Journey,
    Key,
    Layer,
    Let,
    Listed,
    Mark,
    Morph,
    MoveHead,
    Played,
    PromptLine,
    Set,
    ShotHead,
    Statement,
    StudyHead,
    Syntax,
    TitledHead,
    Total,
    Unparsed,
    Use,
    Value,
    Vary,
    Version,
    When,
)
from discoscript.terminal import printable
from discoscript.text.places import ends
from discoscript.text.source import Source, Span
from discoscript.views.table import cells, cut, padded
from discoscript.views.words import expression, given

Json = dict[str, Any]

#: Widest column of words before what they say.
WORDS = 34


def tree(syntax: Syntax, width: int) -> Iterator[str]:
    """One line for each statement: its line number, what it is, and how it was read."""
    rows = list(_rows(syntax.body, syntax.source, 0))
    digits = max((len(str(line)) for line, _, _ in rows), default=1)
    words = min(WORDS, max((cells(word) for _, word, _ in rows), default=0))
    for line, word, said in rows:
        yield cut(f"{line:>{digits}}  {padded(word, words)}  {said}".rstrip(), width)


def _rows(body: Iterable[Statement], source: Source, depth: int) -> Iterator[tuple[int, str, str]]:
    for statement in body:
        word, said = _statement(statement, source)
        yield source.position(statement.span.start)[0], "│  " * depth + word, said
        if isinstance(statement, Block | Unparsed):
            yield from _rows(statement.body, source, depth + 1)


def _statement(statement: Statement, source: Source) -> tuple[str, str]:
    """What a statement is, and what it says."""
    match statement:
        case Version(number=number):
            return "version", expression(number)
        case Import(path=path, alias=alias):
            return "import", expression(path) + (f" as {alias.text}" if alias else "")
        case Let(name=name, expr=expr):
            return f"let {name.text}", expression(expr)
        case Mark(name=name, at=at):
            return f"mark {name.text}", _at(at)
        case Cut(at=at):
            return "cut", _at(at)
        case Use(move=move, arguments=arguments, at=at):
            return f"use {move.text}", _joined(f"({given(arguments)})", _at(at))
        case PromptLine(text=text, image=image, value=value, when=when):
            weight = _value(value) if value else ""
            return "prompt image" if image else "prompt", _joined(
                expression(text), weight and f"weight {weight}", _when(when)
            )
        case Set(name=name, value=value, when=when):
            return f"set {name.text}", _joined(_value(value), _when(when))
        case Layer(name=name, operator=operator, value=value, when=when):
            word = "add to" if operator == "+=" else "multiply"
            return f"{word} {name.text}", _joined(_value(value), _when(when))
        case Vary(name=name, values=values):
            return f"vary {name.text}", ", ".join(map(_choice, values.entries))
        case Block(head=head):
            return _head(head)
        case Unparsed(span=span):
            return "not understood", printable(source.at(span).splitlines()[0])


def _head(head: Head) -> tuple[str, str]:
    match head:
        case FrameHead(time=time, morph=morph):
            return f"frame {expression(time)}", _morph(morph)
        case ShotHead(title=title, length=length, until=until, morph=morph):
            long = expression(length) if length else f"to {expression(until)}" if until else ""
            return f"shot {expression(title)}", _joined(long, _morph(morph))
        case MoveHead(name=name, formals=formals):
            return f"move {name.text}", f"({', '.join(map(_formal, formals))})"
        case StudyHead(title=title):
            return "study", expression(title) if title else ""
        case GroupHead(name=name, at=at):
            return name.text, _at(at)
        case TitledHead(name=name, title=title):
            return name.text, expression(title)
        case Played(name=move, at=at):
            return f"played {move}", _at(at)


def _formal(formal: Formal) -> str:
    default = f"={expression(formal.default)}" if formal.default else ""
    return f"{formal.name.text}{default}"


def _value(value: Value) -> str:
    match value:
        case Const(expr=expr):
            return expression(expr)
        case Journey(begin=None, end=end):
            return f"journey from here -> {expression(end)}"
        case Journey(begin=begin, end=end):
            assert begin is not None
            return f"journey {expression(begin)} -> {expression(end)}"
        case Total(expr=expr):
            return f"in all {expression(expr)}"
        case Listed(entries=entries):
            keys = any(isinstance(entry, Key) for entry in entries)
            said = ", ".join(_key(e) if isinstance(e, Key) else expression(e) for e in entries)
            return f"{'keys' if keys else 'list'} [{said}]"


def _choice(entry: Key | Expr | Listed) -> str:
    if isinstance(entry, Key):
        return _key(entry)
    return _value(entry) if isinstance(entry, Listed) else expression(entry)


def _key(key: Key) -> str:
    return f"{expression(key.time)}: {expression(key.value)}{_ease(key.ease)}"


def _when(when: When) -> str:
    fade = f" fade {expression(when.fade)}" if when.fade else ""
    return f"{_at(when.at)}{_ease(when.ease)}{fade}".strip()


def _at(at: At | None) -> str:
    match at:
        case None:
            return ""
        case AtPoint(time=time):
            return f"@ {expression(time)}"
        case AtRange(begin=begin, end=end):
            return f"@ {expression(begin)}..{expression(end)}"
        case AtFor(begin=begin, length=length):
            return f"@ {expression(begin)} for {expression(length)}"


def _ease(ease: Ease | None) -> str:
    if ease is None:
        return ""
    numbers = f"({given(ease.arguments)})" if ease.arguments else ""
    return f" ease {ease.name}{numbers}"


def _morph(morph: Morph | None) -> str:
    return f"morph {expression(morph.length)}{_ease(morph.ease)}" if morph else ""


def _joined(*parts: str) -> str:
    return "  ".join(filter(None, parts))


# ───────────── JSON ─────────────


def syntax_json(syntax: Syntax) -> Json:
    """The whole tree: every node with its `type`, its fields and its place."""
    body = [_node(statement, syntax.source) for statement in syntax.body]
    comments = [_node(comment, syntax.source) for comment in syntax.comments]
    kind = {"format": "discoscript-syntax", "version": 1, "script": syntax.source.path}
    return {**kind, "body": body, "comments": comments}


def _node(node: Any, source: Source) -> Any:
    match node:
        case Span():
            return _span(node, source)
        case Fraction():
            return str(node)
        case tuple() | PlainKeys():
            return [_node(part, source) for part in node]
    if is_dataclass(node):
        parts = {f.name: _node(getattr(node, f.name), source) for f in fields(node)}
        return {"type": type(node).__name__, **parts}
    return node


def _span(span: Span, source: Source) -> Json:
    first, last = ends(source, span)
    return {
        "file": first.path,
        "start": [first.line, first.column],
        "end": [last.line, last.column],
    }
