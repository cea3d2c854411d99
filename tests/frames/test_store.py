"""The frame store: what it serves is what was put, or nothing, whatever happened to the disk."""

import errno
import hashlib
import json
import os
import random
import time
from pathlib import Path

import pytest
from frames.disks import FaultyDisk, StepDisk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from discoscript.errors import DiskFailure, Exit
from discoscript.frames import record as records
from discoscript.frames.disk import Disk
from discoscript.frames.record import Record
from discoscript.frames.store import HEADER, MAGIC, VERSION, Store

PNG = random.Random(1).randbytes(3000)
OTHER = random.Random(2).randbytes(2000)
KEY = "ab" * 32
SECOND = "cd" * 32


def files(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file())


def entry(root: Path, kind: str) -> Path:
    (path,) = files(root / kind)
    return path


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def filled(root: Path) -> Store:
    store = Store(root)
    store.put(KEY, PNG, 1.5, "engine 1")
    return store


# ───────────── what is put is served ─────────────


def test_a_frame_comes_back(filled: Store) -> None:
    record = filled.lookup(KEY)
    assert record is not None
    assert (record.digest, record.size) == (hashlib.sha256(PNG).hexdigest(), len(PNG))
    assert filled.read(record.digest) == PNG


def test_an_unknown_key_is_a_miss(filled: Store, root: Path) -> None:
    assert filled.lookup(SECOND) is None
    assert filled.read("0" * 64) is None
    assert Store(root / "nowhere").lookup(KEY) is None
    assert not (root / "nowhere").exists(), "reading makes no folders"


def test_the_files_are_where_the_module_says(filled: Store, root: Path) -> None:
    digest = hashlib.sha256(PNG).hexdigest()
    assert (root / "VERSION").read_bytes() == VERSION
    stored = (root / "obj" / digest[:2] / digest).read_bytes()
    assert stored == MAGIC + (3000).to_bytes(8, "little") + bytes.fromhex(digest) + PNG
    written = json.loads((root / "rec" / KEY[:2] / KEY).read_bytes())
    assert (written["digest"], written["cost_s"], written["renderer"]) == (digest, 1.5, "engine 1")
    assert not files(root / "tmp")


def test_entries_are_read_only(filled: Store, root: Path) -> None:
    assert all(p.stat().st_mode & 0o222 == 0 for p in files(root) if p.parent.name != "lock")


def test_equal_pictures_are_kept_once(filled: Store, root: Path) -> None:
    filled.put(SECOND, PNG, 1.0, "engine 1")
    assert len(files(root / "obj")) == 1 and len(files(root / "rec")) == 2


def test_everything_is_forced_to_the_disk_in_order(root: Path) -> None:
    """Object before record, and the folder's names before anything refers to them."""
    disk = StepDisk()
    store = Store(root, disk)
    store.put(SECOND, OTHER, 1.0, "engine 1")
    disk.steps.clear()
    store.put(KEY, PNG, 1.0, "engine 1")
    writes = [s for s in disk.steps if s in {"created", "renamed", "linked", "sync folder"}]
    assert writes == ["sync folder", "created", "renamed", "sync folder",
                      "sync folder", "created", "linked", "sync folder"]  # fmt: skip


# ───────────── two writers ─────────────


def test_the_first_record_wins_and_the_second_writer_adopts_it(filled: Store, root: Path) -> None:
    adopted = Store(root).put(KEY, OTHER, 9.0, "engine 1")
    assert adopted == filled.lookup(KEY)
    assert adopted.digest == hashlib.sha256(PNG).hexdigest()


def test_a_record_whose_picture_is_gone_gives_way(filled: Store, root: Path) -> None:
    entry(root, "obj").unlink()
    record = filled.put(KEY, OTHER, 9.0, "engine 1")
    assert record.digest == hashlib.sha256(OTHER).hexdigest()
    assert filled.lookup(KEY) == record


def test_without_hard_links_renaming_does(root: Path) -> None:
    class NoLinks(Disk):
        def link(self, source: Path, target: Path) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

    store = Store(root, NoLinks())
    assert store.put(KEY, PNG, 1.0, "engine 1") == store.lookup(KEY)


# ───────────── damage ─────────────


