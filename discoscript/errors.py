"""Failures that a user can understand: one line that says what happened, and what to do."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """What the command line returns."""

    OK = 0
    SCRIPT = 1  #: the script has errors
    USAGE = 2  #: the command line or a file name is wrong
    RENDER = 3  #: a frame could not be rendered
    DISK = 4  #: the frame store, the output folder or the disk
    MODEL = 5  #: a model can not be fetched, or its file is damaged
    INTERRUPTED = 130


class Failure(Exception):
    """Ends a command. The message is lower case without a full stop; `help` says what to do."""

    exit = Exit.RENDER
    drawn = ""  #: shown in place of the message: mistakes with their lines
    details: Mapping[str, Any] = {}  #: what other programs are told beside the message

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.help = message, help


class UsageFailure(Failure):
    """A file or an option that was named is not usable."""

    exit = Exit.USAGE


class RenderFailure(Failure):
    """The renderer is missing, or could not make a frame."""


class Interruption(Failure):
    """The user stopped the command."""

    exit = Exit.INTERRUPTED


class DiskFailure(Failure):
    """The frame store or the output folder could not be read or written."""

    exit = Exit.DISK


def disk_failure(doing: str, error: OSError) -> DiskFailure:
    """The failure for an operating system error: `cannot write PATH: No space left on device`."""
    reason = error.strerror or str(error)
    return DiskFailure(f"cannot {doing}: {reason[:1].lower()}{reason[1:]}")
