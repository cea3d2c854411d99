"""The frames of an input video at the size of a scene, decoded when they are asked for.

A frame is known by the SHA-256 of its pixels (raw RGB, row by row), so the name and the date of the
file change nothing, and neither does a frame that is not used. To know all of them the file is
decoded once; they are kept by the content of the file. After that no more than a few frames are in
memory: the file is read on as the render goes on.
"""

import hashlib
import subprocess
import tempfile
from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import IO

import ffmpeg
import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image

from discoscript.media.decode import ffmpeg_binary
from discoscript.media.footage import PROTECTED, showing
from discoscript.media.kept import kept
from discoscript.media.state import State, digest
from discoscript.scene.files import MAX_PIXELS, Unreadable

#: Changes when the pixels change: what was kept before is decoded anew.
ALGORITHM = 1

#: Colours are converted alike on every machine.
EXACT = "bitexact+accurate_rnd+full_chroma_int"

IN_MEMORY = 4  #: frames that were asked for last
REPAIR = 'save it again, for example with: ffmpeg -i "{name}" -crf 12 repaired.mp4'


class VideoFrames(Mapping[str, bytes]):
    """Frames of a video, scaled to `size` (width, height): digest -> raw RGB.

    Every `every`-th frame that is shown is used; `digests` are theirs, in order. Unreadable where
    the file cannot be decoded as far as that.
    """

    def __init__(self, state: State, every: int, size: tuple[int, int]) -> None:
        self._state, self._size = state, size
        self._used = showing(state).frames[::every]
        self.sha256 = digest(state)
        identity = f"video {decoder()} {self.sha256} {every} {size[0]}x{size[1]}"
        table = kept(identity, self._table)
        self.digests = tuple(bytes(row).hex() for row in table)
        self._numbers: dict[str, list[int]] = {}
        for number, name in zip(self._used, self.digests, strict=True):
            self._numbers.setdefault(name, []).append(number)
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._reading: Generator[tuple[int, bytes]] | None = None
        self._position = 0  #: the least number that can still be read

    def __getitem__(self, name: str) -> bytes:
        """The pixels of a frame. Frames that are asked for in order are decoded once."""
        if name not in self._recent:
            self._recent[name] = self._read(self._numbers[name])
            while len(self._recent) > IN_MEMORY:
                self._recent.popitem(last=False)
        self._recent.move_to_end(name)
        data = self._recent[name]
        if hashlib.sha256(data).hexdigest() != name:
            raise Unreadable(f'"{self._state.name}" was changed while it was being read')
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def close(self) -> None:
        """Read no more; the next frame that is asked for begins anew."""
        if self._reading is not None:
            self._reading.close()
        self._reading, self._position = None, 0

    def _read(self, numbers: list[int]) -> bytes:
        """The frame that is stored at any of these places, the next one there is."""
        if self._reading is None or max(numbers) < self._position:
            self.close()
            self._reading = scaled_frames(self._state, frozenset(self._used), self._size)
        for number, data in self._reading:
            self._position = number + 1
            if number in numbers:
                return data
        raise AssertionError("a frame that is used is read")

    def _table(self) -> NDArray[np.uint8]:
        """The digest of every frame that is used, a row of 32 bytes each."""
        wanted = frozenset(self._used)
        with closing(scaled_frames(self._state, wanted, self._size)) as frames:
            found = {number: hashlib.sha256(data).digest() for number, data in frames}
        rows = b"".join(found[number] for number in self._used)
        return np.frombuffer(rows, dtype=np.uint8).reshape(len(self._used), -1)


def decoder() -> str:
    """What the pixels depend on beside the file."""
    binary = Path(ffmpeg_binary()).stat()
    return f"{ALGORITHM} {binary.st_size} {binary.st_mtime_ns} {PIL.__version__}"


def scaled_frames(
    state: State, wanted: frozenset[int], size: tuple[int, int]
) -> Generator[tuple[int, bytes]]:
    """(number, raw RGB) of the frames with these numbers, in order, stretched to `size`.

    Unreadable if the file ends before the last of them.
    """
    last = max(wanted)
    with closing(_decoded(state)) as frames:
        count = 0
        for number, picture in enumerate(frames):
            count = number + 1
            if number in wanted:
                fitted = picture.resize(size, Image.Resampling.LANCZOS)
                yield number, fitted.tobytes()
            if number == last:
                return
    raise Unreadable(
        f'"{state.name}" is damaged: {count} of its {last + 1} frames can be decoded',
        REPAIR.format(name=state.name),
    )


def _decoded(state: State) -> Generator[Image.Image]:
    """Every frame of the first video stream, upright."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            _command(state), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
        )
        try:
            assert process.stdout is not None
            with process.stdout as pipe:
                yield from _pictures(pipe)
        finally:
            process.kill()
            process.wait()


def _command(state: State) -> list[str]:
    """ffmpeg's command line: every stored frame as a PPM into a pipe."""
    source = ffmpeg.input(f"file:{state.path.absolute()}", **PROTECTED, max_pixels=MAX_PIXELS)
    target = source.output(
        "pipe:", map="0:v:0", fps_mode="passthrough", format="image2pipe", vcodec="ppm",
        pix_fmt="rgb24", sws_flags=EXACT,
    )  # fmt: skip
    quiet = target.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    words: list[str] = quiet.compile(cmd=ffmpeg_binary())
    return words


def _pictures(pipe: IO[bytes]) -> Iterator[Image.Image]:
    """The PPMs of a stream, as far as they are whole."""
    while pipe.readline() == b"P6\n":
        width, height = (int(side) for side in pipe.readline().split())
        pipe.readline()  # the highest level, 255
        data = pipe.read(3 * width * height)
        if len(data) < 3 * width * height:
            return
        yield Image.frombytes("RGB", (width, height), data)
