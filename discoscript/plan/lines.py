"""The line of a script to look at when a value has changed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from discoscript.scene.scene import Scene
from discoscript.schedule.schedule import Schedule
from discoscript.text.source import Source, Span

_LET = re.compile(r"^\s*let\s+([A-Za-z_]\w*)")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Line:
    """A line of a file, counted from 1."""

    path: str
    number: int


@dataclass(frozen=True)
class Lines:
    """A script as it is, and the text that it had `before` with its libraries, empty if that is
    not known. Of the lines that give a value, the one that changed is preferred; a value may also
    come from a `let` or from the head of a block."""

    scene: Scene
    schedule: Schedule
    before: str = ""

    def parameter(self, key: str, frame: int, changed: bool = False) -> Line | None:
        """The line that gives a parameter its value at a frame; None where none speaks. With
        `changed` only one that is not as it was."""
        return self._line(self._spans(key, frame), changed)

    def _spans(self, key: str, frame: int) -> Sequence[Span]:
        origin = self.schedule.origins.get(key)
        given = self.scene.fixed.get(key)
        if origin is None:
            return [given.span] if given else []
        if len(origin.owner) != self.schedule.frames:  # over the progress of the diffusion
            return (*origin.spans, *origin.layers)
        owner = int(origin.owner[frame])
        own = [origin.spans[owner]] if owner >= 0 else []
        return (*own, *origin.layers_at(frame))

    def seed(self, frame: int) -> Line | None:
        """The line of the seed of a frame."""
        own = [seed.span for seed in self.scene.seeds if seed.begin <= frame][-1:]
        keys = ("scene.seed", "scene.seed_step")
        given = [self.scene.fixed[key].span for key in keys if key in self.scene.fixed]
        return self._line((*own, *given) if self.schedule.seeded[frame] else given)

    def prompt(self, text: str, frame: int) -> Line | None:
        """The line of a prompt that counts at a frame."""
        rows = [row for row in self.schedule.prompts if row.text == text]
        here = [row.span for row in rows if row.begin <= frame < row.begin + len(row.here)]
        return self._line(here or [row.span for row in rows])

    def start(self, frame: int) -> Line | None:
        """The line that lets a segment start at a frame."""
        if frame in self.scene.cuts:
            return self._line([self.scene.cuts[frame]])
        keys = ("init.image", "init.perlin", "video.flow_warp", "video.source", "scene.mode")
        found = (self.parameter(key, frame, changed=True) for key in keys)
        return next((line for line in found if line is not None), None)

    def follows(self, frame: int) -> bool:
        """Whether a frame goes on from the one before it."""
        return frame not in self.schedule.starts

    # ───────────── which of them changed ─────────────

    def _line(self, spans: Iterable[Span], changed: bool = False) -> Line | None:
        """The line that changed, else the first that is about the value."""
        source = self.scene.source
        rows = [row for span in spans for row in _rows(source, span)]
        found = next(self._changed(rows), None if changed or not rows else rows[0])
        if found is None:
            return None
        start = source.line_starts[found - 1]
        return Line(source.path_at(start), source.position(start)[0])

    def _changed(self, rows: list[int]) -> Iterator[int]:
        yield from (row for row in rows if row in self._new)
        texts = [self.scene.source.line(row) for row in rows]
        yield from self._lets_behind(texts)
        yield from (row for own in rows for row in self._heads(own) if row in self._new)

    def _lets_behind(self, texts: list[str]) -> Iterator[int]:
        """The changed `let` lines that some lines depend on."""
        seen: set[str] = set()
        while texts:
            names = {name for text in texts for name in _WORD.findall(text)} - seen
            seen |= names
            behind = [row for name in names for row in self._lets.get(name, ())]
            yield from sorted(row for row in behind if row in self._new)
            texts = [self.scene.source.line(row) for row in behind]

    def _heads(self, row: int) -> Iterator[int]:
        """The heads of the blocks that a line stands in, the innermost first."""
        source = self.scene.source
        depth = _depth(source.line(row))
        for above in range(row - 1, 0, -1):
            text = source.line(above)
            if text.strip() and _depth(text) < depth:
                depth = _depth(text)
                yield above

    @cached_property
    def _new(self) -> frozenset[int]:
        """The rows whose text was not in the script before; all where that is not known."""
        known = {line.strip() for line in self.before.splitlines()}
        source = self.scene.source
        rows = range(1, len(source.line_starts) + 1)
        return frozenset(row for row in rows if source.line(row).strip() not in known)

    @cached_property
    def _lets(self) -> Mapping[str, list[int]]:
        """The rows of the `let` lines, by the name."""
        found: dict[str, list[int]] = {}
        source = self.scene.source
        for row in range(1, len(source.line_starts) + 1):
            name = _LET.match(source.line(row))
            if name:
                found.setdefault(name[1], []).append(row)
        return found


def _rows(source: Source, span: Span) -> range:
    """The rows that a span covers."""
    return range(source.row(span.start), source.row(max(span.start, span.end - 1)) + 1)


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip())
