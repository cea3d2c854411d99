"""Run: what a render of a script asked for, frame by frame, so that the next one can say why.

It is kept beside the frames and only ever explains: without it, or with a damaged one, the same
frames are rendered. Frames of a render are much alike, so every distinct value is written once:

    "DISCORUN1" | SHA-256 of the rest | zlib of JSON:
    {"script": ..., "variant": ..., "text": ..., "files": {...}, "frames": [0, 1, ...],
     "columns": {"seed": {"values": [7, 8], "at": [0, 1]}, ...}}

`at` says for each frame which of the values it has, -1 where it has none.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from discoscript.plan.asked import Past, Plain, asked, plain
from discoscript.plan.plan import PlannedFrame
from discoscript.plan.reasons import Files
from discoscript_engine.identity import Identity

MAGIC = b"DISCORUN1"
HEADER = len(MAGIC) + 32

#: Columns beside those that are asked.
IDENTITY, PICTURES = "identity", "pictures"

#: The largest file that is read, unpacked: 100,000 frames that all differ take a third of it.
LARGEST = 2**28

#: How hard to compress: the first level takes a third of the time of the usual one.
LEVEL = 1


@dataclass(frozen=True)
class Column:
    """The values of one field: the distinct ones, and for each frame the place of its own."""

    values: Sequence[object]
    at: Sequence[int]


@dataclass(frozen=True)
class Run:
    """A render of `script` (a path), whose text, with that of its libraries, was `text`; `variant`
    says which one of several: `draft`, or the values of a study."""

    script: str
    text: str
    files: Files
    frames: Sequence[int]
    columns: Mapping[str, Column]
    variant: str = ""
    places: Mapping[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {frame: n for n, frame in enumerate(self.frames)})

    def frame(self, index: int) -> Past | None:
        """What was asked of a frame; None if the run did not have it."""
        place = self.places.get(index)
        if place is None:
            return None
        found = {name: plain(column.values[at]) for name, column in self.columns.items()
                 if (at := column.at[place]) >= 0}  # fmt: skip
        identity, pictures = found.pop(IDENTITY), found.pop(PICTURES)
        return Past(found, identity, tuple(pictures))

    def pictures(self, index: int) -> Sequence[str]:
        """The digests of a frame's pictures."""
        column = self.columns[PICTURES]
        found = column.values[column.at[self.places[index]]]
        return [str(digest) for digest in found] if isinstance(found, list | tuple) else []


def run_id(script: Path, folders: Iterable[str] = ()) -> str:
    """What a run is kept under: the script, and the folders below the output of a study's part."""
    name = "\0".join([str(script.resolve()), *folders])
    return hashlib.sha256(b"disco-run\0" + name.encode(errors="surrogateescape")).hexdigest()


def run_of(
    frames: Iterable[tuple[PlannedFrame, Sequence[str]]],
    identity: Identity,
    script: str,
    text: str,
    files: Files,
    before: Run | None = None,
    variant: str = "",
) -> Run:
    """The run of some frames, each with the digests of its pictures, and of those of an earlier run
    that are not among them."""
    columns: dict[str, _Growing] = {}
    indices: list[int] = []
    for frame, pictures in frames:
        values = {**asked(frame), IDENTITY: identity, PICTURES: tuple(pictures)}
        _add(columns, values, len(indices))
        indices.append(frame.index)
    own = set(indices)
    for index, row in _rows(before) if before else ():
        if index not in own:
            _add(columns, row, len(indices))
            indices.append(index)
    for column in columns.values():
        column.pad(len(indices))
    whole = {name: Column(column.values, column.at) for name, column in columns.items()}
    return Run(script, text, files, indices, whole, variant)


def _rows(run: Run) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Every frame of a run, with the values of its columns."""
    for place, index in enumerate(run.frames):
        columns = run.columns.items()
        yield index, {n: c.values[c.at[place]] for n, c in columns if c.at[place] >= 0}


class _Growing:
    """A column in the making; equal values are one."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.at: list[int] = []
        self._known: dict[object, int] = {}

    def add(self, value: object, row: int) -> None:
        self.pad(row)
        key = _key(value)
        if key not in self._known:
            self._known[key] = len(self.values)
            self.values.append(value)
        self.at.append(self._known[key])

    def pad(self, rows: int) -> None:
        self.at += [-1] * (rows - len(self.at))


def _add(columns: dict[str, _Growing], values: Mapping[str, object], row: int) -> None:
    for name, value in values.items():
        if name not in columns:
            columns[name] = _Growing()
        columns[name].add(value, row)


def _key(value: object) -> object:
    """What tells two values apart; those from a file can not be hashed."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


# ───────────── the file ─────────────


def to_bytes(run: Run) -> bytes:
    """The content of the file."""
    columns = {
        name: {"values": [plain(v) for v in column.values], "at": list(column.at)}
        for name, column in run.columns.items()
    }
    files = {"paths": dict(run.files.paths), "video": run.files.video}
    whole = {
        "script": run.script,
        "variant": run.variant,
        "text": run.text,
        "files": files,
        "frames": list(run.frames),
        "columns": columns,
    }
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False)
    body = zlib.compress(text.encode(errors="surrogatepass"), LEVEL)
    return MAGIC + hashlib.sha256(body).digest() + body


def from_bytes(data: bytes) -> Run | None:
    """The run in a file; None if it is damaged, or of another version."""
    body = data[HEADER:]
    if data[:HEADER] != MAGIC + hashlib.sha256(body).digest():
        return None
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(body, LARGEST)
        return _read(json.loads(text.decode(errors="surrogatepass"))) if unpacking.eof else None
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _read(whole: dict[str, Any]) -> Run:
    files = whole["files"]
    video: list[Any] | None = files["video"]
    columns = {n: Column(c["values"], c["at"]) for n, c in whole["columns"].items()}
    frames: list[Plain] = whole["frames"]
    return Run(
        script=str(whole["script"]),
        text=str(whole["text"]),
        files=Files(dict(files["paths"]), (video[0], video[1], video[2]) if video else None),
        frames=frames,
        columns=columns,
        variant=str(whole.get("variant", "")),  # earlier versions did not say it
    )
