"""The long scripts and the examples use the whole language: no row of a table is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from gold.scripts import EXAMPLES, LIBRARIES, LONG

from discoscript.expressions.easing import EASINGS
from discoscript.expressions.functions import CLOCKS, CONSTANTS, FUNCTIONS, SHAPES
from discoscript.parameters import BY_KEY, GROUPS, resolve
from discoscript.syntax import syntax as s
from discoscript.syntax.parse import parse
from discoscript.syntax.statements import STATEMENTS
from discoscript.text.source import Source

#: What no script can use: models of one's own, hundreds of megabytes each.
LEFT_OUT = {"setting scene.model_file", "setting output.upscale_model"}

EXPRESSIONS = s.Expr.__args__
VALUES = ("value", "journey", "journey from here", "total", "keys", "list")
TIMES = ("point", "range", "start and length", "fade", "morph")
UNITS = ("s", "b", "/s", "/b", "%", "timecode", "timecode.5", "timecode:08", "size", "3d")
OPERATORS = ("+", "-", "*", "/", "<", "+=", "*=")
LENGTHS = ("shot for", "shot to", "shot open", "import as", "use with a name", "default", "image")
#: What the syntax does not tell from other forms, by its text.
WRITTEN = {"long text": '"""', "milliseconds": r"\b\d+ms\b"}

EXPECTED = {
    *(f"statement {row.word or 'group'}" for row in STATEMENTS.values()),
    *(f"expression {kind.__name__}" for kind in EXPRESSIONS),
    *(f"value {word}" for word in VALUES),
    *(f"time {word}" for word in TIMES),
    *(f"unit {word}" for word in UNITS),
    *(f"operator {word}" for word in OPERATORS),
    *(f"form {word}" for word in (*LENGTHS, *WRITTEN)),
    *(f"curve {name}" for name in EASINGS),
    *(f"function {name}" for name in FUNCTIONS),
    *(f"name {name}" for name in (*CONSTANTS, *CLOCKS, *SHAPES)),
    *(f"group {name}" for name in GROUPS),
    *(f"setting {key}" for key in BY_KEY),
}


@dataclass
class Seen:
    """What scripts use, in the words of EXPECTED."""

    words: set[str] = field(default_factory=set)

    def node(self, node: Any, group: str | None) -> None:
        """A part of a script and all that is in it."""
        self.words |= set(words_of(node))
        if isinstance(node, s.Set | s.Layer | s.Vary):
            row = resolve(group, node.name.parts)
            self.words |= {f"setting {row.key}"} if row else set()
        if isinstance(node, s.Block) and isinstance(node.head, s.GroupHead | s.TitledHead):
            group = node.head.name.text
            self.words.add(f"group {group}")
        if isinstance(node, s.Block) and isinstance(node.head, s.StudyHead):
            group = None
        for part in parts(node):
            self.node(part, group)


def parts(node: Any) -> Iterator[Any]:
    """What a part of a script consists of."""
    if isinstance(node, tuple):
        yield from node
    elif hasattr(node, "__dataclass_fields__"):
        yield from (value for name, value in vars(node).items() if name != "span")


def words_of(node: Any) -> Iterator[str]:
    """What one part uses by itself."""
    if type(node) in STATEMENTS:
        yield f"statement {STATEMENTS[type(node)].word or 'group'}"
    if type(node) in EXPRESSIONS:
        yield f"expression {type(node).__name__}"
    match node:
        case s.Set():
            yield "statement group"
        case s.Duration() | s.Rate():
            yield f"unit {'/' if isinstance(node, s.Rate) else ''}{node.unit}"
        case s.Percent():
            yield "unit %"
        case s.Timecode(seconds=seconds, frames=frames):
            yield "unit timecode" if seconds.denominator == 1 else "unit timecode.5"
            yield "unit timecode:08" if frames else "unit timecode"
        case s.Size():
            yield "unit size"
        case s.Dim():
            yield "unit 3d"
        case s.Binary(operator=operator) | s.Layer(operator=operator):
            yield f"operator {operator}"
        case s.Call(function=name):
            yield f"function {name.text}"
        case s.Name(parts=(name,)):
            yield f"name {name}"
        case s.Ease(name=name):
            yield f"curve {name}"
        case s.Const():
            yield "value value"
        case s.Journey(begin=begin):
            yield "value journey from here" if begin is None else "value journey"
        case s.Total():
            yield "value total"
        case s.Listed(entries=entries):
            keys = any(isinstance(entry, s.Key) for entry in entries)
            yield "value keys" if keys else "value list"
        case s.AtPoint():
            yield "time point"
        case s.AtRange():
            yield "time range"
        case s.AtFor():
            yield "time start and length"
        case s.When(fade=fade) if fade is not None:
            yield "time fade"
        case s.Morph():
            yield "time morph"
        case s.ShotHead(length=length, until=until):
            yield f"form shot {'for' if length else 'to' if until else 'open'}"
        case s.Import(alias=alias) if alias is not None:
            yield "form import as"
        case s.Use(arguments=arguments) if any(a.name for a in arguments):
            yield "form use with a name"
        case s.Formal(default=default) if default is not None:
            yield "form default"
        case s.PromptLine(image=True):
            yield "form image"


@cache
def seen() -> frozenset[str]:
    """All that the scripts use."""
    found = Seen()
    for path in (*LONG, *EXAMPLES, *(p for p in LIBRARIES if "samples" not in p.parts)):
        text = path.read_text(encoding="utf-8")
        syntax, wrong = parse(Source(path.name, text))
        assert not wrong, path
        found.node(syntax.body, None)
        found.words |= {f"form {word}" for word, form in WRITTEN.items() if re.search(form, text)}
    return frozenset(found.words)


def test_the_scripts_use_the_whole_language() -> None:
    assert sorted(EXPECTED - seen()) == sorted(LEFT_OUT)


@pytest.mark.parametrize("word", ["curve in-out-sine", "function sine", "unit h", "setting x.y"])
def test_what_does_not_exist_is_not_seen(word: str) -> None:
    """The test above would be worth nothing if everything were found everywhere."""
    assert word not in EXPECTED and word not in seen()
