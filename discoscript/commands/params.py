"""`discoscript params`: the settings of the language, searched by name and by meaning."""

import argparse
import json

from discoscript.errors import Exit, UsageFailure
from discoscript.parameters import GROUPS, PARAMETERS
from discoscript.terminal import counted, printable
from discoscript.text.suggest import did_you_mean
from discoscript.views.settings import search, setting_lines, settings_json
from discoscript.views.table import terminal_width

EXAMPLES = """  discoscript params                     every setting
  discoscript params zoom                one of them: values, default, an example
  discoscript params translation_z       by its Disco Diffusion name
  discoscript params previous frame      by its meaning
  discoscript params --group camera --json
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("words", metavar="WORDS", nargs="*", help="what to look for")
    parser.add_argument("--group", choices=list(GROUPS), help="only the settings of one group")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Print what was found, the best first; a UsageFailure where there is nothing."""
    words = [word for text in options.words for word in text.split()]
    rows = search(words, options.group)
    if not rows:
        near = did_you_mean(words[0], (row.name for row in PARAMETERS))
        asked = printable(" ".join(words))
        raise UsageFailure(f"no setting is about `{asked}`", near or "`discoscript params`")
    if options.json:
        print(json.dumps(settings_json(rows), indent=2, allow_nan=False))
        return Exit.OK
    print("\n".join(setting_lines(rows, terminal_width())))
    if words and len(rows) > 1:
        print(f"\n{counted(len(rows), 'setting')}; the best fit is first")
    return Exit.OK
