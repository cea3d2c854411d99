"""Files that commands write for the user."""

import os
from contextlib import suppress
from pathlib import Path

from discoscript.errors import UsageFailure, disk_failure


def write(target: str, text: str, force: bool) -> None:
    """Write a file that is not there yet; `-` is the output stream."""
    if target == "-":
        print(text, end="")
        return
    try:
        descriptor = os.open(
            target, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL), 0o666
        )
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        help = "`--force` replaces it, `-o FILE` names another one"
        raise UsageFailure(f"{target} is there already", help) from error
    except OSError as error:
        raise disk_failure(f"write {target}", error) from error


def write_whole(path: Path, data: bytes) -> None:
    """Give a file its content in one step; a DiskFailure says why it can not be written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise disk_failure(f"write {path}", error) from error
