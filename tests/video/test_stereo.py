"""Stereo video: where the eyes lie in it, and what tells a player so, read without our own code."""

import os
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.waves import RATE, tone, write

from discoscript.frames.renderer import Picture
from discoscript.parameters import BY_KEY
from discoscript.video.stereo import LAYOUTS, Layout, halves, packed
from discoscript.video.stereo_box import add_stereo_box
from discoscript.video.video import CODECS, SoundTrack, encode

FPS = Fraction(12)
#: `stereo_mode` of Spherical Video V2, and the number of FFmpeg's AVStereo3D.
BOX = {"side_by_side": 2, "top_bottom": 1}
AV_STEREO = {"side_by_side": 1, "top_bottom": 2}
RED, BLUE = (200, 30, 30), (30, 30, 200)

each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
each_boxed = pytest.mark.parametrize("codec", ["h264", "h265", "prores"])


def both(height: int = 48, width: int = 64) -> Picture:
    """The left eye sees red, the right one blue."""
    return np.concatenate(
        [np.full((height, width, 3), colour, np.uint8) for colour in (RED, BLUE)], axis=1
    )


def film(path: Path, layout: Layout | None, codec: str = "h264", **how: object) -> Path:
    path = path / f"film{CODECS[codec].suffix}"
    pictures = (packed(both(), layout) if layout else both() for _ in range(6))
    encode(pictures, path, FPS, codec, preset="ultrafast", eyes=layout, **how)  # type: ignore[arg-type]
    return path


def walk(data: bytes, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bytes]]:
    """Every box of an MP4 file with the way to it: a reader that shares nothing with ours."""
    heads = {"stsd": 8, "avc1": 78, "hvc1": 78, "apch": 78}
    inside = {"moov", "trak", "mdia", "minf", "stbl", *heads}
    at = 0
    while at < len(data) - 7:
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8].decode("latin-1")
        start = at + 8
        if size == 1:
            size, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        if size < 8:
            return  # QuickTime ends a list with four zeros
        here = (*path, kind)
        yield here, data[start : at + size]
        if kind in inside:
            yield from walk(data[start + heads.get(kind, 0) : at + size], here)
        at += size


def stereo_boxes(path: Path) -> list[tuple[str, bytes]]:
    """What holds a box `st3d`, and what it says."""
    found = walk(path.read_bytes())
    return [(way[-2], body) for way, body in found if way[-1] == "st3d"]


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


def stereo_of_a_frame(path: Path) -> int | None:
    """What the first frame says of itself."""
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0))
        said = [bytes(data) for data in frame.side_data if data.type.name == "STEREO3D"]
    return struct.unpack_from("i", said[0])[0] if said else None


def test_the_layouts_are_those_of_the_parameter() -> None:
    assert tuple(LAYOUTS) == BY_KEY["vr.layout"].choices


def test_halves_and_layouts() -> None:
    left, right = halves(both(2, 3))
    assert (left == RED).all() and (right == BLUE).all() and left.shape == (2, 3, 3)
    assert packed(both(2, 3), LAYOUTS["side_by_side"]).shape == (2, 6, 3)
    above = packed(both(2, 3), LAYOUTS["top_bottom"])
    assert (above[:2] == RED).all() and (above[2:] == BLUE).all() and above.shape == (4, 3, 3)


@each_layout
@each_boxed
def test_the_file_says_how_the_eyes_lie(tmp_path: Path, codec: str, layout: Layout) -> None:
    path = film(tmp_path, layout, codec)
    ((holder, body),) = stereo_boxes(path)
    assert holder in ("avc1", "hvc1", "apch")
    assert body == bytes([0, 0, 0, 0, BOX[layout.name]])


@each_layout
def test_no_file_claims_to_be_a_sphere(tmp_path: Path, layout: Layout) -> None:
    assert not [way for way, _ in walk(film(tmp_path, layout).read_bytes()) if way[-1] == "sv3d"]


@each_layout
def test_a_decoder_of_h264_is_told_by_every_frame(tmp_path: Path, layout: Layout) -> None:
    assert stereo_of_a_frame(film(tmp_path, layout)) == AV_STEREO[layout.name]
    assert stereo_of_a_frame(film(tmp_path, None)) is None


@each_layout
def test_a_player_of_the_box_alone_is_told(tmp_path: Path, layout: Layout) -> None:
    """H.265 frames say nothing themselves here: what FFmpeg finds comes from the box."""
    assert stereo_of_a_frame(film(tmp_path, layout, "h265")) == AV_STEREO[layout.name]


