"""Fetching from servers that cut connections and lie: the published file arrives, or nothing."""

import errno
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from frames.disks import FaultyDisk, StepDisk
from models.servers import (
    DATA,
    OTHER,
    NoWait,
    Site,
    claiming,
    hangs_up,
    page,
    published,
    redirects,
    refuses,
    silent,
    site,
    whole,
    without_ranges,
)

from discoscript.errors import DiskFailure, Exit
from discoscript.frames.disk import Disk
from discoscript.models.fetching import FetchFailure, fetch
from discoscript.models.library import Library, State
from discoscript.models.progress import Progress
from discoscript.models.transfer import Means, Patience
from discoscript.models.wire import Wire
from discoscript_engine.model_row import ModelFile


class Notes(Progress):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.starts: list[int] = []

    def started(self, host: str, here: int, total: int | None) -> None:
        self.starts.append(here)

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as running:
        yield running


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "models")


def means(clock: NoWait | None = None, silent_s: float = 5.0, **patience: object) -> Means:
    """The real web, a clock that does not wait."""
    kept = Patience(**{"much": 1000, **patience})  # type: ignore[arg-type]
    return Means(Wire(silent_s), clock or NoWait(), kept, Notes())


def notes(used: Means) -> str:
    assert isinstance(used.progress, Notes)
    return "\n".join(used.progress.notes)


def arrived(library: Library, file: ModelFile, data: bytes = DATA) -> bool:
    """Whether the file is here, and nothing else but an empty lock."""
    kept = {str(p.relative_to(library.folder)) for p in library.folder.rglob("*") if p.is_file()}
    return library.path(file).read_bytes() == data and kept == {
        file.name,
        f"parts/{file.name}.lock",
    }


def nothing(library: Library, file: ModelFile) -> bool:
    return library.size(file) is None


# ───────────── good servers ─────────────


@pytest.mark.parametrize("sized", [True, False])
def test_a_file_is_fetched_once(server: Site, library: Library, sized: bool) -> None:
    file = published(server.url("/a", whole()), sized=sized)
    assert fetch(library, file, means())
    assert arrived(library, file)
    assert not fetch(library, file, means())
    assert server.sent == len(DATA)


