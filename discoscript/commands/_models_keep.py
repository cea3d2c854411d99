"""`discoscript models verify`, `add` and `remove`: files that are here, or were fetched by hand."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discoscript.commands._answer import Answer, Json, document
from discoscript.commands._fetch_progress import showing
from discoscript.commands._models import Setup, files_of, named, rows_with
from discoscript.errors import Exit, UsageFailure
from discoscript.models.adding import add
from discoscript.models.fetching import FetchFailure, digests
from discoscript.models.sizes import size_text
from discoscript.terminal import counted
from discoscript_engine.model_row import Model, ModelFile

# ───────────── verify ─────────────


def verify_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `verify`."""
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="a model; without one, all that are here"
    )
    parser.add_argument(
        "--quarantine", action="store_true", help="move damaged files out of the way"
    )


@dataclass(frozen=True)
class Verified:
    """A file as it was found: `whole`, `damaged`, `missing` or `unknown`, and why; `quarantined` is
    where a damaged one lies now."""

    file: ModelFile
    state: str
    why: str = ""
    quarantined: Path | None = None

    def lines(self) -> Iterator[str]:
        """What is told of it."""
        yield f"{self.state:8} {self.file.name}{f': {self.why}' if self.why else ''}"
        if self.quarantined:
            yield f"         now {self.quarantined}"

    def as_json(self) -> Json:
        """The same for other programs."""
        aside = str(self.quarantined) if self.quarantined else None
        return {"file": self.file.name, "state": self.state, "why": self.why, "quarantined": aside}


def verify_models(options: argparse.Namespace, setup: Setup) -> Answer:
    """Read the files. The output has one line for each; nothing is changed without a flag."""
    files = files_of(named(setup, options.names) if options.names else setup.rows)
    here = [file for file in files if setup.library.size(file) is not None]
    away = [file for file in files if file not in here] if options.names else []
    found = [Verified(file, "missing") for file in away]
    found += [_verified(file, options.quarantine, setup) for file in here]
    bad = any(each.state in ("damaged", "missing") for each in found)
    folder = str(setup.library.folder)
    return Answer(
        lambda: document("verified-models", folder=folder, files=[f.as_json() for f in found]),
        lambda: _verified_lines(found, setup),
        Exit.MODEL if bad else Exit.OK,
    )


def _verified(file: ModelFile, quarantine: bool, setup: Setup) -> Verified:
    path = setup.library.path(file)
    if not file.sha256:
        return Verified(file, "unknown", "no SHA-256 of it is published")
    with showing(file.name, setup.clock) as progress:
        found = setup.library.digest(path, progress.checking)
    if found == file.sha256:
        return Verified(file, "whole")
    aside = setup.library.set_aside(file) if quarantine else None
    return Verified(file, "damaged", digests(found, file), aside)


def _verified_lines(found: Sequence[Verified], setup: Setup) -> Iterator[str]:
    """A line for each file; how to get the damaged ones again goes to the error stream."""
    if not found:
        yield f"there is nothing to verify in {setup.library.folder}"
    for each in found:
        yield from each.lines()
    damaged = [each.file for each in found if each.state == "damaged"]
    if damaged:
        names = " ".join(dict.fromkeys(rows_with(setup, file)[0].name for file in damaged))
        print(f"fetch them again: discoscript models fetch {names}", file=sys.stderr)


# ───────────── add ─────────────


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `add`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a file of a model of the table")
    parser.add_argument(
        "--as", dest="name", metavar="NAME", help="refuse it unless it is a file of this model"
    )


def add_model(options: argparse.Namespace, setup: Setup) -> Answer:
    """Copy a file into the folder, under the name of the row whose SHA-256 it has."""
    rows = named(setup, [options.name]) if options.name else setup.rows
    path: Path = options.file
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UsageFailure(f"{path} {what}", "name the file that you downloaded")
    with showing(path.name, setup.clock) as progress:
        digest = setup.library.digest(path, progress.checking)
        file = next((f for f in files_of(rows) if f.sha256 == digest), None)
        if file is None:
            raise _unknown(path, digest, options.name, files_of(rows))
        new = add(setup.library, path, file, progress)
    rows, target = rows_with(setup, file), str(setup.library.path(file))
    names = ", ".join(f"{row.name} ({row.role})" for row in rows)
    print(f"{path.name} is {names}: {'added' if new else 'is here already'}", file=sys.stderr)
    return Answer(
        lambda: document("added", file=target, new=new, models=[row.name for row in rows]),
        lambda: [target],
    )


def _unknown(path: Path, digest: str, name: str | None, files: Sequence[ModelFile]) -> FetchFailure:
    if name is None:
        return FetchFailure(
            f"{path} is not a file of the model table: no row has SHA-256 {digest}",
            "a checkpoint of your own stays where it is, and the script names it: "
            'scene: model_file "my.safetensors"; a known model may be cut short: download it again',
        )
    expected = " or ".join(file.sha256 or f"{file.name}: not published" for file in files)
    return FetchFailure(
        f"{path} is not {name}: its SHA-256 is {digest}, expected {expected or 'no file at all'}",
        "without `--as` every model of the table is considered",
    )


# ───────────── remove ─────────────


def remove_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `remove`."""
    parser.add_argument("names", metavar="NAME", nargs="+", help="a model")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def remove_models(options: argparse.Namespace, setup: Setup) -> Answer:
    """Remove the files of models, and what was fetched of them; asks first."""
    rows = named(setup, options.names)
    _refuse_embedded(rows)
    library = setup.library
    files = [f for f in files_of(rows) if library.size(f) is not None or library.fetched(f)]
    for file in files:
        others = [row.name for row in rows_with(setup, file) if row not in rows]
        shared = f", also a file of {', '.join(others)}" if others else ""
        size = size_text((library.size(file) or 0) + library.fetched(file))
        print(f"{library.path(file)}: {size}{shared}", file=sys.stderr)
    if not files:
        said = "nothing to remove: none of their files is here"
    elif not (options.yes or _agreed(f"remove {counted(len(files), 'file')}?")):
        said, files = "nothing is removed", []
    else:
        said = ""
    freed = sum(library.remove(file) for file in files)
    print(said or f"{size_text(freed)} are free now", file=sys.stderr)
    removed = [str(library.path(file)) for file in files]
    return Answer(lambda: document("removed", files=removed, bytes=freed), lambda: ())


def _refuse_embedded(rows: Sequence[Model]) -> None:
    for row in rows:
        if row.embedded:
            raise UsageFailure(f"{row.name} is part of DiscoScript and stays")


def _agreed(question: str) -> bool:
    """Whether someone at a terminal says yes; nobody there is a UsageFailure."""
    if not sys.stdin.isatty():
        raise UsageFailure("nobody is there to be asked", "remove without asking: --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
