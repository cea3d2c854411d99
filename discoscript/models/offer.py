"""What the head of an answer promises, judged before a byte of it is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from discoscript.models.sizes import size_text
from discoscript.models.web import Answer, WebTrouble

LARGEST = 16 * 10**9  #: bytes of a model file of unknown size, at most
LONGEST_WAIT_S = 60.0  #: that is waited when a server asks for it
PASSING = frozenset({408, 425, 429})  #: refusals that pass; so do all from 500 on

#: How a web page begins.
_PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")


@dataclass(frozen=True)
class Offer:
    """The bytes from `start` on, of `total` in all (None: the server does not say). `tag` names
    this version of the file at this address, as If-Range takes it; empty where none is given."""

    start: int
    total: int | None
    tag: str

    @property
    def most(self) -> int:
        """More bytes than this the file can not have."""
        return LARGEST if self.total is None else self.total


def offered(answer: Answer, here: int, size: int | None) -> Offer:
    """What is offered to someone who has the first `here` bytes of a file and expects `size` in
    all, where that is known. WebTrouble where it is not that file."""
    if answer.status not in (200, 206):
        raise _refusal(answer)
    if answer.headers.get("content-type", "").lower().startswith(("text/html", "application/xht")):
        raise _page()
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise WebTrouble("sends the file in another encoding", lasting=True)
    start, total = (0, _length(answer.headers)) if answer.status == 200 else _range(answer.headers)
    if start != (here if answer.status == 206 else 0):
        raise WebTrouble(f"sends the bytes from {start} on, not those from {here} on", lasting=True)
    if total is not None and size is not None and total != size:
        message = f"has another file: {size_text(total)}, expected {size_text(size)}"
        raise WebTrouble(message, lasting=True)
    if total is not None and total > LARGEST:
        raise WebTrouble(f"has a file of {size_text(total)}: no model is so large", lasting=True)
    return Offer(start, size if total is None else total, _tag(answer.headers))


def refuse_page(first: bytes) -> None:
    """WebTrouble if a file that begins like this is a web page, whatever its head says."""
    if _PAGE.match(first):
        raise _page()


def _page() -> WebTrouble:
    return WebTrouble("sends a web page, such as a login, in place of the file", lasting=True)


def _refusal(answer: Answer) -> WebTrouble:
    status = answer.status
    try:
        words = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = str(status)
    if status not in PASSING and status < 500:
        return WebTrouble(f"refuses it: {words}", lasting=True)
    wait = answer.headers.get("retry-after", "")
    wait_s = float(wait) if wait.isdecimal() and len(wait) < 9 else 0.0
    if wait_s > LONGEST_WAIT_S:
        message = f"is busy ({words}) and asks to be left alone for {wait_s / 60:.0f} minutes"
        return WebTrouble(message, lasting=True)
    return WebTrouble(f"is busy: {words}", wait_s=wait_s)


def _length(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else None


def _range(headers: Mapping[str, str]) -> tuple[int, int | None]:
    """(first byte, bytes in all) of `Content-Range: bytes 20-99/100`."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None:
        raise WebTrouble("does not say which part of the file it sends", lasting=True)
    return int(found[1]), None if found[3] == "*" else int(found[3])


def _tag(headers: Mapping[str, str]) -> str:
    """A strong ETag, else the time of the last change; weak tags say nothing about bytes."""
    tag = headers.get("etag", "")
    return tag if tag.startswith('"') else headers.get("last-modified", "")
