"""A video file -> how many frames it has, how fast they follow each other, and which to show when.

Nothing is decoded for that: the times at which the frames are shown stand beside them in the file.
Where they follow each other at one rate, every frame is shown once. Where they do not, the rate is
that of most frames, and what is shown is what a player shows in the middle of each frame's time:
pauses are filled with repeated frames, and the video keeps its speed.
"""

import re
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discoscript.media.decode import ffmpeg_binary
from discoscript.media.state import State, state_of
from discoscript.scene.files import Unreadable, VideoFacts

LONGEST_S = 60  #: a file that takes longer to look through counts as unreadable

#: What the files of the kinds that are read begin with, and where: nothing else is given to ffmpeg,
#: which would follow a list of other files that only calls itself a video.
BEGINNINGS = (
    (4, (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    (0, (b"\x1aE\xdf\xa3", b"RIFF", b"GIF8", b"OggS", b"FLV\x01")),
    (0, (b"\x00\x00\x01\xba", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")),  # MPEG, Windows Media
)

#: A transport stream begins each of its packets with this byte; those of cameras have 4 more bytes
#: before it.
SYNC, PACKETS = 0x47, ((0, 188), (4, 192))

#: How ffmpeg opens one: nothing but this file, and nothing that names other files.
PROTECTED = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,matroska,webm,avi,gif,mpeg,mpegts,ogg,asf,flv",
}

NUMBER = re.compile(r"-?\d{1,18}")  #: a time; the least of 64 bits stands for none

#: What ffmpeg says of a file that ends before its time.
CUT_SHORT = re.compile(r"partial file|ended prematurely")

#: How far from its time at a steady rate a frame may be, in frames.
JITTER = 0.5


@dataclass(frozen=True)
class Showing:
    """`fps` frames per second are shown; `frames` are the numbers of the stored ones, in order,
    the first one 0, each of them shown once, several times, or not at all."""

    fps: Fraction
    frames: tuple[int, ...]


def facts(path: Path, name: str) -> VideoFacts | None:
    """Frames, frames per second and size of the first video stream; None if there is none.

    Unreadable, which calls the file `name`, if it ends in the middle.
    """
    try:
        found, size = _looked_through(state_of(path, name))
    except Unreadable:
        raise
    except Exception:  # a stranger's file: whatever is wrong with it, it is no video
        return None
    return VideoFacts(len(found.frames), found.fps, size)


def showing(state: State) -> Showing:
    """Which frames of the first video stream are shown when; an error if there is none."""
    return _looked_through(state)[0]


def shown(times: NDArray[np.float64], last: float, told: Fraction | None) -> Showing:
    """What to show of frames that are shown at `times` (seconds, rising), the last one for `last`
    seconds; `told` is the rate that the file claims."""
    since = times - times[0]
    gap = float(np.median(np.diff(times))) if len(times) > 1 else last
    usual = exact_rate(1 / gap) if gap > 0 else None
    for fps in (told, usual):
        if fps and np.all(np.abs(since * float(fps) - np.arange(len(times))) < JITTER):
            return Showing(fps, tuple(range(len(times))))
    if not usual:
        raise ValueError("frames without a rate")
    count = max(1, round((since[-1] + (last or gap)) * float(usual)))
    middles = (np.arange(count) + 0.5) / float(usual)
    numbers = np.searchsorted(since, middles, side="right") - 1
    return Showing(usual, tuple(numbers.tolist()))


def exact_rate(fps: float) -> Fraction:
    """A rate that was told to two digits: 29.97 is 30000/1001, 25 is 25."""
    for whole in (24, 30, 48, 60, 120):
        television = Fraction(whole * 1000, 1001)
        if abs(float(television) - fps) < 0.006:
            return television
    return Fraction(str(round(fps, 3)))


@lru_cache(maxsize=64)
def _looked_through(state: State) -> tuple[Showing, tuple[int, int]]:
    """What is shown of a file, and its width and height."""
    if not _begins_as_a_video(state.path):
        raise ValueError("not a video")
    source = [word for item in PROTECTED.items() for word in (f"-{item[0]}", item[1])]
    source += ["-i", f"file:{state.path.absolute()}"]
    command = [ffmpeg_binary(), "-hide_banner", "-nostdin", *source, "-map", "0:v:0"]
    command += ["-c", "copy", "-f", "framecrc", "-"]  # a line for each frame, none decoded
    ended = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=True)
    table, said = (out.decode(errors="replace") for out in (ended.stdout, ended.stderr))
    fps = re.search(r"Video: .* ([\d.]+) fps", said)
    size = re.search(r"^#dimensions 0: (\d+)x(\d+)$", table, re.MULTILINE)
    if size is None:
        raise ValueError("no picture")
    told = exact_rate(float(fps[1])) if fps else None
    found = _shown_by(table, told)
    if CUT_SHORT.search(said):
        message = f'"{state.name}" is damaged: it ends after {len(found.frames)} frames'
        raise Unreadable(message, "fetch or copy it again")
    return found, (int(size[1]), int(size[2]))


def _shown_by(table: str, told: Fraction | None) -> Showing:
    """What is shown of ffmpeg's table: a stream, dts, pts, duration, size and sum in each row."""
    unit = re.search(r"^#tb 0: (\d+)/(\d+)$", table, re.MULTILINE)
    rows = [line.split(",") for line in table.splitlines() if line[:1].isdigit()]
    if unit is None or not rows:
        raise ValueError("no frames")
    second = int(unit[2]) / int(unit[1])
    frames = [(row[2].strip(), int(row[3])) for row in rows]
    if not all(NUMBER.fullmatch(time) for time, _ in frames):  # as in an old AVI
        if not told:
            raise ValueError("frames without a time")
        return Showing(told, tuple(range(len(rows))))
    times, durations = zip(*sorted((int(time), length) for time, length in frames), strict=True)
    return shown(np.array(times) / second, durations[-1] / second, told)


def _begins_as_a_video(path: Path) -> bool:
    with open(path, "rb") as file:
        head = file.read(3 * 192)
    if any(head[at : at + len(word)] == word for at, words in BEGINNINGS for word in words):
        return True
    return any(
        len(head) > first + 2 * length and all(head[first + i * length] == SYNC for i in range(3))
        for first, length in PACKETS
    )
