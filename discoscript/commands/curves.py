"""`discoscript curves`: the settings and prompts over time, as a picture."""

import argparse
import sys
from pathlib import Path

from discoscript.commands._script import script_arguments, sound_script
from discoscript.errors import Exit, UsageFailure, disk_failure
from discoscript.parameters import BY_KEY
from discoscript.terminal import wants_color
from discoscript.text.suggest import did_you_mean
from discoscript.views.chart import chart, drawable
from discoscript.views.curves_text import curve_lines
from discoscript.views.table import terminal_width

EXAMPLES = """  discoscript curves beach.disco                    in the terminal
  discoscript curves beach.disco -o curves.png      as a picture
  discoscript curves beach.disco -o curves.png --dark --parameters 'camera.*'
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument("-o", "--output", metavar="PNG", type=Path, help="write a picture, a .png")
    parser.add_argument("--dark", action="store_true", help="a dark picture")
    parser.add_argument(
        "--parameters",
        metavar="PATTERN",
        action="append",
        default=[],
        help="only these: camera.zoom, zoom, camera, 'camera.*' (default: all that change)",
    )


def run(options: argparse.Namespace) -> int:
    """Draw; with a picture, its path is printed."""
    if options.output and options.output.suffix.lower() != ".png":
        raise UsageFailure(f"{options.output} is no .png", "curves are drawn as PNG: -o curves.png")
    script, schedule = sound_script(options.file, options.set, {})
    patterns = [p.strip() for text in options.parameters for p in text.split(",")]
    for pattern in patterns:
        if not drawable(schedule, pattern):
            near = did_you_mean(pattern, BY_KEY) or "`discoscript params` lists the settings"
            raise UsageFailure(f"no number over the frames is called `{pattern}`", near)
    drawn = chart(schedule, script.title, patterns)
    if options.output is None:
        color = wants_color(sys.stdout)
        print("\n".join(curve_lines(drawn, terminal_width(), color)))
        return Exit.OK
    from discoscript.views.curves_picture import picture

    try:
        picture(drawn, options.dark).save(options.output, format="PNG", dpi=(192, 192))
    except OSError as error:
        raise disk_failure(f"write {options.output}", error) from error
    print(options.output)
    return Exit.OK
