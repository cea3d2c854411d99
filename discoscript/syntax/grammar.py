"""The grammar: `walker` parses lines, `line_parser` says what is wrong with one, and `file_parser`
is for the conformance tests.

Building the LALR tables takes longer than checking a script, so they are kept in the user's cache
folder as `grammar-<digest>.json`. The digest covers the grammar and the form. JSON rather than a
pickle: reading the file can not run code, whoever wrote it. Lark itself is imported only where
the tables are built, or a line is wrong.
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
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from discoscript.syntax.lalr import Walker
from discoscript.syntax.tables import Tables, from_json, tables_of

if TYPE_CHECKING:
    from lark import Lark
    from lark.indenter import Indenter

#: Changes when the way the tables are stored changes.
FORMAT = 3


def grammar_dir() -> Traversable:
    """`discoscript/grammar/` in a wheel, the repository's `grammar/` in a checkout."""
    packaged = files("discoscript") / "grammar"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "grammar"


def grammar_text() -> str:
    """The text of `disco.lark`."""
    return (grammar_dir() / "disco.lark").read_text(encoding="utf-8")


def build(start: str, *, strict: bool = False, postlex: "Indenter | None" = None) -> "Lark":
    """A parser made from the grammar. `strict` refuses conflicts (needs interegular)."""
    from lark import Lark

    return Lark(
        grammar_text(),
        parser="lalr",
        start=start,
        strict=strict,
        postlex=postlex,
        propagate_positions=True,
    )


@cache
def file_parser() -> "Lark":
    """The parser of whole files."""
    from discoscript.syntax.indenter import ScriptIndenter

    return build("file", postlex=ScriptIndenter())


@cache
def line_parser() -> "Lark":
    """The parser of logical lines."""
    return build("line")


@cache
def walker() -> Walker:
    """The quick parser of logical lines: from the kept tables, else they are built and kept."""
    folder = user_cache_path("discoscript")
    if not folder.is_absolute():  # a user without a home
        return Walker(tables_of(line_parser()))
    path = tables_path(grammar_text(), folder)
    kept = load(path)
    if kept is None:
        kept = tables_of(line_parser())
        keep(kept, path)
    return Walker(kept)


def tables_path(grammar: str, folder: Path) -> Path:
    """Where the tables of this grammar are kept."""
    identity = f"{FORMAT}\n{grammar}"
    return folder / f"grammar-{hashlib.sha256(identity.encode()).hexdigest()[:24]}.json"


def load(path: Path) -> Tables | None:
    """The tables kept at `path`; None when there are none or they can not be read."""
    with suppress(Exception):  # whatever is wrong with the file, building anew is the answer
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    return None


def keep(tables: Tables, path: Path) -> None:
    """Write the tables to `path`, whole or not at all; a folder may refuse."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(tables.as_json(), file, separators=(",", ":"))
        os.replace(draft, path)
