"""The wrong script of a page is compiled when it is shown, so what is shown is never stale."""

import struct
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from discoscript.explain.pages import Page, message
from discoscript.pipeline import compile_text
from discoscript.project import Project

SCRIPT = "wrong.disco"  #: the name that the messages show


def told(page: Page, color: bool = False) -> str:
    """What the wrong script of a page is told about the page's code."""
    with tempfile.TemporaryDirectory(prefix="discoscript-") as folder:
        write_files(Path(folder), page.files)
        compiled = compile_text(page.wrong, SCRIPT, Project(Path(folder)))
    return message(compiled.source, compiled.diagnostics, page.code, color)


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Put the files of a page into a folder; one called `121 megapixels` is a picture of that
    size, by its header."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        number, _, unit = text.strip().partition(" ")
        path.write_bytes(_picture(int(number)) if unit == "megapixels" else text.encode())


def _picture(megapixels: int) -> bytes:
    """A PNG that claims to be of that size; it has no pixels."""
    header = struct.pack(">IIBBBBB", 1000 * megapixels, 1000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
