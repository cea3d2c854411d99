"""`discoscript models`: the table of models, and their files on this machine."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from discoscript.commands._answer import Answer, Json, document, json_argument
from discoscript.commands._models import Setup, files_of
from discoscript.commands._models_fetch import fetch_arguments, fetch_models
from discoscript.commands._models_keep import (
    add_arguments,
    add_model,
    remove_arguments,
    remove_models,
    verify_arguments,
    verify_models,
)
from discoscript.models.library import State
from discoscript.models.sizes import size_text
from discoscript.views.table import table, terminal_width
from discoscript_engine.model_row import Model, ModelFile
from discoscript_engine.model_table import MODELS

EXAMPLES = """  discoscript models                       every model, and which are on this machine
  discoscript models list --role clip      only the CLIP models
  discoscript models fetch beach.disco     what the script needs and is not here
  discoscript models fetch ViTB32 RN50     these two
  discoscript models verify                read every file, name those that are damaged
  discoscript models add ViT-B-32.pt       a file that was downloaded by other means
  discoscript models remove RN50 --yes     free the space, without being asked

A fetch may be stopped at any moment: the same command goes on from there.
"""


NO_DIGEST = "no digest"  #: a row without a published SHA-256
OWN = "your own"  #: a row whose file the script names


@dataclass(frozen=True)
class Action:
    """One row: `discoscript models NAME`."""

    name: str
    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Setup], Answer]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The actions, each with its options; none is `list`."""
    list_arguments(parser)
    parser.set_defaults(act=list_models)
    actions = parser.add_subparsers(metavar="ACTION", title="actions")
    for action in ACTIONS:
        one = actions.add_parser(
            action.name,
            help=action.summary,
            description=action.summary[:1].upper() + action.summary[1:] + ".",
        )
        action.arguments(one)
        json_argument(one)
        one.set_defaults(act=action.run, parser=one)


def run(options: argparse.Namespace) -> Answer:
    """Do it, with the table, the folder and the web as they are."""
    answer: Answer = options.act(options, Setup())
    return answer


# ───────────── list ─────────────


def list_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `list`."""
    roles = list(dict.fromkeys(m.role for m in MODELS))
    parser.add_argument("--role", choices=roles, help="show only the models of one role")


def list_models(options: argparse.Namespace, setup: Setup) -> Answer:
    """The table; files are looked at, not read."""
    chosen = [row for row in setup.rows if options.role in (None, row.role)]
    return Answer(lambda: _as_json(chosen, setup), lambda: _shown(chosen, setup))


def _shown(chosen: Sequence[Model], setup: Setup) -> Iterator[str]:
    head, rows = ("ROLE", "NAME", "STATE", "SIZE"), [_row(row, setup) for row in chosen]
    yield from table(head, rows, terminal_width(), flexible=1)
    yield ""
    yield from _notes(chosen, setup)


def _row(row: Model, setup: Setup) -> tuple[str, ...]:
    state = _state(row, setup)
    if not row.built and state != NO_DIGEST:
        state = "not built yet" if state == State.MISSING else f"{state}, not built yet"
    sizes = [_size(file, setup) for file in row.files if not row.embedded]
    size = "" if None in sizes or not sizes else size_text(sum(s for s in sizes if s))
    return row.role, row.name, state, size


def _size(file: ModelFile, setup: Setup) -> int | None:
    """Bytes of the published file, or else of the one that is here."""
    return file.size or setup.library.size(file)


def _state(row: Model, setup: Setup) -> str:
    """That of the file that is worst off."""
    if row.embedded:
        return "embedded"
    if not row.files:
        return OWN
    if not all(file.sha256 for file in row.files):
        return NO_DIGEST
    states = {setup.library.state(file) for file in row.files}
    worst = next(s for s in (State.DAMAGED, State.PART, State.MISSING, State.HERE) if s in states)
    if worst is State.PART:
        return f"{size_text(sum(map(setup.library.fetched, row.files)))} fetched"
    return str(worst)


def _as_json(rows: Sequence[Model], setup: Setup) -> Json:
    found = [
        {
            "role": row.role,
            "name": row.name,
            "about": row.doc,
            "embedded": row.embedded,
            "built": row.built,
            "files": [_file(file, setup) for file in files_of([row])],
        }
        for row in rows
    ]
    return document("models", folder=str(setup.library.folder), models=found)


def _file(file: ModelFile, setup: Setup) -> Json:
    return {
        "path": str(setup.library.path(file)),
        "state": str(setup.library.state(file)),
        "size": _size(file, setup),
        "fetched": setup.library.fetched(file),
        "sha256": file.sha256 or None,
        "urls": list(file.urls),
    }


def _notes(rows: Sequence[Model], setup: Setup) -> Iterator[str]:
    states = {_row(row, setup)[2] for row in rows}
    yield "embedded       part of DiscoScript: no download, renders on a CPU"
    if any(state.endswith("not built yet") for state in states):
        yield "not built yet  known by name, but this version cannot render with it"
    if NO_DIGEST in states:
        yield "no digest      its SHA-256 is not published: it is neither fetched nor loaded"
    if OWN in states:
        yield 'your own       a checkpoint that the script names: `scene: model_file "FILE"`'
    yield ""
    yield f"Files are kept in {setup.library.folder}; `discoscript models verify` reads them."
    yield 'A script names its diffusion model with `scene: model "NAME"`; without it, it is `tiny`.'


ACTIONS = (
    Action("list", "list the models, and which are on this machine", list_arguments, list_models),
    Action("fetch", "fetch models, or what a script needs", fetch_arguments, fetch_models),
    Action("verify", "read the files and name those that are damaged",
           verify_arguments, verify_models),
    Action("add", "take a model file that was downloaded by other means",
           add_arguments, add_model),
    Action("remove", "remove models from this machine", remove_arguments, remove_models),
)  # fmt: skip
