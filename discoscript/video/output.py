"""Frames in the store -> numbered PNGs beside the script, and what else lies there.

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
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.previews import Preview
from discoscript.frames.record import Record
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.plan.plan import FramePlan
from discoscript.video.finish import Finish
from discoscript.video.folder import Folder
from discoscript.video.provenance import SOFTWARE, Provenance
from discoscript.video.stereo import halves
from discoscript_engine.job import Eyes, FrameJob


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
        self.name, self.plan, self.store = name, plan, store
        self.finish, self.provenance = finish, provenance or Provenance(name)
        self.length = len(plan.frames) if length is None else length
        self.planned = {frame.index: frame for frame in plan.frames}
        self.frames, self.views = folder / "frames", folder / "eyes"
        self.partials = folder / "partials" if subfolder else self.frames
        self.has_eyes = any(frame.eyes is not None for frame in plan.frames)
        self._lost = False
        partials = (self.partials,) if any(frame.partials for frame in plan.frames) else ()
        views = (self.views,) if self.has_eyes else ()
        inside = (self.frames, self.views, folder / "partials")
        self.folder = Folder(folder, inside, (self.frames, *partials, *views))

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
        source = self.source(record, finish)
        if all(self.folder.is_current(path, source) for path in paths):
            return
        data = self.store.read(record.digest)
        if data is None:
            self._lost = True
            return
        if len(paths) == 1 and finish is None:
            parts: Sequence[bytes] = (data,)
        else:
            parts = [png.encode(part) for part in parts_of(data, len(paths), finish)]
        done = {} if steps is None else {"disco.steps": str(steps)}
        for path, part in zip(paths, parts, strict=True):
            texts = {**self.provenance.of_picture(index, record, job, part), **done}
            self.folder.write(path, png.with_metadata(part, texts))
            self.folder.note(path, source)

    def source(self, record: Record, finish: Finish | None) -> str:
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
                self.folder.remove(path)

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
        for folder in (self.folder.path / "partials", self.frames):
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
        return self.folder.path / "preview.jpg"

    def show(self, preview: Preview) -> None:
        """Show a preview; a picture viewer that watches the file follows the render."""
        self.folder.write(self.preview, preview.jpeg)


def parts_of(data: bytes, count: int, finish: Finish | None) -> Sequence[Picture]:
    """A stored picture, or of two parts those for the left and the right eye, each finished by
    itself: no eye shows at the edge of the other."""
    whole = png.decode(data)
    parts = (whole,) if count == 1 else halves(whole)
    return [finish.apply(part) for part in parts] if finish else parts


def _is_ours(path: Path) -> bool:
    try:
        return png.metadata(path.read_bytes()).get("Software", "").startswith(SOFTWARE)
    except (OSError, ValueError, SyntaxError):
        return False
