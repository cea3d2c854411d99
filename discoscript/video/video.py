"""Frames -> a video file, by ffmpeg.

The frames in the store are the truth and the video is derived: it is written under another name
and renamed when it is whole, so whatever interrupts the encoder, no half file has the video's
name. Frames go to ffmpeg through a pipe, one at a time.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from glob import escape
from itertools import chain
from pathlib import Path
from typing import IO, Any

import ffmpeg
import numpy as np

from discoscript.errors import Exit, Failure
from discoscript.frames.renderer import Picture
from discoscript.media.decode import ffmpeg_binary, safe_input
from discoscript.video.stereo import Layout
from discoscript.video.stereo_box import add_stereo_box

#: Efforts of an encoder, least first; each codec translates them to its own.
PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip

#: sRGB pictures become BT.709 video, and the file says so.
BT709 = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709"
BT709_TAGS = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709"}

#: One palette for the whole animation, from what moves in it.
PALETTE = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse"

#: How a sound track is encoded.
SOUND = {"audio_bitrate": "192k", "ac": 2}

ERROR_LINES = 5  #: of ffmpeg's last words, how many are shown
ABANDONED_S = 24 * 3600  #: a half file that nobody wrote to for so long is removed


@dataclass(frozen=True)
class SoundTrack:
    """What is heard: `seconds` of the file at `path`, from second `begin` of it on.

    A file that ends earlier leaves the rest of the video silent.
    """

    path: Path
    begin: float
    seconds: float


class VideoFailure(Failure):
    """The video could not be written."""

    exit = Exit.DISK


@dataclass(frozen=True)
class Codec:
    """One way to write a video. `container` is ffmpeg's name of the file format; `options` turns
    crf and preset into the encoder's options; `even` says that sides must be even; `sound` is the
    encoder of the sound track, "" where the format has none; `stereo` gives the options that tell
    a player of two eyes."""

    name: str
    doc: str
    suffix: str
    container: str
    encoder: str
    pixel_format: str
    options: Callable[[int, str], Mapping[str, object]]
    sound: str = "aac"
    filters: str = BT709
    tags: Mapping[str, str] = field(default_factory=lambda: BT709_TAGS)
    even: bool = True
    stereo: Callable[[Layout], Mapping[str, object]] = lambda layout: {}

    @property
    def boxed(self) -> bool:
        """Whether the file is made of boxes, of which one can tell of two eyes."""
        return self.container in ("mp4", "mov")


def _x26x(crf: int, preset: str) -> Mapping[str, object]:
    return {"crf": crf, "preset": preset, "movflags": "+faststart"}


def _x265(crf: int, preset: str) -> Mapping[str, object]:
    """`hvc1` is the tag that Apple's players ask for."""
    return {**_x26x(crf, preset), "tag:v": "hvc1", "x265-params": "log-level=error"}


def _packing(layout: Layout) -> Mapping[str, object]:
    """H.264 itself can say how the eyes lie in a picture."""
    return {"x264-params": f"frame-packing={layout.packing}"}


def _stereo_mode(layout: Layout) -> Mapping[str, object]:
    """An element of Matroska and WebM."""
    return {"metadata:s:v": f"stereo_mode={layout.matroska}"}


def _vp9(crf: int, preset: str) -> Mapping[str, object]:
    """`cpu-used` 8 is the least effort and 0 the most."""
    return {"crf": crf, "b:v": 0, "cpu-used": len(PRESETS) - 1 - PRESETS.index(preset)}


def _prores(crf: int, preset: str) -> Mapping[str, object]:
    """Profile 3 is HQ; it has neither quality nor effort to choose."""
    return {"profile:v": 3, "vendor": "apl0"}


CODECS: Mapping[str, Codec] = {
    codec.name: codec
    for codec in (
        Codec(
            "h264", "plays everywhere", ".mp4", "mp4", "libx264", "yuv420p", _x26x,
            stereo=_packing,
        ),
        Codec("h265", "smaller, newer players", ".mp4", "mp4", "libx265", "yuv420p", _x265),
        Codec(
            "vp9", "free, for the web", ".webm", "webm", "libvpx-vp9", "yuv420p", _vp9, "libopus",
            stereo=_stereo_mode,
        ),
        Codec(
            "prores", "for editing", ".mov", "mov", "prores_ks", "yuv422p10le", _prores,
            "pcm_s16le",
        ),
        Codec(
            "gif", "256 colours, plays anywhere", ".gif", "gif", "gif", "pal8",
            lambda crf, preset: {}, "", PALETTE, {}, even=False,
        ),
    )
}  # fmt: skip


