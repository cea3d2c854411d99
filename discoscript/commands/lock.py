"""`discoscript lock`: what a script is pinned to, and what differs here."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from discoscript.commands._answer import Answer, document
from discoscript.commands._locking import differing, in_use, kept, line
from discoscript.commands._rendering import jobs, rendering_arguments
from discoscript.commands._script import script_arguments
from discoscript.errors import Exit, UsageFailure
from discoscript.plan.lock import keep, lock_path
from discoscript.plan.pinned import Pinned, Unlike, to_entries
from discoscript.terminal import counted

EXAMPLES = """  discoscript lock beach.disco              what differs; exit code 1 if pictures may
  discoscript lock beach.disco --update     pin what is here
  discoscript render beach.disco --locked   render only if nothing differs
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)
    parser.add_argument(
        "--update",
        action="store_true",
        help="pin what is here; where git could not merge two versions, their seed stays",
    )


def run(options: argparse.Namespace) -> Answer:
    """What differs; or pin what is here. Exit.SCRIPT where pictures may differ."""
    if options.update and (options.draft or options.renderer != "engine"):
        raise UsageFailure(
            "drafts and test cards are not pinned", "leave --draft and --renderer out"
        )
    every = jobs(options, draw=options.update)
    script = every[0].script.path
    was, here = kept(script, whole=not options.update), in_use(every)
    found = () if was is None else differing(every, was)
    if options.update:
        keep(script, to_entries(here))
    same = was is not None and all(each.closely for each in found)
    path = str(lock_path(script))
    pins = {"locked": to_entries(was) if was else None, "here": to_entries(here)}
    return Answer(
        lambda: document("lock", file=path, **pins, unlike=[asdict(each) for each in found]),
        lambda: _shown(path, was, here, found, options.update),
        Exit.OK if same or options.update else Exit.SCRIPT,
    )


def _shown(
    path: str, was: Pinned | None, here: Pinned, found: Sequence[Unlike], updated: bool
) -> Iterator[str]:
    yield from map(line, found)
    parts = f"{counted(len(here.models), 'model')}, {counted(len(here.assets), 'file')}"
    if updated:
        yield f"{path}: {here.engine}, {parts}"
    elif was is None:
        yield f"{path} pins nothing yet: a render, or --update, pins {parts}"
    elif not found:
        yield f"as locked: {here.engine}, {parts}"