def damaged(data: bytes) -> list[bytes]:
    """Truncations, extensions and flips of every part."""
    cuts = [data[:n] for n in (0, 1, HEADER - 1, HEADER, len(data) // 2, len(data) - 1)]
    flips = [
        data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1 :]
        for i in range(0, len(data), max(1, len(data) // 60))
    ]
    return [*(c for c in cuts if c != data), data + b"\0", b"\0" * len(data), *flips]


def test_a_damaged_object_is_never_served(filled: Store, root: Path) -> None:
    path, record = entry(root, "obj"), filled.lookup(KEY)
    assert record is not None
    sound = path.read_bytes()
    for number, data in enumerate(damaged(sound), start=1):
        rewrite(path, data)
        assert filled.read(record.digest) is None, f"case {number}"
        assert not path.exists() and filled.lookup(KEY) is None
        assert filled.quarantined == number
        path.write_bytes(sound)
    assert filled.read(record.digest) == PNG


def test_a_damaged_record_is_a_miss_or_the_same(filled: Store, root: Path) -> None:
    path, record = entry(root, "rec"), filled.lookup(KEY)
    sound = path.read_bytes()
    for data in [*damaged(sound), *(sound[:n] for n in range(len(sound)))]:
        rewrite(path, data)
        assert filled.lookup(KEY) is None
        assert not path.exists(), "damage goes to quarantine"
        path.write_bytes(sound)
    assert filled.lookup(KEY) == record


def test_swapped_files_are_found(filled: Store, root: Path) -> None:
    filled.put(SECOND, OTHER, 1.0, "engine 1")
    for kind in ("rec", "obj"):
        one, other = files(root / kind)
        first, second = one.read_bytes(), other.read_bytes()
        rewrite(one, second)
        rewrite(other, first)
    assert filled.lookup(KEY) is None and filled.lookup(SECOND) is None
    for png in (PNG, OTHER):
        assert filled.read(hashlib.sha256(png).hexdigest()) is None


def test_a_damaged_entry_is_healed_by_the_next_put(filled: Store, root: Path) -> None:
    digest = hashlib.sha256(PNG).hexdigest()
    rewrite(entry(root, "obj"), b"x" * (HEADER + len(PNG)))
    filled.put(KEY, PNG, 1.0, "engine 1")
    assert filled.read(digest) == PNG


def test_quarantine_is_bounded(filled: Store, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discoscript.frames.store.QUARANTINE_LIMIT", 10_000)
    for number in range(20):
        filled.put(SECOND, PNG + bytes([number]), 1.0, "engine 1")
        for path in files(root / "obj"):
            rewrite(path, path.read_bytes()[:-1])
            filled.read(path.name)
    assert sum(p.stat().st_size for p in files(root / "quarantine")) <= 10_000 + 3100


# ───────────── a disk that fails ─────────────


@pytest.mark.parametrize(
    ("error", "lasting"),
    [(errno.ENOSPC, True), (errno.EIO, False), (errno.EMFILE, False), (errno.EROFS, True)],
)
def test_an_error_at_any_step_leaves_a_sound_store(
    tmp_path: Path, error: int, lasting: bool
) -> None:
    """The N-th step fails, for every N: a clear failure or success, and nothing wrong after."""
    at = 0
    while True:
        at += 1
        root = tmp_path / str(at)
        disk = FaultyDisk(at, error, lasting)
        try:
            store = Store(root, disk)
            with store.claim(KEY):
                done = store.put(KEY, PNG, 1.0, "engine 1")
        except DiskFailure as failure:
            assert failure.exit == Exit.DISK and str(root) in failure.message
            assert os.strerror(error).lower() in failure.message.lower()
            done = None
        after = Store(root)
        record = after.lookup(KEY)
        assert done is None or record == done
        assert record is None or after.read(record.digest) == PNG
        cleaned = lasting or disk.steps[at - 1 : at] == ["remove"] or not files(root / "tmp")
        assert cleaned, "nothing is left behind"
        assert after.put(KEY, PNG, 1.0, "engine 1").digest == hashlib.sha256(PNG).hexdigest()
        assert after.quarantined == 0
        if len(disk.steps) < at:
            break
    assert at > 20


def test_a_full_disk_says_what_to_do(root: Path) -> None:
    with pytest.raises(DiskFailure, match="no space left on device") as caught:
        Store(root, FaultyDisk(6, errno.ENOSPC, lasting=True)).put(KEY, PNG, 1.0, "engine 1")
    assert "finished frames are kept" in caught.value.help


# ───────────── the folder ─────────────


def test_another_version_is_refused(root: Path) -> None:
    root.mkdir()
    (root / "VERSION").write_text("disco-store 2\n")
    with pytest.raises(DiskFailure, match="not a frame store of this version"):
        Store(root)


def test_somebody_elses_folder_is_refused(root: Path) -> None:
    root.mkdir()
    (root / "letter.txt").write_text("dear")
    with pytest.raises(DiskFailure, match="not empty"):
        Store(root).put(KEY, PNG, 1.0, "engine 1")
    assert os.listdir(root) == ["letter.txt"]


def test_a_file_in_its_place_is_a_message(root: Path) -> None:
    root.write_text("x")
    with pytest.raises(DiskFailure, match="cannot read the frame store"):
        Store(root)


def test_old_temporary_files_of_dead_processes_are_swept(filled: Store, root: Path) -> None:
    for name, age in {"99999999-a": 90_000, "99999999-b": 10, f"{os.getpid()}-c": 90_000}.items():
        path = root / "tmp" / name
        path.write_text("x")
        os.utime(path, (time.time() - age,) * 2)
    Store(root).put(KEY, PNG, 1.0, "engine 1")
    assert [p.name for p in files(root / "tmp")] == sorted(["99999999-b", f"{os.getpid()}-c"])


# ───────────── records ─────────────


def test_a_record_stays_small_and_round_trips() -> None:
    record = Record(KEY, "ef" * 32, 10**9, 12345.678, "2026-11-24T21:00:00Z", "engine 1")
    assert records.from_bytes(records.to_bytes(record), KEY) == record
    assert len(records.to_bytes(record)) < records.LARGEST


@pytest.mark.parametrize(
    "data", [b"[" * 4000, b"{}", b"null", b'{"check": 1}', b"\xff", b"1e999", b"x" * 5000]
)
def test_strange_records_are_refused(data: bytes) -> None:
    assert records.from_bytes(data, KEY) is None


# ───────────── any order of things ─────────────


class AnyOrder(RuleBasedStateMachine):
    """Puts, damage and losses in any order: a read gives the right bytes or nothing."""

    pictures = st.sampled_from([PNG, OTHER, b"", b"x"])
    keys = st.sampled_from([KEY, SECOND, "ef" * 32])

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name) / "store"
        self.asked: dict[str, set[str]] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(key=keys, png=pictures)
    def put(self, key: str, png: bytes) -> None:
        record = Store(self.root).put(key, png, 1.0, "engine 1")
        self.asked.setdefault(key, set()).add(hashlib.sha256(png).hexdigest())
        assert record.digest in self.asked[key]
        assert Store(self.root).read(record.digest) is not None

    @rule(pick=st.integers(0, 99), cut=st.integers(0, 99))
    def truncate(self, pick: int, cut: int) -> None:
        self._damage(pick, lambda data: data[: len(data) * cut // 100])

    @rule(pick=st.integers(0, 99), at=st.integers(0, 10**6), bit=st.integers(0, 7))
    def flip(self, pick: int, at: int, bit: int) -> None:
        def flipped(data: bytes) -> bytes:
            i = at % max(1, len(data))
            return data[:i] + bytes(b ^ 1 << bit for b in data[i : i + 1]) + data[i + 1 :]

        self._damage(pick, flipped)

    @rule(pick=st.integers(0, 99))
    def lose(self, pick: int) -> None:
        entries = self._entries()
        if entries:
            entries[pick % len(entries)].unlink()

    def _damage(self, pick: int, change) -> None:
        entries = self._entries()
        if entries:
            path = entries[pick % len(entries)]
            rewrite(path, change(path.read_bytes()))

    def _entries(self) -> list[Path]:
        return [*files(self.root / "rec"), *files(self.root / "obj")]

    @invariant()
    def never_wrong(self) -> None:
        store = Store(self.root)
        for key, digests in self.asked.items():
            record = store.lookup(key)
            assert record is None or record.digest in digests
            data = store.read(record.digest) if record else None
            assert data is None or hashlib.sha256(data).hexdigest() in digests


AnyOrder.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestAnyOrder = AnyOrder.TestCase