def encode(
    frames: Iterable[Picture],
    path: Path,
    fps: Fraction,
    codec: str = "h264",
    crf: int = 17,
    preset: str = "slow",
    sound: SoundTrack | None = None,
    eyes: Layout | None = None,
    comment: str = "",
) -> int:
    """Write the frames, all of one size, as a video at `fps` frames per second; how many they were.

    A size with an odd side grows by a repeated row or column where the codec needs even sides.
    `eyes` says how the frames hold two eyes; the file tells players, as far as its format can.
    `comment` is a text of plain letters that stays in the file.
    """
    row = CODECS[codec]
    first, rest = _first(frames, path)
    partial = _partial(path)
    height, width, _ = fitted(first, row).shape
    options = {**row.options(crf, preset), **(row.stereo(eyes) if eyes else {})}
    options |= {"metadata:g": f"comment={comment}"} if comment else {}
    command = _command(partial, (width, height), fps, row, options, sound)
    try:
        count = _pipe(command, chain([first], rest), row)
        if eyes and row.boxed:
            add_stereo_box(partial, eyes.box)
        _rename(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _first(frames: Iterable[Picture], path: Path) -> tuple[Picture, Iterable[Picture]]:
    rest = iter(frames)
    for first in rest:
        return first, rest
    raise VideoFailure(f"cannot write {path}: there are no frames")


def _partial(path: Path) -> Path:
    """Where the video is written until it is whole; half files of runs long dead are removed."""
    for abandoned in path.parent.glob(f".{escape(path.name)}.*.partial"):
        with suppress(OSError):
            if time.time() - abandoned.stat().st_mtime > ABANDONED_S:
                abandoned.unlink()
    return path.absolute().with_name(f".{path.name}.{os.getpid()}.partial")


def _command(
    path: Path,
    size: tuple[int, int],
    fps: Fraction,
    codec: Codec,
    options: Mapping[str, object],
    sound: SoundTrack | None,
) -> list[str]:
    """ffmpeg's command line: raw RGB from a pipe; `bitexact` leaves date and version out."""
    raw = {"format": "rawvideo", "pix_fmt": "rgb24", "video_size": size}
    source = ffmpeg.input("pipe:", **raw, framerate=f"{fps.numerator}/{fps.denominator}")
    heard = _heard(sound) if sound and codec.sound else []
    target = ffmpeg.output(
        source.video, *heard, str(path), format=codec.container, vcodec=codec.encoder,
        pix_fmt=codec.pixel_format, vf=codec.filters, fflags="+bitexact", map_metadata=-1,
        **codec.tags, **options, **({"acodec": codec.sound, **SOUND} if heard else {}),
    )  # fmt: skip
    return ffmpeg_command(target)


def ffmpeg_command(target: Any) -> list[str]:
    """The command line of what ffmpeg-python was told."""
    quiet = target.global_args("-hide_banner", "-loglevel", "error")
    words: list[str] = quiet.compile(cmd=_ffmpeg(), overwrite_output=True)
    return words


def _heard(sound: SoundTrack) -> list[Any]:
    """The part of the sound that is heard, as ffmpeg-python's input."""
    part = {"ss": f"{sound.begin:.6f}", "t": f"{sound.seconds:.6f}"}
    return [ffmpeg.input(**safe_input(sound.path), **part)["a:0"]]


def _ffmpeg() -> str:
    try:
        return ffmpeg_binary()
    except RuntimeError as error:
        help = "reinstall imageio-ffmpeg, or name a binary in IMAGEIO_FFMPEG_EXE"
        raise VideoFailure("there is no ffmpeg for this machine", help) from error


def _pipe(command: list[str], frames: Iterable[Picture], codec: Codec) -> int:
    """Run ffmpeg on the frames; how many they were."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log
        )
        assert process.stdin is not None
        try:
            count = _feed(process.stdin, frames, codec)
            code = process.wait()
        finally:
            process.kill()  # nothing is left to kill unless an exception passes
            process.wait()
        if code != 0:
            raise VideoFailure(f"ffmpeg could not write the video: {_last_words(log)}")
        return count


def _feed(pipe: IO[bytes], frames: Iterable[Picture], codec: Codec) -> int:
    """Write all frames and close. Where ffmpeg ends early, its exit code says more than ours."""
    count, shape = 0, None
    with suppress(BrokenPipeError), pipe:
        for frame in frames:
            shape = shape or frame.shape
            if frame.shape != shape:
                raise VideoFailure(f"frame {count} has another size than the first")
            pipe.write(fitted(frame, codec).tobytes())
            count += 1
    return count


def fitted(frame: Picture, codec: Codec) -> Picture:
    """The frame with even sides, where the codec needs them."""
    height, width, _ = frame.shape
    if not codec.even or (height % 2 == 0 and width % 2 == 0):
        return frame
    return np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def _last_words(log: IO[bytes]) -> str:
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return "; ".join(line.strip() for line in lines[-ERROR_LINES:]) or "it gave no reason"


def _rename(partial: Path, path: Path) -> None:
    """Give the whole file its name, once its bytes are on the disk."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)
