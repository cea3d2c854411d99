"""MP4 or MOV file -> the same file with the box `st3d`, which says how both eyes share a picture.

ffmpeg writes this box only where its input has it already. It stands in the description of the
video's samples, after the box that sets the decoder up (Spherical Video V2):

    moov / trak / mdia / minf (with vmhd) / stbl / stsd / avc1
        size, type, 78 bytes of a visual sample entry, avcC, st3d, colr, ...

The file grows by its 13 bytes, so where the samples come after the index (`+faststart`), the
offsets of their chunks grow too. Sizes and offsets are big-endian (ISO/IEC 14496-12).
"""

import os
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

#: Boxes that lead to the description of the samples and to the offsets of the chunks.
CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})

#: Boxes that set a decoder up; the optional boxes of a sample entry come after them.
DECODER = frozenset({b"avcC", b"hvcC"})

HEAD = 8  #: bytes of a box's size and type; of the head of `stsd`, `stco` and `co64`, too
VISUAL_ENTRY = 78  #: bytes of a visual sample entry between its type and its first box
OFFSETS = {b"stco": "I", b"co64": "Q"}  #: lists of where chunks begin in the file


@dataclass(frozen=True)
class Box:
    """A box: its type, and what it holds."""

    kind: bytes
    body: bytes

    def __bytes__(self) -> bytes:
        return struct.pack(">I", HEAD + len(self.body)) + self.kind + self.body


def add_stereo_box(path: Path, stereo_mode: int) -> None:
    """Say in the file what `stereo_mode` its video has: 1 top and bottom, 2 left and right.

    ValueError where the file has no video whose samples are described.
    """
    whole = path.with_suffix(".stereo.partial")
    stereo = Box(b"st3d", struct.pack(">IB", 0, stereo_mode))
    try:
        with path.open("rb") as old, whole.open("wb") as new:
            begin, end = _index(old)
            old.seek(0)
            new.write(old.read(begin))
            moov = old.read(end - begin)
            grown = _mapped(moov, partial(_with_stereo, stereo=stereo, begin=begin))
            if len(grown) != len(moov) + len(bytes(stereo)):
                raise ValueError(f"there is no video track in {path.name}")
            new.write(grown)
            shutil.copyfileobj(old, new, 1 << 20)
        os.replace(whole, path)
    finally:
        whole.unlink(missing_ok=True)


def boxes(data: bytes) -> Iterator[Box]:
    """The boxes that follow each other in `data`."""
    at = 0
    while at + HEAD <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if not HEAD <= size <= len(data) - at:
            return
        yield Box(data[at + 4 : at + HEAD], data[at + HEAD : at + size])
        at += size


def _mapped(data: bytes, change: Callable[[Box], Box]) -> bytes:
    """`data` with each of its boxes changed; bytes after them stay."""
    found = tuple(boxes(data))
    rest = data[sum(HEAD + len(box.body) for box in found) :]
    return b"".join(bytes(change(box)) for box in found) + rest


def _index(file: BinaryIO) -> tuple[int, int]:
    """Where the index, `moov`, begins and ends in the file. A size of 1 says that 8 more bytes
    hold it, 0 that the box ends with the file."""
    at, length = 0, os.fstat(file.fileno()).st_size
    while at + HEAD <= length:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(HEAD))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        end = at + size if size else length
        if kind == b"moov":
            return at, end
        if end <= at:
            break
        at = end
    raise ValueError("the file has no index")


def _with_stereo(box: Box, stereo: Box, begin: int, video: bool = False) -> Box:
    """`box`, and all in it, with the stereo box where `video` is described; `begin` is where the
    index begins: chunks after it move."""
    if box.kind in CONTAINERS:
        video = video or any(inner.kind == b"vmhd" for inner in boxes(box.body))
        change = partial(_with_stereo, stereo=stereo, begin=begin, video=video)
        return Box(box.kind, _mapped(box.body, change))
    if box.kind == b"stsd" and video:
        entries = _mapped(box.body[HEAD:], partial(_described, stereo=stereo))
        return Box(box.kind, box.body[:HEAD] + entries)
    if box.kind in OFFSETS:
        return Box(box.kind, _moved(box, begin, len(bytes(stereo))))
    return box


def _described(entry: Box, stereo: Box) -> Box:
    """A visual sample entry with the stereo box after what the decoder needs."""
    fixed, rest = entry.body[:VISUAL_ENTRY], entry.body[VISUAL_ENTRY:]
    before = sum(len(bytes(box)) for box in boxes(rest) if box.kind in DECODER)
    return Box(entry.kind, fixed + rest[:before] + bytes(stereo) + rest[before:])


def _moved(box: Box, begin: int, by: int) -> bytes:
    """A list of offsets in which those after `begin` are larger by `by`."""
    (count,) = struct.unpack_from(">I", box.body, 4)
    layout = f">{count}{OFFSETS[box.kind]}"
    offsets = struct.unpack_from(layout, box.body, HEAD)
    moved = (offset + by if offset > begin else offset for offset in offsets)
    return box.body[:HEAD] + struct.pack(layout, *moved)
