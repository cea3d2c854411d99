"""`discoscript models`: the table of models."""

import argparse
from collections.abc import Iterator

from discoscript.errors import Exit
from discoscript_engine.model_row import Model
from discoscript_engine.model_table import MODELS

EXAMPLES = """  discoscript models               every model, and which this version renders with
  discoscript models --role clip   only the CLIP models
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    roles = list(dict.fromkeys(m.role for m in MODELS))
    parser.add_argument("--role", choices=roles, help="show only the models of one role")


def run(options: argparse.Namespace) -> int:
    """Print the table."""
    chosen = [m for m in MODELS if options.role in (None, m.role)]
    rows = [("ROLE", "NAME", "STATE", "SIZE"), *(_row(m) for m in chosen)]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        print("  ".join((*cells, row[3])).rstrip())
    print()
    print("\n".join(_notes(chosen)))
    return Exit.OK


def _row(model: Model) -> tuple[str, str, str, str]:
    state = "built" if model.built else "not built yet"
    state = "embedded" if model.embedded else state
    size = "" if model.size is None else f"{model.size / 1e6:,.0f} MB"
    return model.role, model.name, state, size


def _notes(models: list[Model]) -> Iterator[str]:
    yield "embedded       part of DiscoScript: no download, renders on a CPU"
    if any(not m.built for m in models):
        yield "not built yet  known by name, but this version cannot render with it"
    yield ""
    yield 'A script names its diffusion model with `scene: model "NAME"`; without it, it is `tiny`.'
