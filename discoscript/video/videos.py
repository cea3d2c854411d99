"""The pictures of a render -> its videos, each encoded once for what it shows."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from discoscript.errors import disk_failure
from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.frames import Outcome
from discoscript.frames.record import Record
from discoscript.frames.renderer import Picture, Renderer
from discoscript.plan.canonical import canonical
from discoscript.video.ahead import Ahead, NotTheFrames
from discoscript.video.blending import blended
from discoscript.video.film import Film, encoding_identity
from discoscript.video.growing import Growing
from discoscript.video.output import FrameLost, Output, parts_of
from discoscript.video.stereo import Layout, packed
from discoscript_engine.job import Carry


def so_far(folder: Path, name: str) -> Path:
    """Where the video of an unfinished render lies."""
    return folder / f"{name}-so-far.mp4"


@dataclass(frozen=True)
class Videos:
    """Makes the videos of a `film` from the pictures of an `output`."""

    output: Output
    film: Film

    def growing(self) -> Growing:
        """What makes the video of what is finished."""
        output, film = self.output, self.film
        path = so_far(output.folder.path, output.name)
        return Growing(path, output.store.read, str(film.fps), film.first, film.last)

    def ahead(self) -> Ahead | None:
        """What encodes the video while its frames are made; None where they are not shown as they
        are stored."""
        output, film = self.output, self.film
        if self._carries() or output.finish is not None:
            return None
        count = min(film.last, output.length) - film.first
        write = partial(self._write, self._path(output.name), count)
        return Ahead(write, self._decoded, film.first, film.last)

    def flat(
        self,
        outcome: Outcome,
        renderer: Renderer,
        assets: Mapping[str, bytes],
        events: Events,
        ahead: Ahead | None = None,
    ) -> Path:
        """Encode the frames, unless the video is already made of them, or was `ahead`; its path."""
        output, film = self.output, self.film
        records = outcome.records[film.first : film.last]
        carries = self._carries()
        if not carries:
            pictures = _told(self._pictures(records), len(records), events)
            is_there = partial(ahead.completed, events=events) if ahead else None
            return self._encoded(output.name, records, pictures, is_there=is_there)
        mixed = blended(
            lambda index: png.decode(self._stored(outcome.records[index], output.path(index))),
            range(film.first, film.first + len(records)),
            carries,
            film.blend == "optical_flow",
            renderer,
            assets,
        )
        shown = map(output.finish.apply, mixed) if output.finish else mixed
        mixing = ((film.blend, tuple(carries.items())),)
        told = _told(shown, len(records), events)
        return self._encoded(output.name, records, told, mixing=mixing)

    def stereo(self, outcome: Outcome, events: Events) -> Path | None:
        """The same of what both eyes see; None where the scene or the film has no eyes."""
        eyes, film = self.film.eyes, self.film
        if eyes is None or not outcome.eyes:
            return None
        records = outcome.eyes[film.first : film.last]
        pictures = _told(self._pictures(records, eyes), len(records), events)
        return self._encoded(f"{self.output.name}_{eyes.ending}", records, pictures, eyes)

    def _encoded(
        self,
        name: str,
        records: Sequence[Record],
        pictures: Iterable[Picture],
        eyes: Layout | None = None,
        mixing: tuple[object, ...] = (),
        is_there: Callable[[Sequence[str]], bool] | None = None,
    ) -> Path:
        """Encode the pictures, which show the stored ones of `records`; `eyes` and `mixing` say
        what else they depend on. `is_there` says whether the video of these digests was written
        meanwhile."""
        film, folder, provenance = self.film, self.output.folder, self.output.provenance
        path = self._path(name)
        digests = tuple(record.digest for record in records)
        identity = (*encoding_identity(film), eyes.name) if eyes else encoding_identity(film)
        made = (self.output.finish.identity,) if self.output.finish else ()
        made = (*made, provenance.mark) if provenance.mark else made
        source = hashlib.sha256(canonical((identity, digests, *mixing, *made))).hexdigest()
        if not folder.is_current(path, source):
            if is_there is None or not is_there(digests):
                self._write(path, len(digests), pictures, eyes)
            folder.note(path, source)
        return path

    def _path(self, name: str) -> Path:
        """Where a video lies."""
        from discoscript.video.video import CODECS

        return self.output.folder.path / f"{name}{CODECS[self.film.codec].suffix}"

    def _write(
        self, path: Path, count: int, pictures: Iterable[Picture], eyes: Layout | None = None
    ) -> None:
        """Write `count` pictures as a video."""
        from discoscript.video.video import SoundTrack, encode

        film, comment = self.film, self.output.provenance.of_video()
        seconds = float(count / film.fps)
        sound = SoundTrack(film.sound, film.sound_begin, seconds) if film.sound else None
        try:
            encode(
                pictures, path, film.fps, film.codec, film.crf, film.preset, sound, eyes, comment
            )
        except OSError as error:
            raise disk_failure(f"write {path}", error) from error

    def _decoded(self, digest: str) -> Picture:
        """A stored picture, for the encoder beside the render."""
        data = self.output.store.read(digest)
        if data is None:
            raise NotTheFrames
        return png.decode(data)

    def _pictures(self, records: Sequence[Record], eyes: Layout | None = None) -> Iterator[Picture]:
        """The pictures of a video. What was done to them once is read back from their files."""
        output = self.output
        for index, record in enumerate(records, self.film.first):
            paths = output.view_paths(index) if eyes else (output.path(index),)
            parts = self._shown(paths, record)
            yield packed(np.concatenate(parts, axis=1), eyes) if eyes else parts[0]

    def _shown(self, paths: Sequence[Path], record: Record) -> Sequence[Picture]:
        """What the files of a stored picture show."""
        output = self.output
        source = output.source(record, output.finish)
        if output.finish is not None and all(output.folder.is_current(p, source) for p in paths):
            return [png.decode(path.read_bytes()) for path in paths]
        data = self._stored(record, paths[0])
        return parts_of(data, len(paths), output.finish)

    def _stored(self, record: Record, path: Path) -> bytes:
        """The stored picture; where the store had to make room, the file beside the script, if that
        shows the same."""
        data = self.output.store.read(record.digest)
        if data is None and self.output.finish is None:
            with suppress(OSError, ValueError):
                data = png.bare(path.read_bytes())
        if data is None or hashlib.sha256(data).hexdigest() != record.digest:
            raise FrameLost
        return data

    def _carries(self) -> Mapping[int, Carry]:
        """How the frames of the video are blended; empty where they are shown as they are."""
        if self.film.blend == "none":
            return {}
        shown = self.output.plan.frames[self.film.first : self.film.last]
        return {f.index: f.carry for f in shown if f.carry is not None and f.carry.share > 0}


def _told(pictures: Iterable[Picture], count: int, events: Events) -> Iterator[Picture]:
    """The pictures of a video, each told of when the encoder has it."""
    for done, picture in enumerate(pictures, 1):
        yield picture
        events.encoded(done, count)
