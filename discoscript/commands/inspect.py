"""`discoscript inspect`: what is in a pack, without unpacking it."""

import argparse
import json
from pathlib import Path

from discoscript.errors import Exit
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
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Print the contents, or the script."""
    with opened(options.pack) as pack:
        manifest = pack.manifest
        if options.script:
            text = b"".join(pack.read(manifest.script)).decode("utf-8", "replace")
            print("\n".join(printable(line) for line in text.splitlines()))
            return Exit.OK
        check_all(pack)
    if options.json:
        files = {name: vars(entry) for name, entry in manifest.files.items()}
        print(json.dumps({"format": "discoscript-contents", "version": 1, "script": manifest.script,
                          "made_with": manifest.made_with, "files": files}, indent=2))  # fmt: skip
        return Exit.OK
    rows = [(printable(n), f"{e.bytes:,}", e.sha256[:12]) for n, e in manifest.files.items()]
    print("\n".join(table(("FILE", "BYTES", "SHA-256"), rows, terminal_width(), flexible=0)))
    print(f"\n{counted(len(rows), 'file')}; the script is {printable(manifest.script)}")
    return Exit.OK