def test_the_folder_is_the_one_where_the_engine_looks(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from discoscript_engine import weights
    from discoscript_engine.model_table import MODELS

    monkeypatch.setenv(weights.FOLDER_VARIABLE, str(library.folder))
    for row in MODELS:
        if not row.embedded:
            assert weights.paths(row) == tuple(map(library.path, row.files))


def test_redirects_are_followed(server: Site, library: Library) -> None:
    end = server.url("/end", whole())
    file = published(server.url("/a", redirects(server.url("/b", redirects(end, 307)))))
    assert fetch(library, file, means()) and arrived(library, file)


def test_a_relative_redirect(server: Site, library: Library) -> None:
    server.url("/end", whole())
    file = published(server.url("/a", redirects("end")))
    assert fetch(library, file, means()) and arrived(library, file)


def test_a_file_without_a_digest_is_refused(server: Site, library: Library) -> None:
    file = ModelFile("net.pt", "", (server.url("/a", whole()),))
    with pytest.raises(FetchFailure, match="its SHA-256 is not published"):
        fetch(library, file, means())
    assert not server.requests and nothing(library, file)


# ───────────── cut connections ─────────────


def test_a_cut_connection_goes_on_where_it_broke(server: Site, library: Library) -> None:
    file = published(server.url("/a", whole(cut=100_000), whole(cut=50_000), whole()))
    used = means()
    assert fetch(library, file, used) and arrived(library, file)
    assert server.sent == len(DATA)  # no byte came twice
    assert [r.headers.get("range") for r in server.requests] == [
        None,
        "bytes=100000-",
        "bytes=150000-",
    ]
    assert server.requests[1].headers["if-range"] == '"1"'
    assert isinstance(used.clock, NoWait) and not used.clock.slept  # it went on at once
    assert "broke" in notes(used)


def test_another_mirror_goes_on_with_what_the_first_one_gave(
    server: Site, library: Library
) -> None:
    first = server.url("/a", whole(cut=100_000), hangs_up)
    file = published(first, server.url("/b", whole(tag='"other"')))
    assert fetch(library, file, means()) and arrived(library, file)
    assert server.sent == len(DATA)
    assert "if-range" not in server.requests[-1].headers  # another server, another tag


def test_ranges_that_are_ignored_begin_anew(server: Site, library: Library) -> None:
    file = published(server.url("/a", without_ranges(cut=100_000), without_ranges()))
    assert fetch(library, file, means()) and arrived(library, file)


def test_a_server_that_always_cuts_is_given_up(server: Site, library: Library) -> None:
    file = published(server.url("/a", without_ranges(cut=100_000)))
    clock = NoWait()
    with pytest.raises(FetchFailure, match=r"broke .*100 kB are kept for the next try"):
        fetch(library, file, means(clock))
    assert clock.slept == [1, 2, 4, 8, 15]
    assert nothing(library, file)
    assert library.state(file) is State.PART


def test_a_server_that_falls_silent(server: Site, library: Library) -> None:
    file = published(server.url("/a", silent(), whole()))
    used = means(silent_s=0.3)
    assert fetch(library, file, used) and arrived(library, file)
    assert "does not answer any more" in notes(used)
    assert server.sent == len(DATA)


def test_a_server_that_is_as_good_as_silent(server: Site, library: Library) -> None:
    slow = server.url("/a", whole(pause_s=0.01))
    file = published(slow, server.url("/b", whole()))
    used = means(NoWait(step_s=40.0), least=250_000)
    assert fetch(library, file, used) and arrived(library, file)
    assert "slower than a kilobyte a second" in notes(used)


def test_the_next_call_goes_on_from_what_is_kept(server: Site, library: Library) -> None:
    url = server.url("/a", whole(cut=100_000), refuses(404), whole())
    with pytest.raises(FetchFailure, match="100 kB are kept"):
        fetch(library, published(url), means())
    used = means()
    assert fetch(library, published(url), used) and arrived(library, published(url))
    assert isinstance(used.progress, Notes) and used.progress.starts == [100_000]
    assert server.sent == len(DATA)


def test_a_part_of_another_file_is_not_used(server: Site, library: Library) -> None:
    url = server.url("/a", whole(OTHER, cut=100_000), refuses(404), whole())
    with pytest.raises(FetchFailure):
        fetch(library, published(url, data=OTHER), means())
    assert fetch(library, published(url), means())
    assert arrived(library, published(url))
    assert "range" not in server.requests[-1].headers


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b"null", b'{"sha256": 1}', b'{"url": []}'])
def test_a_part_of_unknown_origin_is_not_used(server: Site, library: Library, left: bytes) -> None:
    file = published(server.url("/a", whole()))
    library.part_path(file).parent.mkdir(parents=True)
    library.part_path(file).write_bytes(OTHER[:1000])
    library.origin_path(file).write_bytes(left)
    assert fetch(library, file, means()) and arrived(library, file)


# ───────────── lies ─────────────


def test_a_file_that_changes_between_attempts_begins_anew(server: Site, library: Library) -> None:
    file = published(server.url("/a", whole(OTHER, cut=100_000, tag='"old"'), whole(tag='"new"')))
    used = means()
    assert fetch(library, file, used) and arrived(library, file)
    assert "from its beginning again" in notes(used)


def test_pieces_of_two_files_are_found_out(server: Site, library: Library) -> None:
    """The tag says that nothing has changed; the digest says otherwise."""
    file = published(server.url("/a", whole(OTHER, cut=100_000), whole()))
    used = means()
    assert fetch(library, file, used) and arrived(library, file)
    assert "the pieces do not make the published file" in notes(used)


def test_pieces_that_never_fit_are_given_up(server: Site, library: Library) -> None:
    ways = [whole(OTHER, cut=100_000), whole()] * 20
    file = published(server.url("/a", *ways, refuses(404)))
    with pytest.raises(FetchFailure, match="sends another file"):
        fetch(library, file, means())
    assert len(server.requests) == 4 and nothing(library, file)


@pytest.mark.parametrize("sized", [True, False])
def test_a_wrong_file_is_never_placed(server: Site, library: Library, sized: bool) -> None:
    file = published(server.url("/a", whole(OTHER)), sized=sized)
    with pytest.raises(FetchFailure) as failure:
        fetch(library, file, means())
    assert failure.value.exit == Exit.MODEL
    assert published(data=OTHER).sha256 in failure.value.message  # both digests are told
    assert file.sha256 in failure.value.message
    assert "models add" in failure.value.help and file.urls[0] in failure.value.help
    assert nothing(library, file) and not library.fetched(file)
    assert len(server.requests) == 1  # asking again is no use


