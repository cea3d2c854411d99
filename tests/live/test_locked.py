"""No other page of the web reads the live page or drives it, and no request brings it down."""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from figures import Figure
from hypothesis import given, settings
from hypothesis import strategies as st
from live.pages import SECRET, live_page, reply, request, said

from discoscript.live import connection
from discoscript.live.access import WEEK_S, Access, lasting_secret
from discoscript.live.server import LivePage
from discoscript.watch.live_state import LiveFrame, LiveState, Shown

KNOWN = "0123456789abcdef" * 4
PICTURE = b"a picture"


#: `{p}` is the port. Only the page's own names lead to it.
HOSTS = {
    "127.0.0.1:{p}": 200, "localhost:{p}": 200, "LocalHost:{p}": 200,
    "127.0.0.1": 403, "127.0.0.1:1": 403, "localhost.evil.example:{p}": 403,
    "evil.example:{p}": 403, "evil.example": 403, "[::1]:{p}": 403, "0.0.0.0:{p}": 403,
    "127.0.0.1:{p}.evil.example": 403, "": 403, "user@127.0.0.1:{p}": 403,
}  # fmt: skip
ORIGINS = {
    None: 200, "http://{h}": 200,
    "https://{h}": 403, "null": 403, "http://evil.example": 403, "http://{h}.evil.example": 403,
    "http://127.0.0.1:1": 403,
}  # fmt: skip
METHODS = {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405, "OPTIONS": 405,
           "PATCH": 405, "TRACE": 405, "CONNECT": 405, "BREW": 405}  # fmt: skip
SIGNED = {"cookie": 200, "nothing": 403, "another cookie": 403, "a wrong token": 403}


@pytest.fixture(scope="module")
def reads() -> list[str]:
    return []


@pytest.fixture(scope="module")
def page(reads: list[str]) -> Iterator[LivePage]:
    def read(digest: str) -> bytes:
        reads.append(digest)
        return PICTURE

    with live_page(read) as page:
        page.publish(LiveState("beach.disco", frames=(LiveFrame(Shown.KEPT, KNOWN),)))
        yield page


def lives(page: LivePage) -> bool:
    return reply(page, request(page)).status == 200


@pytest.mark.reliability
def test_only_the_page_itself_is_answered(page: LivePage, figure: Figure) -> None:
    """Every Host with every Origin, every credential and every method."""
    wrong, count = [], 0
    for case in itertools.product(HOSTS, ORIGINS, SIGNED, METHODS):
        host, origin, signed, method = case
        at = host.format(p=page.port)
        own = origin is None or (ORIGINS[origin] == 200 and HOSTS[host] == 200)
        headers = [] if origin is None else [f"Origin: {origin.format(h=at.lower())}"]
        if signed == "another cookie":
            headers.append(f"Cookie: discoscript_{page.port}=99999999999.{'0' * 64}")
        target = f"/?t={'A' * 43}" if signed == "a wrong token" else "/"
        told = reply(
            page, request(page, target, method, at, headers, signed=signed == "cookie")
        ).status
        expected = 200
        if HOSTS[host] != 200 or not own:
            expected = 403
        elif METHODS[method] != 200:
            expected = METHODS[method]
        elif SIGNED[signed] != 200:
            expected = 403
        count += 1
        if told != expected:
            wrong.append((case, told, expected))
    assert wrong == [] and lives(page)
    figure(19, f"requests of {count} that were not answered as specified", len(wrong), 0)


