"""Zip files written byte by byte, so that every field can lie."""

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCRIPT = b'disco 1\n\nprompt "a lighthouse"\n'


@dataclass(frozen=True)
class Member:
    """A file in a zip file. What is None is told truly."""

    name: bytes
    data: bytes
    size: int | None = None  #: that the headers tell
    deflate: bool = False
    method: int | None = None
    flags: int = 0x800
    mode: int = 0o100644
    local_name: bytes | None = None
    crc: int | None = None
    place: int | None = None  #: that the directory tells


def archive(
    members: Sequence[Member],
    *,
    comment: bytes = b"",
    count: int | None = None,
    before: bytes = b"",
    between: bytes = b"",
    disk: int = 0,
) -> bytes:
    """The bytes of a zip file."""
    body, directory = bytearray(before), bytearray()
    for member in members:
        data = _deflated(member.data) if member.deflate else member.data
        method = (8 if member.deflate else 0) if member.method is None else member.method
        size = len(member.data) if member.size is None else member.size
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        place = len(body) if member.place is None else member.place
        fields = (20, member.flags, method, 0, 33, crc, len(data), size)
        local = member.name if member.local_name is None else member.local_name
        body += struct.pack("<4s5H3L2H", b"PK\3\4", *fields, len(local), 0) + local + data
        directory += struct.pack(
            "<4sH5H3L5H2L", b"PK\1\2", 0x314, *fields, len(member.name), 0, 0, 0, 0,
            member.mode << 16, place,
        )  # fmt: skip
        directory += member.name
    number = len(members) if count is None else count
    end = (disk, disk, number, number, len(directory), len(body), len(comment))
    return bytes(body + directory + between) + struct.pack("<4s4H2LH", b"PK\5\6", *end) + comment


def _deflated(data: bytes) -> bytes:
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    return press.compress(data) + press.flush()


def listed(files: Mapping[str, bytes], /, **changes: object) -> Member:
    """A list of contents that tells the truth about some files, but for `changes`."""
    entries = {
        n: {"bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for n, d in files.items()
    }
    values = {"format": "discoscript-pack", "version": 1, "script": "a.disco", "made_with": "0"}
    return Member(b"pack.json", json.dumps({**values, "files": entries, **changes}).encode())


def holding(*members: Member, **changes: object) -> bytes:
    """A pack with a script and more members, all of them listed."""
    all_members = (Member(b"a.disco", SCRIPT), *members)
    files = {m.name.decode("utf-8", "replace"): m.data for m in all_members}
    return archive([listed(files, **changes), *all_members])
