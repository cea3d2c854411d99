"""Files that commands write for the user."""

import os

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
