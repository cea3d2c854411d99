"""A chart as a picture, drawn with Pillow: twice as fine as the screen, light or dark.

Everything is drawn at four times the size and brought down to two, so that lines are smooth.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from discoscript.schedule.runs import runs
from discoscript.views.chart import Chart, Ribbon, Strip, pieces, ticks, whole_ticks
from discoscript.views.words import shown

#: Pixels drawn, and pixels kept, for each unit of the layout below.
DRAWN, KEPT = 4, 2

WIDTH = 1120
LEFT, RIGHT, TOP, BOTTOM = 176, 72, 84, 28
BAND, GAP = 76, 14
BAR, BAR_GAP = 22, 6
AXIS = 52

Color = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Theme:
    """The colours of a picture; `curves` follow one another."""

    page: Color
    panel: Color
    grid: Color
    text: Color
    faint: Color
    start: Color
    prompt: Color
    against: Color
    curves: tuple[Color, ...]


def _color(digits: str) -> Color:
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _colors(text: str) -> tuple[Color, ...]:
    return tuple(_color(digits) for digits in text.split())


LIGHT = Theme(
    page=_color("ffffff"),
    panel=_color("f6f7f9"),
    grid=_color("e1e4ea"),
    text=_color("1f2430"),
    faint=_color("6b7280"),
    start=_color("c2410c"),
    prompt=_color("3b6fd4"),
    against=_color("c2413b"),
    curves=_colors("2563eb b86a08 047857 be2b77 7c3aed 0e7490 9a3412 4d7c0f"),
)
DARK = Theme(
    page=_color("14171f"),
    panel=_color("1b1f2a"),
    grid=_color("2e3442"),
    text=_color("e8eaf0"),
    faint=_color("98a2b3"),
    start=_color("fb923c"),
    prompt=_color("6f9bf0"),
    against=_color("f0807a"),
    curves=_colors("7aa2f7 f5b352 5fd7a7 f78fb3 b79cf5 5ccfe6 f0a27a a8cc6b"),
)

#: Of more frames than these in a curve only the extremes are drawn.
PLACES = 1600

#: Shades of a bar.
TONES = 48

#: Fonts to try for words that the font of Pillow has no letters for.
WIDE_FONTS = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "Arial Unicode.ttf", "arial.ttf")


def picture(chart: Chart, dark: bool = False) -> Image.Image:
    """The chart; its width is fixed, its height follows from what there is to show."""
    return _Sheet(chart, DARK if dark else LIGHT).drawn()


@cache
def _font(size: int, wide: bool = False) -> Font:
    """A font of `size` drawn pixels. The one of Pillow knows the letters of Latin scripts."""
    for name in WIDE_FONTS if wide else ():
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


class _Sheet:
    """One picture while it is drawn; all places are in units of the layout."""

    def __init__(self, chart: Chart, theme: Theme) -> None:
        self.chart, self.theme = chart, theme
        self.axis = TOP + len(chart.strips) * (BAND + GAP)
        self.bars = self.axis + AXIS + (BAR + BAR_GAP if chart.shots else 0)
        self.height = self.bars + len(chart.ribbons) * (BAR + BAR_GAP) + BOTTOM
        size = (WIDTH * DRAWN, self.height * DRAWN)
        self.image = Image.new("RGB", size, theme.page)
        self.pen = ImageDraw.Draw(self.image)

    def drawn(self) -> Image.Image:
        """Draw everything."""
        self._title()
        for number, strip in enumerate(self.chart.strips):
            color = self.theme.curves[number % len(self.theme.curves)]
            self._band(strip, TOP + number * (BAND + GAP), color)
        self._axis()
        self._shots()
        for number, ribbon in enumerate(self.chart.ribbons):
            self._bar(ribbon, self.bars + number * (BAR + BAR_GAP))
        self._starts()
        size = WIDTH * KEPT, self.height * KEPT
        return self.image.resize(size, Image.Resampling.BOX)

    # ───────────── parts ─────────────

    def _title(self) -> None:
        chart = self.chart
        length = round(float(chart.frames / chart.fps), 2)
        about = f"{chart.frames} frames, {length:g} s at {float(chart.fps):g} fps"
        self._text(LEFT, 24, self._fitted(chart.title, 20, WIDTH - LEFT - RIGHT), 20)
        self._text(LEFT, 50, about, 12, self.theme.faint)

    def _band(self, strip: Strip, top: float, color: Color) -> None:
        """A panel with a name, the extremes, and the curve."""
        self._box(LEFT, top, WIDTH - RIGHT, top + BAND, self.theme.panel)
        for frame in self._frame_ticks():
            self._line([(self._x(frame), top), (self._x(frame), top + BAND)], self.theme.grid)
        group, _, name = strip.key.partition(".")
        self._text(LEFT - 16, top + 20, name, 14, color, "right")
        self._text(LEFT - 16, top + 38, group, 11, self.theme.faint, "right")
        unit = self._fitted(strip.unit, 10, LEFT - 24)
        self._text(LEFT - 16, top + 54, unit, 10, self.theme.faint, "right")
        self._text(WIDTH - RIGHT + 10, top + 3, shown(strip.high), 11, self.theme.faint)
        if strip.low != strip.high:
            low = top + BAND - 15
            self._text(WIDTH - RIGHT + 10, low, shown(strip.low), 11, self.theme.faint)
        self._curve(strip, top, color)

    def _curve(self, strip: Strip, top: float, color: Color) -> None:
        """From frame to frame; upright edges where a parameter only jumps. What it was before in
        another version of the script lies behind it."""
        if strip.before is not None:
            for begin, end in _known(strip.before):
                faint = mixed(self.theme.panel, self.theme.text, 0.3)
                before = replace(strip, values=strip.before[begin:end])
                self._stroke(before, begin, top, faint, 3)
        self._stroke(strip, 0, top, color, 2.2)

    def _stroke(self, strip: Strip, begin: int, top: float, color: Color, width: float) -> None:
        """The values of a strip as a line from frame `begin` on."""
        inset = 9
        points: list[tuple[float, float]] = []
        for frame, share in _points(strip):
            x, y = self._x(begin + frame), top + inset + (1 - share) * (BAND - 2 * inset)
            if points and strip.stepped:
                points.append((x, points[-1][1]))
            points.append((x, y))
        self._line(points, color, width)

    def _axis(self) -> None:
        """Frames and seconds."""
        top = self.axis
        self._line([(LEFT, top), (WIDTH - RIGHT, top)], self.theme.faint, 1)
        self._text(LEFT - 16, top + 7, "frame", 11, self.theme.faint, "right")
        self._text(LEFT - 16, top + 24, "seconds", 11, self.theme.faint, "right")
        for frame in self._frame_ticks():
            x = self._x(frame)
            self._line([(x, top), (x, top + 5)], self.theme.faint, 1)
            self._text(x, top + 7, str(frame), 11, self.theme.text, "middle")
        for place in ticks(float(self.chart.frames / self.chart.fps), 12):
            x = self._x(place * float(self.chart.fps))
            self._text(x, top + 24, f"{place:g}", 11, self.theme.faint, "middle")

    def _shots(self) -> None:
        """The shots, one beside the other."""
        top = self.axis + AXIS
        if self.chart.shots:
            self._text(LEFT - 16, top + 5, "shots", 11, self.theme.faint, "right")
        for title, begin, end in self.chart.shots:
            left, right = self._x(begin), self._x(end) - 2
            self._box(left, top, right, top + BAR, self.theme.grid)
            self._text(left + 7, top + 4, self._fitted(title, 12, right - left - 10), 12)

    def _frame_ticks(self) -> tuple[int, ...]:
        return whole_ticks(self.chart.frames, 12)

    def _starts(self) -> None:
        """A dashed line where a segment starts from nothing."""
        end = self.bars + len(self.chart.ribbons) * (BAR + BAR_GAP)
        for frame in self.chart.starts[1:]:
            x, y = self._x(frame), float(TOP - 8)
            while y < end:
                self._line([(x, y), (x, min(end, y + 5))], self.theme.start, 1.4)
                y += 9
            self._text(x, TOP - 24, "cut", 11, self.theme.start, "middle")

    def _bar(self, ribbon: Ribbon, top: float) -> None:
        """A prompt: opaque where it is strong, of another colour where it pushes away."""
        low, high = ribbon.extremes
        weight = shown(low) if low == high else f"{shown(low)} to {shown(high)}"
        self._text(LEFT - 16, top + 5, weight, 11, self.theme.faint, "right")
        for begin, end in pieces(ribbon):
            part = ribbon.share[begin:end]
            tones = np.sign(part) * np.ceil(np.abs(part) * TONES - 1e-9)
            for first, last, tone in runs(tones):
                share = float(tone) / TONES
                paint = self.theme.prompt if share > 0 else self.theme.against
                fill = mixed(self.theme.page, paint, opacity(share))
                left, right = self._x(begin + first), self._x(begin + last)
                self._box(left, top, right, top + BAR, fill)
        self._label(ribbon, top)

    def _label(self, ribbon: Ribbon, top: float) -> None:
        """The words, from where the prompt begins; to the left of it where there is no room."""
        begin = self._x(int(ribbon.frames[0])) + 7
        room = WIDTH - RIGHT - 4
        size = self._width(ribbon.text, 12)
        if begin + size > room and self._x(int(ribbon.frames[0])) - LEFT > room - begin:
            text = self._fitted(ribbon.text, 12, begin - LEFT - 14)
            self._text(begin - 14, top + 4, text, 12, None, "right")
            return
        self._text(begin, top + 4, self._fitted(ribbon.text, 12, room - begin), 12)

    # ───────────── strokes ─────────────

    def _x(self, frame: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * frame / self.chart.frames

    def _line(self, points: list[tuple[float, float]], color: Color, width: float = 1) -> None:
        places = [(x * DRAWN, y * DRAWN) for x, y in points]
        self.pen.line(places, fill=color, width=round(width * DRAWN), joint="curve")

    def _box(self, x: float, y: float, right: float, bottom: float, color: Color) -> None:
        corners = round(x * DRAWN), round(y * DRAWN), round(right * DRAWN), round(bottom * DRAWN)
        left, up, far, down = corners
        self.pen.rectangle((left, up, max(left, far - 1), down - 1), fill=color)

    def _text(
        self, x: float, y: float, text: str, size: int, color: Color | None = None, at: str = "left"
    ) -> None:
        """Text whose top is at `y`; `at` says which part of it is at `x`."""
        shift = {"left": 0.0, "middle": 0.5, "right": 1.0}[at] * self._width(text, size)
        place = (x - shift) * DRAWN, y * DRAWN
        font = _font(size * DRAWN, not _latin(text))
        self.pen.text(place, text, fill=color or self.theme.text, font=font)

    def _width(self, text: str, size: int) -> float:
        return self.pen.textlength(text, font=_font(size * DRAWN, not _latin(text))) / DRAWN

    def _fitted(self, text: str, size: int, room: float) -> str:
        """The text, cut off where the room ends."""
        if self._width(text, size) <= room:
            return text
        while text and self._width(f"{text}...", size) > room:
            text = text[:-1]
        return f"{text.rstrip()}..." if text else ""


def _points(strip: Strip) -> list[tuple[float, float]]:
    """Frames and shares to draw a line through, the last value held to the end.

    Of many frames in one place only the lowest and the highest are drawn.
    """
    share, frames = strip.share, len(strip.share)
    places = [*range(frames), frames - 1]
    if frames > PLACES:
        edges = np.linspace(0, frames, PLACES + 1).astype(int)
        far = [
            (a + int(share[a:b].argmin()), a + int(share[a:b].argmax()))
            for a, b in pairwise(edges.tolist())
        ]
        places = [0, *(place for pair in far for place in sorted(pair)), frames - 1]
    return [(float(place), float(share[place])) for place in places[:-1]] + [
        (float(frames), float(share[-1]))
    ]


def _known(values: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The stretches on which there are values, ends excluded."""
    return [(a, b) for a, b, missing in runs(np.isnan(values)) if not missing]


def _latin(text: str) -> bool:
    return all(ord(letter) < 0x180 for letter in text)


def opacity(share: float) -> float:
    """How opaque a bar is where a prompt has that share of the largest weight."""
    return 0.14 + 0.44 * abs(share)


def mixed(below: Color, above: Color, share: float) -> Color:
    """`above` painted on `below` with that opacity."""
    parts = (round(b + (a - b) * min(1.0, share)) for b, a in zip(below, above, strict=True))
    red, green, blue = parts
    return red, green, blue
