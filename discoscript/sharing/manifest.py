"""The list of contents of a pack, its first file: what is in it, to be checked against.

{"format": "discoscript-pack", "version": 1, "script": "beach.disco", "made_with": "0.1",
 "files": {"beach.disco": {"bytes": 311, "sha256": "..."}, ...}}
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

FORMAT, VERSION = "discoscript-pack", 1

#: The name of the list in a pack; it is not unpacked.
NAME = "pack.json"

#: Bytes of the list.
LARGEST = 2**20


@dataclass(frozen=True)
class Entry:
    """A file: how many bytes it has, and their SHA-256 in hex digits."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`script` is the path of the script to render; `files` are all files by their paths."""

    script: str
    made_with: str
    files: Mapping[str, Entry]


def to_bytes(manifest: Manifest) -> bytes:
    """The list as text; equal lists give equal bytes."""
    files = {name: vars(entry) for name, entry in sorted(manifest.files.items())}
    values = {"format": FORMAT, "version": VERSION, **vars(manifest), "files": files}
    return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()


def from_bytes(data: bytes) -> Manifest:
    """The list; ValueError says what is wrong with it."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("its list of contents is broken") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ValueError("it has no list of contents")
    if values.get("version") != VERSION:
        raise ValueError("it was made by another version of DiscoScript")
    files, script = values.get("files"), values.get("script")
    if not isinstance(files, dict) or not isinstance(script, str):
        raise ValueError("its list of contents is broken")
    entries = {name: _entry(value) for name, value in files.items()}
    if script not in entries:
        raise ValueError("its list of contents names no script")
    return Manifest(script, str(values.get("made_with", ""))[:40], entries)


def _entry(value: object) -> Entry:
    if isinstance(value, dict):
        size, digest = value.get("bytes"), value.get("sha256")
        known = isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest)
        if type(size) is int and size >= 0 and known:
            return Entry(size, str(digest))
    raise ValueError("its list of contents is broken")
