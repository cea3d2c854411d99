"""Everything that is said about a script, by all stages that check it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from discoscript.expressions.recordings import Recording
from discoscript.media.tables import parse
from discoscript.pipeline import compile_text
from discoscript.scene.files import FileFacts, VideoFacts
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.source import Source


@dataclass(frozen=True)
class Folder:
    """A project folder in memory: paths and texts.

    A text `900 megapixels` is a picture of that size, `no picture` none at all, `48 frames at 24
    fps` a video.
    """

    texts: Mapping[str, str]

    def leaves(self, path: str) -> bool:
        """Whether it is a link to somewhere else: a text `link to ...`."""
        return self.texts.get(path, "").startswith("link to")

    def find(self, path: str) -> FileFacts | None:
        """The file, its letters' case ignored where there is no exact match."""
        names = [path, *(name for name in self.texts if name.lower() == path.lower())]
        found = next((name for name in names if name in self.texts), None)
        if found is None:
            return None
        if self.texts[found].strip() == "no picture":
            return FileFacts(found, 0)
        size, _, unit = self.texts[found].strip().partition(" ")
        return FileFacts(found, int(size) * 1_000_000 if unit == "megapixels" else 1)

    def video(self, path: str) -> VideoFacts | None:
        """What a text `48 frames at 24 fps` says."""
        words = self.texts[path].split()
        if words[1:3] != ["frames", "at"]:
            return None
        return VideoFacts(int(words[0]), Fraction(words[3]), (640, 448))

    def near(self, path: str) -> Iterable[str]:
        """All files."""
        return self.texts

    def loudness(self, path: str, low: float, high: float) -> Recording:
        """A second of silence."""
        return Recording(np.arange(100) / 100, np.zeros(100))

    def table(self, path: str, column: str, raw: bool) -> Recording:
        """What the text says."""
        return parse(self.texts[path], path, column, raw)

    def script(self, path: str) -> str | None:
        """The text of a file."""
        return self.texts.get(path)


def diagnose(script: str, files: Mapping[str, str]) -> tuple[Source, tuple[Diagnostic, ...]]:
    """The script as a source, and its diagnostics. `files` are the texts of the files beside it."""
    compiled = compile_text(script, "script.disco", Folder(files))
    return compiled.source, compiled.diagnostics
