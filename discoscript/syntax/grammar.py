"""The grammar as parsers: `line_parser` for programs, `file_parser` for the conformance tests.

Building the LALR tables takes longer than checking a script, so they are kept in the user's cache
folder as `grammar-<digest>.json`. The digest covers the grammar and Lark's version. JSON rather
than Lark's own pickle: reading the file can not run code, whoever wrote it.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from lark import Lark
from lark import __version__ as lark_version
from lark.grammar import Rule
from lark.indenter import Indenter
from lark.lexer import TerminalDef
from platformdirs import user_cache_path

from discoscript.syntax.lalr import Walker

#: Changes when the way the tables are stored changes.
FORMAT = 1


class ScriptIndenter(Indenter):
    """Indentation as tokens, for parsing a whole file at once."""

    NL_type = "_NL"
    OPEN_PAREN_types = ["LSQB", "LPAR"]  # noqa: RUF012 (as Lark declares them)
    CLOSE_PAREN_types = ["RSQB", "RPAR"]  # noqa: RUF012
    INDENT_type = "_INDENT"
    DEDENT_type = "_DEDENT"
    tab_len = 4


def grammar_dir() -> Traversable:
    """`discoscript/grammar/` in a wheel, the repository's `grammar/` in a checkout."""
    packaged = files("discoscript") / "grammar"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "grammar"


def grammar_text() -> str:
    """The text of `disco.lark`."""
    return (grammar_dir() / "disco.lark").read_text(encoding="utf-8")


def build(start: str, *, strict: bool = False, postlex: Indenter | None = None) -> Lark:
    """A parser made from the grammar. `strict` refuses conflicts (needs interegular)."""
    return Lark(
        grammar_text(),
        parser="lalr",
        start=start,
        strict=strict,
        postlex=postlex,
        propagate_positions=True,
    )


@cache
def file_parser() -> Lark:
    """The parser of whole files."""
    return build("file", postlex=ScriptIndenter())


@cache
def line_parser() -> Lark:
    """The parser of logical lines: from the kept tables, else built and then kept."""
    folder = user_cache_path("discoscript")
    if not folder.is_absolute():  # a user without a home
        return build("line")
    path = tables_path(grammar_text(), folder)
    kept = load(path)
    if kept is not None:
        return kept
    parser = build("line")
    keep(parser, path)
    return parser


@cache
def walker() -> Walker:
    """The quick way through the tables of the line parser."""
    return Walker(line_parser())


def tables_path(grammar: str, folder: Path) -> Path:
    """Where the tables of this grammar and this Lark are kept."""
    identity = f"{FORMAT}\n{lark_version}\n{grammar}"
    return folder / f"grammar-{hashlib.sha256(identity.encode()).hexdigest()[:24]}.json"


def load(path: Path) -> Lark | None:
    """The parser kept at `path`; None when there is none or it can not be read."""
    with suppress(Exception):  # whatever is wrong with the file, building anew is the answer
        tables = json.loads(path.read_text(encoding="utf-8"), object_hook=_whole_keys)
        return Lark.load(tables)
    return None


def keep(parser: Lark, path: Path) -> None:
    """Write the parser's tables to `path`, whole or not at all; a folder may refuse."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"data": data, "memo": memo}, file, separators=(",", ":"))
        os.replace(draft, path)


def _whole_keys(table: dict[str, Any]) -> dict[int | str, Any]:
    """JSON has text keys only; Lark's states and symbols are numbered."""
    return {int(key) if key.isdecimal() else key: value for key, value in table.items()}
