"""Paths in scripts: what may be read. The disk itself is behind `ProjectFiles`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Protocol

from discoscript.expressions.recordings import Recording
from discoscript.parameters import FileKind
from discoscript.text import suggest
from discoscript.text.diagnostics import Fix
from discoscript.text.report import Report
from discoscript.text.source import Span

#: Pictures above this many pixels are refused (D507).
MAX_PIXELS = 100_000_000

#: What the names of files end in, by what they hold; those to recommend first.
SUFFIXES: Mapping[FileKind, tuple[str, ...]] = {
    FileKind.PICTURE: ("png", "jpg", "webp", "tiff", "jpeg", "tif", "bmp"),
    FileKind.VIDEO: (
        "mp4", "mov", "mkv", "webm", "m4v", "avi", "gif", "mpg", "mpeg", "ts", "mts", "m2ts", "ogv",
        "wmv", "asf", "flv", "3gp",
    ),
    FileKind.SOUND: (
        "wav", "mp3", "flac", "ogg", "m4a", "aac", "aif", "aiff", "oga", "opus",
        "mp4", "mov", "m4v", "mkv", "webm", "avi",
    ),
    FileKind.TABLE: ("csv", "tsv", "txt"),
    FileKind.MODEL: ("safetensors",),
    FileKind.CHECKPOINT: ("safetensors",),
    FileKind.SCRIPT: ("disco",),
}  # fmt: skip
RECOMMENDED = 4

#: Names of weights end so, too, but those files are pickles, and may hold code.
PICKLES = ("pt", "pth", "ckpt")


@dataclass(frozen=True)
class FileFacts:
    """A file inside the project. `path` is how the disk spells it; `pixels` 0: not a picture."""

    path: str
    pixels: int


class Unreadable(Exception):
    """A file that is there but can not be used.

    `argument` of the call that asked for it is to blame: `path`, or for example `column`.
    """

    def __init__(
        self, message: str, help: str = "", code: str = "D503", argument: str = "path"
    ) -> None:
        super().__init__(message)
        self.help, self.code, self.argument = help, code, argument


@dataclass(frozen=True)
class VideoFacts:
    """An input video: how many frames, how many of them per second, width and height."""

    frames: int
    fps: Fraction
    size: tuple[int, int]

    def every(self, step: int) -> "VideoFacts":
        """What is left if only every `step`-th frame is used, the first one first."""
        return VideoFacts(-(-self.frames // step), self.fps / step, self.size)


class ProjectFiles(Protocol):
    """What a check may ask about the project folder. Nothing outside it is ever looked at."""

    def leaves(self, path: str) -> bool:
        """Whether the path, symbolic links followed, ends outside the project."""
        ...

    def find(self, path: str) -> FileFacts | None:
        """The file, its letters' case ignored where there is no exact match; None if missing."""
        ...

    def video(self, path: str) -> VideoFacts | None:
        """What a video file holds; None if there is no video in it, Unreadable if it is cut."""
        ...

    def near(self, path: str) -> Iterable[str]:
        """Paths of files that may have been meant."""
        ...

    def script(self, path: str) -> str | None:
        """The text of a script; None if it can not be read as one."""
        ...

    def loudness(self, path: str, low: float, high: float) -> Recording:
        """How loud a sound is between `low` and `high` Hz; Unreadable if it is none."""
        ...

    def table(self, path: str, column: str, raw: bool) -> Recording:
        """A column of a table, scaled to 0..1 unless `raw`; Unreadable if there is none."""
        ...


def file_path(
    path: str, kind: FileKind, span: Span, files: ProjectFiles | None, report: Report
) -> str | None:
    """The path as the project knows it, or None after reporting why it can not be used.

    Without `files` only the text of the path is looked at.
    """
    if not _readable(path, kind, span, report):
        return None
    if files is None:
        return path
    if files.leaves(path):
        _outside(path, span, report)
        return None
    facts = files.find(path)
    if facts is None:
        near = tuple(name for name in files.near(path) if suffix_of(name) in SUFFIXES[kind])
        close = suggest.did_you_mean(path, near, quote='"')
        report.add("D501", f'there is no file "{path}"', span, help=close or MISSING_HELP)
        return None
    _compare_case(path, facts, span, report)
    return facts.path if _fits(facts, kind, span, report) else None


