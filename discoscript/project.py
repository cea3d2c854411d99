"""The project: the folder of a script, and the only place that its paths may lead to."""

import os
import re
import sys
import warnings
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from discoscript.expressions.recordings import Recording
from discoscript.parameters import FileKind
from discoscript.scene.files import SUFFIXES, FileFacts, VideoFacts, suffix_of

LISTED = 2000  #: files looked at for "did you mean"
LARGEST_SCRIPT = 2**20  #: bytes of a library


class Project:
    """The files below one folder, as `discoscript.scene.files.ProjectFiles` asks for them."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._videos: dict[str, VideoFacts | None] = {}  # a project lives for one compilation

    def leaves(self, path: str) -> bool:
        """Whether the path, symbolic links followed, ends outside the project."""
        try:
            return not (self.root / path).resolve().is_relative_to(self.root)
        except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL
            return True

    def find(self, path: str) -> FileFacts | None:
        """The file, its letters' case ignored where there is no exact match; None if missing."""
        found = self.root
        for part in Path(path).parts:
            step = found.parent if part == ".." else _entry(found, part)
            if step is None:
                return None
            found = step
        if not found.is_file() or self.leaves(str(found)):
            return None
        return FileFacts(found.relative_to(self.root).as_posix(), _pixels(found))

    def video(self, path: str) -> VideoFacts | None:
        """What a video file holds; None if there is no video in it, Unreadable if it is cut."""
        if self.leaves(path):
            return None
        if path not in self._videos:
            from discoscript.media.footage import facts

            self._videos[path] = facts(self.root / path, path)
        return self._videos[path]

    def near(self, path: str) -> Iterable[str]:
        """The files of the project that a script may name."""
        return list(islice(self._named(), LISTED))

    def script(self, path: str) -> str | None:
        """The text of a script; None if it is too large, no text, or can not be read."""
        try:
            data = self.read(path)
            text = data.decode("utf-8-sig")
        except (OSError, ValueError):
            return None
        return None if len(data) > LARGEST_SCRIPT or "\0" in text else text

    def read(self, path: str) -> bytes:
        """The content of a file; OSError if it cannot be read or lies outside."""
        return self.inside(path).read_bytes()

    def inside(self, path: str) -> Path:
        """Where a file lies; PermissionError if that is outside."""
        if self.leaves(path):
            raise PermissionError(f"{path} leaves the project folder")
        return self.root / path

    def loudness(self, path: str, low: float, high: float) -> Recording:
        """How loud a sound is between `low` and `high` Hz; Unreadable if it is none."""
        from discoscript.media.sounds import loudness

        return loudness(self.inside(path), path, low, high)

    def table(self, path: str, column: str, raw: bool) -> Recording:
        """A column of a table, scaled to 0..1 unless `raw`; Unreadable if there is none."""
        from discoscript.media.tables import table

        return table(self.inside(path), path, column, raw)

    def _named(self) -> Iterable[str]:
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            for name in sorted(names):
                if any(suffix_of(name) in suffixes for suffixes in SUFFIXES.values()):
                    yield (Path(folder) / name).relative_to(self.root).as_posix()


class Lent(Project):
    """A project that takes from another one what it lacks itself, scripts excepted: a revision of
    git, and the pictures that lie in the folder but not in git."""

    def __init__(self, root: Path, lender: Project) -> None:
        super().__init__(root)
        self._lender = lender

    def find(self, path: str) -> FileFacts | None:
        """The file, here or else at the lender's."""
        found = super().find(path)
        return self._lender.find(path) if found is None and _lendable(path) else found

    def video(self, path: str) -> VideoFacts | None:
        """What a video file holds, here or else at the lender's."""
        lent = self._lacks(path)
        return self._lender.video(path) if lent else super().video(path)

    def inside(self, path: str) -> Path:
        """Where a file lies, here or else at the lender's."""
        return self._lender.inside(path) if self._lacks(path) else super().inside(path)

    def _lacks(self, path: str) -> bool:
        return _lendable(path) and super().find(path) is None


def _lendable(path: str) -> bool:
    return suffix_of(path) not in SUFFIXES[FileKind.SCRIPT]


def _entry(folder: Path, name: str) -> Path | None:
    """The entry of that name, or else of that name in other letters' case, as the disk has it."""
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    if name in names:
        return folder / name
    return next((folder / n for n in sorted(names) if n.lower() == name.lower()), None)


def _pixels(path: Path) -> int:
    """Width times height, by the header alone; 0 if the file is no picture."""
    if suffix_of(path.name) not in SUFFIXES[FileKind.PICTURE]:
        return 0
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return image.width * image.height
    except Image.DecompressionBombError as error:  # its text names the number of pixels
        return int(next(iter(re.findall(r"\d+", str(error))), sys.maxsize))
    except Exception:  # a stranger's file: whatever is wrong with it, it is no picture
        return 0
