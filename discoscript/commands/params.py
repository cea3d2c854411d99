"""`discoscript params`: the settings of the language, searched by name and by meaning."""

import argparse
from collections.abc import Iterator, Sequence

from discoscript.commands._answer import Answer
from discoscript.errors import UsageFailure
from discoscript.parameters import GROUPS, PARAMETERS, Parameter
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


def run(options: argparse.Namespace) -> Answer:
    """What was found, the best first; a UsageFailure where there is nothing."""
    words = [word for text in options.words for word in text.split()]
    rows = search(words, options.group)
    if not rows:
        near = did_you_mean(words[0], (row.name for row in PARAMETERS))
        help = near or "`discoscript params` lists them"
        raise UsageFailure(f"no setting is about `{printable(' '.join(words))}`", help)
    return Answer(lambda: settings_json(rows), lambda: _shown(rows, searched=bool(words)))


def _shown(rows: Sequence[Parameter], searched: bool) -> Iterator[str]:
    yield from setting_lines(rows, terminal_width())
    if searched and len(rows) > 1:
        yield f"\n{counted(len(rows), 'setting')}; the best fit is first"
