"""The web, as fetching sees it: a request, the head of the answer, then its bytes.

`wire.Wire` is the real one; tests have others.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

MOST_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class WebTrouble(Exception):
    """An address did not give the file. The message is lower case, without a full stop.

    `lasting`: it is no use to ask again. `wait_s`: it asks to be left alone for so long. `heard`:
    something answered, so that this machine is not without a network.
    """

    def __init__(
        self, message: str, *, lasting: bool = False, wait_s: float = 0.0, heard: bool = True
    ) -> None:
        super().__init__(message)
        self.lasting, self.wait_s, self.heard = lasting, wait_s, heard


@dataclass(frozen=True)
class Answer:
    """The names of `headers` are lower case. `pieces` raises WebTrouble where the connection
    breaks or falls silent."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


class Web(Protocol):
    """Sends one GET request; redirects are not followed. WebTrouble where nobody answers."""

    def ask(self, url: str, headers: Mapping[str, str]) -> AbstractContextManager[Answer]: ...


@contextmanager
def followed(web: Web, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
    """The answer at the end of all redirects. None leads from https to an address without it."""
    for _ in range(MOST_REDIRECTS + 1):
        with web.ask(url, headers) as answer:
            if answer.status not in REDIRECTS:
                yield answer
                return
            url = _next(url, answer.headers.get("location", ""))
    raise WebTrouble(f"redirects more than {MOST_REDIRECTS} times", lasting=True)


def _next(url: str, location: str) -> str:
    if not location:
        raise WebTrouble("redirects to nowhere", lasting=True)
    target = urljoin(url, location)
    old, new = urlsplit(url).scheme, urlsplit(target).scheme
    if new not in ("http", "https") or (old == "https" and new != "https"):
        raise WebTrouble(f"redirects from {old} to {new or 'nothing'}: not safe", lasting=True)
    return target


def host(url: str) -> str:
    """`huggingface.co` for an address there."""
    return urlsplit(url).hostname or url