def test_after_a_wrong_file_comes_the_next_mirror(server: Site, library: Library) -> None:
    file = published(server.url("/a", whole(OTHER)), server.url("/b", whole()))
    used = means()
    assert fetch(library, file, used) and arrived(library, file)
    assert "sends another file" in notes(used)


def test_a_file_of_another_size_is_not_downloaded(server: Site, library: Library) -> None:
    file = published(server.url("/a", whole(OTHER + b"more")), server.url("/b", whole()))
    assert fetch(library, file, means()) and arrived(library, file)
    assert server.requests[0].sent < len(OTHER) or server.requests[-1].sent == len(DATA)


@pytest.mark.parametrize("length", [len(DATA) + 5000, None])
def test_a_length_that_is_too_long_or_missing(
    server: Site, library: Library, length: int | None
) -> None:
    """Not even a known size is needed: the digest decides."""
    file = published(server.url("/a", claiming(length)), sized=False)
    assert fetch(library, file, means()) and arrived(library, file)


def test_a_length_that_is_too_short(server: Site, library: Library) -> None:
    file = published(server.url("/a", claiming(1000)), server.url("/b", whole()), sized=False)
    assert fetch(library, file, means()) and arrived(library, file)


def test_more_bytes_than_there_can_be(server: Site, library: Library) -> None:
    file = published(server.url("/a", claiming(None, DATA * 3)), server.url("/b", whole()))
    used = means()
    assert fetch(library, file, used) and arrived(library, file)
    assert "sends more than 300 kB" in notes(used)


@pytest.mark.parametrize("content_type", ["text/html", "application/octet-stream"])
def test_a_login_page_is_no_model(server: Site, library: Library, content_type: str) -> None:
    file = published(server.url("/a", page(content_type)), sized=False)
    with pytest.raises(FetchFailure, match="sends a web page, such as a login"):
        fetch(library, file, means())
    assert nothing(library, file) and len(server.requests) == 1


# ───────────── refusals ─────────────


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_not_asked_again(server: Site, library: Library, status: int) -> None:
    file = published(server.url("/a", refuses(status)), server.url("/b", whole()))
    assert fetch(library, file, means()) and arrived(library, file)
    assert [r.path for r in server.requests] == ["/a", "/b"]


def test_a_busy_server_is_waited_for(server: Site, library: Library) -> None:
    clock = NoWait()
    busy = refuses(503, Retry_After=7)
    file = published(server.url("/a", busy, refuses(429), whole()))
    assert fetch(library, file, means(clock)) and arrived(library, file)
    assert clock.slept == [7, 2]


def test_a_server_that_is_busy_for_long_is_not_waited_for(server: Site, library: Library) -> None:
    clock = NoWait()
    file = published(server.url("/a", refuses(503, Retry_After=7200)))
    with pytest.raises(FetchFailure, match="left alone for 120 minutes"):
        fetch(library, file, means(clock))
    assert not clock.slept


def test_redirects_in_a_circle(server: Site, library: Library) -> None:
    file = published(server.url("/a", redirects("/a")))
    with pytest.raises(FetchFailure, match="redirects more than 10 times"):
        fetch(library, file, means())


def test_no_network(library: Library) -> None:
    clock = NoWait()
    file = published("http://nowhere.invalid/net.pt", "http://127.0.0.1:9/net.pt")
    with pytest.raises(FetchFailure, match=r"nowhere\.invalid cannot be reached") as failure:
        fetch(library, file, means(clock))
    assert clock.slept == [1]  # without a network, waiting is no use
    assert all(url in failure.value.help for url in file.urls)


def test_a_server_that_hangs_up_is_asked_again(server: Site, library: Library) -> None:
    file = published(server.url("/a", hangs_up, hangs_up, whole()))
    assert fetch(library, file, means()) and arrived(library, file)


@pytest.mark.parametrize("length", [150_000, 50_000])
def test_a_mirror_with_another_file_does_not_spoil_what_is_here(
    server: Site, library: Library, length: int
) -> None:
    first = server.url("/a", whole(cut=100_000), refuses(503), whole())
    file = published(first, server.url("/b", whole(OTHER[:length])), sized=False)
    assert fetch(library, file, means()) and arrived(library, file)
    assert server.sent - len(DATA) < length  # what came from the first one is used


