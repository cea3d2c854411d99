"""`discoscript curves`: in the terminal and as a picture."""

import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from commands import ran
from PIL import Image
from small_scripts import compiled

from discoscript.errors import Exit
from discoscript.views.chart import chart, pieces, ticks, whole_ticks
from discoscript.views.curves_picture import (
    DARK,
    KEPT,
    LEFT,
    LIGHT,
    RIGHT,
    TOP,
    WIDTH,
    Theme,
    mixed,
    opacity,
    picture,
)
from discoscript.views.curves_text import braille, curve_lines

SEA = """disco 1

scene "Sea":
    frames 12
    fps 6
    seed 7

prompt "a sea" 2
prompt "fog" -1 @ 3..6
frame 8:
    cut
    prompt "a shore"
camera:
    translate_x 0 -> 8 @ 0..8
    zoom 1.02 @ 4..8
"""


DRAWN = """\
Sea: 12 frames, 2 s

         camera.zoom  times per frame
   1.02 ┤          ⢸⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⡆
        │          ⢸          ⡇
      1 ┤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡸          ⣇⣀⣀⣀⣀⣀⣀⣀⣀⣀

         camera.translate_x  pixels per…
      8 ┤              ⢀⣀⠤⠤⠒⠒⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉
        │       ⣀⡠⠤⠔⠒⠊⠉⠁
      0 ┤⣀⠤⠤⠒⠒⠉⠉

         ▼ cut   ◆ new prompt
                ◆            ▼
        └┬───────────┬────────────┬─────
  frame  0           5            10
   time  0s             1s            2s

      2 │█████████████████████
         a sea

     -1 │       ▓▓▓▓▓▓▓▓▓
                fog

      1 │                    ▓▓▓▓▓▓▓▓▓▓▓
                             a shore
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sea.disco").write_text(SEA)
    return tmp_path


# ───────────── the chart ─────────────


def test_a_chart_holds_what_changes() -> None:
    drawn = chart(compiled(SEA), "Sea")
    assert [strip.key for strip in drawn.strips] == ["camera.zoom", "camera.translate_x"]
    assert [strip.unit for strip in drawn.strips] == ["times per frame", "pixels per frame"]
    assert (drawn.strips[1].low, drawn.strips[1].high) == (0.0, 8.0)
    assert drawn.starts == (0, 8) and drawn.turns == (3,)
    assert [r.text for r in drawn.ribbons] == ["a sea", "fog", "a shore"]
    assert pieces(drawn.ribbons[1]) == ((3, 6),)
    assert np.array_equal(drawn.ribbons[1].share[2:7], [0, -0.5, -0.5, -0.5, 0])


def test_a_constant_is_drawn_where_it_is_asked_for() -> None:
    drawn = chart(compiled(SEA), "Sea", ["angle"])
    assert [strip.key for strip in drawn.strips] == ["camera.angle"]
    assert np.array_equal(drawn.strips[0].share, np.full(12, 0.5))


@pytest.mark.parametrize(
    ("line", "stepped"),
    [
        ("zoom 1.02 @ 4..8", True),
        ("zoom 1.02 @ 4..5", True),
        ("zoom 1 -> 1.02 @ 2..6", False),
        ("zoom 1 + 0.01 * sin(seconds)", False),
    ],
)
def test_what_only_jumps_has_upright_edges(line: str, stepped: bool) -> None:
    drawn = chart(compiled(SEA.replace("zoom 1.02 @ 4..8", line)), "Sea", ["zoom"])
    assert drawn.strips[0].stepped == stepped


@pytest.mark.parametrize("length", [0.5, 1, 7, 36, 240, 100_000])
def test_ticks_are_few_and_round(length: float) -> None:
    found = ticks(length, 12)
    assert 2 <= len(found) <= 14 and found[0] == 0 and found[-1] <= length
    steps = np.diff(found)
    assert np.allclose(steps, steps[0])
    assert all(float(t).is_integer() for t in whole_ticks(int(length) + 1, 12))


def test_braille_draws_an_unbroken_line_from_low_to_high() -> None:
    rows = braille(np.linspace(0, 1, 20), 10, 3)
    assert [len(row) for row in rows] == [10, 10, 10]
    columns = zip(*rows, strict=True)
    assert all(any(cell != " " for cell in column) for column in columns)
    assert rows[0][0] == " " and rows[2][-1] == " " and rows[0][-1] != " " and rows[2][0] != " "


# ───────────── the terminal ─────────────


def test_the_terminal_shows_curves_marks_and_prompts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, "curves", "sea.disco")
    assert (code, err) == (Exit.OK, "") and "\x1b" not in out
    lines = [line.rstrip() for line in out.splitlines()]
    assert max(map(len, lines)) <= 40 and lines == DRAWN.splitlines()


def test_colours_only_where_they_are_wanted() -> None:
    drawn = chart(compiled(SEA), "Sea")
    assert "\x1b" in "".join(curve_lines(drawn, 80, True))
    assert "\x1b" not in "".join(curve_lines(drawn, 80, False))


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = SEA.replace("a sea", "a s\x1b[2Jea")
    drawn = chart(compiled(text), "Sea\x1b[2J")
    assert "\x1b" not in "".join(curve_lines(drawn, 80, False))


# ───────────── the picture ─────────────


def test_a_picture_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "curves", "sea.disco", "-o", "sea.png")
    assert (code, out) == (Exit.OK, "sea.png\n")
    with Image.open("sea.png") as light:
        assert light.size[0] == WIDTH * KEPT and light.getpixel((2, 2)) == LIGHT.page
    ran(capsys, "curves", "sea.disco", "-o", "dark.png", "--dark")
    with Image.open("dark.png") as dark:
        assert dark.getpixel((2, 2)) == DARK.page


def test_every_curve_bar_and_start_is_in_the_picture() -> None:
    drawn = chart(compiled(SEA), "Sea")
    image = picture(drawn)
    colors = {color for _, color in image.getcolors(2**24)}
    assert {LIGHT.curves[0], LIGHT.curves[1], LIGHT.start} <= colors
    for ribbon in drawn.ribbons:
        share = float(ribbon.share[ribbon.frames[0]])
        paint = LIGHT.prompt if share > 0 else LIGHT.against
        assert mixed(LIGHT.page, paint, opacity(share)) in colors
    fewer = picture(chart(compiled(SEA), "Sea", ["zoom"]))
    assert fewer.size[1] < image.size[1]


def test_of_many_frames_the_extremes_are_drawn() -> None:
    """One frame of 20 000 that differs is there to see."""
    text = SEA.replace("frames 12", "frames 20000").replace("@ 4..8", "@ 9999..10000")
    drawn = chart(compiled(text), "Sea", ["zoom"])
    began = time.process_time()
    image = picture(drawn)
    assert time.process_time() - began < 20
    across = slice(LEFT * KEPT, (WIDTH - RIGHT) * KEPT)
    panel = np.asarray(image)[TOP * KEPT : (TOP + 12) * KEPT, across]
    assert (panel == LIGHT.curves[0]).all(axis=2).any()


@pytest.mark.parametrize("text", ["嵐の海", "🌊", "", "x" * 500])
def test_any_words_can_be_drawn(text: str) -> None:
    drawn = chart(compiled(SEA.replace("a sea", text or "y")), text)
    assert picture(drawn).size[0] == WIDTH * KEPT


def luminance(color: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [c / 255 for c in color]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_are_legible_and_distinct(theme: Theme) -> None:
    """WCAG 2: 3 for graphics, 4.5 for text; curves next to each other differ clearly."""
    assert all(contrast(color, theme.panel) >= 3 for color in theme.curves)
    assert all(contrast(color, theme.page) >= 3.5 for color in theme.curves)
    assert contrast(theme.text, theme.page) >= 7 and contrast(theme.faint, theme.page) >= 4.5
    for paint in (theme.prompt, theme.against):
        assert contrast(theme.text, mixed(theme.page, paint, opacity(1))) >= 4.5
    assert all(sum(abs(a - b) for a, b in zip(c, d, strict=True)) > 60
               for c, d in combinations(theme.curves, 2))  # fmt: skip


# ───────────── mistakes ─────────────


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-o", "sea.jpg"], Exit.USAGE, "pictures are drawn as .png"),
        (["-o", "nowhere/sea.png"], Exit.DISK, "cannot write nowhere/sea.png"),
        (["--parameters", "zooom"], Exit.USAGE, "no number over the frames is called `zooom`"),
        (["--parameters", "sampler"], Exit.USAGE, "no number"),
    ],
)
def test_wrong_usage_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    found, out, err = ran(capsys, "curves", "sea.disco", *arguments)
    assert found == code and words in err.replace("\\", "/") and out == ""


def test_nothing_that_changes_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sea.disco").write_text('disco 1\nprompt "a"\n')
    code, out, _ = ran(capsys, "curves", "sea.disco", "-o", "still.png")
    assert code == Exit.OK
    code, out, _ = ran(capsys, "curves", "sea.disco")
    assert code == Exit.OK and "nothing changes over the frames" in out
