"""The renders of a study as one picture: a grid with the values that were tried at its edges.

The setting that a study names last runs from left to right, the others from top to bottom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from discoscript.scene.studies import Variant
from discoscript.terminal import printable

WIDEST = 320  #: pixels of a picture on the sheet
MARGIN, GAP, LETTERS = 16, 8, 15
PAGE, INK, FAINT = (250, 250, 248), (30, 34, 44), (110, 116, 130)
LONGEST = 40  #: letters of a label


@dataclass(frozen=True)
class Cell:
    """One render: the values that made it, and its picture's file."""

    variant: Variant
    picture: Path


def sheet(title: str, cells: Sequence[Cell]) -> Image.Image:
    """The grid. A picture that can not be read leaves its place empty."""
    columns = list(dict.fromkeys(column_of(cell.variant) for cell in cells))
    rows = list(dict.fromkeys(row_of(cell.variant) for cell in cells))
    pictures = {(row_of(c.variant), column_of(c.variant)): opened(c.picture) for c in cells}
    width = max((p.width for p in pictures.values() if p), default=WIDEST)
    height = max((p.height for p in pictures.values() if p), default=WIDEST)
    font = ImageFont.load_default(LETTERS)
    left = MARGIN + (max(int(font.getlength(row)) for row in rows) + GAP if any(rows) else 0)
    top = MARGIN + 3 * LETTERS
    size = (
        left + len(columns) * (width + GAP) - GAP + MARGIN,
        top + len(rows) * (height + GAP) - GAP + MARGIN,
    )
    image = Image.new("RGB", size, PAGE)
    pen = ImageDraw.Draw(image)
    pen.text((MARGIN, MARGIN), cut(title), fill=INK, font=font)
    for x, column in enumerate(columns):
        place = (left + x * (width + GAP), top - LETTERS - 6)
        pen.text(place, column, fill=FAINT, font=font)
    for y, row in enumerate(rows):
        pen.text((MARGIN, top + y * (height + GAP)), row, fill=FAINT, font=font)
        for x, column in enumerate(columns):
            found = pictures.get((row, column))
            if found is not None:
                image.paste(found, (left + x * (width + GAP), top + y * (height + GAP)))
    return image


def column_of(variant: Variant) -> str:
    """The value that runs from left to right."""
    varied, choice = variant.picks[-1]
    return cut(f"{varied.name} {choice.text}")


def row_of(variant: Variant) -> str:
    """The values that run from top to bottom."""
    return cut(", ".join(f"{varied.name} {choice.text}" for varied, choice in variant.picks[:-1]))


def cut(text: str) -> str:
    """A label of bearable length."""
    text = printable(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def opened(path: Path) -> Image.Image | None:
    """The picture, not wider than `WIDEST`; None if it is not there."""
    try:
        with Image.open(path) as image:
            picture = image.convert("RGB")
    except (OSError, ValueError):
        return None
    if picture.width > WIDEST:
        size = (WIDEST, max(1, round(picture.height * WIDEST / picture.width)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return picture
