"""`discoscript report`: the runs of a script, and where each is told of."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._files import output_folder
from discoscript.commands._script import read_text
from discoscript.errors import UsageFailure
from discoscript.reports.keeping import PAGE, kept
from discoscript.reports.run_report import RunReport
from discoscript.terminal import duration, printable
from discoscript.views.table import table, terminal_width

EXAMPLES = """  discoscript report beach.disco           its runs, the newest first
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


def run(options: argparse.Namespace) -> Answer:
    """The runs; the last line is the path of the newest one's page."""
    name = options.file.name.removesuffix(".disco") + ("-draft" if options.draft else "")
    folder = options.output or output_folder(options.file, name)
    reports = list(kept(folder))
    if not reports:
        if not options.file.is_file():
            read_text(options.file)  # says what is wrong with it
        help = "a render that makes at least one frame leaves a report"
        raise UsageFailure(f"there is no report of {options.file} in {folder}", help)
    return Answer(
        lambda: document("runs", page=str(folder / PAGE), runs=[asdict(r) for r in reports]),
        lambda: _shown(reports, folder / PAGE),
    )


def _shown(reports: Sequence[RunReport], page: Path) -> Iterator[str]:
    """A row for each run, and the page of the newest one."""
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
    yield from table(head, rows, terminal_width())
    yield f"\n{page}"
