"""The command line: `discoscript COMMAND ...`, built from the table of commands."""

import argparse
import difflib
import importlib
import os
import re
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NoReturn

from discoscript import __version__
from discoscript.commands._answer import Answer, json_argument, write
from discoscript.errors import Exit, Failure, Interruption, UsageFailure
from discoscript.terminal import failure_json, json_line, show_failure

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
  DISCOSCRIPT_COMPILE    anything: torch compiles the diffusion model, which takes minutes once
  DISCOSCRIPT_MODELS     the folder of the fetched models
  DISCOSCRIPT_PRECISION  what diffusion and CLIP compute in: fp32, fp16 or bf16
  DISCOSCRIPT_STORE      the folder of the frame store
  DISCOSCRIPT_STORE_SIZE how large it may become (default: 20GiB of pictures)
  DISCOSCRIPT_STORE_FREE how much of the disk it leaves free (default: 5GiB)
  DISCOSCRIPT_TRACEBACK  anything: show where in the code a failure came from
  NO_COLOR               anything: no colours
"""


@dataclass(frozen=True)
class Command:
    """One row: `discoscript/commands/NAME.py` has its EXAMPLES, `arguments` and `run`.

    `run` returns an Answer, or the exit code where all has been said as it happened.
    """

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
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _run(words)
    except Failure as failure:
        return _failed(failure, words)
    except KeyboardInterrupt:
        return _failed(Interruption("interrupted"), words)
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK


def _run(arguments: list[str]) -> int:
    parser = _parser(_chosen(arguments))
    options, unknown = parser.parse_known_args(arguments or ["--help"])
    if unknown:
        raise _not_taken(unknown[0], options.parser)
    answer: Answer | Exit = options.run(options)
    if not isinstance(answer, Answer):
        return answer
    write(answer, options.json)
    return answer.exit


def _not_taken(word: str, parser: argparse.ArgumentParser) -> UsageFailure:
    """For a word that a command has no use for."""
    from discoscript.text.suggest import did_you_mean

    near = did_you_mean(word, parser._option_string_actions) if word.startswith("-") else ""
    help = near or f"`{parser.prog} --help` shows how it is used"
    return UsageFailure(f"`{parser.prog}` does not take `{word}`", help)


def _failed(failure: Failure, arguments: list[str]) -> int:
    """Say why there is no answer; the options may not have been read."""
    if "--json" in arguments:
        print(json_line(failure_json(failure)))
    else:
        sys.stdout.flush()
        show_failure(failure)
    if os.environ.get("DISCOSCRIPT_TRACEBACK"):
        traceback.print_exc()
    return failure.exit


def _chosen(arguments: list[str]) -> str:
    return next((a for a in arguments if not a.startswith("-")), "")


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are failures like others, and whose options have one spelling."""

    def __init__(self, prog: str | None = None, **values: Any) -> None:
        super().__init__(prog, allow_abbrev=False, **values)
        self.register("type", int, whole_number)

    def error(self, message: str) -> NoReturn:
        message = _CHOICE.sub(lambda m: f"`{m[1]}` is none of {m[2].replace(chr(39), '')}", message)
        raise UsageFailure(message, f"`{self.prog} --help` shows how it is used")


#: How argparse tells of a word that is none of several.
_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)")


def whole_number(text: str) -> int:
    """`12` -> 12."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number")
    return int(text)


def _parser(chosen: str) -> Parser:
    """The parser; only the chosen command is imported, so that each starts fast."""
    parser = Parser(
        "discoscript",
        description="A shot list in plain text, rendered with CLIP-guided diffusion.",
        epilog=f"`discoscript COMMAND --help` has examples.\n\n{EXIT_CODES}\n{ENVIRONMENT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"discoscript {__version__}")
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        _add(commands, command, command.name == chosen)
    if chosen and chosen not in {c.name for c in COMMANDS}:
        raise UsageFailure(*_unknown(chosen))
    return parser


def _add(commands: "argparse._SubParsersAction[Parser]", command: Command, chosen: bool) -> None:
    if not chosen:
        commands.add_parser(command.name, help=command.summary)
        return
    module = module_of(command)
    parser = commands.add_parser(
        command.name,
        help=command.summary,
        description=command.summary[:1].upper() + command.summary[1:] + ".",
        epilog=f"examples:\n{module.EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    declare(command, parser)
    parser.set_defaults(run=module.run, parser=parser)


def module_of(command: Command) -> ModuleType:
    """The file of a command."""
    return importlib.import_module(f"discoscript.commands.{command.name}")


def declare(command: Command, parser: argparse.ArgumentParser) -> None:
    """Give a parser the options of a command."""
    module_of(command).arguments(parser)
    json_argument(parser)


def _unknown(name: str) -> tuple[str, str]:
    """What is wrong with the name of a command, and what to write."""
    if name.endswith(".disco"):
        return "a command comes first", f"discoscript render {name}"
    names = [c.name for c in COMMANDS]
    near = difflib.get_close_matches(name, names, n=1)
    help = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(names)}"
    return f"there is no command `{name}`", help
