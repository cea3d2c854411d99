"""`discoscript why`: why a frame would be rendered, or that it is kept."""

import argparse
import json

from discoscript.commands._reasons import reasons_of
from discoscript.commands._rendering import asked, rendering_arguments
from discoscript.commands._script import script_arguments
from discoscript.errors import Exit, UsageFailure
from discoscript.frames.frames import look
from discoscript.plan.reasons import Cause
from discoscript.terminal import printable
from discoscript.views.reasons import chain, reason_json, reason_lines

EXAMPLES = """  discoscript why beach.disco 40          frame 40: camera.zoom 1 → 2 at beach.disco:7
  discoscript why beach.disco             every stretch of frames that a render would make
  discoscript why beach.disco 40 --json   the same for other programs

A frame is compared with what the last render of the script asked for.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument(
        "frame", metavar="FRAME", type=int, nargs="?", help="a frame; all if left out"
    )
    rendering_arguments(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Print the reasons."""
    wanted = asked(options)
    count = len(wanted.plan.frames)
    if options.frame is not None and not 0 <= options.frame < count:
        raise UsageFailure(f"frame {options.frame} does not exist: there are {count}")
    identity = wanted.backend.identity(wanted.models)
    reasons = reasons_of(wanted, identity, look(wanted.plan, identity, wanted.store))
    if options.json:
        shown = reasons if options.frame is None else [reasons[options.frame]]
        print("\n".join(json.dumps(reason_json(*each)) for each in shown))
    elif options.frame is not None:
        for index, reason in chain(reasons, options.frame):
            print(f"frame {index}: {printable(reason.text)}")
    else:
        for line in reason_lines(reasons):
            print(line)
        kept = sum(reason.cause is Cause.KEPT for _, reason in reasons)
        print(f"{kept} of {count} frames kept")
    return Exit.OK
