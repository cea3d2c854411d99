"""The imports of a script -> the definitions that they bring into reach, under their own names.

`import "lib/moves.disco"` makes `moves.dolly` of the library's `dolly`. Libraries import too, and
some come with the package (`standard.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from discoscript.scene.files import ProjectFiles, script_path
from discoscript.scene.standard import SCHEME, is_standard, standard_path, standard_text
from discoscript.syntax.parse import parse
from discoscript.syntax.renaming import renamed, under
from discoscript.syntax.syntax import (
    Block,
    FrameHead,
    GroupHead,
    Import,
    Let,
    Mark,
    MoveHead,
    Statement,
    Syntax,
    TitledHead,
    Unparsed,
    Version,
)
from discoscript.text.diagnostics import Diagnostic, Related
from discoscript.text.report import Report
from discoscript.text.source import Source, Span

#: Libraries may import libraries, this deep; and this many in all.
DEEPEST, MOST = 8, 64

#: Characters of a script and all that it imports.
LONGEST = 512 * 1024


@dataclass(frozen=True)
class Library:
    """One import: the name before the dot, the file's own lines, and its definitions renamed."""

    prefix: str
    line: Import
    syntax: Syntax
    definitions: tuple[Statement, ...]


@dataclass(frozen=True)
class Joined:
    """A script with its libraries. `syntax` is the script's own; its source holds all files.

    `failed` are the names before the dot whose file could not be read; `parsed` is what is wrong
    with the text of the libraries.
    """

    syntax: Syntax
    libraries: tuple[Library, ...] = ()
    failed: frozenset[str] = frozenset()
    parsed: tuple[Diagnostic, ...] = ()
    read: tuple[Syntax, ...] = ()
    found: tuple[Diagnostic, ...] = ()

    @property
    def brought(self) -> tuple[Statement, ...]:
        """What the imports of the script bring into reach."""
        return tuple(d for library in self.libraries for d in library.definitions)

    @property
    def body(self) -> tuple[Statement, ...]:
        """The script's own lines, and what its imports bring."""
        return (*self.brought, *self.syntax.body)


def join(syntax: Syntax, files: ProjectFiles | None) -> Joined:
    """The script and all that it imports. Without `files` nothing can be read."""
    joining = Joining(syntax.source, files)
    libraries = joining.imports(syntax, "", ())
    source = joining.source
    comments = (*syntax.comments, *(c for library in joining.read for c in library.comments))
    return Joined(
        replace(syntax, source=source, comments=comments),
        tuple(libraries),
        frozenset(joining.failed),
        tuple(joining.parsed),
        tuple(replace(library, source=source) for library in joining.read),
        tuple(joining.found),
    )


