"""`discoscript plan`: the shot list, what it needs, and which frames a render would make."""

import argparse
from itertools import chain

from discoscript.commands._answer import Answer
from discoscript.commands._memory import room_of
from discoscript.commands._missing import fetch_command
from discoscript.commands._rendering import (
    Asked,
    asked,
    family,
    rendering_arguments,
    strange_words,
)
from discoscript.commands._script import left_out, script_arguments
from discoscript.commands._seen import identity_of, needed_models, seen_frames
from discoscript.views.overview import ModelState, Overview, overview_json, overview_lines
from discoscript.views.table import terminal_width
from discoscript_engine.weights import missing

EXAMPLES = """  discoscript plan beach.disco           segments, prompts, moves; what a render makes
  discoscript plan beach.disco --draft   the same for a draft
  discoscript plan beach.disco --json    the same for other programs
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)


def run(options: argparse.Namespace) -> Answer:
    """The plan; a script whose models are missing has one too."""
    wanted = asked(options)
    page, notes = overview(wanted), list(left_out(wanted.script))
    return Answer(
        lambda: overview_json(page) | {"notes": notes},
        lambda: chain(overview_lines(page, terminal_width()), notes),
    )


def overview(wanted: Asked) -> Overview:
    """All that is known before anything is rendered."""
    identity = identity_of(wanted)
    return Overview(
        title=wanted.script.title,
        scene=wanted.script.compiled.scene,
        schedule=wanted.schedule,
        seed=wanted.seed,
        renderer=family(wanted.models, identity) if identity else "",
        models=tuple(
            ModelState(m.row.role, m.row.name, m.state, m.row.size) for m in needed_models(wanted)
        ),
        assets=tuple(sorted(wanted.assets.files.items())),
        seen=seen_frames(wanted, identity),
        diagnostics=wanted.script.compiled.diagnostics,
        strange=strange_words(wanted),
        room=room_of(wanted),
        fetch=fetch_command(wanted.script.path) if missing(wanted.models) else "",
    )
