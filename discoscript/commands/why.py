"""`discoscript why`: why a frame would be rendered, or that it is kept."""

import argparse
from collections.abc import Iterator

from discoscript.commands._answer import Answer, document
from discoscript.commands._reasons import reasons_of
from discoscript.commands._rendering import asked, rendering_arguments
from discoscript.commands._script import left_out, script_arguments
from discoscript.errors import UsageFailure
from discoscript.frames.frames import look
from discoscript.plan.reasons import Cause
from discoscript.terminal import counted, printable
from discoscript.views.reasons import Reasons, chain, reason_json, reason_lines

EXAMPLES = """  discoscript why beach.disco 20          frame 20: camera.zoom 1 → 2 at beach.disco:7
  discoscript why beach.disco             every stretch of frames that a render would make
  discoscript why beach.disco 20 --json   the same for other programs

A frame is compared with what the last render of the script asked for.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument(
        "frame", metavar="FRAME", type=int, nargs="?", help="a frame; all if left out"
    )
    rendering_arguments(parser)


def run(options: argparse.Namespace) -> Answer:
    """The reasons of one frame, or of all."""
    wanted = asked(options)
    count = len(wanted.plan.frames)
    if options.frame is not None and not 0 <= options.frame < count:
        raise UsageFailure(f"frame {options.frame} does not exist: there are {count}")
    identity = wanted.backend.identity(wanted.models)
    reasons = reasons_of(wanted, identity, look(wanted.plan, identity, wanted.store))
    shown = reasons if options.frame is None else list(chain(reasons, options.frame))
    notes = list(left_out(wanted.script))
    lines = _all(reasons) if options.frame is None else _one(shown)
    return Answer(
        lambda: document("reasons", frames=[reason_json(*each) for each in shown], notes=notes),
        lambda: (*lines, *notes),
    )


def _one(found: Reasons) -> Iterator[str]:
    """A frame and the one before it where its reason begins."""
    for index, reason in found:
        yield f"frame {index}: {printable(reason.text)}"


def _all(found: Reasons) -> Iterator[str]:
    yield from reason_lines(found)
    kept = sum(reason.cause is Cause.KEPT for _, reason in found)
    yield f"{kept} of {counted(len(found), 'frame')} kept"
