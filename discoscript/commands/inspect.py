"""`discoscript inspect`: what is in a pack, without unpacking it."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.sharing.manifest import Manifest
from discoscript.sharing.unpacking import check_all, opened
from discoscript.terminal import counted, printable
from discoscript.views.table import table, terminal_width

EXAMPLES = """  discoscript inspect beach.discopack
  discoscript inspect beach.discopack --script   the script itself
  discoscript verify beach.discopack             reads all of it
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("pack", metavar="PACK", type=Path, help="what `discoscript pack` wrote")
    parser.add_argument("--script", action="store_true", help="print the script")


def run(options: argparse.Namespace) -> Answer:
    """The contents, or the script."""
    with opened(options.pack) as pack:
        manifest = pack.manifest
        if options.script:
            text = b"".join(pack.read(manifest.script)).decode("utf-8", "replace")
            return Answer(
                lambda: document("script", name=manifest.script, text=text),
                lambda: map(printable, text.splitlines()),
            )
        check_all(pack)
    files = {name: vars(entry) for name, entry in manifest.files.items()}
    said = {"script": manifest.script, "made_with": manifest.made_with}
    return Answer(lambda: document("contents", **said, files=files), lambda: _shown(manifest))


def _shown(manifest: Manifest) -> Iterator[str]:
    rows = [(printable(n), f"{e.bytes:,}", e.sha256[:12]) for n, e in manifest.files.items()]
    yield from table(("FILE", "BYTES", "SHA-256"), rows, terminal_width(), flexible=0)
    yield f"\n{counted(len(rows), 'file')}; the script is {printable(manifest.script)}"
