"""Frames in the store -> what lies beside the script: numbered PNGs and a video.

    out/beach/frames/beach_0000.png   the picture, with the values that made it in its metadata
    out/beach/partials/beach_0000-012.png   the picture after 12 steps, if the script keeps such
    out/beach/preview.jpg           the frame in the making, while it is made
    out/beach/beach.mp4
    out/beach/output.json             what was written from what, so that it is written once

Every file appears whole or not at all. Frames of an earlier, longer render, and partial pictures
that are no longer asked for, are removed if their metadata say that DiscoScript made them. Nothing
outside the folder is touched.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from discoscript import __version__
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
from discoscript.video.finish import Finish
from discoscript_engine.job import Carry

SOFTWARE = "DiscoScript"
ATTEMPTS = 3  #: to read back what was rendered, before the disk is blamed


@dataclass(frozen=True)
class Film:
    """How the video is made: frames `first` to `last`, which is excluded.

    `sound` is a file that is heard from the second `sound_begin` of it on. `blend` says how frames
    of video mode are blended with the ones before them: none, linear or optical_flow.
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


class FrameLost(Exception):
    """The store could not serve a frame that it had: it is to be rendered again."""


class Output(Events):
    """The folder of one script. As a receiver of events it writes each frame when it is there.

    `length` is how many frames the whole render has, where `plan` is a part of it. Partial pictures
    go to a `subfolder`, or among the frames. `finish` is done to the frames and to the video's.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        plan: FramePlan,
        store: Store,
        length: int | None = None,
        subfolder: bool = True,
        finish: Finish | None = None,
    ) -> None:
        self.folder, self.name, self.plan, self.store = folder, name, plan, store
        self.finish = finish
        self.length = len(plan.frames) if length is None else length
        self.jobs = {frame.index: frame.job for frame in plan.frames}
        self.frames = folder / "frames"
        self.partials = folder / "partials" if subfolder else self.frames
        self._lost = False
        for path in (self.frames, folder / "partials"):
            if path.is_symlink():
                raise DiskFailure(f"{path} is a link; it may lead out of the output folder")
        try:
            self.frames.mkdir(parents=True, exist_ok=True)
            if any(frame.partials for frame in plan.frames):
                self.partials.mkdir(exist_ok=True)
            self._remove_leftovers()
        except OSError as error:
            raise disk_failure(f"write the output folder {folder}", error) from error
        self._written: dict[str, Any] = self._known()

    # ───────────── frames ─────────────

    def path(self, index: int) -> Path:
        """Where frame `index` lies."""
        return self.frames / f"{self.name}_{index:04}.png"

    def kept(self, index: int, record: Record) -> None:
        """Write the frame, unless the file is there from an earlier run."""
        metadata = self._metadata(index, record)
        self._write_picture(self.path(index), record, metadata, self.finish)

    def partial(self, index: int, done: int, record: Record) -> None:
        """Write the picture of a frame after `done` steps, unless the file is there."""
        path = self.partials / f"{self.name}_{index:04}-{done:03}.png"
        self._write_picture(
            path, record, {**self._metadata(index, record), "disco.steps": str(done)}
        )

    def _write_picture(
        self,
        path: Path,
        record: Record,
        metadata: Mapping[str, str],
        finish: Finish | None = None,
    ) -> None:
        source = _source(record, finish)
        if self._is_current(path, source):
            return
        data = self.store.read(record.digest)
        if data is None:
            self._lost = True
            return
        if finish is not None:
            data = png.encode(finish.apply(png.decode(data)))
        self._write(path, png.with_metadata(data, metadata))
        self._note(path, source)

    def finished(self, index: int, record: Record, seconds: float) -> None:
        """Write the frame."""
        self.kept(index, record)

    def complete(self) -> None:
        """Remove the frames of an earlier, longer render. FrameLost if a frame is missing."""
        if self._lost:
            self._lost = False
            raise FrameLost
        self.preview.unlink(missing_ok=True)
        old = [path for path in self._numbered() if self._number(path) >= self.length]
        for path in (*old, *self._old_partials()):
            if _is_ours(path):
                path.unlink(missing_ok=True)
                self._written.pop(path.name, None)

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

    def _metadata(self, index: int, record: Record) -> Mapping[str, str]:
        job = asdict(self.jobs[index])
        return {
            "Software": f"{SOFTWARE} {__version__}",
            "disco.frame": str(index),
            "disco.key": record.key,
            "disco.job": json.dumps(job, sort_keys=True, ensure_ascii=False),
        }

    # ───────────── video ─────────────

    def make_video(
        self, outcome: Outcome, film: Film, renderer: Renderer, assets: Mapping[str, bytes]
    ) -> Path:
        """Encode the frames, unless the video is already made of them; its path."""
        from discoscript.video.video import CODECS, SoundTrack, encode

        path = self.folder / f"{self.name}{CODECS[film.codec].suffix}"
        records = outcome.records[film.first : film.last]
        digests = tuple(r.digest for r in records)
        carries = self._carries(film)
        mixing = ((film.blend, tuple(carries.items())),) if carries else ()
        made = (self.finish.identity,) if self.finish else ()
        source = hashlib.sha256(canonical((_identity(film), digests, *mixing, *made))).hexdigest()
        if not self._is_current(path, source):
            seconds = float(len(digests) / film.fps)
            sound = SoundTrack(film.sound, film.sound_begin, seconds) if film.sound else None
            how = film.codec, film.crf, film.preset, sound
            pictures: Iterable[Picture] = self._pictures(records, film.first)
            if carries:
                mixed = blended(
                    lambda index: self._picture(outcome.records[index].digest),
                    range(film.first, film.first + len(digests)),
                    carries,
                    film.blend == "optical_flow",
                    renderer,
                    assets,
                )
                pictures = map(self.finish.apply, mixed) if self.finish else mixed
            try:
                encode(pictures, path, film.fps, *how)
            except OSError as error:
                raise disk_failure(f"write {path}", error) from error
            self._note(path, source)
        return path

    def _pictures(self, records: Sequence[Record], first: int) -> Iterator[Picture]:
        """The frames of the video. What was done to them once is read back from their files."""
        for index, record in enumerate(records, first):
            path, finish = self.path(index), self.finish
            if finish is not None and self._is_current(path, _source(record, finish)):
                yield png.decode(path.read_bytes())
                continue
            picture = self._picture(record.digest)
            yield finish.apply(picture) if finish else picture

    def _carries(self, film: Film) -> Mapping[int, Carry]:
        """How the frames of the video are blended; empty where they are shown as they are."""
        if film.blend == "none":
            return {}
        shown = self.plan.frames[film.first : film.last]
        return {f.index: f.carry for f in shown if f.carry is not None and f.carry.share > 0}

    def _picture(self, digest: str) -> Picture:
        data = self.store.read(digest)
        if data is None:
            raise FrameLost
        return png.decode(data)

    # ───────────── what is there already ─────────────

    def save(self) -> None:
        """Remember what was written, for the next run."""
        text = json.dumps({"disco": 1, "files": self._written}, indent=1, sort_keys=True)
        self._write(self.folder / "output.json", text.encode())

    def _known(self) -> dict[str, Any]:
        """What earlier runs wrote; nothing if the file is missing or damaged."""
        try:
            values = json.loads((self.folder / "output.json").read_bytes())
            return dict(values["files"]) if values["disco"] == 1 else {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}

    def _is_current(self, path: Path, source: str) -> bool:
        """Whether the file was written from `source` and not touched since."""
        return self._written.get(path.name) == [source, *_state(path)]

    def _note(self, path: Path, source: str) -> None:
        self._written[path.name] = [source, *_state(path)]

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
        folders = (self.folder, self.frames, self.folder / "partials")
        for path in (path for folder in folders for path in folder.glob(".disco-*")):
            if not process_lives(path.name.split("-")[1]):
                path.unlink(missing_ok=True)

    def _numbered(self) -> list[Path]:
        pattern = re.compile(re.escape(self.name) + r"_\d{4,}\.png")
        return [p for p in sorted(self.frames.iterdir()) if pattern.fullmatch(p.name)]

    def _number(self, path: Path) -> int:
        return int(path.stem.removeprefix(f"{self.name}_"))


@dataclass(frozen=True)
class Delivery:
    """What a render left: the video, if there is one, and what was rendered for it."""

    outcome: Outcome
    video: Path | None


def deliver(
    output: Output,
    renderer: Renderer,
    events: Events,
    assets: Mapping[str, bytes],
    film: Film | None,
    display_rate: int = 20,
) -> Delivery:
    """Render what is missing and write everything; a damaged frame is rendered again.

    Every `display_rate` steps the frame in the making is shown.
    """
    rendered: tuple[int, ...] = ()
    everything = EventsTo(output, Previews(display_rate, output.show), events)
    for _ in range(ATTEMPTS):
        try:
            outcome = render_frames(output.plan, renderer, output.store, everything, assets)
            rendered += outcome.rendered
            output.complete()
            video = output.make_video(outcome, film, renderer, assets) if film else None
            return Delivery(Outcome(outcome.records, rendered), video)
        except FrameLost:
            events.note("a frame was damaged in the frame store; it is rendered again")
        finally:
            output.save()
    raise DiskFailure(f"the frame store damages what is written to it: {output.store.root}")


def _source(record: Record, finish: Finish | None) -> str:
    """What a numbered picture depends on."""
    made = f"{record.key} {record.digest}"
    return f"{made} {finish.identity}" if finish else made


def _identity(film: Film) -> tuple[object, ...]:
    """What a video depends on beside its frames."""
    how = (str(film.fps), film.codec, film.crf, film.preset)
    return (*how, _content(film.sound), film.sound_begin) if film.sound else how


def _content(path: Path) -> str:
    """SHA-256 of a file's content, in hex digits."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise disk_failure(f"read {path}", error) from error


def _state(path: Path) -> tuple[int, int]:
    """Size and time of change; zeros where there is no file."""
    try:
        state = path.stat()
    except OSError:
        return 0, 0
    return state.st_size, state.st_mtime_ns


def _is_ours(path: Path) -> bool:
    try:
        return png.metadata(path.read_bytes()).get("Software", "").startswith(SOFTWARE)
    except (OSError, ValueError, SyntaxError):
        return False
