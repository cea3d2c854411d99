"""What the camera does on a frame, written below its picture."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from discoscript.frames.renderer import Picture
from discoscript_engine.job import Camera2D, Camera3D

LINE = 12  #: pixels
LETTER = 6  #: width of a letter

#: Short words for the numbers that move a picture, in the order in which they are written.
WORDS = {
    "angle": "angle", "zoom": "zoom", "translate_x": "x", "translate_y": "y", "translate_z": "z",
    "rotate_x": "pitch", "rotate_y": "pan", "rotate_z": "roll",
}  # fmt: skip


def labelled(picture: Picture, heading: str, camera: Camera2D | Camera3D | None) -> Picture:
    """The picture with two lines below it: `heading`, and the numbers of the camera."""
    height, width, _ = picture.shape
    page = Image.new("RGB", (width, height + 2 * LINE + 4), (16, 16, 20))
    page.paste(Image.fromarray(picture))
    draw = ImageDraw.Draw(page)
    font = getattr(ImageFont, "load_default_imagefont", ImageFont.load_default)()
    for line, text in enumerate((heading, camera_words(camera))):
        draw.text((3, height + 2 + line * LINE), _fitted(text, width), (235, 235, 235), font)
    return np.array(page, dtype=np.uint8)


def camera_words(camera: Camera2D | Camera3D | None) -> str:
    """`z 8  pan 0.6`; what does not move is left out."""
    if camera is None:
        return "cut"
    still = {"zoom": 1.0}
    moving = [
        f"{word} {getattr(camera, name):.3g}"
        for name, word in WORDS.items()
        if abs(getattr(camera, name, still.get(name, 0.0)) - still.get(name, 0.0)) > 1e-6
    ]
    return "  ".join(moving) or "still"


def _fitted(text: str, width: int) -> str:
    """The text as far as it fits, in the letters that the font has."""
    shown = text.encode("latin-1", "replace").decode("latin-1")
    most = max(1, (width - 6) // LETTER)
    return shown if len(shown) <= most else shown[: most - 2] + ".."
