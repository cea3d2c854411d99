"""Frames in the store -> what lies beside the script: numbered PNGs and a video.

    out/beach/frames/beach_0000.png   the picture, with the values that made it in its metadata
    out/beach/partials/beach_0000-012.png   the picture after 12 steps, if the script keeps such
    out/beach/eyes/beach_0000_l.png   what the left eye sees of it, in a scene with `vr on`
    out/beach/eyes/beach_0000_r.png   the right one
    out/beach/preview.jpg           the frame in the making, while it is made
    out/beach/beach.mp4
    out/beach/beach-so-far.mp4      what there is of it, while a render takes its time
    out/beach/beach_LR.mp4            both eyes: _LR side by side, _TB one above the other
    out/beach/output.json             what was written from what, so that it is written once

Every file but the video so far appears whole or not at all. Frames of an earlier, longer render,
and partial pictures that are no longer asked for, are removed if their metadata say that
DiscoScript made them. Nothing outside the folder is touched.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from discoscript.errors import DiskFailure, disk_failure
from discoscript.frames import png
from discoscript.frames.disk import process_lives
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.frames import Outcome, render_frames
from discoscript.frames.previews import Preview, Previews
from discoscript.frames.record import Record
from discoscript.frames.renderer import Picture, Renderer
from discoscript.frames.store import Store
from discoscript.plan.canonical import canonical
from discoscript.plan.plan import FramePlan
from discoscript.video.blending import blended
from discoscript.video.delivered import NAME, state, written
from discoscript.video.finish import Finish
from discoscript.video.growing import Growing
from discoscript.video.provenance import SOFTWARE, Provenance
from discoscript.video.stereo import Layout, halves, packed
from discoscript_engine.job import Carry, Eyes, FrameJob

ATTEMPTS = 3  #: to read back what was rendered, before the disk is blamed


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


class FrameLost(Exception):
    """The store could not serve a frame that it had: it is to be rendered again."""


class Output(Events):
    """The folder of one script. As a receiver of events it writes each frame when it is there.

    `length` is how many frames the whole render has, where `plan` is a part of it. Partial pictures
    go to a `subfolder`, or among the frames. `finish` is done to the frames and to the video's.
    `provenance` is what they say of where they come from. With the `fingerprint` of all that the
    render depends on, the next one knows that it has nothing to do.
    """

    fingerprint = ""

    def __init__(
        self,
        folder: Path,
        name: str,
        plan: FramePlan,
        store: Store,
        length: int | None = None,
        subfolder: bool = True,
        finish: Finish | None = None,
        provenance: Provenance | None = None,
    ) -> None:
        self.folder, self.name, self.plan, self.store = folder, name, plan, store
        self.finish, self.provenance = finish, provenance or Provenance(name)
        self.length = len(plan.frames) if length is None else length
        self.planned = {frame.index: frame for frame in plan.frames}
        self.frames, self.views = folder / "frames", folder / "eyes"
        self.partials = folder / "partials" if subfolder else self.frames
        self.has_eyes = any(frame.eyes is not None for frame in plan.frames)
        self._lost = False
        for path in (self.frames, self.views, folder / "partials"):
            if path.is_symlink():
                raise DiskFailure(f"{path} is a link; it may lead out of the output folder")
        try:
            self.frames.mkdir(parents=True, exist_ok=True)
            if any(frame.partials for frame in plan.frames):
                self.partials.mkdir(exist_ok=True)
            if self.has_eyes:
                self.views.mkdir(exist_ok=True)
            self._remove_leftovers()
        except OSError as error:
            raise disk_failure(f"write the output folder {folder}", error) from error
        self._written = written(folder)
        self._written.fingerprint, self._written.results = "", ()

    # ───────────── frames ─────────────

    def path(self, index: int) -> Path:
        """Where frame `index` lies."""
        return self.frames / f"{self.name}_{index:04}.png"

    def view_paths(self, index: int) -> tuple[Path, Path]:
        """Where lies what the left and the right eye see of frame `index`."""
        left, right = (self.views / f"{self.name}_{index:04}_{side}.png" for side in "lr")
        return left, right

    def kept(self, index: int, record: Record) -> None:
        """Write the frame, unless the file is there from an earlier run."""
        job = self.planned[index].job
        self._write_pictures((self.path(index),), index, record, job, self.finish)

    def partial(self, index: int, done: int, record: Record) -> None:
        """Write the picture of a frame after `done` steps, unless the file is there."""
        path = self.partials / f"{self.name}_{index:04}-{done:03}.png"
        self._write_pictures((path,), index, record, self.planned[index].job, steps=done)

    def eyes(self, index: int, record: Record, seconds: float | None) -> None:
        """Write what each eye sees, unless the files are there from an earlier run."""
        eyes = self.planned[index].eyes
        self._write_pictures(self.view_paths(index), index, record, eyes, self.finish)

    def _write_pictures(
        self,
        paths: Sequence[Path],
        index: int,
        record: Record,
        job: FrameJob | Eyes | None,
        finish: Finish | None = None,
        steps: int | None = None,
    ) -> None:
        """Write a stored picture of a frame, or the left and the right half of one, where two are
        asked for, with what made it beside it: `job`, and how many `steps` if not all."""
        source = self._source(record, finish)
        if all(self._is_current(path, source) for path in paths):
            return
        data = self.store.read(record.digest)
        if data is None:
            self._lost = True
            return
        if len(paths) == 1 and finish is None:
            parts: Sequence[bytes] = (data,)
        else:
            parts = [png.encode(part) for part in _parts(data, len(paths), finish)]
        done = {} if steps is None else {"disco.steps": str(steps)}
        for path, part in zip(paths, parts, strict=True):
            texts = {**self.provenance.of_picture(index, record, job, part), **done}
            self._write(path, png.with_metadata(part, texts))
            self._note(path, source)

    def _source(self, record: Record, finish: Finish | None) -> str:
        """What a numbered picture depends on, in 32 digits: thousands are read at every start."""
        made = finish.identity if finish else ""
        parts = (record.key, record.digest, made, self.provenance.mark)
        return hashlib.blake2b(" ".join(parts).encode(), digest_size=16).hexdigest()

    def finished(self, index: int, record: Record, seconds: float) -> None:
        """Write the frame."""
        self.kept(index, record)

    def tidy(self) -> None:
        """Remove the frames of an earlier, longer render, and the eyes of one that had eyes.
        FrameLost if a frame is missing."""
        if self._lost:
            self._lost = False
            raise FrameLost
        self.preview.unlink(missing_ok=True)
        for path in self._outdated():
            if _is_ours(path):
                path.unlink(missing_ok=True)
                self._written.files.pop(self._name(path), None)

    def _outdated(self) -> Iterator[Path]:
        """Pictures of frames that the render does not have, and others that it does not make."""
        yield from self._from(self.frames, self.length, "")
        yield from self._from(self.views, self.length if self.has_eyes else 0, "_[lr]")
        yield from self._old_partials()

    def _from(self, folder: Path, length: int, ending: str) -> Iterator[Path]:
        """The pictures in a folder of frame `length` and of those after it."""
        pattern = re.compile(re.escape(self.name) + rf"_(\d{{4,}}){ending}\.png")
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            found = pattern.fullmatch(path.name)
            if found and int(found[1]) >= length:
                yield path

    def _old_partials(self) -> Iterator[Path]:
        """Partial pictures that the plan does not ask for; those of frames outside it stay."""
        steps = {frame.index: frame.partials for frame in self.plan.frames}
        pattern = re.compile(re.escape(self.name) + r"_(\d{4,})-(\d{3,})\.png")
        for folder in (self.folder / "partials", self.frames):
            for path in folder.iterdir() if folder.is_dir() else ():
                found = pattern.fullmatch(path.name)
                if found is None:
                    continue
                index, done = map(int, found.groups())
                wanted = done in steps.get(index, (done,)) and index < self.length
                if folder != self.partials or not wanted:
                    yield path

    # ───────────── the frame in the making ─────────────

    @property
    def preview(self) -> Path:
        """Where the frame in the making is shown."""
        return self.folder / "preview.jpg"

    def show(self, preview: Preview) -> None:
        """Show a preview; a picture viewer that watches the file follows the render."""
        self._write(self.preview, preview.jpeg)

    # ───────────── video ─────────────

    def make_video(
        self,
        outcome: Outcome,
        film: Film,
        renderer: Renderer,
        assets: Mapping[str, bytes],
        events: Events,
    ) -> Path:
        """Encode the frames, unless the video is already made of them; its path."""
        records = outcome.records[film.first : film.last]
        carries = self._carries(film)
        if not carries:
            pictures = self._pictures(records, film.first)
            return self._video(self.name, records, film, _told(pictures, len(records), events))
        mixed = blended(
            lambda index: png.decode(self._stored(outcome.records[index], self.path(index))),
            range(film.first, film.first + len(records)),
            carries,
            film.blend == "optical_flow",
            renderer,
            assets,
        )
        shown = map(self.finish.apply, mixed) if self.finish else mixed
        mixing = ((film.blend, tuple(carries.items())),)
        told = _told(shown, len(records), events)
        return self._video(self.name, records, film, told, mixing=mixing)

    def make_stereo(self, outcome: Outcome, film: Film, events: Events) -> Path | None:
        """The same of what both eyes see; None where the scene or the film has no eyes."""
        eyes = film.eyes
        if eyes is None or not outcome.eyes:
            return None
        records = outcome.eyes[film.first : film.last]
        pictures = _told(self._pictures(records, film.first, eyes), len(records), events)
        return self._video(f"{self.name}_{eyes.ending}", records, film, pictures, eyes)

    def _video(
        self,
        name: str,
        records: Sequence[Record],
        film: Film,
        pictures: Iterable[Picture],
        eyes: Layout | None = None,
        mixing: tuple[object, ...] = (),
    ) -> Path:
        """Encode the pictures, which show the stored ones of `records`; `eyes` and `mixing` say
        what else they depend on."""
        from discoscript.video.video import CODECS, SoundTrack, encode

        path = self.folder / f"{name}{CODECS[film.codec].suffix}"
        digests = tuple(record.digest for record in records)
        identity = (*_identity(film), eyes.name) if eyes else _identity(film)
        made = (self.finish.identity,) if self.finish else ()
        made = (*made, self.provenance.mark) if self.provenance.mark else made
        source = hashlib.sha256(canonical((identity, digests, *mixing, *made))).hexdigest()
        if not self._is_current(path, source):
            seconds = float(len(digests) / film.fps)
            sound = SoundTrack(film.sound, film.sound_begin, seconds) if film.sound else None
            try:
                encode(
                    pictures, path, film.fps, film.codec, film.crf, film.preset, sound, eyes,
                    self.provenance.of_video(),
                )  # fmt: skip
            except OSError as error:
                raise disk_failure(f"write {path}", error) from error
            self._note(path, source)
        return path

    def _pictures(
        self, records: Sequence[Record], first: int, eyes: Layout | None = None
    ) -> Iterator[Picture]:
        """The pictures of a video. What was done to them once is read back from their files."""
        for index, record in enumerate(records, first):
            paths = self.view_paths(index) if eyes else (self.path(index),)
            parts = self._shown(paths, record)
            yield packed(np.concatenate(parts, axis=1), eyes) if eyes else parts[0]

    def _shown(self, paths: Sequence[Path], record: Record) -> Sequence[Picture]:
        """What the files of a stored picture show."""
        source = self._source(record, self.finish)
        if self.finish is not None and all(self._is_current(path, source) for path in paths):
            return [png.decode(path.read_bytes()) for path in paths]
        data = self._stored(record, paths[0])
        return _parts(data, len(paths), self.finish)

    def _stored(self, record: Record, path: Path) -> bytes:
        """The stored picture; where the store had to make room, the file beside the script, if that
        shows the same."""
        data = self.store.read(record.digest)
        if data is None and self.finish is None:
            with suppress(OSError, ValueError):
                data = png.bare(path.read_bytes())
        if data is None or hashlib.sha256(data).hexdigest() != record.digest:
            raise FrameLost
        return data

    def _carries(self, film: Film) -> Mapping[int, Carry]:
        """How the frames of the video are blended; empty where they are shown as they are."""
        if film.blend == "none":
            return {}
        shown = self.plan.frames[film.first : film.last]
        return {f.index: f.carry for f in shown if f.carry is not None and f.carry.share > 0}

    def growing(self, film: Film) -> Growing:
        """What makes the video of what is finished."""
        return Growing(
            so_far(self.folder, self.name), self.store.read, str(film.fps), film.first, film.last
        )

    # ───────────── what is there already ─────────────

    def complete(self, results: Sequence[Path]) -> None:
        """The render is complete: `results` are what was asked for. What others have removed is not
        missed."""
        found = self._written
        for name in [n for n, entry in found.files.items() if entry[1:] != self._now(n)]:
            del found.files[name]
        found.fingerprint = self.fingerprint
        found.results = [self._name(path) for path in results]

    def save(self) -> None:
        """Remember what was written, for the next run."""
        self._write(self.folder / NAME, self._written.to_bytes())

    def _is_current(self, path: Path, source: str) -> bool:
        """Whether the file was written from `source` and not touched since."""
        entry = self._written.files.get(self._name(path))
        return entry is not None and entry == [source, *state(path)]

    def _note(self, path: Path, source: str) -> None:
        self._written.files[self._name(path)] = [source, *state(path)]

    def _now(self, name: str) -> list[int]:
        return list(state(self.folder / name))

    def _name(self, path: Path) -> str:
        """`frames/beach_0000.png`, wherever the folder lies."""
        return path.relative_to(self.folder).as_posix()

    def _write(self, path: Path, data: bytes) -> None:
        temporary = self._temporary(path)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise disk_failure(f"write {path}", error) from error

    def _temporary(self, path: Path) -> Path:
        return path.with_name(f".disco-{os.getpid()}-{path.name}")

    def _remove_leftovers(self) -> None:
        """Files that a killed run was writing."""
        folders = (self.folder, self.frames, self.views, self.folder / "partials")
        for path in (path for folder in folders for path in folder.glob(".disco-*")):
            if not process_lives(path.name.split("-")[1]):
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Delivery:
    """What a render left: the video and that for both eyes, where there are any, and what was
    rendered for them."""

    outcome: Outcome
    video: Path | None
    stereo: Path | None
    pictures: Path

    @property
    def results(self) -> tuple[Path, ...]:
        """What a render is asked for: the video for both eyes, if there is one, and the video; the
        picture of a still or the folder of several where there is none."""
        return (*((self.stereo,) if self.stereo else ()), self.video or self.pictures)


def deliver(
    output: Output,
    renderer: Renderer,
    events: Events,
    assets: Mapping[str, bytes],
    film: Film | None,
    display_rate: int = 20,
) -> Delivery:
    """Render what is missing and write everything; a damaged frame is rendered again.

    Every `display_rate` steps the frame in the making is shown. However the render ends, the video
    so far has what is finished.
    """
    growing = output.growing(film) if film else None
    shown = (output, Previews(display_rate, output.show), *([growing] if growing else ()), events)
    try:
        delivery = _delivered(output, renderer, events, EventsTo(*shown), assets, film)
    finally:
        if growing:
            growing.close()
    if growing:
        growing.remove()
    return delivery


def _delivered(
    output: Output,
    renderer: Renderer,
    events: Events,
    everything: Events,
    assets: Mapping[str, bytes],
    film: Film | None,
) -> Delivery:
    """The same; `everything` that is to be told of frames."""
    rendered: tuple[int, ...] = ()
    eyes: tuple[int, ...] = ()
    for _ in range(ATTEMPTS):
        try:
            outcome = render_frames(output.plan, renderer, output.store, everything, assets)
            rendered, eyes = rendered + outcome.rendered, eyes + outcome.eyes_rendered
            output.tidy()
            video = output.make_video(outcome, film, renderer, assets, events) if film else None
            stereo = output.make_stereo(outcome, film, events) if film else None
            made = replace(outcome, rendered=rendered, eyes_rendered=eyes)
            pictures = output.path(0) if output.length == 1 else output.frames
            delivery = Delivery(made, video, stereo, pictures)
            output.complete(delivery.results)
            return delivery
        except FrameLost:
            events.note("a frame was damaged in the frame store; it is rendered again")
        finally:
            output.save()
    raise DiskFailure(f"the frame store damages what is written to it: {output.store.root}")


def so_far(folder: Path, name: str) -> Path:
    """Where the video of an unfinished render lies."""
    return folder / f"{name}-so-far.mp4"


def _told(pictures: Iterable[Picture], count: int, events: Events) -> Iterator[Picture]:
    """The pictures of a video, each told of when the encoder has it."""
    for done, picture in enumerate(pictures, 1):
        yield picture
        events.encoded(done, count)


def _parts(data: bytes, count: int, finish: Finish | None) -> Sequence[Picture]:
    """A stored picture, or of two parts those for the left and the right eye, each finished by
    itself: no eye shows at the edge of the other."""
    whole = png.decode(data)
    parts = (whole,) if count == 1 else halves(whole)
    return [finish.apply(part) for part in parts] if finish else parts


def _identity(film: Film) -> tuple[object, ...]:
    """What a video depends on beside its frames."""
    how = (str(film.fps), film.codec, film.crf, film.preset)
    return (*how, content(film.sound), film.sound_begin) if film.sound else how


def film_identity(film: Film) -> tuple[object, ...]:
    """The same, and which frames are shown and how."""
    shown = film.first, film.last, film.blend, film.eyes and film.eyes.name
    return (*_identity(film), *shown)


def content(path: Path) -> str:
    """SHA-256 of a file's content, in hex digits."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise disk_failure(f"read {path}", error) from error


def _is_ours(path: Path) -> bool:
    try:
        return png.metadata(path.read_bytes()).get("Software", "").startswith(SOFTWARE)
    except (OSError, ValueError, SyntaxError):
        return False
