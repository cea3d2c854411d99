"""A connection to the page: uvicorn's, with limits on what a stranger may cost."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS = 32  #: at a time
HEAD_S = 10.0  #: for a request to be there, from the connection or from the last answer


class Connection(H11Protocol):
    """Answers what cannot be read with 400, and closes where nothing is asked for in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._set_deadline()

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except Exception:  # an answer was under way, or the request is no text at all
            self._hang_up()
        if self._busy:
            self._clear_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._busy and not self.transport.is_closing():
            self._set_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """A refusal with the headers of every other answer."""
        body = f"{msg}\n".encode()
        headers = [*self.server_state.default_headers, (b"content-type", b"text/plain")]
        headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(header) for header in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()

    @property
    def _busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _hang_up(self) -> None:
        if self._busy:
            self.transport.abort()
        else:
            self.send_400_response("the request cannot be read")

    def _set_deadline(self) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(HEAD_S, self.transport.abort)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
