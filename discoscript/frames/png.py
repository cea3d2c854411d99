"""Picture <-> PNG bytes that are the same on every machine, and text beside the picture.

The bytes of a stored frame are hashed, so they are a function of the picture alone. What an
encoder gives depends on its version twice: on the filter it picks for each row, and on the
matches that its zlib finds. Here every row has the Paeth filter, and zlib looks for no matches
(`Z_HUFFMAN_ONLY`), which all its versions and relatives code alike.

    signature | IHDR (width, height, 8 bit, RGB) | iTXt ... | IDAT | IEND
"""

import io
import struct
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile

from discoscript.frames.renderer import Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_END = len(SIGNATURE) + 25  # the IHDR chunk: length, type, 13 bytes, checksum
PAETH = 4
SHORT = 2048  #: bytes of a text that is not compressed
RGB_8_BIT = struct.pack(">BBBBB", 8, 2, 0, 0, 0)


def encode(picture: Picture) -> bytes:
    """The PNG of a uint8 height x width x 3 picture: equal pictures, equal bytes."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"not a uint8 RGB picture: {picture.dtype} of shape {picture.shape}")
    height, width, _ = picture.shape
    header = struct.pack(">II", width, height) + RGB_8_BIT
    data = _compressed(_filtered(picture))
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def decode(data: bytes) -> Picture:
    """The picture in a PNG; ValueError where the bytes are no RGB PNG."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.mode != "RGB":
                raise ValueError(f"not an RGB picture but {image.mode}")
            return np.array(image)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"not a PNG: {error}") from error


def colors(data: bytes) -> Picture:
    """The picture in a PNG of any form: gray, with a palette, with alpha; ValueError where it is
    none, or can be seen through."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            values = np.array(image.convert("RGBA"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"not a PNG: {error}") from error
    if values[..., 3].min() < 255:
        raise ValueError("a picture that can be seen through")
    return np.ascontiguousarray(values[..., :3])


def with_metadata(data: bytes, texts: Mapping[str, str]) -> bytes:
    """The same PNG with texts by keyword (1 to 79 Latin letters); its pixel data stay as is."""
    chunks = [_text_chunk(keyword, text) for keyword, text in texts.items()]
    return data[:HEADER_END] + b"".join(chunks) + data[HEADER_END:]


def bare(data: bytes) -> bytes:
    """The PNG without what stands beside its picture; ValueError where it is none."""
    if not data.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    kept, at = [SIGNATURE], len(SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind in (b"IHDR", b"IDAT", b"IEND"):
            kept.append(data[at : at + 12 + length])
        at += 12 + length
    return b"".join(kept)


def metadata(data: bytes) -> dict[str, str]:
    """The texts before the pixel data of a PNG, by keyword; ValueError where it is none."""
    try:
        with PngImageFile(io.BytesIO(data)) as image:  # reads no further than to the pixel data
            texts = image.info.items()
            return {str(keyword): str(text) for keyword, text in texts if isinstance(text, str)}
    except (OSError, SyntaxError) as error:
        raise ValueError(f"not a PNG: {error}") from error


def _text_chunk(keyword: str, text: str) -> bytes:
    """iTXt: keyword, compressed if it is long, no language, no translated keyword, UTF-8 text."""
    name, body = keyword.encode("latin-1"), text.encode()
    if not 1 <= len(name) <= 79 or b"\0" in name:
        raise ValueError(f"not a PNG keyword: {keyword!r}")
    if len(body) > SHORT:
        return _chunk(b"iTXt", name + b"\0\1\0\0\0" + zlib.compress(body))
    return _chunk(b"iTXt", name + b"\0\0\0\0\0" + body)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _compressed(data: bytes) -> bytes:
    coder = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    return coder.compress(data) + coder.flush()


def _filtered(picture: Picture) -> bytes:
    """Each row as its filter's number and the differences from the Paeth prediction."""
    height, width, channels = picture.shape
    rows = np.empty((height, 1 + width * channels), np.uint8)
    rows[:, 0] = PAETH
    rows[:, 1:] = (picture - _paeth(picture)).reshape(height, -1)
    return rows.tobytes()


def _paeth(picture: Picture) -> NDArray[np.uint8]:
    """For each value the neighbour (left, above, above left) nearest to left + above - above left.

    Ties go in that order; neighbours outside the picture are 0.
    """
    padded = np.pad(picture, ((1, 0), (1, 0), (0, 0))).astype(np.int16)
    left, above, corner = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    from_left, from_above = np.abs(above - corner), np.abs(left - corner)
    from_corner = np.abs(left + above - 2 * corner)
    above_or_corner = np.where(from_above <= from_corner, above, corner)
    left_wins = (from_left <= from_above) & (from_left <= from_corner)
    return np.where(left_wins, left, above_or_corner).astype(np.uint8)