def script_path(
    path: str, folder: str, span: Span, files: ProjectFiles, report: Report
) -> str | None:
    """The path of a library that a file in `folder` imports, or None after reporting its fault."""
    whole = normal(PurePosixPath(folder) / path)
    if whole is None:
        _outside(path, span, report)
        return None
    remote = "://" in path or path.startswith(("/", "~"))
    return file_path(path if remote else whole, FileKind.SCRIPT, span, files, report)


def normal(path: PurePosixPath) -> str | None:
    """The path without `.` and `..`; None if it climbs above where it starts."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


#: Where it says how a pickle becomes safetensors.
CONVERT = 'save it as safetensors: see "Checkpoints of your own" in docs/models.md'
MISSING_HELP = "paths are relative to the script's folder"


def suffix_of(path: str) -> str:
    """`png` for `refs/Wave.PNG`."""
    return PurePosixPath(path).suffix.lower().removeprefix(".")


def _readable(path: str, kind: FileKind, span: Span, report: Report) -> bool:
    """Whether the path names a file of this kind inside the project, by its text alone."""
    if "://" in path:
        report.add(
            "D504",
            "scripts do not load files from the network",
            span,
            help="download the file into the project folder and name it here",
        )
        return False
    parts = PurePosixPath(path).parts
    if path.startswith(("/", "~")) or "\\" in path or ":" in path or _climbs(parts):
        _outside(path, span, report)
        return False
    suffix = suffix_of(path)
    if suffix not in SUFFIXES[kind]:
        found = f"cannot read .{suffix} files" if suffix else f'"{path}" names no kind of {kind}'
        if any(suffix in others for others in SUFFIXES.values()):
            found = f'"{path}" is no {kind}'
        *first, last = SUFFIXES[kind][:RECOMMENDED]
        if kind in (FileKind.CHECKPOINT, FileKind.MODEL) and suffix in PICKLES:
            found = f"a .{suffix} file may hold code: it is not read as a {kind}"
            report.add("D503", found, span, help=CONVERT)
            return False
        help = f"use {', '.join(first)} or {last}" if first else f"use .{last}"
        report.add("D503", found, span, help=help)
        return False
    return True


def _climbs(parts: tuple[str, ...]) -> bool:
    """Whether `..` ever leads above the folder in which the path starts."""
    depth = 0
    for part in parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return True
    return False


def _outside(path: str, span: Span, report: Report) -> None:
    report.add(
        "D502",
        "this path leaves the project folder",
        span,
        help="copy the file into the project and write its path relative to the script",
    )


def _compare_case(path: str, facts: FileFacts, span: Span, report: Report) -> None:
    if facts.path != str(PurePosixPath(path)):
        report.add(
            "D506",
            f'the file is called "{facts.path}"',
            span,
            help=f'this path only works on some systems; write "{facts.path}"',
            fix=Fix(span, f'"{facts.path}"'),
        )


def _fits(facts: FileFacts, kind: FileKind, span: Span, report: Report) -> bool:
    if kind is FileKind.PICTURE and not facts.pixels:
        help = "open it in a picture editor and save it again, as PNG"
        report.add(
            "D503", f'"{facts.path}" is no picture, whatever its name ends in', span, help=help
        )
        return False
    if facts.pixels <= MAX_PIXELS:
        return True
    found, limit = facts.pixels // 1_000_000, MAX_PIXELS // 1_000_000
    report.add(
        "D507",
        f'"{facts.path}" has {found} megapixels; the limit is {limit}',
        span,
        help="make it smaller first; it is resized to the render's size anyway",
    )
    return False
