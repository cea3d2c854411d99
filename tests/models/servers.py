"""A server on this machine that cuts connections and lies, and what is fetched from it."""

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from discoscript_engine.model_row import Model, ModelFile

DATA = random.Random(7).randbytes(300_000)  #: of the published file
OTHER = random.Random(8).randbytes(300_000)  #: of another one


@dataclass
class Request:
    """One request and how many bytes of the file were sent in answer."""

    path: str
    headers: dict[str, str]
    sent: int = 0


class Handler(BaseHTTPRequestHandler):
    """Answers each path by its next behaviour; the last one stays."""

    protocol_version = "HTTP/1.1"
    server: "Site"

    def do_GET(self) -> None:
        self.seen = Request(self.path, {k.lower(): v for k, v in self.headers.items()})
        self.server.requests.append(self.seen)
        ways = self.server.ways.get(self.path, [refuses(404)])
        way = ways.pop(0) if len(ways) > 1 else ways[0]
        way(self)
        self.close_connection = True

    def head(self, status: int, **headers: object) -> None:
        """The head of an answer; `_` in names is `-`."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def body(self, data: bytes) -> None:
        """Bytes of the file."""
        self.wfile.write(data)
        self.wfile.flush()
        self.seen.sent += len(data)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    """The server. `ways` maps a path to what it does, request after request."""

    daemon_threads = True
    request_queue_size = 50

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ways: dict[str, list[Way]] = {}
        self.requests: list[Request] = []

    def url(self, path: str, *ways: "Way") -> str:
        """The address of a path that behaves like this."""
        self.ways[path] = list(ways)
        return f"http://127.0.0.1:{self.server_port}{path}"

    @property
    def sent(self) -> int:
        """Bytes of files that were sent in all."""
        return sum(request.sent for request in self.requests)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


Way = Callable[[Handler], None]


@contextmanager
def site() -> Iterator[Site]:
    """A server that runs meanwhile."""
    direct = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        with mock.patch.dict(os.environ, direct):
            yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# ───────────── ways to answer ─────────────


def whole(data: bytes = DATA, cut: int | None = None, tag: str = '"1"', pause_s: float = 0) -> Way:
    """A good server: ranges, also If-Range. `cut`: the connection breaks after so many bytes;
    `pause_s`: it rests after every tenth."""

    def answer(handler: Handler) -> None:
        headers = handler.seen.headers
        asked = headers.get("range", "")
        same = headers.get("if-range", tag) == tag
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and same else 0
        if start >= len(data):
            handler.head(416, Content_Range=f"bytes */{len(data)}", Content_Length=0)
            return
        rest = data[start:]
        span = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        handler.head(206 if start else 200, Content_Length=len(rest), ETag=tag, **span)
        for piece in _tenths(rest[:cut]):
            handler.body(piece)
            time.sleep(pause_s)

    return answer


def without_ranges(data: bytes = DATA, cut: int | None = None) -> Way:
    """Ranges are ignored: always the file from its beginning."""

    def answer(handler: Handler) -> None:
        handler.head(200, Content_Length=len(data))
        handler.body(data[:cut])

    return answer


def claiming(length: int | None, data: bytes = DATA) -> Way:
    """Another length than the true one, or none."""

    def answer(handler: Handler) -> None:
        if handler.seen.headers.get("range") == f"bytes={len(data)}-":
            handler.head(416, Content_Range=f"bytes */{len(data)}", Content_Length=0)
            return
        handler.head(200, **({} if length is None else {"Content_Length": length}))
        handler.body(data)

    return answer


def page(content_type: str = "text/html; charset=utf-8") -> Way:
    """A login page, with status 200."""

    def answer(handler: Handler) -> None:
        text = b"<!DOCTYPE html><html><body>Please log in</body></html>"
        handler.head(200, Content_Type=content_type, Content_Length=len(text))
        handler.wfile.write(text)

    return answer


def refuses(status: int, **headers: object) -> Way:
    """An error page."""
    return lambda handler: handler.head(status, Content_Length=0, **headers)


def redirects(to: str, status: int = 302) -> Way:
    """Look there."""
    return lambda handler: handler.head(status, Location=to, Content_Length=0)


def hangs_up(handler: Handler) -> None:
    """Nothing at all."""
    handler.connection.close()


def silent(after: int = 1000, seconds: float = 30.0) -> Way:
    """So many bytes, then nothing."""

    def answer(handler: Handler) -> None:
        handler.head(200, Content_Length=len(DATA), ETag='"1"')
        handler.body(DATA[:after])
        time.sleep(seconds)

    return answer


def _tenths(data: bytes) -> Iterator[bytes]:
    step = max(1, len(data) // 10)
    return (data[i : i + step] for i in range(0, len(data), step))


# ───────────── what is fetched ─────────────


def published(
    *urls: str, data: bytes = DATA, name: str = "net.pt", sized: bool = True
) -> ModelFile:
    """A file of the model table with these addresses."""
    size = len(data) if sized else None
    return ModelFile(name, hashlib.sha256(data).hexdigest(), urls, size)


def row(name: str, *files: ModelFile, **fields: object) -> Model:
    """A row of the model table."""
    return Model(name, "clip", "made up", files, **{"built": True, **fields})  # type: ignore[arg-type]


@dataclass
class NoWait:
    """A clock on which waiting takes no time; `slept` is what was waited."""

    step_s: float = 0.0  #: that passes each time somebody looks
    slept: list[float] = field(default_factory=list)
    time_s: float = 0.0

    def now_s(self) -> float:
        self.time_s += self.step_s
        return self.time_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_s += seconds