#: Bytes that are no request, or one that nobody sends in good faith. `{h}` is the right host.
MALFORMED = {
    "nothing of HTTP": b"hello\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + bytes(64) + b"\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "no host in HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: {h}\r\nHost: {h}\r\n\r\n",
    "two hosts, one evil": b"GET / HTTP/1.1\r\nHost: {h}\r\nHost: evil.example\r\n\r\n",
    "a host with a space": b"GET / HTTP/1.1\r\nHost : {h}\r\n\r\n",
    "a nul in a header": b"GET / HTTP/1.1\r\nHost: {h}\r\nA: b\0c\r\n\r\n",
    "a nul in the host": b"GET / HTTP/1.1\r\nHost: {h}\0\r\n\r\n",
    "a nul in the target": b"GET /\0 HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nHost: {h}\r\nnonsense\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\nHost: {h}\r\n: x\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "a tab in the target": b"GET /\t HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "letters beyond ASCII": b"GET /\xc3\xa4 HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "a raw byte": b"GET /\xff HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "no target": b"GET  HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "no version": b"GET / HTTP/\r\nHost: {h}\r\n\r\n",
    "a negative length": b"GET / HTTP/1.1\r\nHost: {h}\r\nContent-Length: -1\r\n\r\n",
    "a length of words": b"GET / HTTP/1.1\r\nHost: {h}\r\nContent-Length: ten\r\n\r\n",
    "two lengths": b"GET / HTTP/1.1\r\nHost: {h}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a body": b"GET / HTTP/1.1\r\nHost: {h}\r\nContent-Length: 4\r\n\r\nbody",
    "a huge length": b"GET / HTTP/1.1\r\nHost: {h}\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "chunks": b"GET / HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length":
        b"GET / HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
    "a strange encoding": b"GET / HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: gzip\r\n\r\n",
    "a long target": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: {h}\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: {h}\r\nA: " + b"a" * 9000 + b"\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nHost: {h}\r\nA: " + b"a" * 100_000,
    "many headers": b"GET / HTTP/1.1\r\nHost: {h}\r\n" + b"a: b\r\n" * 2000 + b"\r\n",
}  # fmt: skip


@pytest.mark.reliability
def test_what_is_malformed_is_refused(page: LivePage, figure: Figure) -> None:
    host = f"127.0.0.1:{page.port}".encode()
    wrong = {}
    for name, data in MALFORMED.items():
        told = said(page, data.replace(b"{h}", host))
        if not told.startswith(b"HTTP/1.1 400 ") or not lives(page):
            wrong[name] = told[:80]
    assert wrong == {}
    figure(19, f"malformed requests of {len(MALFORMED)} that were not refused", len(wrong), 0)


#: Targets that lead nowhere, whoever asks.
NOWHERE = [
    "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
    "//etc/passwd", "/./", "/f/", "/f/..", "/f/../page.css", f"/f/{KNOWN}/..", f"/f/{KNOWN}?raw",
    f"/f/{KNOWN}?raw??", f"/f/{KNOWN.upper()}", f"/f/{KNOWN[:-1]}", f"/f/{KNOWN}0",
    f"/f/{KNOWN}%00", f"/f/%30{KNOWN[1:]}", f"//f/{KNOWN}", f"/f//{KNOWN}", f"/F/{KNOWN}",
    "/f/" + "f" * 64, "/f/" + "0" * 64, "/f/" + "../" * 21 + "a", "/@fs/etc/passwd",
    "/@fs/etc/passwd?raw??", "/index.html", "/page.css?x", "/?x=1", "/?T=x",
    "/page.css%00.html", "\\..\\..\\windows", "/..\\..\\etc", "/page/", "/__init__.py",
    "/server.py", "/news/", "/news?x", "/NEWS", "*", "http://evil.example/", "http://127.0.0.1/",
    "page.css", "/;/", "/%6eews", "/proc/self/environ", "/.git/config", "/favicon.ico",
    "/f/" + "0" * 63 + "/", "/f/-",
]  # fmt: skip


@pytest.mark.reliability
def test_no_path_reaches_the_disk(page: LivePage, reads: list[str], figure: Figure) -> None:
    """What is not in the table is not there, and the store is asked for known pictures only."""
    reads.clear()
    told = {target: reply(page, request(page, target)).status for target in NOWHERE}
    wrong = {target: status for target, status in told.items() if status != 404}
    assert wrong == {} and reads == []
    figure(19, f"targets of {len(NOWHERE)} outside the table that led somewhere", len(wrong), 0)
    assert reply(page, request(page, f"/f/{KNOWN}")).body == PICTURE and reads == [KNOWN]


