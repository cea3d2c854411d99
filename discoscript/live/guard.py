"""What is refused before a request is looked at any further.

Any page of the web can send requests to a server on this machine; none may read from this one, or
drive it. Nothing here changes anything, no body is taken, and no path of a request reaches a disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

LARGEST_HEAD = 8 * 1024  #: bytes of the request's line and headers
METHODS = ("GET", "HEAD")

Headers = Sequence[tuple[bytes, bytes]]

#: Sent with every answer. There is no CORS header: no other origin has any business here.
SAFE_HEADERS = {
    "content-security-policy": "; ".join(
        (
            "default-src 'none'",
            "img-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    ),
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True)
class Request:
    """A request without a body. `target` is what follows the method, byte for byte."""

    method: str
    target: bytes
    headers: Headers = ()

    def all(self, name: bytes) -> list[bytes]:
        """The values of all headers of a name, which is in small letters."""
        return [value for found, value in self.headers if found == name]


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def refused(status: int, text: str, **headers: str) -> Answer:
    """An answer that closes the connection."""
    return Answer(status, f"{text}\n".encode(), headers={"connection": "close", **headers})


def refusal(request: Request, port: int) -> Answer | None:
    """Why a request is not answered; None for one that may go on."""
    if size(request) > LARGEST_HEAD:
        return refused(400, "the request is too long")
    hosts = request.all(b"host")
    if len(hosts) != 1:
        return refused(400, "a request has one Host")
    host = hosts[0].lower()
    if host not in own_hosts(port):
        return refused(403, "this page is for this machine only")
    if any(origin != b"http://" + host for origin in request.all(b"origin")):
        return refused(403, "no other page may read this one")
    if request.method not in METHODS:
        return refused(405, "this page is only looked at", allow=", ".join(METHODS))
    lengths = request.all(b"content-length")
    if request.all(b"transfer-encoding") or any(length.strip(b"0") for length in lengths):
        return refused(400, "a request has no body")
    if _from_elsewhere(request):
        return refused(403, "no other page may read this one")
    return None


def own_hosts(port: int) -> tuple[bytes, ...]:
    """The names under which the page may be asked for; a name that somebody made lead here is
    none of them."""
    return f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()


def size(request: Request) -> int:
    """Bytes of the head, about as sent."""
    line = len(request.method) + len(request.target) + len(b"  HTTP/1.1\r\n")
    return line + sum(len(name) + len(value) + 4 for name, value in request.headers)


def _from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another page asks. A link to this page may be followed."""
    sites = request.all(b"sec-fetch-site")
    followed = request.all(b"sec-fetch-mode") == [b"navigate"]
    return any(site not in (b"same-origin", b"none") for site in sites) and not followed
