"""The page's routes, as an ASGI application: a fixed table, the pictures, and the news."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from discoscript.errors import Failure
from discoscript.live.access import Access
from discoscript.live.board import Board
from discoscript.live.guard import Answer, Request, refusal, refused
from discoscript.live.messages import messages

PACE_S = 0.04  #: between two pieces of news to one page
BEAT_S = 10.0  #: after so long without news there is a sign of life

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}

_PICTURE = re.compile(rb"/f/([0-9a-f]{64})", re.ASCII)
_FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}
_NEVER = {"cache-control": "no-store"}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Page:
    """The files of the page by route, and a name that changes with any of them."""

    answers: Mapping[bytes, Answer]
    build: str


def page() -> Page:
    """The page as it is installed."""
    answers, digest = {}, hashlib.sha256()
    for file in sorted(files("discoscript.live").joinpath("page").iterdir(), key=lambda f: f.name):
        body, ending = file.read_bytes(), file.name.rpartition(".")[2]
        if ending in KINDS:
            digest.update(body)
            route = b"/" if file.name == "index.html" else f"/{file.name}".encode()
            answers[route] = Answer(200, body, KINDS[ending], _NEVER)
    return Page(answers, digest.hexdigest()[:16])


class App:
    """Answers one request after the other; remembers nothing of them."""

    def __init__(self, port: int, board: Board, access: Access) -> None:
        self.port, self.board, self.access, self.page = port, board, access, page()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        request = Request(scope["method"], target, tuple(scope["headers"]))
        answer = await self._answer(request)
        if answer is None:
            await self._tell(receive, send)
        else:
            await _send(send, answer, body=request.method != "HEAD")

    async def _answer(self, request: Request) -> Answer | None:
        """The answer to a request; None where the news is asked for."""
        found = refusal(request, self.port)
        if found is not None:
            return found
        if request.target.startswith(b"/?t="):
            return self._enter(request)
        if not self.access.allows(request.all(b"cookie")):
            return refused(403, "Open the address that `discoscript watch` shows.")
        if request.target == b"/news":
            return None if request.method == "GET" else Answer(200, headers=_NEVER)
        picture = _PICTURE.fullmatch(request.target)
        if picture is not None:
            return await self._picture(picture[1].decode())
        return self.page.answers.get(request.target) or refused(404, "there is no such page")

    def _enter(self, request: Request) -> Answer:
        """Exchange the token for a cookie, and take it out of the address."""
        home = {"location": "/", **_NEVER}
        if self.access.allows(request.all(b"cookie")):
            return Answer(303, headers=home)
        token = request.target.removeprefix(b"/?t=")
        cookie = self.access.spend(token) if request.method == "GET" else None
        if cookie is None:
            return refused(403, "This address was used before: `discoscript watch` shows another.")
        return Answer(303, headers={**home, "set-cookie": cookie})

    async def _picture(self, digest: str) -> Answer:
        try:
            found = await asyncio.to_thread(self.board.picture, digest)
        except Failure:
            return Answer(503, b"the frame store cannot be read\n", headers=_NEVER)
        if found is None:
            return Answer(404, b"there is no such picture\n", headers=_NEVER)
        kind, body = found
        return Answer(200, body, kind, _FOR_EVER)

    # ───────────── the news ─────────────

    async def _tell(self, receive: Receive, send: Send) -> None:
        """Server-sent events until the page is closed, or the server."""
        head = {"content-type": "text/event-stream", "connection": "close", **_NEVER}
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda done: self.board.wake())
        await send({"type": "http.response.start", "status": 200, "headers": _raw(head)})
        try:
            with self.board.looking():
                async for text in self._news(gone):
                    body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
                    await send(body)
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _news(self, gone: "asyncio.Future[None]") -> AsyncIterator[str]:
        known = None
        yield _event({"kind": "build", "build": self.page.build})
        while not gone.done() and not self.board.closed:
            newest = await self.board.newer(known, BEAT_S)
            if newest is None or newest is known:
                yield ": still here\n\n"
                continue
            yield "".join(_event(message) for message in messages(known, newest))
            known = newest
            await asyncio.sleep(PACE_S)


async def _gone(receive: Receive) -> None:
    """Returns when the other side has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(message: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(message, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _send(send: Send, answer: Answer, body: bool) -> None:
    length = str(len(answer.body))
    head = {"content-type": answer.kind, "content-length": length, **answer.headers}
    start = {"type": "http.response.start", "status": answer.status, "headers": _raw(head)}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body if body else b""})


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
