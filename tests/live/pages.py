"""A live page to talk to: the server, raw connections to it, and states to show."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from discoscript.live.access import Access
from discoscript.live.server import LivePage

SECRET = bytes(range(32))


@dataclass(frozen=True)
class Reply:
    """What came back on a connection, until it was closed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def live_page(read: Callable[[str], bytes | None] = lambda digest: None) -> Iterator[LivePage]:
    """The page at any free port."""
    with LivePage(read, port=0, secret=SECRET) as page:
        yield page


def cookie(page: LivePage) -> str:
    """A cookie as the page gives it."""
    access = Access(page.port, SECRET)
    given = access.spend(access.token.encode())
    assert given
    return given.partition(";")[0]


def request(
    page: LivePage,
    target: str = "/",
    method: str = "GET",
    host: str | None = None,
    headers: Sequence[str] = (),
    signed: bool = True,
) -> bytes:
    """A request, as a browser that has the cookie sends it."""
    host = f"127.0.0.1:{page.port}" if host is None else host
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *headers]
    if signed:
        lines.append(f"Cookie: {cookie(page)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def said(page: LivePage, data: bytes, over: bool = False) -> bytes:
    """All that the server answers to these bytes. `over` says that there will be no more."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=5) as connection:
        found = b""
        try:
            connection.sendall(data)
            if over:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                found += part
        except TimeoutError:
            raise
        except OSError:  # it was closed meanwhile
            pass
        return found


def reply(page: LivePage, data: bytes) -> Reply:
    """The one answer to these bytes."""
    head, _, body = said(page, data).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Reply(int(first.split()[1]), headers, body)
