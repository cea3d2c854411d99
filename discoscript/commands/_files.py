"""Files that commands write for the user."""

import argparse
import os
import shutil
from contextlib import suppress
from pathlib import Path

from discoscript.errors import UsageFailure, disk_failure

#: What to do where a file is there.
REPLACE = "`--force` replaces it, `-o FILE` names another one"


def write(target: str, text: str, force: bool = False, help: str = REPLACE) -> None:
    """Write a file that is not there yet; nothing for `-`, the output stream."""
    if target == "-":
        return
    try:
        descriptor = os.open(
            target, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL), 0o666
        )
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageFailure(f"{target} is there already", help) from error
    except OSError as error:
        raise disk_failure(f"write {target}", error) from error


def write_whole(path: Path, data: bytes) -> None:
    """Give a file its content in one step, with the permissions of the one that is there.

    A link is followed. A DiskFailure says why the file can not be written.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            with open(draft, "xb") as file:  # never through a link that lies there
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileNotFoundError):
                shutil.copymode(target, draft)
            os.replace(draft, target)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise disk_failure(f"write {path}", error) from error


def picture_path(text: str) -> Path:
    """Where a command draws; for the options of a command line."""
    if not text.lower().endswith(".png"):
        raise argparse.ArgumentTypeError(f"pictures are drawn as .png, not as `{text}`")
    return Path(text)


def output_folder(script: Path, name: str | Path) -> Path:
    """`out/NAME` beside a script. A stranger's project may hold links: they are followed only if a
    user asks for the folder that they lead to."""
    home = script.parent
    folder = home / "out" / name
    if not folder.resolve().is_relative_to(home.resolve()):
        raise UsageFailure(f"{folder} leads out of the project", f"say so: -o {folder}")
    return folder
