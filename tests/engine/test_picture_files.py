"""Picture files of every odd kind: each as a person sees it, or an error that says why not."""

import warnings
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
        (animation(), (200, 100, 50)),
    ],
    ids=["rgb", "opaque", "clear", "half", "grey clear", "grey", "bit", "palette", "palette clear",
         "cmyk", "animation"],
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
FRACTIONS = Image.fromarray(np.ones((2, 2), np.float32))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "it is no picture"),
        (b"no picture", "it is no picture"),
        (file_of(NOISE)[:-600], "it is broken: "),
        (file_of(NOISE, "JPEG")[:900], "it is broken: "),
        (file_of(FRACTIONS, "TIFF"), "its pixels are fractions"),
    ],
    ids=["empty", "text", "half a PNG", "half a JPEG", "fractions"],
)
def test_what_is_no_picture_says_so(file, message):
    with pytest.raises(UnreadablePicture, match=message) as error:
        read_picture(file)
    assert "0x" not in str(error.value)
