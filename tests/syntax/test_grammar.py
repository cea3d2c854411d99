"""The grammar has no conflicts, its two forms agree, and its kept tables are as good as new."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from syntax.lark_trees import converted, plain
from syntax.scripts import SAMPLES, bare, scripts

from discoscript.syntax import grammar
from discoscript.syntax.build import Builder
from discoscript.syntax.indenter import ScriptIndenter
from discoscript.syntax.lalr import Walker
from discoscript.syntax.lines import split
from discoscript.syntax.parse import parse
from discoscript.syntax.syntax import Block, Statement
from discoscript.syntax.tables import tables_of
from discoscript.syntax.tree import Tree
from discoscript.text.source import Source, Span


def statements_of(text: str) -> tuple[Statement, ...]:
    """The script by the grammar's `file` form."""
    builder = Builder(Span)

    def build(tree: Any) -> Statement:
        if tree.data != "block":
            statement: Statement = builder.build(tree)
            return statement
        head, *body = tree.children
        return Block(builder.build(head), tuple(build(item) for item in body), builder.span(tree))

    file = converted(grammar.file_parser().parse(text))
    assert isinstance(file, Tree)
    return tuple(build(item) for item in file.children)


@pytest.mark.parametrize("start", ["file", "line"])
def test_no_conflicts(start: str) -> None:
    postlex = ScriptIndenter() if start == "file" else None
    grammar.build(start, strict=True, postlex=postlex)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_parse_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    syntax, diagnostics = parse(Source(path.name, text))
    assert diagnostics == ()
    assert bare(syntax.body) == bare(statements_of(text))


@given(scripts)
@settings(deadline=None)
def test_generated_scripts_parse_alike(text: str) -> None:
    syntax, diagnostics = parse(Source("a.disco", text))
    assert diagnostics == ()
    assert bare(syntax.body) == bare(statements_of(text))


def test_kept_tables_parse_like_new(tmp_path: Path) -> None:
    path = grammar.tables_path("grammar", tmp_path / "cache")
    new = tables_of(grammar.build("line"))
    grammar.keep(new, path)
    kept = grammar.load(path)
    assert kept == new
    for sample in SAMPLES:
        for line in split(sample.read_text(encoding="utf-8")).lines:
            assert plain(Walker(kept).parse(line.text)) == plain(Walker(new).parse(line.text))


def test_tables_are_text_and_private(tmp_path: Path) -> None:
    path = tmp_path / "tables.json"
    grammar.keep(tables_of(grammar.build("line")), path)
    json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["tables.json"]


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"data": 1, "memo": {}}', "\x80"])
def test_broken_tables_are_no_tables(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tables.json"
    path.write_text(content, encoding="utf-8")
    assert grammar.load(path) is None


def test_no_tables(tmp_path: Path) -> None:
    assert grammar.load(tmp_path / "none.json") is None


def test_a_folder_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    grammar.keep(tables_of(grammar.build("line")), tmp_path / "file" / "tables.json")


def test_another_grammar_has_other_tables(tmp_path: Path) -> None:
    assert grammar.tables_path("a", tmp_path) != grammar.tables_path("b", tmp_path)


def test_grammar_is_found() -> None:
    assert "?line:" in grammar.grammar_text()
