"""`discoscript init`: the files of a new project, ready to be rendered."""

import argparse
import re
import shlex
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.errors import UsageFailure, disk_failure
from discoscript.starter import project

EXAMPLES = """  discoscript init sunset     a folder with sunset.disco, .gitignore and README.md
  discoscript init            the same in this folder
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        type=Path,
        default=Path(),
        help="where; made if it is not there (default: this folder)",
    )


def run(options: argparse.Namespace) -> Answer:
    """Write the files; nothing that is there is touched."""
    folder: Path = options.folder
    name = named(folder)
    files = {folder / file: text for file, text in project(name).items()}
    there = [path for path in files if path.is_symlink() or path.exists()]
    if there:
        raise UsageFailure(
            f"{there[0]} is there already", "name a new folder: discoscript init NAME"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise disk_failure(f"write {folder}", error) from error
    paths, script = [str(path) for path in files], str(folder / f"{name}.disco")
    return Answer(
        lambda: document("project", script=script, files=paths),
        lambda: [*paths, "", f"now: discoscript render {shlex.quote(script)}"],
    )


def named(folder: Path) -> str:
    """What a project in that folder is called: the letters and digits of the folder's name."""
    name = re.sub(r"[^\w-]+", "-", folder.resolve().name).strip("-")
    return name or "film"
