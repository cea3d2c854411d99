"""Follow the tutorial with the real engine and make its pictures: docs/images/tutorial/.

Run by hand where a script of the tutorial has changed: `python docs/tutorial_pictures.py`. The
steps and the song are those of tests/test_tutorial.py. Frames that are in the frame store already
are not rendered again.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from test_tutorial import Saved, put_a_song, steps  # noqa: E402

FOLDER = ROOT / "out" / "tutorial"
PICTURES = ROOT / "docs" / "images" / "tutorial"
WIDTH, GAP = 186, 6
PAPER = (250, 249, 246)


@dataclass(frozen=True)
class Strip:
    """Frames of a render in rows; `version` counts how often the tutorial saves the script."""

    picture: str
    script: str
    version: int
    rows: int = 1
    columns: int = 6


STRIPS = (
    Strip("beacon.jpg", "beacon.disco", 0),
    Strip("morph.jpg", "beacon.disco", -1),
    Strip("storm.jpg", "thunder.disco", -1, rows=3),
)

#: Drawings of the curves, and the script and its version that they show.
CURVES = (("curves.png", "beacon.disco", 5), ("music.png", "thunder.disco", -1))


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    put_a_song(FOLDER / "song.wav")
    save("lib/moves.disco", -1)
    for name, script, version in CURVES:
        save(script, version)
        run("curves", script, "-o", name)
        drawing = Image.open(FOLDER / name).convert("RGB")
        half = drawing.resize((drawing.width // 2, drawing.height // 2), Image.Resampling.LANCZOS)
        half.quantize(128).save(PICTURES / name, optimize=True)
    save("looks.disco", -1)
    run("render", "looks.disco")
    sheet = Image.open(FOLDER / "out" / "looks" / "styles" / "sheet.png")
    sheet.convert("RGB").save(PICTURES / "looks.jpg", quality=88, optimize=True)
    for strip in STRIPS:
        save(strip.script, strip.version)
        run("render", strip.script)
        laid_out(strip).save(PICTURES / strip.picture, quality=86, optimize=True)


def save(name: str, version: int) -> None:
    """Write a script as the reader of the tutorial has it at some step."""
    scripts = [step.script for step in steps() if isinstance(step, Saved) and step.name == name]
    path = FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(scripts[version], encoding="utf-8")


def run(*arguments: str) -> None:
    """Run a command of DiscoScript in the folder of the tutorial."""
    subprocess.run([sys.executable, "-m", "discoscript", *arguments], cwd=FOLDER, check=True)


def laid_out(strip: Strip) -> Image.Image:
    """Frames at equal distances, in rows from left to right."""
    name = Path(strip.script).stem
    files = sorted((FOLDER / "out" / name / "frames").glob(f"{name}_*.png"))
    count = strip.rows * strip.columns
    frames = [scaled(files[n * len(files) // count]) for n in range(count)]
    height = frames[0].height
    size = (strip.columns * (WIDTH + GAP) + GAP, strip.rows * (height + GAP) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    for number, frame in enumerate(frames):
        row, column = divmod(number, strip.columns)
        sheet.paste(frame, (GAP + column * (WIDTH + GAP), GAP + row * (height + GAP)))
    return sheet


def scaled(path: Path) -> Image.Image:
    """A frame at the width of a column."""
    frame = Image.open(path).convert("RGB")
    height = round(frame.height * WIDTH / frame.width)
    return frame.resize((WIDTH, height), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
