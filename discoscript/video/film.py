"""How a video is made of frames, and what it depends on beside them."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from discoscript.errors import disk_failure
from discoscript.video.stereo import Layout


@dataclass(frozen=True)
class Film:
    """How the video is made: frames `first` to `last`, which is excluded.

    `sound` is a file that is heard from the second `sound_begin` of it on. `blend` says how frames
    of video mode are blended with the ones before them: none, linear or optical_flow. `eyes` says
    how a video for both eyes holds them, None where none is made.
    """

    fps: Fraction
    codec: str
    crf: int
    preset: str
    first: int
    last: int
    sound: Path | None = None
    sound_begin: float = 0.0
    blend: str = "none"
    eyes: Layout | None = None


def encoding_identity(film: Film) -> tuple[object, ...]:
    """What a video depends on beside its frames."""
    how = (str(film.fps), film.codec, film.crf, film.preset)
    return (*how, content(film.sound), film.sound_begin) if film.sound else how


def film_identity(film: Film) -> tuple[object, ...]:
    """The same, and which frames are shown and how."""
    shown = film.first, film.last, film.blend, film.eyes and film.eyes.name
    return (*encoding_identity(film), *shown)


def content(path: Path) -> str:
    """SHA-256 of a file's content, in hex digits."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise disk_failure(f"read {path}", error) from error
