"""Names inside a pack: which ones may be written on any machine, and which are refused.

A name is a path below the folder that a pack is unpacked into. What no script needs is refused as
well: hidden files, programs, folders of git.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from discoscript.parameters import FileKind
from discoscript.scene.files import SUFFIXES

DEEPEST, LONGEST = 16, 200  #: folders in a path; bytes of it

#: Models are large and have licences of their own.
_MODELS = {s for kind in (FileKind.MODEL, FileKind.CHECKPOINT) for s in SUFFIXES[kind]}

#: What the names of files in a pack may end in. No pickle is among them: it may hold code.
ENDINGS = frozenset({s for kind in FileKind for s in SUFFIXES[kind]} | {"lock", "md"}) - _MODELS

#: Names that Windows keeps for devices, whatever follows the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)

_FORBIDDEN = set('<>:"|?*\\')


def unsafe(name: str) -> str:
    """Why a name may not be written, in a few words; empty if it may."""
    parts = name.split("/")
    if name.startswith("/") or not name:
        return "is an absolute path"
    if ".." in parts:
        return "leads out of the folder"
    if any(part in ("", ".") for part in parts):
        return "is not a plain path"
    if any(c in _FORBIDDEN or unicodedata.category(c)[0] == "C" for c in name):
        return "has characters that no file name may have"
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "ends in a space or a dot"
    if any(_DEVICES.fullmatch(part) for part in parts):
        return "is the name of a device"
    if any(part.startswith(".") for part in parts):
        return "is hidden"
    if len(parts) > DEEPEST or len(name.encode()) > LONGEST:
        return "is too long"
    if PurePosixPath(name).suffix[1:].lower() not in ENDINGS:
        return "is no kind of file that scripts use"
    return ""


def clashing(names: Sequence[str]) -> str | None:
    """A name that means the same file as another one on some machine, or a folder; None if none
    does."""
    seen: set[str] = set()
    folders: set[str] = set()
    for name in names:
        alike = unicodedata.normalize("NFC", name).casefold()
        if alike in seen:
            return name
        seen.add(alike)
        folders |= {str(folder) for folder in PurePosixPath(alike).parents}
    return next((n for n in names if unicodedata.normalize("NFC", n).casefold() in folders), None)
