"""Picture files of any kind -> pixels as everybody sees them: upright, RGB, 8 bits, opaque.

Nothing that can stand in a file is left to chance: 16 bits are scaled instead of cut off, what is
transparent becomes white paper, CMYK, palettes and grey become RGB, of an animation the first
picture counts. Torch is not imported here.
"""

import warnings
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

#: What lies behind transparent pixels.
PAPER = (255, 255, 255)


class UnreadablePicture(ValueError):
    """The bytes are no picture, or a broken one. The text says which, without a full stop."""


def read_picture(file: bytes) -> Image.Image:
    """The picture in a file, in mode RGB; UnreadablePicture if there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # D507 limits the size
            with Image.open(BytesIO(file)) as image:
                return _opaque(_of_8_bits(ImageOps.exif_transpose(image)))
    except UnreadablePicture:
        raise
    except UnidentifiedImageError as error:
        raise UnreadablePicture("it is no picture") from error
    except Exception as error:  # a stranger's file: decoders fail in many ways
        raise UnreadablePicture(f"it is broken: {error}") from error


def _of_8_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits as grey of 8; Pillow itself would cut everything off at 255."""
    if image.mode == "F":
        raise UnreadablePicture("its pixels are fractions; save it with 8 or 16 bits a channel")
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    levels = np.asarray(image).astype(np.int64).clip(0, 65535)
    return Image.fromarray(((levels + 128) // 257).astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, (*PAPER, 255))
    return Image.alpha_composite(paper, layer).convert("RGB")
