"""Videos of every odd kind: each with the pictures that a player shows, or an error that says what
is wrong with it."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.clips import clip, ffmpeg, moving
from media.test_video_frames import frames_of, pixels

from discoscript.media.footage import facts
from discoscript.pipeline import compile_text
from discoscript.project import Project
from discoscript.scene.files import VideoFacts

FRAMES = moving(8)

#: (suffix, codec, its words): containers that the others do not stand for.
CONTAINERS = [
    ("mpg", "mpeg2video", "-q:v 1 -bf 2"),
    ("ts", "libx264", "-qp 1"),
    ("m2ts", "libx264", "-qp 1 -bf 2"),
    ("ogv", "libtheora", "-q:v 10"),
    ("wmv", "wmv2", "-q:v 1"),
    ("asf", "msmpeg4", "-q:v 1"),
    ("flv", "flv1", "-q:v 1"),
    ("3gp", "mpeg4", "-q:v 1"),
    ("m4v", "mpeg4", "-q:v 1"),
]

#: (pixel format, codec): each as a camera, an editor or a screen recorder writes it.
PIXELS = [
    ("yuv420p10le", "ffv1"),
    ("yuv422p", "ffv1"),
    ("yuv444p16le", "ffv1"),
    ("yuva420p", "ffv1"),
    ("gray", "ffv1"),
    ("gray16le", "ffv1"),
    ("rgb48le", "ffv1"),
    ("bgra", "ffv1"),
    ("gbrp", "ffvhuff"),
    ("pal8", "png"),
    ("rgb555le", "rawvideo"),
    ("uyvy422", "rawvideo"),
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def near(found: np.ndarray, expected: np.ndarray) -> float:
    """Mean difference of levels."""
    return float(np.abs(found.astype(int) - expected).mean())


@pytest.mark.parametrize(("suffix", "codec", "words"), CONTAINERS)
def test_a_container_is_read(suffix: str, codec: str, words: str, tmp_path: Path) -> None:
    clip(tmp_path / "a.mkv", FRAMES)
    path = tmp_path / f"a.{suffix}"
    ffmpeg("-i", str(tmp_path / "a.mkv"), "-c:v", codec, *words.split(), str(path))
    assert facts(path, path.name) == VideoFacts(8, Fraction(24), (64, 48))
    assert near(pixels(frames_of(path)), FRAMES) < 12  # their colours are halved in size


@pytest.mark.parametrize(("layout", "codec"), PIXELS)
def test_pixels_of_any_layout_become_rgb(layout: str, codec: str, tmp_path: Path) -> None:
    clip(tmp_path / "a.mkv", FRAMES)
    path = tmp_path / "b.mkv"
    words = ("-c:v", codec, "-pix_fmt", layout, "-strict", "experimental")
    ffmpeg("-i", str(tmp_path / "a.mkv"), *words, str(path))
    grey = "gray" in layout
    seen = FRAMES @ [0.299, 0.587, 0.114] if grey else FRAMES
    found = pixels(frames_of(path))
    assert near(found[..., 0] if grey else found, seen) < (20 if layout == "pal8" else 12)


def test_without_a_picture_stream_it_is_no_video(tmp_path: Path) -> None:
    for name in ("a.mkv", "a.ogv", "a.ts", "a.wmv", "a.flv"):
        ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-ar", "44100", str(tmp_path / name))
        assert facts(tmp_path / name, name) is None


def complaint(folder: Path, name: str) -> str:
    """The only message about a script that uses a file."""
    script = f'disco 1\nprompt "x"\nvideo: source "{name}"\n'
    (found,) = compile_text(script, files=Project(folder)).diagnostics
    assert script[found.span.start : found.span.end] == f'"{name}"'
    return f"{found.code} {found.message}"


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "avi", "ogv", "wmv", "flv", "ts", "mpg"])
def test_a_video_of_no_frames_says_so(suffix: str, tmp_path: Path) -> None:
    name = f"none.{suffix}"
    codec = {"ogv": "libtheora", "wmv": "wmv2", "flv": "flv1", "mpg": "mpeg2video"}
    words = ("-c:v", codec.get(suffix, "libx264"), "-frames:v", "0")
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:duration=1", *words, str(tmp_path / name))
    assert complaint(tmp_path, name).startswith("D508 ")


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "mpg", "ogv", "wmv", "flv"])
def test_what_only_calls_itself_a_video_says_so(suffix: str, tmp_path: Path) -> None:
    name = f"text.{suffix}"
    (tmp_path / name).write_text("a video of the sea\n" * 80)
    assert complaint(tmp_path, name).startswith("D508 ")


def test_a_picture_that_calls_itself_a_video_says_so(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1", str(tmp_path / "a.png"))
    (tmp_path / "a.png").rename(tmp_path / "a.mp4")
    assert complaint(tmp_path, "a.mp4").startswith("D508 ")


@pytest.mark.parametrize("suffix", ["ts", "mpg", "flv", "ogv", "mkv", "avi"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_video_that_is_cut_has_fewer_frames_or_says_so(
    suffix: str, kept: float, tmp_path: Path
) -> None:
    """A stream may end anywhere and is then as long as it is; what is counted can be decoded."""
    path = tmp_path / f"a.{suffix}"
    codec = {"ogv": "libtheora", "flv": "flv1", "mpg": "mpeg2video"}.get(suffix, "mpeg4")
    source = "testsrc2=size=160x120:rate=24:duration=2"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", codec, "-q:v", "3", str(path))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    script = f'disco 1\nprompt "x"\nvideo: source "{path.name}"\n'
    made = compile_text(script, files=Project(tmp_path))
    codes = [d.code for d in made.diagnostics]
    assert codes in ([], ["D508"]), codes
    if not codes:
        found = facts(path, path.name)
        assert found is not None and 0 < found.frames < 48
        frames = frames_of(path)
        assert len(pixels(frames)) == found.frames
    else:
        assert re.search(r"is damaged|holds no video", made.diagnostics[0].message)
