"""`discoscript lock`: what a script is pinned to, and what differs here."""

import argparse
import json
from dataclasses import asdict

from discoscript.commands._locking import in_use, kept, line
from discoscript.commands._rendering import jobs, rendering_arguments
from discoscript.commands._script import script_arguments
from discoscript.errors import Exit
from discoscript.plan.lock import keep, lock_path
from discoscript.plan.pinned import to_entries, unlike
from discoscript.terminal import counted

EXAMPLES = """  discoscript lock beach.disco              what differs; exit code 1 if anything does
  discoscript lock beach.disco --update     pin what is here
  discoscript render beach.disco --locked   render only if nothing differs
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)
    parser.add_argument("--update", action="store_true", help="pin what is here")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Say what differs, or pin what is here."""
    every = jobs(options)
    script = every[0].script.path
    was, here = kept(script), in_use(every)
    found = () if was is None else unlike(was, here)
    if options.update:
        keep(script, to_entries(here))
    if options.json:
        pinned = {"locked": to_entries(was) if was else None, "here": to_entries(here)}
        rows = [asdict(each) for each in found]
        print(json.dumps({"format": "discoscript-lock", "version": 1, **pinned, "unlike": rows}))
        return Exit.OK if options.update or (was and not found) else Exit.SCRIPT
    for each in found:
        print(line(each))
    parts = f"{counted(len(here.models), 'model')}, {counted(len(here.assets), 'file')}"
    if options.update:
        print(f"{lock_path(script)}: {here.engine}, {parts}")
        return Exit.OK
    if was is None:
        print(f"{lock_path(script)} pins nothing yet: a render, or --update, pins {parts}")
        return Exit.SCRIPT
    if not found:
        print(f"as locked: {here.engine}, {parts}")
    return Exit.SCRIPT if any(not each.closely for each in found) else Exit.OK