def test_another_page_may_not_ask(page: LivePage) -> None:
    """What the browser says of who asks is believed; a link may be followed."""
    for site in ("cross-site", "same-site"):
        asked = request(page, f"/f/{KNOWN}", headers=[f"Sec-Fetch-Site: {site}"])
        assert reply(page, asked).status == 403
    link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"]
    assert reply(page, request(page, headers=link)).status == 200
    for site in ("same-origin", "none"):
        asked = request(page, f"/f/{KNOWN}", headers=[f"Sec-Fetch-Site: {site}"])
        assert reply(page, asked).status == 200


@pytest.mark.parametrize("target", ["/", "/page.css", f"/f/{KNOWN}", "/f/x", "/?t=x", "\0"])
def test_every_answer_is_safe(page: LivePage, target: str) -> None:
    headers = reply(page, request(page, target)).headers
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "script-src 'self'"} <= {*policy}
    assert not any(name.startswith("access-control") for name in headers)
    assert "server" not in headers


def test_the_token_is_good_once() -> None:
    with live_page() as page:
        target = "/?" + page.address.partition("?")[2]
        assert reply(page, request(page, target, "HEAD", signed=False)).status == 403
        first = reply(page, request(page, target, signed=False))
        assert (first.status, first.headers["location"]) == (303, "/")
        kept = first.headers["set-cookie"]
        assert "httponly" in kept and "samesite=strict" in kept and "path=/" in kept
        asked = request(page, headers=[f"Cookie: {kept.partition(';')[0]}"], signed=False)
        assert reply(page, asked).status == 200
        assert reply(page, request(page, target, signed=False)).status == 403
        assert not page.address.endswith(target)
        assert reply(page, request(page, target)).status == 303  # whoever is in stays in


def test_a_cookie_ends_and_belongs_to_one_port() -> None:
    now = [1000.0]
    door, other = Access(8420, SECRET, lambda: now[0]), Access(8421, SECRET, lambda: now[0])
    given = (door.spend(door.token.encode()) or "").partition(";")[0].encode()
    assert door.allows([given]) and door.allows([b"a=b; " + given + b"; c=d"])
    assert not other.allows([given]) and not other.allows([given.replace(b"8420", b"8421")])
    assert not Access(8420, bytes(32), lambda: now[0]).allows([given])
    later = given.replace(str(1000 + WEEK_S).encode(), str(2000 + WEEK_S).encode())
    assert not door.allows([later])
    for broken in (b"", b"discoscript_8420", b"discoscript_8420=", b"discoscript_8420=\xff.\xff"):
        assert not door.allows([broken])
    now[0] += WEEK_S
    assert not door.allows([given])
    assert door.spend(b"") is None and door.spend("ä".encode()) is None


def test_the_secret_lasts_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secret"
    first = lasting_secret(path)
    assert lasting_secret(path) == first and path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    second = lasting_secret(path)
    assert second != first and path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    assert lasting_secret(path) not in (first, second)
    blocked = path / "below a file"
    assert len(lasting_secret(blocked)) == 32


# ───────────── limits ─────────────


def open_to(page: LivePage) -> socket.socket:
    return socket.create_connection(("127.0.0.1", page.port), timeout=5)