@dataclass
class Joining:
    """Reads libraries one after the other; `source` grows with them."""

    source: Source
    files: ProjectFiles | None
    failed: set[str] = field(default_factory=set)
    read: list[Syntax] = field(default_factory=list)
    parsed: list[Diagnostic] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)

    def imports(self, syntax: Syntax, folder: str, way: Sequence[str]) -> list[Library]:
        """The libraries of a file that lies in `folder`; `way` are the files that led here."""
        named: dict[str, Import] = {}
        libraries = []
        for line in (line for line in syntax.body if isinstance(line, Import)):
            prefix = self._prefix(line)
            if prefix is None or self._twice(prefix, line, named):
                continue
            library = self._library(line, prefix, folder, way)
            if library is None:
                self.failed.add(prefix)
            else:
                libraries.append(library)
        return libraries

    def _report(self) -> Report:
        return Report(self.source, self.found)

    def _prefix(self, line: Import) -> str | None:
        """The name before the dot: the alias, or the file's name if it is one."""
        if line.alias is not None:
            return line.alias.text
        stem = PurePosixPath(line.path.value.removeprefix(SCHEME)).stem
        if stem.isidentifier() and stem.isascii():
            return stem
        self._report().add(
            "D112",
            f"`{stem}` can not stand before a dot",
            line.path.span,
            help=f"give it a name: `import {self._report().text(line.path.span)} as moves`",
        )
        return None

    def _twice(self, prefix: str, line: Import, named: dict[str, Import]) -> bool:
        first = named.setdefault(prefix, line)
        if first is not line:
            self._report().add(
                "D109",
                f"`{prefix}` is imported twice",
                line.span,
                "second import",
                help=f"delete it, or give it another name: `... as {prefix}2`",
                related=(Related(first.span, "first import"),),
            )
        return first is not line

    def _library(
        self, line: Import, prefix: str, folder: str, way: Sequence[str]
    ) -> Library | None:
        path = self._path(line, folder)
        if path is None or self._circle(line, path, way) or not self._fits(line, way):
            return None
        syntax = self._read(line, path)
        if syntax is None:
            return None
        inner = self.imports(syntax, str(PurePosixPath(path).parent), (*way, path))
        own = [d for d in syntax.body if isinstance(d, Let | Mark) or is_move(d)]
        nested = [d for library in inner for d in library.definitions]
        names = {*(name_of(d) for d in own), *(library.prefix for library in inner)}
        definitions = renamed((*own, *nested), under(prefix, names))
        return Library(prefix, line, syntax, definitions)

    def _path(self, line: Import, folder: str) -> str | None:
        """The path inside the project; one in a library counts from the library's folder."""
        if is_standard(line.path.value):
            return standard_path(line.path.value, line.path.span, self._report())
        if self.files is None:
            return None
        return script_path(line.path.value, folder, line.path.span, self.files, self._report())

    def _circle(self, line: Import, path: str, way: Sequence[str]) -> bool:
        own = PurePosixPath(self.source.path).name
        files = [own, *way]
        if path not in files:
            return False
        circle = [*files[files.index(path) :], path]
        self._report().add(
            "D505",
            f"these files import each other: {' -> '.join(circle)}",
            line.span,
            help="move what they share to a file of its own",
        )
        return True

    def _fits(self, line: Import, way: Sequence[str]) -> bool:
        deep = len(way) >= DEEPEST
        if not deep and len(self.read) < MOST:
            return True
        found = f"imports lead deeper than {DEEPEST} files" if deep else f"more than {MOST} imports"
        self._report().add("D709", found, line.span, help="put what belongs together into one file")
        return False

    def _read(self, line: Import, path: str) -> Syntax | None:
        text = self._text(path)
        if text is None:
            message = f'"{path}" can not be read as a script'
            self._report().add("D503", message, line.path.span, help="scripts are UTF-8 text")
            return None
        if len(self.source.text) + len(text) > LONGEST:
            message = f"the imported files are longer than {LONGEST // 1024} KiB together"
            self._report().add("D709", message, line.span, help="import less, each file once")
            return None
        shown = path if is_standard(path) else str(PurePosixPath(self.source.path).parent / path)
        self.source = self.source.joined(shown, text)
        syntax, parsed = parse(self.source, self.source.libraries[-1].start)
        self.read.append(syntax)
        self.parsed.extend(parsed)
        self._only_definitions(syntax, line)
        return syntax

    def _text(self, path: str) -> str | None:
        if is_standard(path):
            return standard_text(path)
        assert self.files is not None
        return self.files.script(path)

    def _only_definitions(self, syntax: Syntax, line: Import) -> None:
        """D115 for a library that says what happens."""
        other = next((s for s in syntax.body if not is_definition(s)), None)
        if other is None:
            return
        self._report().add(
            "D115",
            f'"{line.path.value}" has {_what(other)}; imports bring `let`, `move` and `mark` only',
            line.span,
            help="move the shared parts to a file of their own",
            related=(Related(_head(other), "this"),),
        )


def is_definition(statement: Statement) -> bool:
    """Whether a statement may stand in a library."""
    return isinstance(statement, Let | Mark | Import | Version | Unparsed) or is_move(statement)


def is_library(body: Iterable[Statement]) -> bool:
    """Whether a script is there to be imported: it defines things and says nothing else."""
    statements = tuple(body)
    moves = any(is_move(s) or isinstance(s, Let | Mark) for s in statements)
    return moves and all(is_definition(s) for s in statements)


def is_move(statement: Statement) -> bool:
    """Whether a statement is the definition of a move."""
    return isinstance(statement, Block) and isinstance(statement.head, MoveHead)


def name_of(statement: Statement) -> str:
    """The name that a definition defines."""
    if isinstance(statement, Let | Mark):
        return statement.name.text
    assert isinstance(statement, Block) and isinstance(statement.head, MoveHead)
    return statement.head.name.text


def _what(statement: Statement) -> str:
    head = statement.head if isinstance(statement, Block) else None
    if isinstance(head, TitledHead | GroupHead):
        return f"a `{head.name.text}`" if head.name.text == "scene" else f"`{head.name.text}`"
    return "a `frame` block" if isinstance(head, FrameHead) else "more than definitions"


def _head(statement: Statement) -> Span:
    return statement.head.span if isinstance(statement, Block) else statement.span
