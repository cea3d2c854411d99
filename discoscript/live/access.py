"""Who may look: a token in the address is exchanged, once, for a cookie.

The cookie is `<until>.<HMAC of port and until>`. Its secret outlives the process, so that a page
that is open goes on when the watcher is started again; it lies in a file that only its user reads.
"""

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from platformdirs import user_state_path

BYTES = 32  #: of the token, and of the secret
WEEK_S = 7 * 24 * 3600  #: that a cookie is good for


class Access:
    """The door of the page at `port`. `token` opens it; another one takes its place then."""

    def __init__(self, port: int, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self.name = f"discoscript_{port}"  # cookies do not tell ports apart
        self._port, self._secret, self._clock = port, secret, clock
        self.token = secrets.token_urlsafe(BYTES)

    def spend(self, token: bytes) -> str | None:
        """The cookie for the right token, which is of no use from now on."""
        if not hmac.compare_digest(token, self.token.encode()):
            return None
        self.token = secrets.token_urlsafe(BYTES)
        until = str(int(self._clock()) + WEEK_S)
        return (
            f"{self.name}={until}.{self._seal(until)}; "
            f"Path=/; Max-Age={WEEK_S}; HttpOnly; SameSite=Strict"
        )

    def allows(self, cookies: Iterable[bytes]) -> bool:
        """Whether one of the `Cookie` headers holds a cookie of this door."""
        return any(self._good(value) for value in self._values(cookies))

    def _values(self, cookies: Iterable[bytes]) -> Iterator[bytes]:
        for header in cookies:
            for pair in header.split(b";"):
                name, _, value = pair.strip().partition(b"=")
                if name == self.name.encode():
                    yield value

    def _good(self, value: bytes) -> bool:
        until, _, seal = value.partition(b".")
        if not until.isdigit() or len(until) > 12:
            return False
        expected = self._seal(until.decode()).encode()
        return hmac.compare_digest(seal, expected) and int(until) > self._clock()

    def _seal(self, until: str) -> str:
        text = f"discoscript live page {self._port} {until}"
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


def lasting_secret(path: Path | None = None) -> bytes:
    """The secret of this user; where it can be neither read nor kept, one for this process."""
    path = path or user_state_path("discoscript") / "live-page-secret"
    try:
        found = path.read_bytes()
        if len(found) == BYTES and not (os.name == "posix" and path.stat().st_mode & 0o077):
            return found
    except OSError:
        pass
    return _made(path)


def _made(path: Path) -> bytes:
    secret = secrets.token_bytes(BYTES)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.unlink(missing_ok=True)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
        temporary.replace(path)
    except OSError:
        pass
    return secret
