"""A sound file -> its samples, by ffmpeg.

The file may be a stranger's: ffmpeg may open nothing but this one file, and only as a format that
holds sound itself (no play lists, which would name other files).
"""

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import IO

import ffmpeg
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from discoscript.scene.files import Unreadable

Samples = NDArray[np.float32]

#: ffmpeg's names of what may be read.
FORMATS = "wav,w64,mp3,flac,ogg,aac,aiff,caf,matroska,webm,mov,mp4,m4a,avi"

#: How ffmpeg opens a stranger's file.
SAFE = {"protocol_whitelist": "file", "format_whitelist": FORMATS}

LONGEST_S = 2 * 3600  #: a longer sound is refused
TIME_OUT_S = 300  #: for decoding one file
BLOCK = 2**18  #: samples that are decoded at a time
RATES = (1_000, 768_000)  #: samples per second that make sense


def safe_input(path: Path) -> dict[str, str]:
    """The arguments of `ffmpeg.input` for a file; no name is taken for an address."""
    return {"filename": f"file:{path.absolute()}", **SAFE}


def ffmpeg_binary() -> str:
    """Where ffmpeg is; RuntimeError if there is none for this machine."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def decode(path: Path, name: str) -> Generator[tuple[int, Samples]]:
    """The samples, mixed to one channel, in blocks: (samples per second, floats of shape (n,)).

    Full scale is 1; of a sound longer than LONGEST_S there comes one second more than that.
    Unreadable, which calls the file `name`, if it holds no sound.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            _command(path, name),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        late = Timer(TIME_OUT_S, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            with process.stdout as pipe:
                yield from _blocks(pipe, name)
            if process.wait() != 0:
                raise Unreadable(f'"{name}" is damaged, or takes too long to decode')
        finally:
            late.cancel()
            process.kill()
            process.wait()


def probe(path: Path, name: str) -> None:
    """Decode the beginning; Unreadable, which calls the file `name`, if it holds no sound."""
    with closing(decode(path, name)) as blocks:
        next(blocks, None)


def _command(path: Path, name: str) -> list[str]:
    """ffmpeg's command line: a WAV of 32-bit floats into a pipe, at the file's own rate."""
    target = ffmpeg.input(**safe_input(path)).output(
        "pipe:", map="0:a:0", ac=1, acodec="pcm_f32le", format="wav", t=LONGEST_S + 1,
        fflags="+bitexact",
    )  # fmt: skip
    quiet = target.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    try:
        words: list[str] = quiet.compile(cmd=ffmpeg_binary())
    except RuntimeError as error:
        help = "reinstall imageio-ffmpeg, or name a binary in IMAGEIO_FFMPEG_EXE"
        raise Unreadable(f'there is no ffmpeg to read "{name}"', help) from error
    return words


def _blocks(pipe: IO[bytes], name: str) -> Generator[tuple[int, Samples]]:
    rate = _rate(pipe)
    if rate is None:
        raise Unreadable(f'"{name}" holds no sound that can be read', "is it a sound file?")
    if not RATES[0] <= rate <= RATES[1]:
        raise Unreadable(f'"{name}" has {rate} samples per second', "convert it to 44100 Hz")
    while data := pipe.read(4 * BLOCK):
        yield rate, np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4")


def _rate(pipe: IO[bytes]) -> int | None:
    """The samples per second in the WAV header, which is read up to the samples."""
    if len(pipe.read(12)) < 12:
        return None
    rate = None
    while len(head := pipe.read(8)) == 8:
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"data":
            return rate
        chunk = pipe.read(size)
        if head[:4] == b"fmt ":
            rate = int.from_bytes(chunk[4:8], "little")
    return None
