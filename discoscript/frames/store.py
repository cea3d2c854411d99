"""The frame store: frame key -> record -> picture, in plain files that survive anything.

    VERSION                  "disco-store 1"
    rec/ab/<frame key>       the record, see `record.py`
    obj/cd/<out digest>      "DISCOFR1", length (8 bytes), SHA-256, then that many bytes of PNG
    runs/<run id>            what a render of a script asked for, to say why; see `plan/run.py`
    pins/<pid>-<random>      what a running render needs, see `pins.py`
    tmp/<pid>-<random>       files being written
    lock/seg-<key>           held while the segment that begins with a key is rendered
    quarantine/              what failed verification, kept for diagnosis

Written in this order: the object, then the record; each to `tmp`, forced to the disk, given its
name, the folder forced to the disk. So a record never speaks of something that is not there yet.
Read in this order: the record, then the object, whose bytes are verified at every read. What does
not verify goes to quarantine and is rendered again; it is never served. A record is created with
a hard link, which fails if there is one: of two processes the first wins and the other adopts its
picture.
"""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from discoscript.errors import DiskFailure, disk_failure
from discoscript.frames import record as records
from discoscript.frames.disk import Disk, process_lives
from discoscript.frames.record import Record
from discoscript.plan import run as runs
from discoscript.plan.run import Run

VERSION = b"disco-store 1\n"
MAGIC = b"DISCOFR1"
HEADER = len(MAGIC) + 8 + 32
FOLDERS = ("rec", "obj", "runs", "tmp", "pins", "lock", "quarantine")
QUARANTINE_LIMIT = 100 * 2**20
DAY_S = 24 * 3600

#: Half of the age below which nothing is removed: a use is noted no more often than that.
STALE_S = 1800.0

#: Errors of `link` on file systems that have no hard links.
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK, errno.EACCES}


