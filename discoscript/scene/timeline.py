"""Frames per second, mode and length of a script, written or implied."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from discoscript.expressions.expressions import Tempo
from discoscript.parameters import BY_KEY, Mode, Parameter
from discoscript.scene.amounts import Amounts
from discoscript.scene.files import VideoFacts
from discoscript.scene.fixed import fixed_value
from discoscript.scene.footage import footage_of, written_line
from discoscript.scene.landmarks import Places, places_of
from discoscript.scene.outline import Entry, Outline
from discoscript.scene.settings import row_of
from discoscript.scene.survey import Implied, implied_length
from discoscript.scene.times import (
    Axis,
    Block,
    Times,
    UnknownEnd,
    WrongTime,
    count_text,
    round_frames,
)
from discoscript.syntax.syntax import Const, Expr, Set
from discoscript.text.diagnostics import Related
from discoscript.text.report import Report
from discoscript.text.source import Span

#: A longer render is refused (D703).
MAX_FRAMES = 100_000


#: Frames per second that clocks can count with.
SPEEDS = (0.001, 1000)


@dataclass(frozen=True)
class Extent:
    """How long, how fast, and in which mode.

    `known` False: lines are missing that may make it longer, or it is longer than can be.
    `bounded` False: the shots do not say how long they are; `settled` False: they say otherwise
    than the scene.
    """

    fps: Fraction
    frames: int
    mode: Mode
    known: bool
    tempo: Tempo | None = None
    bounded: bool = True
    settled: bool = True
    footage: VideoFacts | None = None

    @property
    def axis(self) -> Axis:
        """The axis of the scene's times; its end may be unknown."""
        return Axis(self.fps, Fraction(self.frames) if self.bounded else None, self.tempo)


