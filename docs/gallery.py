"""Render the examples and lay a few frames of each out as one picture: docs/images/gallery.jpg.

Run by `make gallery`. Frames that are in the frame store already are not rendered again.
"""

import subprocess
import sys
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[1]
EXAMPLES = (
    "lighthouse", "mandala", "orbit", "flight", "stereo", "regatta", "seasons", "postcard",
    "mirror", "rainbow", "tasting",
)  # fmt: skip
COLUMNS = 6
HEIGHT, GAP, CAPTION = 150, 6, 26
Thing = TypeVar("Thing")
PAPER, INK = (250, 249, 246), (40, 40, 44)


def main() -> None:
    rows = [(name, frames(name)) for name in EXAMPLES]
    sheet = contact_sheet(rows)
    path = ROOT / "docs" / "images" / "gallery.jpg"
    path.parent.mkdir(exist_ok=True)
    sheet.save(path, quality=88, optimize=True)
    print(path.relative_to(ROOT))


def frames(name: str) -> list[Image.Image]:
    """`COLUMNS` pictures of an example, evenly spaced from the first to the last: its frames, of a
    study one for each combination, or what the left and the right eye see of half as many."""
    script = ROOT / "examples" / f"{name}.disco"
    folder = ROOT / "out" / name
    command = [sys.executable, "-m", "discoscript", "render", str(script), "-o", str(folder)]
    subprocess.run(command, check=True)
    place = "*/*/frames" if any(folder.glob("*/sheet.png")) else "frames"
    seen = spaced(sorted(folder.glob(f"{place}/{name}_*.png")), COLUMNS)
    left = sorted(folder.glob(f"eyes/{name}_*_l.png"))
    if left:
        right = sorted(folder.glob(f"eyes/{name}_*_r.png"))
        pairs = spaced(list(zip(left, right, strict=True)), COLUMNS // 2)
        seen = [file for pair in pairs for file in pair]
    return [Image.open(file).convert("RGB") for file in seen]


def spaced(things: list[Thing], count: int) -> list[Thing]:
    """At most `count` of the things, evenly spaced, with the first and the last."""
    count = min(count, len(things))
    return [things[round(i * (len(things) - 1) / (count - 1))] for i in range(count)]


def contact_sheet(rows: list[tuple[str, list[Image.Image]]]) -> Image.Image:
    """One row per example, its name above it."""
    strips = [(name, [scaled(picture) for picture in pictures]) for name, pictures in rows]
    width = max(sum(p.width + GAP for p in strip) for _, strip in strips) + GAP
    sheet = Image.new("RGB", (width, (HEIGHT + CAPTION + GAP) * len(strips) + GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    for row, (name, strip) in enumerate(strips):
        top = GAP + row * (HEIGHT + CAPTION + GAP)
        draw.text((GAP, top + 4), f"examples/{name}.disco", INK, ImageFont.load_default(15))
        left = GAP
        for picture in strip:
            sheet.paste(picture, (left, top + CAPTION))
            left += picture.width + GAP
    return sheet


def scaled(picture: Image.Image) -> Image.Image:
    """The picture at the height of a row."""
    width = round(picture.width * HEIGHT / picture.height)
    return picture.resize((width, HEIGHT), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