def closed(connection: socket.socket) -> bool:
    """Whether the other side closes it within its patience."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_connections_are_limited() -> None:
    with live_page() as page:
        held = [open_to(page) for _ in range(connection.CONNECTIONS)]
        time.sleep(0.1)
        with open_to(page) as one_more:
            assert closed(one_more)
        for each in held:
            each.close()
        assert soon(lambda: said(page, request(page)).startswith(b"HTTP/1.1 200 "))


@pytest.mark.parametrize("drip", [b"", b"G", b"GET / HTTP/1.1\r\nA: ", b"\r\n"])
def test_who_is_slow_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    """Neither for a first request nor for a second one, even where a byte comes now and then."""
    monkeypatch.setattr(connection, "HEAD_S", 0.4)
    with live_page() as page:
        for before in (b"", request(page, method="HEAD").replace(b"Connection: close\r\n", b"")):
            began = time.monotonic()
            with open_to(page) as slow:
                if before:
                    slow.sendall(before)
                    assert slow.recv(65536).startswith(b"HTTP/1.1 200")
                    slow.settimeout(5)
                dripping = threading.Thread(target=_drip, args=(slow, drip), daemon=True)
                dripping.start()
                while not closed(slow):
                    pass
            assert time.monotonic() - began < 4


def _drip(connection: socket.socket, drip: bytes) -> None:
    try:
        connection.sendall(drip)
        for _ in range(40):
            time.sleep(0.1)
            if drip:
                connection.sendall(drip[-1:])
    except OSError:
        pass


def test_the_news_is_no_slow_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)
    with live_page() as page, open_to(page) as stream:
        stream.sendall(request(page, "/news"))
        time.sleep(0.6)
        page.publish(LiveState("later.disco"))
        told = b""
        while b"later.disco" not in told:
            part = stream.recv(65536)
            assert part
            told += part


def test_requests_in_one_go_are_answered_in_turn(page: LivePage) -> None:
    """Also where what follows a good request is none."""
    good = request(page).replace(b"Connection: close\r\n", b"")
    told = said(page, good + good + b"\0\0\r\n\r\n")
    assert told.count(b"HTTP/1.1 200 ") == 2 and told.count(b"HTTP/1.1 400 ") == 1


def test_only_this_machine_is_listened_to() -> None:
    with live_page() as page:
        assert page._socket.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_left_alone() -> None:
    with live_page() as first, LivePage(lambda digest: None, first.port, SECRET) as second:
        assert second.port != first.port and lives(first) and lives(second)


def test_the_end_does_not_wait_for_who_looks() -> None:
    page = LivePage(lambda digest: None, 0, SECRET)
    with page, open_to(page) as stream:
        stream.sendall(request(page, "/news"))
        assert stream.recv(64)
        began = time.monotonic()
    assert time.monotonic() - began < 3
    page.publish(LiveState("after.disco"))  # nobody is there to see it


GOOD = b"GET /page.css HTTP/1.1\r\nHost: 127.0.0.1:{p}\r\nAccept: */*\r\n\r\n"


@given(
    data=st.one_of(
        st.binary(max_size=400),
        st.builds(  # a request with a piece in it that does not belong there
            lambda at, piece, cut: GOOD[:at] + piece + GOOD[at + cut :],
            st.integers(0, len(GOOD)),
            st.binary(max_size=12),
            st.integers(0, 12),
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_no_bytes_get_in_or_bring_it_down(page: LivePage, data: bytes) -> None:
    """Whatever is sent without a cookie is refused, and the next one is answered."""
    told = said(page, data.replace(b"{p}", str(page.port).encode()), over=True)
    assert told == b"" or told.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 ", b"HTTP/1.1 405 "))
    assert page._thread is not None and page._thread.is_alive()


def soon(seen: Callable[[], bool]) -> bool:
    """Whether it comes true within a moment."""
    until = time.monotonic() + 5
    while not seen() and time.monotonic() < until:
        time.sleep(0.01)
    return seen()


def test_who_has_gone_is_forgotten() -> None:
    """For a page that was closed in the browser no picture is made any more."""
    with live_page() as page:
        with open_to(page) as stream:
            stream.sendall(request(page, "/news"))
            assert soon(lambda: page.looked_at)
        assert soon(lambda: not page.looked_at)