@dataclass(frozen=True)
class Facts:
    """Finds the frame of a scene: everything that other lines are read against."""

    outline: Outline
    amounts: Amounts
    report: Report
    written: dict[str, Set] = field(default_factory=dict)

    def find(self) -> Extent:
        """Reads `fps`, then the mode, then the length."""
        for entry in self.outline.entries:
            row = row_of(entry)
            here = row and row.group == "scene" and entry.under.scope is None
            if row and here and isinstance(entry.said, Set):
                self.written.setdefault(row.name, entry.said)
        footage = self._footage()
        fps = self._fps(footage)
        tempo = self._tempo(fps)
        axis = Axis(fps, None, tempo)
        silent = Report(self.report.source)
        explicit = self._explicit_length(axis)
        if footage is not None:  # whatever the scene says (D405)
            explicit = footage.frames
        implied = self._implied(axis, explicit, silent)
        length = implied.frames if self.outline.shots else explicit or implied.frames
        written = self._written_mode()
        endless = bool(self.outline.shots) and not implied.whole
        mode = written or self._implied_mode(2 if endless else length)
        # A mode that is wrong or not built yet: what fits it is not known.
        certain = self.outline.complete and (written is not None or "mode" not in self.written)
        certain = certain and not silent.found
        if written is not None or "mode" not in self.written:
            self._check_mode(mode, length)
        if mode is Mode.STILL:
            return Extent(fps, 1, mode, certain, tempo)
        if mode is Mode.VIDEO:  # the input sets the length
            self._which_video(certain)
            certain = certain and footage is not None
            length = footage.frames if footage else length
        elif certain and not self._says_how_long() and not self.outline.shots and length <= 1:
            self._how_long(mode)
        if length > MAX_FRAMES:
            self._too_long(length, implied.span)
            return Extent(fps, 1, mode, known=False, tempo=tempo)
        known = certain or (self._says_how_long() and mode is not Mode.VIDEO)
        settled = not any(found.code == "D309" for found in self.report.found)
        frames = max(length, 1)
        return Extent(fps, frames, mode, known, tempo, not endless, settled, footage)

    def _says_how_long(self) -> bool:
        return "frames" in self.written or "duration" in self.written

    def _implied(self, axis: Axis, explicit: int | None, silent: Report) -> Implied:
        """The length that the shots make up, else the last time that a line speaks of.

        What is wrong with a time is reported when it is placed.
        """
        quantities = replace(self.amounts.quantities, report=silent)
        places = places_of(self.outline, axis, quantities)
        if not self.outline.shots and explicit is not None:
            return Implied(explicit, Span(0, 0))
        if not self.outline.shots:
            return implied_length(self.outline, places.outer)
        if explicit is not None:
            given = places_of(self.outline, replace(axis, length=Fraction(explicit)), quantities)
            frames = round_frames(given.last_end())
            if given.whole() and frames != explicit:
                self._do_not_fill(frames, explicit)
            return Implied(max(explicit, frames), self.outline.shots[-1].span)
        if not places.whole():
            self._endless_shot(places)
            silent.add("D313", "a shot has no length", Span(0, 0))
        end = round_frames(places.last_end())
        return Implied(end, self.outline.shots[-1].span, places.whole())

    def _do_not_fill(self, frames: int, length: int) -> None:
        """Shots that are together shorter or longer than the scene (D309)."""
        name = "frames" if "frames" in self.written else "duration"
        said = self.written.get(name)
        less = "lengthen" if frames < length else "shorten"
        self.report.add(
            "D309",
            f"the shots are {count_text(frames)} frames long, the "
            f"{'scene' if said else 'input video'} {length}",
            self.outline.shots[-1].span,
            help=f"delete `{name}` (it follows from the shots), or {less} a shot"
            if said
            else f"{less} a shot, or leave out the length of the last one",
            related=(Related(said.span, "the scene"),) if said else (),
        )

    def _endless_shot(self, places: Places) -> None:
        """D313 for a shot whose length is told from the end that the shots make up."""
        for number, head in enumerate(self.outline.shots):
            try:
                places.shot(number)
            except WrongTime:
                return  # said where the shots are placed
            except UnknownEnd:
                written = head.length or head.until
                help = "give it a length of its own, or give the scene one: `scene: duration 30s`"
                span = written.span if written else head.span
                self.report.add("D313", f'how long is "{head.title.value}"?', span, help=help)
                return

    def _times(self, fps: Fraction | None, tempo: Tempo | None = None) -> Times:
        """Times of a scene whose end is not known."""
        start = Block(Fraction(0), None)
        return Times(Axis(fps, None, tempo), Fraction(0), start, self.amounts.quantities)

    # ───────────── frames per second, length ─────────────

    def _footage(self) -> VideoFacts | None:
        """The input video, in video mode."""
        said = self.written.get("mode")
        if said is not None and self.report.text(said.value.span) != Mode.VIDEO:
            return None
        return footage_of(self.outline, self.amounts, self._times(None), self.report)

    def _fps(self, footage: VideoFacts | None) -> Fraction:
        """As written; else as the input video's, so that times mean the same in both."""
        default = footage.fps if footage else Fraction(str(BY_KEY["scene.fps"].default))
        said = self.written.get("fps")
        if said is None:
            return default
        times = self._times(None)
        row = replace(BY_KEY["scene.fps"], hard=SPEEDS, open_low=False)
        value = fixed_value(said.value, row, self.amounts, times)
        if not isinstance(value, int | float) or not isinstance(said.value, Const):
            return default
        return self._exact(said.value.expr, times) or Fraction(repr(float(value)))

    def _tempo(self, fps: Fraction) -> Tempo | None:
        said, offset = self.written.get("bpm"), self.written.get("beat_offset")
        if said is None or not isinstance(said.value, Const):
            return None
        value = fixed_value(said.value, BY_KEY["scene.bpm"], self.amounts, self._times(None))
        if not isinstance(value, int | float) or value <= 0:
            return None
        bpm = self._exact(said.value.expr, self._times(None)) or Fraction(repr(float(value)))
        if offset is None:
            return Tempo(bpm)
        times = self._times(fps, Tempo(bpm))
        begin = fixed_value(offset.value, BY_KEY["scene.beat_offset"], self.amounts, times)
        return Tempo(bpm, begin if isinstance(begin, Fraction) else Fraction(0))

    def _exact(self, expr: Expr, times: Times) -> Fraction | None:
        """`24000/1001` as a fraction; None for a number that is computed otherwise."""
        try:
            return times.length(expr)
        except (UnknownEnd, WrongTime):
            return None

    def _explicit_length(self, axis: Axis) -> int | None:
        frames, duration = self.written.get("frames"), self.written.get("duration")
        if frames and duration:
            self.report.add(
                "D208",
                "`frames` and `duration` both set the length",
                max(frames.span, duration.span),
                help="keep one of them",
                related=(Related(min(frames.span, duration.span), "first here"),),
            )
        said = frames or duration
        return None if said is None else self._length(said, axis)

    def _length(self, said: Set, axis: Axis) -> int | None:
        """The length in frames; 1 where it is wrong, so that nothing else is said about it."""
        name = "frames" if said is self.written.get("frames") else "duration"
        row = BY_KEY[f"scene.{name}"]
        fps = axis.fps or Fraction(1)
        times = self._times(fps, axis.tempo)
        value = fixed_value(said.value, replace(row, hard=(1, None)), self.amounts, times)
        if not isinstance(value, int | float | Fraction):
            return None
        frames = round_frames(Fraction(value))
        if frames < 1:
            self.report.add(
                "D312",
                f"at {float(fps):g} fps this holds no frame",
                said.value.span,
                help=f"one frame is {float(1 / fps):.3f} s",
            )
        return max(frames, 1)

    def _too_long(self, length: int, span: Span) -> None:
        said = self.written.get("frames") or self.written.get("duration")
        self.report.add(
            "D703",
            f"{count_text(length)} frames; the limit is {MAX_FRAMES}",
            said.value.span if said else span,
            help="make it shorter, or render it as several scripts",
        )

    def _how_long(self, mode: Mode) -> None:
        used = next(self._used_in(mode), None)
        said = self.written.get("mode")
        span = used[1] if used else said.span if said else Span(0, 0)
        self.report.add(
            "D320",
            "how long is this animation?",
            span,
            "no line says when it ends",
            help="add `scene: duration 10s`, or give a line a range: `@ 0..120`",
        )

    def _which_video(self, certain: bool) -> None:
        """D320 in video mode without a video, where all lines could be read."""
        source = written_line(self.outline, "video.source")
        named = source is not None and self.report.text(source.value.span) != "none"
        said = source or self.written.get("mode")
        if certain and said is not None and not named:
            self.report.add(
                "D320",
                "which video is this made from?",
                said.value.span,
                "in video mode the input sets the length",
                help='name a file beside the script: `video: source "dance.mp4"`',
            )

    # ───────────── mode ─────────────

    def _used(self) -> Iterator[tuple[Parameter, Span]]:
        """Settings of a picture that stand outside broken blocks."""
        for entry in self.outline.entries:
            row = row_of(entry)
            if row is not None and not entry.under.loose and row.pixels:
                yield row, name_span(entry)

    def _used_in(self, mode: Mode) -> Iterator[tuple[Parameter, Span]]:
        """Settings that exist in this mode but not in a still."""
        return ((r, s) for r, s in self._used() if mode in r.modes and Mode.STILL not in r.modes)

    def _check_mode(self, mode: Mode, length: int) -> None:
        """Settings that do not go with the mode."""
        said = self.written.get("mode")
        if mode is Mode.STILL:
            self._no_animation(said, length)
        else:
            self._no_other_camera(mode, said)

    def _written_mode(self) -> Mode | None:
        """The mode that the script sets; None after reporting one that does not exist."""
        said = self.written.get("mode")
        if said is None:
            return None
        value = fixed_value(said.value, BY_KEY["scene.mode"], self.amounts, self._times(None))
        return Mode(value) if isinstance(value, str) else None

    def _implied_mode(self, length: int) -> Mode:
        rows = [row for row, _ in self._used()]
        if any(row.key == "video.source" for row in rows):
            return Mode.VIDEO
        if any(row.modes == {Mode.D3} and row.key != "scene.vr" for row in rows) or self._vr():
            return Mode.D3
        if length > 1 or any(row.group == "camera" for row in rows):
            return Mode.D2
        return Mode.STILL

    def _vr(self) -> bool:
        """Whether the scene says `vr on`."""
        said = self.written.get("vr")
        return said is not None and self.report.text(said.value.span) == "on"

    def _no_animation(self, said: Set | None, length: int) -> None:
        """A still has no camera, no length and no shots (D404)."""
        if said is not None and self.outline.shots and length > 1:
            help = "write `mode 3d`, or take the lines out of the shots"
            related = (Related(said.span, "a still"),)
            span = self.outline.shots[0].span
            self.report.add("D404", "a still has no shots", span, help=help, related=related)
            return
        used = [
            (row, s)
            for row, s in self._used()
            if Mode.STILL not in row.modes and not judged_by_value(row)
        ]
        if not used or (said is None and all(row.group == "scene" for row, _ in used)):
            return
        row, span = used[0]
        what = "camera" if row.group in ("camera", "depth") else f"`{row.name}`"
        self.report.add(
            "D404",
            f"a still has no {what}",
            span,
            help=f"set `mode {_home(row)}` and a `duration`, or delete `{row.name}`",
            related=(Related(said.span, "a still"),) if said else (),
        )

    def _no_other_camera(self, mode: Mode, said: Set | None) -> None:
        """2D and 3D settings do not go together (D401); one message for each name."""
        names: set[str] = set()
        fitting = next(((r, s) for r, s in self._used_in(mode) if len(r.modes) == 1), None)
        for row, span in self._used():
            if mode in row.modes or row.name in names or judged_by_value(row):
                continue
            names.add(row.name)
            if mode is Mode.VIDEO and row.group in ("camera", "depth"):
                continue  # they have no effect there (D414)
            what = f"`{fitting[0].name}`" if fitting and not said else "the scene"
            other = said.span if said else fitting[1] if fitting else None
            clash = f"`{row.name}` is {_system(row)}, {what} is {_called(mode)}"
            self.report.add(
                "D401",
                clash if len(row.modes) == 1 else f"there is no `{row.name}` in {_called(mode)}",
                span,
                help=_other_camera(row, None if said else fitting)
                or f"delete it, or set `mode {_home(row)}`",
                related=(Related(other, f"this is {_called(mode)}"),) if other else (),
            )


