"""`discoscript curves`: the settings and prompts over time, as a picture."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from discoscript.commands._answer import Answer, Json, document
from discoscript.commands._files import picture_path
from discoscript.commands._script import script_arguments, sound_script
from discoscript.errors import UsageFailure, disk_failure
from discoscript.parameters import BY_KEY
from discoscript.terminal import wants_color
from discoscript.text.suggest import did_you_mean
from discoscript.views.chart import Chart, chart, drawable
from discoscript.views.curves_text import curve_lines
from discoscript.views.table import terminal_width

EXAMPLES = """  discoscript curves beach.disco                    in the terminal
  discoscript curves beach.disco -o curves.png      as a picture
  discoscript curves beach.disco -o curves.png --dark --parameters 'camera.*'
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument(
        "-o", "--output", metavar="PNG", type=picture_path, help="write a picture, a .png"
    )
    parser.add_argument("--dark", action="store_true", help="a dark picture")
    parser.add_argument(
        "--parameters",
        metavar="PATTERN",
        action="append",
        default=[],
        help="only these: camera.zoom, zoom, camera, 'camera.*' (default: all that change)",
    )


def run(options: argparse.Namespace) -> Answer:
    """Draw; where the picture lies, if there is one."""
    script, schedule = sound_script(options.file, options.set, {})
    patterns = [p.strip() for text in options.parameters for p in text.split(",")]
    for pattern in patterns:
        if not drawable(schedule, pattern):
            near = did_you_mean(pattern, BY_KEY) or "`discoscript params` lists the settings"
            raise UsageFailure(f"no number over the frames is called `{pattern}`", near)
    drawn = chart(schedule, script.title, patterns)
    if options.output is not None:
        draw(options.output, drawn, options.dark)
    return Answer(lambda: as_json(drawn, options.output), lambda: shown(drawn, options.output))


def draw(path: Path, drawn: Chart, dark: bool) -> None:
    """Write the curves as a picture."""
    from discoscript.views.curves_picture import picture

    try:
        picture(drawn, dark).save(path, format="PNG", dpi=(192, 192))
    except OSError as error:
        raise disk_failure(f"write {path}", error) from error


def shown(drawn: Chart, path: Path | None) -> Iterable[str]:
    """The path of the picture, or the curves in letters."""
    if path is not None:
        return [str(path)]
    return curve_lines(drawn, terminal_width(), wants_color(sys.stdout))


def as_json(drawn: Chart, path: Path | None) -> Json:
    """What is drawn, with a value for each frame."""
    curves = [
        {"parameter": strip.key, "unit": strip.unit, "values": strip.values.tolist()}
        for strip in drawn.strips
    ]
    prompts = [{"text": row.text, "weights": row.weight.tolist()} for row in drawn.ribbons]
    picture = None if path is None else str(path)
    rate = {"frames": drawn.frames, "fps": str(drawn.fps)}
    return document("curves", picture=picture, **rate, curves=curves, prompts=prompts)