@each_layout
def test_webm_has_an_element_for_it(tmp_path: Path, layout: Layout) -> None:
    path = film(tmp_path, layout, "vp9")
    with av.open(str(path)) as file:
        assert file.streams.video[0].metadata["stereo_mode"] == layout.matroska
    assert stereo_of_a_frame(path) == AV_STEREO[layout.name]


@each_layout
@pytest.mark.parametrize("codec", [name for name in CODECS if name != "gif"])
def test_the_left_eye_sees_what_the_left_eye_should(
    tmp_path: Path, codec: str, layout: Layout
) -> None:
    frames = decoded(film(tmp_path, layout, codec))
    assert len(frames) == 6
    for frame in frames:
        left, right = np.split(frame.astype(int), 2, axis=layout.axis)
        assert np.abs(left[4:-4, 4:-4] - RED).max() < 40
        assert np.abs(right[4:-4, 4:-4] - BLUE).max() < 40


@each_boxed
def test_the_box_moves_no_sample(tmp_path: Path, codec: str) -> None:
    """The same frames and sound come out of the file as without it."""
    song = write(tmp_path / "song.wav", tone(1, 300))
    sound = SoundTrack(song, 0, 0.5)
    for folder in ("with", "without"):
        (tmp_path / folder).mkdir()
    with_box = film(tmp_path / "with", LAYOUTS["side_by_side"], codec, sound=sound)
    plain = film(tmp_path / "without", None, codec, sound=sound)
    for one, other in zip(decoded(with_box), decoded(plain), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(heard(with_box), heard(plain))
    assert [way for way, _ in walk(with_box.read_bytes()) if way[-1] != "st3d"] == [
        way for way, _ in walk(plain.read_bytes())
    ]
    assert sorted(p.name for p in (tmp_path / "with").iterdir()) == [with_box.name]


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as file:
        resampler = av.AudioResampler("fltp", "mono", RATE)
        parts = [r for frame in file.decode(audio=0) for r in resampler.resample(frame)]
    return np.concatenate([part.to_ndarray() for part in parts], axis=1)


def test_only_the_picture_is_described(tmp_path: Path) -> None:
    song = write(tmp_path / "song.wav", tone(1, 300))
    path = film(tmp_path, LAYOUTS["top_bottom"], sound=SoundTrack(song, 0, 0.5))
    assert [holder for holder, _ in stereo_boxes(path)] == ["avc1"]


def test_the_box_stands_after_what_the_decoder_needs(tmp_path: Path) -> None:
    ways = [way for way, _ in walk(film(tmp_path, LAYOUTS["side_by_side"]).read_bytes())]
    entry = [way[-1] for way in ways if way[-2:-1] == ("avc1",)]
    assert entry[:2] == ["avcC", "st3d"]


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    written = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        written.append(film(tmp_path / folder, LAYOUTS["side_by_side"]).read_bytes())
    assert written[0] == written[1]


# ───────────── files that ffmpeg does not write here ─────────────


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def index(offsets: bytes, media: bytes = b"vmhd") -> bytes:
    """A `moov` with one track."""
    entry = box(b"avc1", bytes(78), box(b"avcC", b"x"), box(b"pasp", b"y"))
    table = box(b"stbl", box(b"stsd", struct.pack(">II", 0, 1), entry), offsets)
    return box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(media), table))))


def test_offsets_of_64_bits_grow_where_samples_come_after_the_index(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    offsets = box(b"co64", struct.pack(">IIQQ", 0, 2, 8, 2**33))
    large = struct.pack(">I4sQ", 1, b"mdat", 19) + b"abc"
    path.write_bytes(box(b"ftyp") + large + index(offsets) + box(b"mdat", b"later"))
    length = os.path.getsize(path)
    add_stereo_box(path, 1)
    found = dict(walk(path.read_bytes()))
    table = ("moov", "trak", "mdia", "minf", "stbl")
    assert struct.unpack(">IIQQ", found[*table, "co64"]) == (0, 2, 8, 2**33 + 13)
    assert found[*table, "stsd", "avc1", "st3d"] == b"\0\0\0\0\1"
    assert path.stat().st_size == length + 13 and path.read_bytes().endswith(b"later")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box(b"ftyp") + box(b"mdat"),
        box(b"ftyp") + index(b"", media=b"smhd"),
        box(b"ftyp") + index(b"")[:-9],
        struct.pack(">I4s", 3, b"free") + index(b""),
    ],
    ids=["empty", "no index", "only sound", "cut off", "a size too small"],
)
def test_a_file_without_a_video_is_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    with pytest.raises(ValueError):
        add_stereo_box(path, 1)
    assert path.read_bytes() == data and list(tmp_path.iterdir()) == [path]
