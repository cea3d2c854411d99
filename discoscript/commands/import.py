"""`discoscript import`: a settings file of Disco Diffusion or Deforum becomes a script."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._files import write
from discoscript.errors import UsageFailure
from discoscript.exchange import deforum, disco_diffusion
from discoscript.exchange.disco_diffusion import Imported
from discoscript.exchange.notes import Notes, lines_of, notes_json
from discoscript.exchange.settings_file import SettingsFile, Unreadable, read
from discoscript.exchange.writing import script
from discoscript.parameters import Mode
from discoscript.terminal import counted, printable

EXAMPLES = """  discoscript import "Harbour(0)_settings.txt"     writes Harbour.disco beside it
  discoscript import settings.txt -o canyon.disco --mode 3d
  discoscript import deforum_settings.txt -o -     shows the script, writes no file
"""

LARGEST = 2**22  #: bytes of a settings file


@dataclass(frozen=True)
class Program:
    """One row: a program whose settings files are read."""

    name: str
    title: str
    looks_like: Callable[[SettingsFile], int]
    draft_of: Callable[[SettingsFile, str, Notes, Mode | None], Imported]


PROGRAMS = (
    Program(
        "disco-diffusion",
        "Disco Diffusion",
        disco_diffusion.looks_like,
        disco_diffusion.draft_of,
    ),
    Program("deforum", "Deforum", deforum.looks_like, deforum.draft_of),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a settings file, or - for input")
    parser.add_argument("-o", "--output", metavar="FILE", help="the script; - shows it only")
    parser.add_argument("--force", action="store_true", help="replace a script that is there")
    parser.add_argument(
        "--from",
        dest="program",
        choices=[program.name for program in PROGRAMS],
        help="the program that wrote the file, where the guess is wrong",
    )
    parser.add_argument(
        "--mode",
        choices=[str(mode) for mode in Mode],
        help="the mode, which Disco Diffusion does not write into its files",
    )


def run(options: argparse.Namespace) -> Answer:
    """Write the script, or show it; the report goes to the error stream."""
    path = options.file
    settings, notes = _settings(path), Notes()
    program = _program(options.program, settings)
    mode = Mode(options.mode) if options.mode else None
    imported = program.draft_of(settings, path.name, notes, mode)
    for line, slip in settings.slips:
        notes.changed(line, "", f"{slip} is not plain JSON; read all the same")
    imported.draft.header.insert(0, f"Imported from {printable(path.name)} ({program.title}).")
    target = options.output or str(_beside(path))
    text, count = script(imported.draft), len(settings.entries)
    write(target, text, options.force)
    _say(program, path, imported, notes, target, count)
    counts = {"settings": count, "written": imported.written, "usual": imported.usual}
    what = {"program": program.name, "file": target, "script": text, **counts}
    return Answer(
        lambda: document("import", **what, notes=notes_json(notes)),
        lambda: text.encode() if target == "-" else (),
    )


def _settings(path: Path) -> SettingsFile:
    try:
        return read(_text(path))
    except Unreadable as problem:
        place = f"{path}:{problem.line}:{problem.column}"
        raise UsageFailure(f"{place}: {problem.message}", "is it a settings file?") from problem


def _text(path: Path) -> str:
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(path, "rb") as file:
                data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageFailure(f"cannot read {path}: {reason.lower()}") from error
    if len(data) > LARGEST:
        raise UsageFailure(f"{path} is too large for a settings file: more than 4 MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what old editors on Windows write


def _program(name: str | None, settings: SettingsFile) -> Program:
    if name:
        return next(program for program in PROGRAMS if program.name == name)
    best = max(PROGRAMS, key=lambda program: program.looks_like(settings))
    if not best.looks_like(settings):
        raise UsageFailure(
            "this is no settings file of Disco Diffusion or Deforum: it has none of their names",
            "name the program: `--from disco-diffusion` or `--from deforum`",
        )
    return best


def _beside(path: Path) -> Path:
    """`Harbour.disco` for `Harbour(0)_settings.txt`."""
    stem = path.stem.partition("(")[0].strip() or "imported"
    return path.with_name(f"{'imported' if str(path) == '-' else stem}.disco")


def _say(
    program: Program, path: Path, imported: Imported, notes: Notes, target: str, entries: int
) -> None:
    where = "" if target == "-" else f" -> {target}"
    print(
        f"{path}: {counted(entries, 'setting')} of {program.title}{where}\n"
        f"{imported.written} written, {imported.usual} left to the defaults, which are the same",
        file=sys.stderr,
    )
    for line in lines_of(notes, str(path)):
        print(printable(line), file=sys.stderr)
