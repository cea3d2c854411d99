"""The video of a render so far: it can be played while it grows, and after whatever ended it.

It holds every finished frame, in quick encoding and without sound, in an MP4 of which each frame is
a fragment of its own: wherever it breaks off, it plays up to there. When the real video is there it
is removed. A render of a few seconds has none.
"""

import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import ffmpeg

from discoscript.errors import Failure
from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.frames.renderer import Picture
from discoscript.video.in_order import InOrder
from discoscript.video.video import BT709, BT709_TAGS, CODECS, ffmpeg_command, fitted

BEGINS_S = 5.0  #: of rendering, before the encoder is started
PATIENCE_S = 5.0  #: with an encoder that has not kept up, at the end
CRF = 20


class Growing(Events):
    """Encodes what is finished, in a thread, in the order of the frames.

    `read` gives the PNG of a digest; `first` to `last`, excluded, are the frames of the video,
    `fps` of them a second. Whatever goes wrong with it, the render goes on.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[str], bytes | None],
        fps: str,
        first: int,
        last: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path, self.read, self.fps = path, read, fps
        self._order = InOrder(first, last)
        self.clock, self.began = clock, clock()
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._encoder: subprocess.Popen[bytes] | None = None

    def kept(self, index: int, record: Record) -> None:
        """The frame is there, and so are those after it that were there before."""
        for digest in self._order.arrived(index, record.digest):
            self._waiting.put(digest)

    def finished(self, index: int, record: Record, seconds: float) -> None:
        """The same; a render that takes its time gets a video of what there is of it."""
        self.kept(index, record)
        if self._thread is None and self.clock() - self.began >= BEGINS_S:
            self._thread = threading.Thread(target=self._encode, name="video so far", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the video, with all that is finished if the encoder is not far behind."""
        if self._thread is None:
            return
        self._waiting.put(None)
        self._thread.join(PATIENCE_S)
        if self._encoder is not None and self._thread.is_alive():
            self._encoder.kill()  # what it has written plays all the same
            self._thread.join(PATIENCE_S)

    def remove(self) -> None:
        """The real video is there."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _encode(self) -> None:
        with suppress(OSError, ValueError, Failure):
            while (digest := self._waiting.get()) is not None:
                data = self.read(digest)
                if data is None:
                    break  # damaged: it is rendered again, and the real video will have it
                self._write(fitted(png.decode(data), CODECS["h264"]))
        encoder = self._encoder
        if encoder is not None and encoder.stdin is not None:
            with suppress(OSError):
                encoder.stdin.close()
            encoder.wait()

    def _write(self, picture: Picture) -> None:
        if self._encoder is None:
            self.path.unlink(missing_ok=True)  # never through a link that lies there
            height, width, _ = picture.shape
            command = _command(self.path, (width, height), self.fps)
            self._encoder = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the render, which then ends the video
            )
        assert self._encoder.stdin is not None
        self._encoder.stdin.write(picture.tobytes())
        self._encoder.stdin.flush()


def _command(path: Path, size: tuple[int, int], fps: str) -> list[str]:
    """ffmpeg's command line: raw RGB from a pipe, each frame written as soon as it is encoded."""
    source = ffmpeg.input(
        "pipe:", format="rawvideo", pix_fmt="rgb24", video_size=size, framerate=fps
    )
    target = ffmpeg.output(
        source.video, str(path), format="mp4", vcodec="libx264", pix_fmt="yuv420p", vf=BT709,
        crf=CRF, preset="superfast", tune="zerolatency", flush_packets=1,
        movflags="frag_every_frame+empty_moov+default_base_moof", fflags="+bitexact",
        map_metadata=-1, **BT709_TAGS,
    )  # fmt: skip
    return ffmpeg_command(target)