@pytest.mark.parametrize("length", [150_000, 50_000])
def test_a_file_that_has_become_another_begins_anew(
    server: Site, library: Library, length: int
) -> None:
    ways = (whole(OTHER, cut=100_000), whole(OTHER[:length]), whole())
    file = published(server.url("/a", *ways), sized=False)
    used = means()
    assert fetch(library, file, used) and arrived(library, file)
    assert "now; begins anew" in notes(used)


# ───────────── the way to the server ─────────────


def test_a_proxy_is_asked(server: Site, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url("", whole()).removeprefix("http://"))
    server.ways["http://models.example/net.pt"] = [whole()]
    file = published("http://models.example/net.pt")
    assert fetch(library, file, means()) and arrived(library, file)


@pytest.mark.parametrize("proxy", ["socks9://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_proxy_that_is_no_good(
    library: Library, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(FetchFailure, match="through the proxy"):
        fetch(library, published("http://models.example/net.pt"), means())


def test_a_certificate_that_nobody_vouches_for(server: Site, library: Library) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    file = published(server.url("/a", whole()).replace("http:", "https:"))
    with pytest.raises(FetchFailure, match="cannot be trusted"):
        fetch(library, file, means())
    assert not server.requests


# ───────────── what is here already ─────────────


@pytest.mark.parametrize("damage", [DATA[:-1] + b"x", DATA[:1000]])
def test_a_damaged_file_is_set_aside_and_fetched(
    server: Site, library: Library, damage: bytes
) -> None:
    file = published(server.url("/a", whole()))
    library.folder.mkdir()
    library.path(file).write_bytes(damage)
    used = means()
    assert fetch(library, file, used)
    assert library.path(file).read_bytes() == DATA
    (aside,) = (library.folder / "quarantine").iterdir()
    assert aside.read_bytes() == damage and str(aside) in notes(used)


def test_a_folder_of_somebody_else_is_only_read(server: Site, tmp_path: Path) -> None:
    class TheirDisk(Disk):
        def make_folder(self, path: Path) -> bool:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    library = Library(tmp_path / "shared", TheirDisk())
    file = published(server.url("/a", whole()))
    with pytest.raises(DiskFailure, match="permission denied"):
        fetch(library, file, means())
    library.folder.mkdir()
    library.path(file).write_bytes(DATA)
    assert not fetch(library, file, means())


# ───────────── the disk ─────────────


class Small(Disk):
    """A disk with so much room."""

    def __init__(self, room: int) -> None:
        self.room = room

    def free(self, folder: Path) -> int:
        return self.room


def test_a_disk_without_room_is_said_before(server: Site, tmp_path: Path) -> None:
    library = Library(tmp_path / "models", Small(1000))
    file = published(server.url("/a", whole()))
    with pytest.raises(DiskFailure, match=r"net\.pt needs 300 kB, .* has 1 kB left") as failure:
        fetch(library, file, means())
    assert "DISCOSCRIPT_MODELS" in failure.value.help and nothing(library, file)


def test_a_disk_that_is_full_meanwhile_keeps_what_came(server: Site, tmp_path: Path) -> None:
    class Filling(Disk):
        def append(self, path: Path, data: bytes) -> None:
            if (self.size(path) or 0) + len(data) > 100_000:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            super().append(path, data)

    file = published(server.url("/a", whole(pause_s=0.01)))
    full = Library(tmp_path / "models", Filling())
    with pytest.raises(DiskFailure, match="no space left"):
        fetch(full, file, means())
    kept = full.fetched(file)
    assert 0 < kept <= 100_000
    assert fetch(Library(full.folder), file, means()) and arrived(full, file)
    assert server.requests[-1].headers["range"] == f"bytes={kept}-"


def test_an_error_at_any_disk_step(server: Site, tmp_path: Path) -> None:
    """Nothing wrong gets a name, a failure is a sentence, and the next call completes it."""
    url = server.url("/a", whole())
    file = published(url)

    def ways() -> None:
        server.ways["/a"] = [whole(cut=100_000), whole()]

    ways()
    counting = StepDisk()
    assert fetch(Library(tmp_path / "count", counting), file, means())
    for at in range(1, len(counting.steps) + 1):
        ways()
        library = Library(tmp_path / str(at), FaultyDisk(at, errno.EIO))
        try:
            fetch(library, file, means())
        except DiskFailure as failure:
            assert failure.message and failure.help
        sound = Library(library.folder)
        assert sound.size(file) is None or sound.digest(sound.path(file)) == file.sha256
        ways()
        fetch(sound, file, means())
        assert arrived(sound, file)
