"""A real Chromium in front of the live page; whoever looks fails if the page misbehaves."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The browser of this machine; skips the test if there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("there is no Chromium here; `make chromium` installs one on Debian")
    return found


@contextmanager
def launched() -> Iterator[Any]:
    """A running browser."""
    api = pytest.importorskip("playwright.sync_api")
    root = os.name == "posix" and os.geteuid() == 0  # then it does not start with its sandbox
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"] if root else []
        )
        yield browser
        browser.close()


@contextmanager
def window(browser: Any, broken: bool = False, **options: Any) -> Iterator[Any]:
    """A window. In the end: nothing on its console, no failure of its scripts, no breach of its
    policy, no request to anywhere else. `broken` allows that the server was away."""
    options = {"viewport": {"width": 1280, "height": 800}, **options}
    context = browser.new_context(**options)
    page, wrong, asked = context.new_page(), list[str](), set[str]()
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    try:
        yield page
        elsewhere = {host for host in asked if not host.startswith("127.0.0.1:")}
        gone = ("net::ERR_", "403 (Forbidden)")
        left = [text for text in wrong if not (broken and any(sign in text for sign in gone))]
        assert (left, elsewhere) == ([], set())
    finally:
        context.close()
