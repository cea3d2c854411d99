"""The commands and their options."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass

from discoscript.reference.markdown import code, page, table

INTRODUCTION = """`discoscript COMMAND --help` shows this in the terminal."""


@dataclass(frozen=True)
class CommandHelp:
    """What there is to say about one command; `parser` knows its options."""

    name: str
    summary: str
    examples: str
    parser: argparse.ArgumentParser


def commands_page(commands: Iterable[CommandHelp], notes: str) -> str:
    """docs/reference/commands.md. `notes` holds for all commands."""
    parts = (command_text(command) for command in commands)
    return page("Commands", INTRODUCTION, *parts, "## For all commands", _text(notes))


def command_text(command: CommandHelp) -> str:
    """One command: what it does, its options, its examples."""
    rows = [_row(action) for action in command.parser._actions if _is_shown(action)]
    return "\n\n".join(
        [
            f"## discoscript {command.name}",
            f"{command.summary[:1].upper()}{command.summary[1:]}.",
            table(("Option", "What it does"), rows),
            _text(command.examples),
        ]
    )


def _is_shown(action: argparse.Action) -> bool:
    return action.help is not argparse.SUPPRESS and action.dest != "help"


def _row(action: argparse.Action) -> tuple[str, str]:
    """`-o, --output FILE` and its help."""
    choices = f"{{{','.join(map(str, action.choices))}}}" if action.choices else ""
    metavar = action.metavar if isinstance(action.metavar, str) else choices or action.dest.upper()
    names = ", ".join(action.option_strings)
    shown = f"{names} {metavar if action.nargs != 0 else ''}".strip() if names else metavar
    text = (action.help or "") % {"default": action.default, "prog": "discoscript"}
    return code(shown), text


def _text(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"
