"""`discoscript report`: the runs of a script, and where each is told of."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from discoscript.commands._files import output_folder
from discoscript.errors import Exit, UsageFailure
from discoscript.reports.keeping import PAGE, kept
from discoscript.terminal import duration, printable
from discoscript.views.table import table, terminal_width

EXAMPLES = """  discoscript report beach.disco         its runs, the newest first
  discoscript report beach.disco -o fast   those of `render -o fast`
  discoscript report beach.disco --json
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a script, NAME.disco")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="where it was rendered to, if named"
    )
    parser.add_argument("--draft", action="store_true", help="the runs of drafts")
    parser.add_argument("--json", action="store_true", help="all that is known, as JSON")


def run(options: argparse.Namespace) -> int:
    """List the runs; the last line is the path of the newest one's page."""
    name = options.file.name.removesuffix(".disco") + ("-draft" if options.draft else "")
    folder = options.output or output_folder(options.file, name)
    reports = list(kept(folder))
    if not reports:
        raise UsageFailure(f"no run of {options.file} is told of in {folder}", "render it first")
    if options.json:
        whole = {"format": "discoscript-runs", "version": 1, "runs": [asdict(r) for r in reports]}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return Exit.OK
    rows = [
        (
            report.began.replace("T", " "),
            str(len(report.rendered)),
            str(report.frames),
            duration(report.seconds),
            printable(report.ended),
        )
        for report in reports
    ]
    head = ("BEGAN", "RENDERED", "OF", "TOOK", "ENDED")
    print("\n".join(table(head, rows, terminal_width())))
    print(f"\n{folder / PAGE}")
    return Exit.OK
