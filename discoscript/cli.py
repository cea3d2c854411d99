"""The command line: `discoscript COMMAND ...`, built from the table of commands."""

import argparse
import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from discoscript import __version__
from discoscript.errors import Exit, Failure
from discoscript.terminal import show_failure

EXIT_CODES = """exit codes:
  0    all is well
  1    the script has errors
  2    wrong usage: an unknown option, a file that cannot be read
  3    a frame could not be rendered
  4    the disk or the frame store
  5    a model that can not be fetched, or whose file is damaged
  130  interrupted; what is finished is kept
"""

ENVIRONMENT = """environment:
  DISCOSCRIPT_MODELS     the folder of the fetched models
  DISCOSCRIPT_STORE      the folder of the frame store
  DISCOSCRIPT_STORE_SIZE how large it may become (default: 20GiB of pictures)
  DISCOSCRIPT_STORE_FREE how much of the disk it leaves free (default: 5GiB)
  DISCOSCRIPT_TRACEBACK  anything: show where in the code a failure came from
  NO_COLOR               anything: no colours
"""


@dataclass(frozen=True)
class Command:
    """One row: `discoscript/commands/NAME.py` has its EXAMPLES, `arguments` and `run`."""

    name: str
    summary: str


COMMANDS = (
    Command("init", "start a project: a script that renders at once"),
    Command("check", "find the mistakes in scripts"),
    Command("fmt", "put scripts into canonical form"),
    Command("plan", "show what a script renders, without rendering"),
    Command("show", "show what each stage makes of a script"),
    Command("render", "render a script to a video and numbered pictures"),
    Command("watch", "render a script again at every save"),
    Command("why", "say why a frame is rendered, or that it is kept"),
    Command("preview", "show how the camera moves, without rendering"),
    Command("diff", "show what changed between two scripts, by effect"),
    Command("curves", "draw the settings and prompts over time"),
    Command("params", "look up the settings of the language"),
    Command("import", "make a script from settings of Disco Diffusion or Deforum"),
    Command("export", "write a script as settings of Disco Diffusion"),
    Command("cache", "look into the frame store, verify it, make room in it"),
    Command("models", "list, fetch and check the models"),
    Command("report", "list the runs of a script"),
    Command("drift", "see whether colours wander and frames flicker"),
    Command("recover", "get the script back from a picture or a video"),
    Command("lock", "show or renew what a script is pinned to"),
    Command("pack", "put a script and all that it names into one file"),
    Command("unpack", "take a pack apart, safely"),
    Command("inspect", "show what is in a pack"),
    Command("verify", "check that packs are whole"),
    Command("setup", "teach git what scripts are"),
    Command("explain", "say what a code or a word of the language means"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what it returns is the exit code."""
    # Importing numpy starts a thread for each core, to multiply matrices, which nothing here does:
    # they would take a tenth of a second of the processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        return _run(sys.argv[1:] if arguments is None else list(arguments))
    except Failure as failure:
        show_failure(failure)
        if os.environ.get("DISCOSCRIPT_TRACEBACK"):
            traceback.print_exc()
        return failure.exit
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK


def _run(arguments: list[str]) -> int:
    parser = _parser(_chosen(arguments))
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code


def _chosen(arguments: list[str]) -> str:
    return next((a for a in arguments if not a.startswith("-")), "")


def _parser(chosen: str) -> argparse.ArgumentParser:
    """The parser; only the chosen command is imported, so that each starts fast."""
    parser = argparse.ArgumentParser(
        "discoscript",
        description="A shot list in plain text, rendered with CLIP-guided diffusion.",
        epilog=f"`discoscript COMMAND --help` has examples.\n\n{EXIT_CODES}\n{ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"discoscript {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        _add(commands, command, command.name == chosen)
    if chosen and chosen not in {c.name for c in COMMANDS}:
        parser.error(_unknown(chosen))
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command, chosen: bool
) -> None:
    if not chosen:
        commands.add_parser(command.name, help=command.summary)
        return
    module = importlib.import_module(f"discoscript.commands.{command.name}")
    parser = commands.add_parser(
        command.name,
        help=command.summary,
        description=command.summary[:1].upper() + command.summary[1:] + ".",
        epilog=f"examples:\n{module.EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.arguments(parser)
    parser.set_defaults(run=module.run)


def _unknown(name: str) -> str:
    names = [c.name for c in COMMANDS]
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"there is no command `{name}`; did you mean `{near[0]}`?"
    if name.endswith(".disco"):
        return f"a command comes first: discoscript render {name}"
    return f"there is no command `{name}`; there are {', '.join(names)}"