#: What moves the camera alike in the other of 2D and 3D.
_ALIKE = {"zoom": "translate_z", "angle": "rotate_z", "translate_z": "zoom", "rotate_z": "angle"}


def _other_camera(row: Parameter, fitting: tuple[Parameter, Span] | None) -> str:
    """What to write in place of a setting of the other camera."""
    if row.group != "camera":
        return ""
    home = _called(_home(row))
    here = "2D" if home == "3D" else "3D"
    alike = f"delete `{row.name}`"
    if row.name in _ALIKE:
        alike = f"write `{_ALIKE[row.name]}` in place of `{row.name}`"
    there = f"delete `{fitting[0].name}`" if fitting else f"set `mode {_home(row)}`"
    return f"keep one kind: for {here} {alike}, for {home} {there}"


def judged_by_value(row: Parameter) -> bool:
    """Whether only some values of a setting need its modes; the schedule's checks see to those."""
    return row.group in ("turbo", "vr") or row.key in ("scene.vr", "scene.images")


def _called(mode: Mode) -> str:
    """`2D`, `3D`, `a still`, `video mode`."""
    return {Mode.STILL: "a still", Mode.VIDEO: "video mode"}.get(mode, mode.upper())


def _system(row: Parameter) -> str:
    """The one mode of a setting in words."""
    return "for input videos" if row.modes == {Mode.VIDEO} else _called(_home(row))


def _home(row: Parameter) -> Mode:
    """The mode to choose for a setting."""
    return next(mode for mode in (Mode.D3, Mode.D2, Mode.VIDEO, Mode.STILL) if mode in row.modes)


def name_span(entry: Entry) -> Span:
    """The name of a setting, or the whole of another line."""
    return getattr(entry.said, "name", entry.said).span
