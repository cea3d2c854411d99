"""`discoscript models fetch`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._fetch_progress import showing
from discoscript.commands._models import Setup, files_of, named
from discoscript.errors import Exit, Interruption
from discoscript.models.fetching import FetchFailure, fetch
from discoscript.models.library import State
from discoscript.models.sizes import size_text
from discoscript.models.transfer import Means
from discoscript.models.web import Web
from discoscript.terminal import counted, duration, failure_json, show_failure
from discoscript_engine.model_row import Model, ModelFile


def fetch_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `fetch`."""
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="+",
        help="a model of `discoscript models list`, or a script: all that it needs",
    )


def fetch_models(options: argparse.Namespace, setup: Setup) -> Answer:
    """Fetch what is not here; the paths of the files are the output. One file that can not be had
    does not stop the others."""
    rows = tuple(_rows(options.names, setup))
    for row in rows:
        if row.embedded:
            _say(f"{row.name} ({row.role}) is part of DiscoScript: nothing to fetch")
        elif not row.files:
            _say(f"{row.name} ({row.role}) is a file of your own, which the script names")
        elif not row.built and all(file.sha256 for file in row.files):
            _say(f"{row.name} ({row.role}): this version cannot render with it yet")
    files = files_of(rows)
    _refuse_full(files, setup)
    web, failures = setup.web(), list[FetchFailure]()
    paths: list[str] = []
    for file in files:
        try:
            paths.append(_fetch(file, setup, web))
        except FetchFailure as failure:
            show_failure(failure)
            failures.append(failure)
        except KeyboardInterrupt as stop:
            kept = setup.library.fetched(file)
            raise Interruption(
                f"interrupted; {size_text(kept)} of {file.name} are kept, "
                "the same command goes on from there"
            ) from stop
    if failures and len(files) > 1:
        _say(f"{len(failures)} of {counted(len(files), 'file')} could not be fetched")
    return Answer(
        lambda: document(
            "fetched", files=paths, failures=[failure_json(f)["error"] for f in failures]
        ),
        lambda: paths,
        Exit.MODEL if failures else Exit.OK,
    )


def _rows(names: Sequence[str], setup: Setup) -> Iterator[Model]:
    for name in names:
        if name.endswith(".disco"):
            from discoscript.commands._missing import needed_by  # the compiler

            yield from needed_by(Path(name))
        else:
            yield from named(setup, [name])


def _refuse_full(files: Sequence[ModelFile], setup: Setup) -> None:
    """DiskFailure, before anything is fetched, where not all of it will find room."""
    away = [f for f in files if f.size and setup.library.state(f) in (State.MISSING, State.PART)]
    needed = sum((f.size or 0) - setup.library.fetched(f) for f in away)
    if needed > 0:
        setup.library.refuse_full(needed, counted(len(away), "file"))


def _fetch(file: ModelFile, setup: Setup, web: Web) -> str:
    """Where the file lies now."""
    began = setup.clock.now_s()
    with showing(file.name, setup.clock) as progress:
        new = fetch(setup.library, file, Means(web, setup.clock, setup.patience, progress))
    size = size_text(setup.library.size(file) or 0)
    took = f"fetched in {duration(setup.clock.now_s() - began)}" if new else "is here"
    _say(f"{file.name}: {size}, {took}, SHA-256 as published")
    return str(setup.library.path(file))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
