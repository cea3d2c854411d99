"""The live page's server: in a thread of its own, on this machine's own address only."""

import os
import socket
import threading
from typing import TYPE_CHECKING

from discoscript.live.access import Access, lasting_secret
from discoscript.live.board import Board, Read
from discoscript.watch.live_state import LiveState

if TYPE_CHECKING:
    from uvicorn import Server

HOST = "127.0.0.1"
PORT = 8420  #: if it is free


class LivePage:
    """Shows what is published. `read` gives the PNG of a digest, as the frame store does."""

    def __init__(self, read: Read, port: int = PORT, secret: bytes | None = None) -> None:
        self._board = Board(read)
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._access = Access(self.port, secret or lasting_secret())
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Where the page is. It may be opened once; then there is another one to be shown."""
        return f"http://{HOST}:{self.port}/?t={self._access.token}"

    @property
    def looked_at(self) -> bool:
        """Whether the page is open anywhere."""
        return self._board.looked_at

    def publish(self, state: LiveState) -> None:
        """Show a state; from any thread, and as often as it likes."""
        self._board.publish(state)

    def __enter__(self) -> "LivePage":
        self._server = _server(self.port, self._board, self._access)
        run, sockets = self._server.run, [self._socket]
        self._thread = threading.Thread(
            target=run, kwargs={"sockets": sockets}, name="live page", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._board.close()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=3)
        self._socket.close()


def _listening(port: int) -> socket.socket:
    """A socket at the port, or at any free one."""
    for number in (port, 0):
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere this would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, number))
            found.listen(64)  # so that it is another's port before the thread runs
            return found
        except OSError:
            found.close()
            if number == 0:
                raise
    raise AssertionError("0 is always tried last")


def _server(port: int, board: Board, access: Access) -> "Server":
    from uvicorn import Config, Server

    from discoscript.live.app import App
    from discoscript.live.connection import Connection
    from discoscript.live.guard import LARGEST_HEAD, SAFE_HEADERS

    config = Config(
        App(port, board, access),
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        headers=list(SAFE_HEADERS.items()),
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_graceful_shutdown=1,
    )
    return Server(config)
