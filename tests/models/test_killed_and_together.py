"""A fetch may be killed at any moment, and two may run at once."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from frames.disks import KilledDisk
from models.servers import DATA, NoWait, Site, published, site, whole
from models.test_fetching import Notes, arrived, means

from discoscript.frames.disk import Disk
from discoscript.models.adding import add
from discoscript.models.fetching import fetch
from discoscript.models.library import Library
from discoscript.models.transfer import Means, Patience
from discoscript.models.wire import Wire
from discoscript_engine.model_row import ModelFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as running:
        yield running


def _fetch(library: Library, file: ModelFile) -> None:
    fetch(library, file, means())


def _add(library: Library, path: Path, file: ModelFile) -> None:
    add(library, path, file, Notes())


def kills(run: Callable[..., None], folder: Path, *arguments: object) -> Iterator[Path]:
    """Run something in a process of its own that is killed at the first step of its disk, then at
    the second one, until it is done before; the folders that are left."""
    for at in range(1, 1000):
        root = folder / str(at)
        process = FORK.Process(target=run, args=(Library(root, KilledDisk(at)), *arguments))
        process.start()
        process.join(timeout=60)
        if process.exitcode == 0:
            return
        assert process.exitcode == -signal.SIGKILL
        yield root


def test_killed_at_every_disk_step(server: Site, tmp_path: Path) -> None:
    """Nothing wrong has a name then, and the same call again completes the file."""
    file = published(server.url("/a", whole()))
    fetched_again = []
    for root in kills(_fetch, tmp_path, file):
        library = Library(root)
        assert library.size(file) is None or library.path(file).read_bytes() == DATA
        here = library.fetched(file) if library.size(file) is None else len(DATA)
        sent = server.sent
        _fetch(library, file)
        assert arrived(library, file)
        fetched_again.append(server.sent - sent - (len(DATA) - here))
    print(f"killed at {len(fetched_again)} steps; bytes that came twice: {max(fetched_again)}")
    assert len(fetched_again) > 20
    assert set(fetched_again) == {0}  # what was written is never fetched again


def test_an_addition_killed_at_every_disk_step(tmp_path: Path) -> None:
    file, source = published(), tmp_path / "download.bin"
    source.write_bytes(DATA)
    count = 0
    for root in kills(_add, tmp_path, source, file):
        count += 1
        library = Library(root)
        assert library.size(file) is None or library.path(file).read_bytes() == DATA
        _add(library, source, file)
        assert arrived(library, file)
    assert count > 10


def test_killed_while_bytes_come(server: Site, tmp_path: Path) -> None:
    """SIGKILL from outside, with the real disk."""
    library = Library(tmp_path / "models")
    file = published(server.url("/a", whole(pause_s=0.05), whole()))
    process = FORK.Process(target=_fetch, args=(library, file))
    process.start()
    while library.fetched(file) < len(DATA) // 3:
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(timeout=60)
    kept = library.fetched(file)
    assert len(DATA) // 3 <= kept < len(DATA)
    assert fetch(library, file, means()) and arrived(library, file)
    assert server.requests[-1].headers["range"] == f"bytes={kept}-"
    assert server.requests[-1].sent == len(DATA) - kept


class Announcing(Notes):
    """Notes in a file that it waits for another process."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def note(self, text: str) -> None:
        with open(self.path, "a") as file:
            file.write(f"{text}\n")


def _fetch_announced(library: Library, file: ModelFile, notes: Path) -> None:
    new = fetch(library, file, Means(Wire(5.0), NoWait(), Patience(), Announcing(notes)))
    with open(notes, "a") as file_:
        file_.write(f"new {new}\n")


def test_two_processes_fetch_a_file_once(server: Site, tmp_path: Path) -> None:
    library, notes = Library(tmp_path / "models", Disk()), tmp_path / "notes"
    file = published(server.url("/a", whole(pause_s=0.05)))
    processes = [
        FORK.Process(target=_fetch_announced, args=(library, file, notes)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
        assert process.exitcode == 0
    assert arrived(library, file)
    assert server.sent == len(DATA) and len(server.requests) == 1
    said = notes.read_text().splitlines()
    assert said.count("another process is fetching it: waits") == 2
    assert sorted(said[2:]) == ["new False", "new False", "new True"]
