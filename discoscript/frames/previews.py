"""Previews: the frame in the making, every few steps, as bytes for whoever shows them."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from discoscript.frames.events import Events
from discoscript.frames.renderer import Glimpse

QUALITY = 85  #: of the JPEG


@dataclass(frozen=True)
class Preview:
    """Frame `index` after `done` of `steps` steps, as JPEG."""

    index: int
    done: int
    steps: int
    jpeg: bytes


class Previews(Events):
    """Hands a preview to `show` every `rate` steps. Between them nothing is computed."""

    def __init__(self, rate: int, show: Callable[[Preview], None]) -> None:
        self.rate, self.show = rate, show

    def glimpse(self, index: int, done: int, steps: int, picture: Glimpse) -> None:
        """Make the picture and hand it on, if it is due."""
        if done % self.rate == 0:
            data = BytesIO()
            Image.fromarray(picture()).save(data, "JPEG", quality=QUALITY)
            self.show(Preview(index, done, steps, data.getvalue()))
