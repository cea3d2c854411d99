"""Picture files of every odd kind: each as a person sees it, or an error that says why not."""

import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from discoscript_engine.images import decode
from discoscript_engine.picture_files import UnreadablePicture, read_picture

RAMP = np.array([[0, 257 * 16, 257 * 128, 65535]], dtype=np.uint16)


def file_of(image, kind="PNG", **more):
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def palette(transparency=None):
    image = Image.new("P", (2, 1), 1)
    image.putpalette([9, 9, 9, 200, 100, 50])
    more = {} if transparency is None else {"transparency": transparency}
    return file_of(image, **more)


def animation():
    first, *others = [Image.new("RGB", (2, 1), c) for c in ("#c86432", "#000000")]
    return file_of(first, "GIF", save_all=True, append_images=others)


COLOUR = Image.new("RGB", (2, 1), (200, 100, 50))
MORE = {"save_all": True, "append_images": [Image.new("RGB", (2, 1))]}


def chunk(name, data):
    """A piece of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, bits, kind, data, *before):
    """A PNG file, byte by byte: `kind` 2 is RGB, 6 has alpha too."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(data))
    return b"".join([b"\x89PNG\r\n\x1a\n", head, *before, rows, chunk(b"IEND", b"")])


def deep(*levels):
    """A PNG of two pixels with 16 bits a channel."""
    return png(2, 1, 16, 2, b"\0" + struct.pack(">3H", *levels) * 2)


@pytest.mark.parametrize(
    ("file", "colour"),
    [
        (file_of(Image.new("RGB", (2, 1), (200, 100, 50))), (200, 100, 50)),
        (file_of(Image.new("RGBA", (2, 1), (200, 100, 50, 255))), (200, 100, 50)),
        (file_of(Image.new("RGBA", (2, 1), (200, 100, 50, 0))), (255, 255, 255)),
        (file_of(Image.new("RGBA", (2, 1), (200, 100, 50, 128))), (227, 177, 152)),
        (file_of(Image.new("LA", (2, 1), (10, 0))), (255, 255, 255)),
        (file_of(Image.new("L", (2, 1), 77)), (77, 77, 77)),
        (file_of(Image.new("1", (2, 1), 1)), (255, 255, 255)),
        (palette(), (200, 100, 50)),
        (palette(transparency=1), (255, 255, 255)),
        (file_of(Image.new("CMYK", (2, 1), (0, 128, 255, 0)), "TIFF"), (255, 127, 0)),
        (file_of(COLOUR.convert("CMYK"), "JPEG", quality=98), (200, 100, 50)),
        (file_of(COLOUR.convert("YCbCr"), "TIFF"), (200, 100, 50)),
        (file_of(COLOUR, "WEBP", lossless=True), (200, 100, 50)),
        (file_of(Image.new("RGBA", (2, 1)), "WEBP", lossless=True), (255, 255, 255)),
        (file_of(COLOUR, "BMP"), (200, 100, 50)),
        (deep(51400, 25700, 12850), (200, 100, 50)),
        (animation(), (200, 100, 50)),
        (file_of(COLOUR, "WEBP", lossless=True, **MORE), (200, 100, 50)),
        (file_of(COLOUR, "PNG", **MORE), (200, 100, 50)),
    ],
    ids=["rgb", "opaque", "clear", "half", "grey clear", "grey", "bit", "palette", "palette clear",
         "cmyk", "cmyk JPEG", "ycbcr", "webp", "clear webp", "bmp", "deep", "animation",
         "animated webp", "animated png"],
)  # fmt: skip
def test_a_pixel_has_the_colour_that_is_seen(file, colour):
    image = read_picture(file)
    assert (image.mode, image.size) == ("RGB", (2, 1))
    assert np.abs(np.array(image)[0, 0].astype(int) - colour).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_scaled_not_cut_off(kind):
    levels = np.array(read_picture(file_of(Image.fromarray(RAMP), kind)))
    assert levels[0].tolist() == [[v] * 3 for v in (0, 16, 128, 255)]


def test_a_photo_taken_sideways_stands_upright():
    image, exif = Image.new("RGB", (4, 2)), Image.Exif()
    exif[0x0112] = 6
    assert read_picture(file_of(image, exif=exif)).size == (2, 4)


def test_one_pixel_fills_the_picture():
    one = decode(file_of(Image.new("RGB", (1, 1), "red")), 6, 4)
    assert one.shape == (4, 6, 3) and (one == one[0, 0]).all()


def test_a_large_picture_is_read_without_a_word(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_picture(file_of(Image.new("RGB", (8, 8)))).size == (8, 8)


NOISE = Image.fromarray((np.arange(120 * 90 * 3) * 7919 % 251).astype(np.uint8).reshape(90, 120, 3))
#: Small files that claim to be large, or hold a text of 100 MB.
VAST = png(90_000, 90_000, 8, 2, bytes(1000))
LONG = png(1, 1, 8, 2, bytes(4), chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000))))
FRACTIONS = Image.fromarray(np.ones((2, 2), np.float32))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "it is no picture"),
        (b"no picture", "it is no picture"),
        (file_of(NOISE)[:-600], "it is broken: "),
        (file_of(NOISE, "JPEG")[:900], "it is broken: "),
        (file_of(NOISE, "WEBP")[:900], "it is broken: "),
        (file_of(NOISE, "GIF")[:900], "it is broken: "),
        (file_of(NOISE, "TIFF")[:900], "it is broken: "),
        (file_of(NOISE)[:33], "it is no picture"),
        (file_of(FRACTIONS, "TIFF"), "its pixels are fractions"),
        (VAST, "it is broken: .* exceeds limit"),
        (LONG, "it is broken: .*too large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it is no picture"),
    ],
    ids=[
        "empty",
        "text",
        "half a PNG",
        "half a JPEG",
        "half a WebP",
        "half a GIF",
        "half a TIFF",
        "a head alone",
        "fractions",
        "vast",
        "long",
        "svg",
    ],
)
def test_what_is_no_picture_says_so(file, message):
    with pytest.raises(UnreadablePicture, match=message) as error:
        read_picture(file)
    assert "0x" not in str(error.value)
