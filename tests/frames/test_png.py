"""PNG bytes: a function of the picture alone, read by everybody, with text beside the picture."""

import hashlib
import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from discoscript.frames import png

sides = st.tuples(st.integers(1, 20), st.integers(1, 20))
pictures = sides.flatmap(lambda side: arrays(np.uint8, (*side, 3)))
texts = st.dictionaries(
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=79),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])),
    max_size=3,
)


def scene(height: int = 96, width: int = 128) -> np.ndarray:
    """A gradient with grain, as smooth and as noisy as a rendered frame."""
    y, x = np.mgrid[:height, :width]
    grain = np.random.RandomState(7).randint(0, 9, (height, width, 3))  # a frozen generator
    return (np.stack([x, y, (x + y) // 2], axis=-1) + grain).astype(np.uint8)


@given(pictures)
def test_a_picture_comes_back(picture):
    assert np.array_equal(png.decode(png.encode(picture)), picture)


def test_the_bytes_are_the_same_on_every_machine():
    """If this fails, this zlib codes otherwise, and stored frames would get other digests."""
    digest = hashlib.sha256(png.encode(scene())).hexdigest()
    assert digest == "3b3f0f85ffce1cfca82309f5939ef40d2b896ac88af1935972a5b816041a95ed"


def test_pillows_zlib_codes_alike():
    """Pillow brings a zlib of its own (often zlib-ng): the same rows give the same stream."""
    file = io.BytesIO()
    Image.fromarray(scene()).save(file, "PNG", compress_level=6, compress_type=2)
    stream = b"".join(body for kind, body in chunks(file.getvalue()) if kind == b"IDAT")
    assert png._compressed(zlib.decompress(stream)) == stream


def chunks(data: bytes):
    """(kind, body) of each chunk of a PNG."""
    place = 8
    while place < len(data):
        length = int.from_bytes(data[place : place + 4])
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def test_a_noisy_picture_is_not_much_larger_than_with_a_full_search():
    file = io.BytesIO()
    Image.fromarray(scene()).save(file, "PNG", compress_level=6)
    assert len(png.encode(scene())) < 1.3 * len(file.getvalue())


@given(pictures, texts)
def test_texts_come_back_and_leave_the_picture_alone(picture, texts):
    plain = png.encode(picture)
    data = png.with_metadata(plain, texts)
    assert png.metadata(data) == texts
    assert np.array_equal(png.decode(data), picture)
    assert [chunk for chunk in chunks(data) if chunk[0] != b"iTXt"] == list(chunks(plain))


def test_a_plain_frame_holds_no_text():
    assert png.metadata(png.encode(scene())) == {}


@pytest.mark.parametrize("keyword", ["", "x" * 80, "a\0b"])
def test_a_keyword_that_png_does_not_take(keyword):
    with pytest.raises(ValueError, match="not a PNG keyword"):
        png.with_metadata(png.encode(scene()), {keyword: "text"})


@pytest.mark.parametrize(
    "picture",
    [np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)],
    ids=["alpha", "grey", "float"],
)
def test_only_rgb_bytes_are_encoded(picture):
    with pytest.raises(ValueError, match="not a uint8 RGB picture"):
        png.encode(picture)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", png.encode(scene())[:-60], png.encode(scene())[:30]]
)
def test_what_is_no_whole_png_is_refused(data):
    with pytest.raises(ValueError, match="not a PNG"):
        png.decode(data)


@pytest.mark.parametrize("data", [b"", b"GIF89a", png.encode(scene())[:30]])
def test_what_is_no_png_has_no_texts(data):
    with pytest.raises(ValueError, match="not a PNG"):
        png.metadata(data)


def test_a_grey_png_is_refused():
    file = io.BytesIO()
    Image.new("L", (4, 4)).save(file, "PNG")
    with pytest.raises(ValueError, match="not an RGB picture but L"):
        png.decode(file.getvalue())
