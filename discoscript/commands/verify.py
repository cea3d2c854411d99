"""`discoscript verify`: whether a pack is whole and what its list of contents says."""

import argparse
from pathlib import Path

from discoscript.commands._answer import Answer, document
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


def run(options: argparse.Namespace) -> Answer:
    """Read every file of every pack; the first pack that is not right ends it."""
    counts = {str(path): _files(path) for path in options.packs}
    packs = [{"pack": path, "files": count} for path, count in counts.items()]
    return Answer(
        lambda: document("verified", packs=packs),
        lambda: [f"{p}: {counted(n, 'file')}, all as they were packed" for p, n in counts.items()],
    )


def _files(path: Path) -> int:
    """How many files a pack has, each as it was packed."""
    with opened(path) as pack:
        check_all(pack)
        return len(pack.manifest.files)
