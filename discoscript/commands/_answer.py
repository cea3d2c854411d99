"""What a command says at its end: text for people, or with `--json` one object for other programs.

Every command has `--json`; docs/formats.md says what holds for all of them.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from discoscript.errors import Exit, UsageFailure
from discoscript.terminal import json_line

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a command found or did; only one of the two is made.

    `values` is the object; `shown` are the lines of the output, or bytes that are put out as they
    are.
    """

    values: Callable[[], Json]
    shown: Callable[[], Iterable[str] | bytes]
    exit: Exit = Exit.OK


def document(name: str, /, **values: object) -> Json:
    """An object that says what it is: `{"format": "discoscript-NAME", "version": 1, ...}`."""
    return {"format": f"discoscript-{name}", "version": 1, **values}


def json_argument(parser: argparse.ArgumentParser) -> None:
    """`--json`, the same for every command. An action of a command leaves it to the command
    where it is not given: hence no default."""
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="JSON for other programs, in place of text",
    )


def refuse_format(options: argparse.Namespace, plain: str) -> None:
    """UsageFailure where another format than `plain` is asked for beside `--json`."""
    if options.json and options.format != plain:
        raise UsageFailure(f"`--json` and `--format {options.format}` ask for two formats")


def write(answer: Answer, as_json: bool) -> None:
    """Put an answer on the output."""
    if as_json:
        print(json_line(answer.values()))
        return
    shown = answer.shown()
    if isinstance(shown, bytes):
        sys.stdout.flush()
        sys.stdout.buffer.write(shown)
        sys.stdout.buffer.flush()
        return
    for line in shown:
        print(line)
