"""Pictures of two versions of a script as one: each frame before, and below it the same now."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from discoscript.frames.renderer import Picture
from discoscript.views.sheet import FAINT, GAP, INK, LETTERS, MARGIN, PAGE, WIDEST, cut

#: Frames on one picture, and from left to right.
MOST, COLUMNS = 12, 4


@dataclass(frozen=True)
class Pair:
    """A frame in both versions; None where it was not rendered."""

    frame: int
    before: Picture | None
    now: Picture | None


def chosen(frames: Sequence[int], most: int = MOST) -> list[int]:
    """At most `most` of the frames, the first and the last one among them, evenly between."""
    if len(frames) <= most:
        return list(frames)
    return [frames[round(place)] for place in np.linspace(0, len(frames) - 1, most)]


def pairs_picture(title: str, pairs: Sequence[Pair]) -> Image.Image:
    """The picture: frames from left to right, in each row `before` above `now`."""
    sides = [s.shape for pair in pairs for s in (pair.before, pair.now) if s is not None]
    width = min(WIDEST, max((shape[1] for shape in sides), default=WIDEST))
    height = max((round(shape[0] * width / shape[1]) for shape in sides), default=width)
    columns = min(COLUMNS, max(1, len(pairs)))
    rows = -(-len(pairs) // columns)
    font = ImageFont.load_default(LETTERS)
    left = MARGIN + int(font.getlength("before")) + GAP
    row = LETTERS + GAP + 2 * (height + GAP) + GAP
    size = (left + columns * (width + GAP) - GAP + MARGIN, 3 * MARGIN + rows * row)
    image = Image.new("RGB", size, PAGE)
    pen = ImageDraw.Draw(image)
    pen.text((MARGIN, MARGIN), cut(title), fill=INK, font=font)
    for place, pair in enumerate(pairs):
        x = left + place % columns * (width + GAP)
        y = 3 * MARGIN + place // columns * row
        pen.text((x, y), f"frame {pair.frame}", fill=FAINT, font=font)
        for number, (word, picture) in enumerate((("before", pair.before), ("now", pair.now))):
            top = y + LETTERS + GAP + number * (height + GAP)
            if place % columns == 0:
                pen.text((MARGIN, top), word, fill=FAINT, font=font)
            if picture is not None:
                shown = Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS)
                image.paste(shown, (x, top))
            else:
                pen.rectangle((x, top, x + width - 1, top + height - 1), outline=FAINT)
                pen.text((x + GAP, top + GAP), "not rendered", fill=FAINT, font=font)
    return image
