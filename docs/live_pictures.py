"""Make the pictures of the live page in docs/watch.md: docs/images/live-*.png.

Run by hand where the page has changed: `python docs/live_pictures.py` (three minutes on a CPU). It
renders examples/lighthouse.disco with the embedded models, anew, and photographs the page in a
Chromium (`make chromium`) at moments that are worth seeing.
"""

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from live.browser import launched  # noqa: E402
from live.driver import Driver  # noqa: E402
from live.pages import SECRET  # noqa: E402

from discoscript.frames.backend import BACKENDS  # noqa: E402
from discoscript.live.server import LivePage  # noqa: E402
from discoscript.watch.live_state import LiveState  # noqa: E402

FOLDER = ROOT / "out" / "live"
PICTURES = ROOT / "docs" / "images"
SCRIPT = (ROOT / "examples" / "lighthouse.disco").read_text()
STORMY = SCRIPT.replace("at sunset", "in a storm")
BROKEN = SCRIPT.replace("ease in-out\n", "ease inout\n", 1)
WHY = (  # as the watcher says it
    'prompt "a lighthouse on a cliff by the sea at sunset, oil painting" → '
    '"a lighthouse on a cliff by the sea in a storm, oil painting" at lighthouse.disco:10'
)
WINDOW = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with launched() as browser:
        dark = browser.new_page(viewport=WINDOW, color_scheme="dark")
        light = browser.new_page(viewport=WINDOW, color_scheme="light")
        phone = browser.new_page(viewport=PHONE, color_scheme="dark", device_scale_factor=2)
        windows = (dark, light, phone)
        with LivePage(lambda digest: driver.store.read(digest), 0, SECRET) as page:
            renderer = BACKENDS["engine"].load(print)
            path = FOLDER / "lighthouse.disco"
            driver = Driver(path, FOLDER / "store", page.publish, renderer)
            for window in windows:
                window.goto(page.address)
            driver.save(SCRIPT, at="14:02:11", reason="new")
            driver.render(lambda state: at(state, 14, 6))
            photograph(dark, "rendering")
            photograph(phone, "phone")
            driver.render()
            for _ in range(8):
                light.keyboard.press("ArrowLeft")
            photograph(light, "done")
            driver.save(BROKEN, at="14:05:40")
            photograph(dark, "error")
            driver.save(STORMY, at="14:06:12", reason=WHY)
            driver.render(lambda state: at(state, 3, 7))
            light.keyboard.press("l")
            light.locator("#frame-8").hover()
            photograph(light, "stale")
            light.mouse.move(0, 0)
        photograph(light, "lost")


def at(state: LiveState, frame: int, step: int) -> Any:
    """Whether the render is there, and has something to show."""
    now = state.current
    return now is not None and (now.index, now.step) == (frame, step) and now.jpeg is not None


def photograph(window: Any, name: str) -> None:
    """Write what is seen, when all of it is."""
    time.sleep(1.2)
    path = PICTURES / f"live-{name}.png"
    window.screenshot(path=path)
    Image.open(path).convert("RGB").save(path, optimize=True)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
