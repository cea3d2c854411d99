"""What a picture or a video says of where it comes from: texts beside it, never anything to run.

A picture has them as PNG texts (`disco.script`, `disco.job`, ...), a video as one comment, packed:
`discoscript:1:` and then, in base64 for addresses, compressed JSON of the same texts.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from discoscript import __version__
from discoscript.frames import png
from discoscript.frames.record import Record
from discoscript_engine.identity import Identity
from discoscript_engine.job import Eyes, FrameJob

SOFTWARE = "DiscoScript"

_MARK = "discoscript:1:"

#: Characters of a video's comment: ffmpeg takes it as one word of its command line. And bytes that
#: a stranger's comment may unpack to.
LONGEST, LARGEST = 100_000, 8 * 2**20


class Told(Enum):
    """How much is said of where a picture comes from."""

    EVERYTHING = "everything"
    WITHOUT_WORDS = "without words"  #: neither the script nor the words of prompts
    NOTHING = "nothing"


@dataclass(frozen=True)
class Provenance:
    """A script and what renders it. `libraries` are the texts of what it imports, by path; `lets`
    the other values that its `let` lines were given, `study` and `label` which variant it is."""

    name: str = ""
    script: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    told: Told = Told.EVERYTHING
    lets: Mapping[str, str] = field(default_factory=dict)
    study: str = ""
    label: str = ""

    @property
    def mark(self) -> str:
        """What a file depends on that says less than everything."""
        return "" if self.told is Told.EVERYTHING else self.told.value

    def of_picture(
        self, index: int, record: Record, job: FrameJob | Eyes | None, data: bytes
    ) -> Mapping[str, str]:
        """The texts beside the picture of frame `index`, whose PNG is `data` without them."""
        if self.told is Told.NOTHING:
            return {"Software": SOFTWARE}
        made = {
            "disco.frame": str(index),
            "disco.key": record.key,
            "disco.job": json.dumps(self._job(job), sort_keys=True, ensure_ascii=False),
            "disco.digest": hashlib.sha256(data).hexdigest(),
        }
        return {**self._texts(), **made}

    def of_video(self) -> str:
        """The comment of a video, empty if nothing is told; too long a script is left out."""
        if self.told is Told.NOTHING:
            return ""
        whole = self._texts()
        short = {k: v for k, v in whole.items() if k not in ("disco.script", "disco.libraries")}
        return next(text for text in map(packed, (whole, short)) if len(text) <= LONGEST)

    def _texts(self) -> dict[str, str]:
        texts = {"Software": f"{SOFTWARE} {__version__}", "disco.name": self.name}
        if self.told is Told.EVERYTHING and self.script:
            texts["disco.script"] = self.script
            if self.libraries:
                texts["disco.libraries"] = json.dumps(dict(self.libraries), ensure_ascii=False)
            if self.lets or self.study:
                values = {"let": dict(self.lets), "study": self.study, "label": self.label}
                texts["disco.set"] = json.dumps(values, ensure_ascii=False)
        if self.identity is not None:
            texts["disco.identity"] = json.dumps(asdict(self.identity), sort_keys=True)
        return texts

    def _job(self, job: FrameJob | Eyes | None) -> Mapping[str, Any]:
        """The values that made a picture."""
        values = asdict(job) if job else {}
        if self.told is Told.WITHOUT_WORDS:
            for prompt in values.get("prompts", ()):
                prompt["text"] = ""
        return values


def packed(texts: Mapping[str, str]) -> str:
    """Texts as one word of plain letters."""
    data = zlib.compress(json.dumps(dict(texts)).encode(), 9)
    return _MARK + base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(comment: str) -> Mapping[str, str]:
    """The texts in a video's comment; none if it is another program's, or damaged."""
    if not comment.startswith(_MARK):
        return {}
    word = comment.removeprefix(_MARK)
    try:
        inflate = zlib.decompressobj()
        data = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        texts = json.loads(inflate.decompress(data, LARGEST))
        return {str(name): str(text) for name, text in texts.items()}
    except (ValueError, zlib.error, AttributeError, RecursionError):
        return {}


class Kept(Enum):
    """What became of a picture since it was written."""

    SAME = "unchanged since it was rendered"
    RESAVED = "saved again by another program; the picture is the same"
    EDITED = "edited since it was rendered"


def fate(data: bytes, texts: Mapping[str, str]) -> Kept:
    """Whether the pixels of a PNG are those that its texts speak of; what can not be read any more
    was edited. ValueError if the data are no PNG."""
    digest = texts.get("disco.digest", "")
    if hashlib.sha256(png.bare(data)).hexdigest() == digest:
        return Kept.SAME
    try:
        again = hashlib.sha256(png.encode(png.colors(data))).hexdigest()
    except ValueError:
        return Kept.EDITED
    return Kept.RESAVED if again == digest else Kept.EDITED