class Store:
    """Frames by key. Reading needs no folder to exist; the first `put` makes what is missing."""

    def __init__(self, root: Path, disk: Disk | None = None) -> None:
        self.root = root
        self.disk = disk or Disk()
        self._ready = False
        self.quarantined = 0
        self.stale_s = STALE_S
        self._refuse_other_versions()

    @property
    def exists(self) -> bool:
        """Whether anything was ever written to it."""
        return self.disk.size(self.root / "VERSION") is not None

    # ───────────── reading ─────────────

    def lookup(self, key: str) -> Record | None:
        """The record of `key`, if its object is there in full length."""
        record = self.record(key)
        return record if record and self.holds(record) else None

    def holds(self, record: Record) -> bool:
        """Whether the record's object is there in full length; its bytes are not read."""
        return self._size(self._object(record.digest)) == HEADER + record.size

    def record(self, key: str) -> Record | None:
        """The record of `key`, whether its object is there or not."""
        path = self._record(key)
        data = self._read(path)
        record = records.from_bytes(data, key) if data is not None else None
        if data is not None and record is None:
            self.set_aside(path)
        return record

    def read(self, digest: str) -> bytes | None:
        """The verified bytes of an object; None if it is missing or was damaged."""
        path = self._object(digest)
        data = self._read(path)
        if data is None:
            return None
        body = verified(data, digest)
        if body is None:
            self.set_aside(path)
        return body

    def use(self, record: Record) -> None:
        """Note that a picture is used, the record first: what is used stays when room is made. What
        was used just now is left alone."""
        path = self._object(record.digest)
        if self.disk.age_s(path) >= self.stale_s:
            self.disk.touch(self._record(record.key))
            self.disk.touch(path)

    def quarantine(self) -> frozenset[str]:
        """The keys and digests of what was damaged and is kept for diagnosis."""
        names = self.disk.names(self.root / "quarantine")
        return frozenset(name.partition("-")[0] for name in names)

    def run(self, name: str) -> Run | None:
        """What an earlier render asked for, see `run.py`; None if it is not known any more."""
        data = self._read(self._run(name))
        return runs.from_bytes(data) if data is not None else None

    # ───────────── writing ─────────────

    def put(self, key: str, png: bytes, cost_s: float, renderer: str) -> Record:
        """Keep a frame for ever. The record that comes back may be another process's."""
        digest = hashlib.sha256(png).hexdigest()
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        record = Record(key, digest, len(png), round(cost_s, 3), created, renderer)
        try:
            self._prepare()
            if self.read(digest) is None:
                self._write(self._object(digest), _framed(png), replace=True)
            else:
                self.disk.touch(self._object(digest))
            return self._settle(record)
        except OSError as error:
            raise self._failure("write the frame store", error) from error

    def keep_run(self, name: str, run: Run) -> None:
        """Keep what a render asked for, in place of what an earlier one did."""
        try:
            self._prepare()
            self._write(self._run(name), runs.to_bytes(run), replace=True)
        except OSError as error:
            raise self._failure("write the frame store", error) from error

    @contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """Hold the segment `name` while it is rendered; False while another process is at it."""
        with ExitStack() as stack:
            try:
                self._prepare()
                mine = stack.enter_context(self.disk.attempted(self.root / "lock" / f"seg-{name}"))
            except OSError as error:
                raise self._failure("write the frame store", error) from error
            yield mine

    def _settle(self, record: Record) -> Record:
        """Write the record, or adopt the one that is there if its picture can be read."""
        path, data = self._record(record.key), records.to_bytes(record)
        if self._write(path, data, replace=False):
            return record
        other = self.record(record.key)
        if other and (other.digest == record.digest or self.read(other.digest) is not None):
            return other
        self._write(path, data, replace=True)
        return record

    def _write(self, target: Path, data: bytes, replace: bool) -> bool:
        """Durably create `target`; False if it exists and `replace` is off."""
        self._make_folder(target.parent)
        temporary = self.root / "tmp" / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            self.disk.create(temporary, data)
            self.disk.protect(temporary)
            if not self._name(temporary, target, replace):
                return False
            self.disk.sync_folder(target.parent)
            return True
        finally:
            with suppress(OSError):
                self.disk.remove(temporary)

    def _name(self, temporary: Path, target: Path, replace: bool) -> bool:
        if replace:
            self.disk.rename(temporary, target)
            return True
        try:
            self.disk.link(temporary, target)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self.disk.rename(temporary, target)
        return True

    # ───────────── the folder itself ─────────────

    def _refuse_other_versions(self) -> None:
        version = self._read(self.root / "VERSION")
        if version is not None and version != VERSION:
            raise DiskFailure(
                f"{self.root} is not a frame store of this version of DiscoScript",
                "name another folder with --store",
            )

    def _prepare(self) -> None:
        """Make the folders and VERSION, once; sweep what killed processes left in `tmp`."""
        if self._ready:
            return
        if self.disk.size(self.root / "VERSION") is None:
            self._create()
        self._sweep()
        self._ready = True

    def _create(self) -> None:
        strangers = set(self.disk.names(self.root)) - {*FOLDERS, "VERSION"}
        if strangers:
            raise DiskFailure(
                f"{self.root} is not a frame store and not empty",
                "name an empty or a new folder with --store",
            )
        for folder in (*reversed(self.root.parents), self.root, *map(self.root.joinpath, FOLDERS)):
            self._make_folder(folder)
        self._write(self.root / "VERSION", VERSION, replace=True)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir() and self.disk.make_folder(folder):
            self.disk.sync_folder(folder.parent)

    def _sweep(self) -> None:
        for name in self.disk.names(self.root / "tmp"):
            path = self.root / "tmp" / name
            if self.disk.age_s(path) > DAY_S and not process_lives(name.partition("-")[0]):
                with suppress(OSError):
                    self.disk.remove(path)

    def set_aside(self, path: Path) -> None:
        """Move a damaged file out of the way; if that is impossible it is still not served."""
        self.quarantined += 1
        folder = self.root / "quarantine"
        with suppress(OSError):
            self.disk.make_folder(folder)
            self._make_room(folder)
            self.disk.rename(path, folder / f"{path.name}-{secrets.token_hex(4)}")

    def _make_room(self, folder: Path) -> None:
        paths = sorted((folder / n for n in self.disk.names(folder)), key=self.disk.age_s)
        room = QUARANTINE_LIMIT
        for path in paths:
            room -= self.disk.size(path) or 0
            if room < 0:
                self.disk.remove(path)

    # ───────────── paths and small steps ─────────────

    def _record(self, key: str) -> Path:
        return self.root / "rec" / key[:2] / key

    def _run(self, name: str) -> Path:
        return self.root / "runs" / name

    def _object(self, digest: str) -> Path:
        return self.root / "obj" / digest[:2] / digest

    def _read(self, path: Path) -> bytes | None:
        try:
            return self.disk.read(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failure("read the frame store", error) from error

    def _size(self, path: Path) -> int | None:
        try:
            return self.disk.size(path)
        except OSError as error:
            raise self._failure("read the frame store", error) from error

    def _failure(self, doing: str, error: OSError) -> DiskFailure:
        failure = disk_failure(f"{doing} {self.root}", error)
        failure.help = _HELP.get(error.errno or 0, "name another folder with --store")
        return failure


_HELP = {
    errno.ENOSPC: "make room and give the same command again: finished frames are kept",
    errno.EDQUOT: "make room and give the same command again: finished frames are kept",
}


def _framed(png: bytes) -> bytes:
    return MAGIC + len(png).to_bytes(8, "little") + hashlib.sha256(png).digest() + png


def verified(data: bytes, digest: str) -> bytes | None:
    """The PNG inside an object's bytes; None unless every byte is as it was written."""
    body = data[HEADER:]
    whole = data == _framed(body) and hashlib.sha256(body).hexdigest() == digest
    return body if whole else None
