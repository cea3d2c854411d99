"""The real web: urllib3, with the certificates that the system trusts and its proxies."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import truststore
import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ProxySchemeUnknown,
    SSLError,
    TimeoutError,
)

from discoscript import __version__
from discoscript.models.web import Answer, WebTrouble, host

PIECE = 2**20  #: bytes that are read at a time, at most
AGENT = f"discoscript/{__version__}"


class Wire:
    """Requests over the network. `silent_s` is how long an address may say nothing."""

    def __init__(self, silent_s: float = 30.0) -> None:
        self._timeout = urllib3.Timeout(connect=min(silent_s, 15.0), read=silent_s)
        self._pools: dict[str, urllib3.PoolManager] = {}

    @contextmanager
    def ask(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """One GET request; see `web.Web`."""
        sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        try:
            response = self._pool(url).request(
                "GET",
                url,
                headers=sent,
                timeout=self._timeout,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, LocationValueError, ValueError) as error:
            raise _trouble(url, error) from error
        try:
            names = {name.lower(): value for name, value in response.headers.items()}
            yield Answer(response.status, names, _pieces(url, response))
        finally:
            response.close()  # what was not read will never be: the connection is not used again

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = _proxy(url)
        if proxy not in self._pools:
            context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._pools[proxy] = (
                urllib3.ProxyManager(proxy, ssl_context=context)
                if proxy
                else urllib3.PoolManager(ssl_context=context)
            )
        return self._pools[proxy]


def _proxy(url: str) -> str:
    """What the system's settings or the environment (HTTPS_PROXY, NO_PROXY) say; may be empty."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return ""
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def _pieces(url: str, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        while piece := response.read1(PIECE):
            yield piece
    except (HTTPError, OSError) as error:
        raise _trouble(url, error) from error


def _trouble(url: str, error: Exception) -> WebTrouble:
    """An error of urllib3, in a user's words."""
    match error:
        case NameResolutionError():
            return WebTrouble("cannot be reached: its name is not known", heard=False)
        case ProxySchemeUnknown():
            return WebTrouble(f"cannot be asked through the proxy {_proxy(url)}", lasting=True)
        case ProxyError():
            return WebTrouble(f"cannot be reached through the proxy {host(_proxy(url))}")
        case SSLError():
            reason = getattr(error.args[0], "verify_message", "") if error.args else ""
            return WebTrouble(f"cannot be trusted: {reason or 'no safe connection'}", lasting=True)
        case NewConnectionError():
            return WebTrouble("cannot be reached: no connection", heard=False)
        case TimeoutError():
            return WebTrouble("does not answer any more")
        case LocationValueError() | ValueError():
            return WebTrouble("is not an address", lasting=True)
        case _:
            return WebTrouble("broke the connection")
