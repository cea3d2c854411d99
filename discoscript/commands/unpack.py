"""`discoscript unpack`: the files of a pack, in a folder of their own."""

import argparse
import shlex
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.errors import UsageFailure
from discoscript.sharing.unpacking import opened, unpack
from discoscript.terminal import counted, printable

EXAMPLES = """  discoscript unpack beach.discopack           into the folder beach
  discoscript unpack beach.discopack films/b   into another one

Nothing in a pack is run or trusted: it may come from a stranger.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("pack", metavar="PACK", type=Path, help="what `discoscript pack` wrote")
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, help="a new folder (default: its name)"
    )


def run(options: argparse.Namespace) -> Answer:
    """Write the files, all or none; how to go on."""
    path: Path = options.pack
    folder: Path = options.folder or Path(path.stem)
    with opened(path) as pack:
        if folder.is_symlink() or folder.exists():
            raise UsageFailure(
                f"{folder} is there already",
                f"name a new folder: discoscript unpack {shlex.quote(str(path))} FOLDER",
            )
        unpack(pack, folder)
        script, files = str(folder / pack.manifest.script), list(pack.manifest.files)
    return Answer(
        lambda: document("unpacked", folder=str(folder), script=script, files=files),
        lambda: [
            f"{folder}: {counted(len(files), 'file')}",
            f"\nnow: discoscript render {printable(shlex.quote(script))}",
        ],
    )
