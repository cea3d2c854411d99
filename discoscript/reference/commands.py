"""The commands and their options."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from discoscript.reference.markdown import code, page, table

INTRODUCTION = """`discoscript COMMAND --help` shows this in the terminal.
[Formats for other programs](../formats.md) tells what `--json` writes."""


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
    return "\n\n".join(
        [
            f"## discoscript {command.name}",
            f"{command.summary[:1].upper()}{command.summary[1:]}.",
            _options(command.parser),
            *_actions(command),
            _text(command.examples),
        ]
    )


def _options(parser: argparse.ArgumentParser) -> str:
    rows = [_row(action) for action in parser._actions if _is_shown(action)]
    return table(("Option", "What it does"), rows)


def _actions(command: CommandHelp) -> Iterator[str]:
    """The actions of a command that has some: `discoscript models fetch`, each with its options."""
    for group in command.parser._actions:
        if isinstance(group, argparse._SubParsersAction):
            for name, parser in group.choices.items():
                yield f"### discoscript {command.name} {name}"
                yield str(parser.description)
                yield _options(parser)


def _is_shown(action: argparse.Action) -> bool:
    hidden = isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
    return action.help is not argparse.SUPPRESS and not hidden


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
