"""Where shots and marks lie, in exact frames, found when asked for.

A shot begins where the one before it ends. A mark may be told from another mark or from the shot
that it stands in, and a shot may last up to a mark: each is looked up as it is needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from discoscript.expressions.quantities import Quantities
from discoscript.scene.outline import Marking, Outline
from discoscript.scene.times import (
    Axis,
    Block,
    Times,
    UnknownEnd,
    WrongTime,
    count_text,
    round_frames,
)
from discoscript.syntax.syntax import ShotHead
from discoscript.text.source import Span

#: Marks told from marks, this deep.
DEEPEST = 64


@dataclass
class Places:
    """The shots of a script in their order, and its marks by name."""

    axis: Axis
    quantities: Quantities
    shots: tuple[ShotHead, ...]
    marks: Mapping[str, Marking]
    ends: list[Fraction | Exception] = field(default_factory=list)
    known: dict[str, Block | Exception] = field(default_factory=dict)
    faults: list[WrongTime] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    busy: bool = False

    @property
    def outer(self) -> Times:
        """The times of the scene."""
        whole = Block(Fraction(0), self.axis.length)
        return Times(self.axis, Fraction(0), whole, self.quantities, self, top=True)

    # ───────────── shots ─────────────

    def shot(self, index: int) -> Block:
        """Begin and end of a shot."""
        while len(self.ends) <= index:
            if self.busy:  # a mark in a later shot was asked for
                raise self._fault(self._circle(self.shots[len(self.ends)]))
            self.ends.append(self._kept(len(self.ends)))
        return Block(self._begin(index), _sound(self.ends[index]))

    def _begin(self, index: int) -> Fraction:
        return Fraction(0) if index == 0 else _sound(self.ends[index - 1])

    def _kept(self, index: int) -> Fraction | Exception:
        """The end of a shot, or why it has none."""
        self.busy = True
        try:
            return self._end(index)
        except UnknownEnd as unknown:
            return unknown
        except WrongTime as wrong:
            return self._fault(wrong)
        finally:
            self.busy = False

    def _end(self, index: int) -> Fraction:
        head, begin = self.shots[index], self._begin(index)
        if head.length is not None:
            end = begin + self.outer.length(head.length)
        elif head.until is not None:
            end = self.outer.point(head.until)
        elif index == len(self.shots) - 1 and self.axis.length is not None:
            end = self.axis.length
        else:
            raise self._without_length(head, last=index == len(self.shots) - 1)
        written = head.length or head.until
        span = written.span if written else head.span
        if round_frames(end) <= round_frames(begin):
            raise self._empty(head, begin, end, span)
        return end

    def _circle(self, head: ShotHead) -> WrongTime:
        message = f'the end of "{head.title.value}" depends on itself'
        help = f'give it a length: `shot "{head.title.value}" 4s:`'
        return WrongTime("D113", message, head.span, help)

    def _without_length(self, head: ShotHead, last: bool) -> WrongTime:
        title = head.title.value
        help = f'give it a length: `shot "{title}" 4s:`'
        if last:
            help += ", or give the scene one: `scene: duration 30s`"
        else:
            help += "; only the last shot may leave it open"
        return WrongTime("D313", f'how long is "{title}"?', head.span, help)

    def _empty(self, head: ShotHead, begin: Fraction, end: Fraction, span: Span) -> WrongTime:
        title = head.title.value
        if end < begin:
            here, there = (count_text(round_frames(frame)) for frame in (begin, end))
            message = f'"{title}" begins at frame {here} and would end at frame {there}'
            return WrongTime("D302", message, span, "shots follow one another: move the mark")
        message = f'"{title}" is shorter than a frame'
        fps = self.axis.fps or Fraction(1)
        return WrongTime("D312", message, span, f"one frame is {float(1 / fps):.3f} s")

    def last_end(self) -> Fraction:
        """The end of the last shot that follows on shots with an end; 0 if the first has none."""
        self._try_shot(len(self.shots) - 1)
        known = (end for end in reversed(self.ends) if isinstance(end, Fraction))
        return next(known, Fraction(0))

    def whole(self) -> bool:
        """Whether all shots have an end."""
        self._try_shot(len(self.shots) - 1)
        return len(self.ends) == len(self.shots) and isinstance(self.ends[-1], Fraction)

    # ───────────── marks ─────────────

    def mark(self, name: str) -> Block:
        """Where a mark lies; of a mark on a point the end is its beginning."""
        if name not in self.known:
            self.known[name] = self._marked(name)
        found = self.known[name]
        if isinstance(found, Exception):
            raise found
        return found

    def _marked(self, name: str) -> Block | Exception:
        marked = self.marks[name]
        if name in self.open or len(self.open) >= DEEPEST:
            way = [*self.open[:4], "..."] if name not in self.open else [*self.open, name]
            message = f"`{name}` is told from itself: {' -> '.join(way)}"
            return self._fault(
                WrongTime("D113", message, marked.mark.name.span, "break the circle")
            )
        self.open.append(name)
        try:
            begin, end = self._times(marked).extent(marked.mark.at)
            return Block(begin, begin if end is None else end)
        except UnknownEnd as unknown:
            return unknown
        except WrongTime as wrong:
            return self._fault(wrong)
        finally:
            self.open.pop()

    def _times(self, marked: Marking) -> Times:
        if marked.shot is None:
            return self.outer
        block = self.shot(marked.shot)
        return self.outer.within(block.begin, block)

    def _fault(self, wrong: WrongTime) -> WrongTime:
        """Keep what is wrong for `problems`; who asks for it later hears nothing new."""
        if wrong.code:
            self.faults.append(wrong)
        return WrongTime("", wrong.message, wrong.span)

    def problems(self) -> Iterator[WrongTime]:
        """What is wrong with the shots and marks themselves."""
        for index in range(len(self.shots)):
            self._try_shot(index)
        for name in sorted(self.marks, key=lambda name: self.marks[name].mark.span):
            self._try_mark(name)
        yield from self.faults

    def _try_shot(self, index: int) -> None:
        try:
            self.shot(index)
        except (UnknownEnd, WrongTime):
            return

    def _try_mark(self, name: str) -> None:
        try:
            self.mark(name)
        except (UnknownEnd, WrongTime):
            return


def places_of(outline: Outline, axis: Axis, quantities: Quantities) -> Places:
    """The shots and marks of a script; of two marks with one name the first counts."""
    marks = {m.mark.name.text: m for m in reversed(outline.marks)}
    return Places(axis, quantities, outline.shots, marks)


def _sound(end: Fraction | Exception) -> Fraction:
    if isinstance(end, Exception):
        raise end
    return end
