"""`discoscript verify`: whether a pack is whole and what its list of contents says."""

import argparse
from pathlib import Path

from discoscript.errors import Exit
from discoscript.sharing.unpacking import check_all, opened
from discoscript.terminal import counted

EXAMPLES = """  discoscript verify beach.discopack
  discoscript verify *.discopack
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "packs", metavar="PACK", nargs="+", type=Path, help="what `discoscript pack` wrote"
    )


def run(options: argparse.Namespace) -> int:
    """Read every file of every pack; the first that is not right ends it."""
    for path in options.packs:
        with opened(path) as pack:
            check_all(pack)
            print(f"{path}: {counted(len(pack.manifest.files), 'file')}, all as they were packed")
    return Exit.OK
