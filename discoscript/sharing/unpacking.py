"""A pack, whoever made it -> its files. Nothing in it is trusted.

Only a plain zip file is read, name by name, and only if every file in it may be written (`names`),
is on its list of contents (`manifest`), and is as long as that says and has its SHA-256. All limits
are checked before a byte is inflated, and counted again meanwhile, because headers may lie.
"""

import hashlib
import io
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from discoscript.errors import Exit, Failure, disk_failure
from discoscript.sharing.manifest import LARGEST, NAME, Manifest, from_bytes
from discoscript.sharing.names import clashing, unsafe

MOST_FILES = 4096
MOST_BYTES = 2 * 2**30  #: of all files together
MOST_EACH = 256 * 2**20  #: of one file
MOST_RATIO = 200  #: bytes of a file for each that it takes in the pack
CHUNK = 2**20

#: The end of a zip file without a comment: signature, six numbers, and the comment's length, 0.
_END = struct.Struct("<4s4H2LH")

#: Bytes of the directory for each file: its record with a name and fields of usual length.
_RECORD = 46 + 65 * 8

#: Bytes that stand before a file in a zip file, its name left out.
_LOCAL = 30

_ENCRYPTED = 0x1


class PackRefused(Failure):
    """A pack can not be used; the message says why."""

    exit = Exit.USAGE


@dataclass(frozen=True)
class Pack:
    """An open pack whose names and sizes are allowed; its contents are checked as they are read."""

    manifest: Manifest
    archive: zipfile.ZipFile
    path: Path

    def read(self, name: str) -> Iterator[bytes]:
        """A file, piece by piece; PackRefused if it is not what the list says."""
        entry = self.manifest.files[name]
        hashed, length = hashlib.sha256(), 0
        for piece in _pieces(self.archive, name, entry.bytes, self.path):
            hashed.update(piece)
            length += len(piece)
            yield piece
        if length != entry.bytes or hashed.hexdigest() != entry.sha256:
            raise refused(self.path, f"{name} is not what its list of contents says")


@contextmanager
def opened(path: Path) -> Iterator[Pack]:
    """Open a pack and check all that can be checked without reading its files."""
    with ExitStack() as held:
        with readable(path):
            file = held.enter_context(open(path, "rb"))
            _check_end(file, path)
            archive = held.enter_context(zipfile.ZipFile(file))
            infos = archive.infolist()
            _check_names(infos, path)
            _check_sizes(infos, path)
            _check_places(infos, archive.start_dir, path)
            manifest = _manifest(archive, infos, path)
        yield Pack(manifest, archive, path)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns whatever is wrong with a zip file into a refusal."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PackRefused(f"cannot read {path}: {reason}") from error
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise refused(path, "it is a damaged zip file") from error
    except (zlib.error, EOFError) as error:
        raise refused(path, "a file in it is damaged") from error


def check_all(pack: Pack) -> None:
    """Read every file; PackRefused if one is not what the list says."""
    for name in pack.manifest.files:
        for _ in pack.read(name):
            pass


def refused(path: Path, why: str) -> PackRefused:
    """The refusal of a pack."""
    return PackRefused(f"{path} is no pack that can be opened: {why}")


def unpack(pack: Pack, folder: Path) -> None:
    """Write all files of a pack into a new folder, or nothing at all.

    A DiskFailure says why it can not be written; PackRefused if a file is not what the list says.
    """
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        draft.mkdir(parents=True)
        for name in pack.manifest.files:
            _write(pack, name, draft / name)
        os.rename(draft, folder)
    except OSError as error:
        raise disk_failure(f"write {folder}", error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(pack: Pack, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "xb") as file:
        for piece in pack.read(name):
            file.write(piece)


# ───────────── what is allowed ─────────────


def _check_end(file: BinaryIO, path: Path) -> None:
    """Refuse what is no plain zip file, or has a larger directory than a pack needs: it would be
    read into memory whole."""
    size = file.seek(0, io.SEEK_END)
    if size < _END.size:
        raise refused(path, "it is no zip file")
    file.seek(size - _END.size)
    signature, disk, first, here, files, length, start, comment = _END.unpack(file.read(_END.size))
    if signature != b"PK\x05\x06" or comment:
        raise refused(path, "it is no zip file, or one with a comment")
    if disk or first or here != files or start + length + _END.size != size:
        raise refused(path, "it is a zip file in several parts, or with something in between")
    if files > MOST_FILES + 1 or length > (files + 1) * _RECORD:
        raise refused(path, f"it has more than {MOST_FILES} files, or too long names")
    file.seek(0)


def _check_names(infos: list[zipfile.ZipInfo], path: Path) -> None:
    names = [info.filename for info in infos if info.filename != NAME]
    for info in infos:
        # Python cuts a name at a NUL: what was written is what counts.
        why = unsafe(info.orig_filename) if info.orig_filename != NAME else ""
        why = why or ("is a link or no file" if not _is_file(info) else "")
        if why:
            raise refused(path, f"`{_shown(info.orig_filename)}` {why}")
    clash = clashing(names)
    if clash or len(infos) != len(names) + 1:
        raise refused(path, f"`{_shown(clash or NAME)}` is in it twice, or not at all")


def _is_file(info: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind in (0, stat.S_IFREG) and not info.is_dir() and not info.external_attr & 0x10


def _check_sizes(infos: list[zipfile.ZipInfo], path: Path) -> None:
    for info in infos:
        name = _shown(info.filename)
        if info.flag_bits & _ENCRYPTED:
            raise refused(path, f"`{name}` is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused(path, f"`{name}` is compressed in an unusual way")
        if info.file_size > (LARGEST if info.filename == NAME else MOST_EACH):
            raise refused(path, f"`{name}` is too large")
        if info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise refused(path, f"`{name}` grows more than {MOST_RATIO} times when it is unpacked")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise refused(path, "its files are more than 2 GiB together")


def _check_places(infos: list[zipfile.ZipInfo], end: int, path: Path) -> None:
    """Refuse files that lie in one another: such a pack grows without bounds."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in ordered[1:]), end]
    for info, after in zip(ordered, starts, strict=True):
        if info.header_offset + _LOCAL + info.compress_size > after:
            raise refused(path, f"`{_shown(info.filename)}` lies over another file")


def _manifest(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], path: Path) -> Manifest:
    """The list of contents, which names exactly the files that are there, with their sizes."""
    data = b"".join(_pieces(archive, NAME, LARGEST, path))
    try:
        manifest = from_bytes(data)
    except ValueError as error:
        raise refused(path, str(error)) from error
    sizes = {info.filename: info.file_size for info in infos if info.filename != NAME}
    if sizes != {name: entry.bytes for name, entry in manifest.files.items()}:
        raise refused(path, "its files are not those of its list of contents")
    return manifest


def _pieces(archive: zipfile.ZipFile, name: str, most: int, path: Path) -> Iterator[bytes]:
    """A file piece by piece; PackRefused as soon as it is longer than `most` bytes."""
    left = most
    with readable(path):
        file = archive.open(name)
    with file:
        while True:
            with readable(path):
                piece = file.read(min(CHUNK, left + 1))
            left -= len(piece)
            if left < 0:
                raise refused(path, f"`{_shown(name)}` is longer than it says")
            if not piece:
                return
            yield piece


def _shown(name: str) -> str:
    """A stranger's name as it may be printed."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name[:80])
