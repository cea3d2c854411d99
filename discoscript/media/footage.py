"""A video file -> what it holds, as far as a schedule needs it. The frames are not decoded."""

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

from discoscript.scene.files import VideoFacts

LONGEST_S = 60  #: a file that takes longer to look through counts as unreadable

#: What the files of the kinds that are read begin with, and where: nothing else is given to ffmpeg,
#: which would follow a list of other files that only calls itself a video.
BEGINNINGS = (
    (4, (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    (0, (b"\x1aE\xdf\xa3", b"RIFF", b"GIF8")),
)


def facts(path: Path) -> VideoFacts | None:
    """Frames, frames per second and size of the first video stream; None if there is none."""
    try:
        if not _begins_as_a_video(path):
            return None
        reader = imageio_ffmpeg.read_frames(str(path))
        try:
            found = next(reader)
        finally:
            reader.close()
        frames = _count(path)
    except Exception:  # a stranger's file: whatever is wrong with it, it is no video
        return None
    width, height = found["size"]
    fps = exact_rate(float(found["fps"]))
    good = frames > 0 and fps > 0
    return VideoFacts(frames, fps, (int(width), int(height))) if good else None


def exact_rate(fps: float) -> Fraction:
    """A rate that was told to two digits: 29.97 is 30000/1001, 25 is 25."""
    for whole in (24, 30, 48, 60, 120):
        television = Fraction(whole * 1000, 1001)
        if abs(float(television) - fps) < 0.006:
            return television
    return Fraction(str(round(fps, 3)))


def _begins_as_a_video(path: Path) -> bool:
    with open(path, "rb") as file:
        head = file.read(16)
    return any(head[at : at + len(word)] == word for at, words in BEGINNINGS for word in words)


def _count(path: Path) -> int:
    """The frames of the first video stream, counted as they are stored."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-i", str(path)]
    command += ["-map", "0:v:0", "-c", "copy", "-f", "null", "-"]
    ended = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=True)
    counts = re.findall(rb"frame=\s*(\d+)", ended.stderr)
    return int(counts[-1]) if counts else 0
