"""`discoscript export`: a script becomes a settings file of Disco Diffusion."""

import argparse
import json
import sys

from discoscript.commands._answer import Answer, document
from discoscript.commands._files import write
from discoscript.commands._script import script_arguments, sound_script
from discoscript.exchange.export import settings_of
from discoscript.exchange.notes import Notes, lines_of, notes_json
from discoscript.terminal import printable

EXAMPLES = """  discoscript export --disco-diffusion beach.disco     writes beach_settings.txt
  discoscript export --disco-diffusion beach.disco -o -
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    parser.add_argument(
        "--disco-diffusion",
        action="store_true",
        required=True,
        help="as a settings file of Disco Diffusion v5.7",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="the settings; - shows them only")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def run(options: argparse.Namespace) -> Answer:
    """Write the settings, or show them; what the notebook cannot do is said on the error stream."""
    script, schedule = sound_script(options.file, options.set, {})
    notes = Notes()
    settings = settings_of(schedule, script.compiled.source, script.title, notes)
    text = json.dumps(settings.values, indent=4, ensure_ascii=False) + "\n"
    target = options.output or str(script.path.with_name(f"{script.name}_settings.txt"))
    write(target, text, options.force)
    print(f"{options.file}{'' if target == '-' else f' -> {target}'}", file=sys.stderr)
    for line in lines_of(notes, str(options.file)):
        print(printable(line), file=sys.stderr)
    return Answer(
        lambda: document("export", file=target, settings=settings.values, notes=notes_json(notes)),
        lambda: text.encode() if target == "-" else (),
    )
