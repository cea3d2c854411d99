"""`discoscript verify`: whether a pack is whole and what its list of contents says."""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.errors import Exit
from discoscript.sharing.unpacking import PackRefused, check_all, opened
from discoscript.terminal import counted

EXAMPLES = """  discoscript verify beach.discopack
  discoscript verify *.discopack
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "packs", metavar="PACK", nargs="+", type=Path, help="what `discoscript pack` wrote"
    )


@dataclass(frozen=True)
class Verified:
    """A pack: how many files it has, each as it was packed; or what is wrong with it."""

    pack: str
    files: int
    wrong: str = ""

    @property
    def line(self) -> str:
        """What is told of it."""
        return self.wrong or f"{self.pack}: {counted(self.files, 'file')}, all as they were packed"


def run(options: argparse.Namespace) -> Answer:
    """Read every file of every pack."""
    found = [_verified(path) for path in options.packs]
    return Answer(
        lambda: document("verified", packs=[asdict(each) for each in found]),
        lambda: [each.line for each in found],
        PackRefused.exit if any(each.wrong for each in found) else Exit.OK,
    )


def _verified(path: Path) -> Verified:
    try:
        with opened(path) as pack:
            check_all(pack)
            return Verified(str(path), len(pack.manifest.files))
    except PackRefused as refused:
        return Verified(str(path), 0, refused.message)
