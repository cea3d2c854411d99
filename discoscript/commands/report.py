"""`discoscript report`: the runs of a script, and where each is told of."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._files import output_folder
from discoscript.commands._script import read_text
from discoscript.errors import UsageFailure
from discoscript.reports.keeping import PAGE, RUNS, kept
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
    found = runs_in(folder)
    if not found:
        if not options.file.is_file():
            read_text(options.file)  # says what is wrong with it
        help = "a render that makes at least one frame leaves a report"
        raise UsageFailure(f"there is no report of {options.file} in {folder}", help)
    return Answer(
        lambda: document("runs", runs=[{**asdict(r), "page": str(at / PAGE)} for at, r in found]),
        lambda: _shown(folder, found),
    )


def runs_in(folder: Path) -> list[tuple[Path, RunReport]]:
    """The runs of a script and of its studies, each with its folder, the newest first."""
    folders = [folder, *(runs.parent for runs in folder.glob(f"*/*/{RUNS}"))]
    found = [(at, report) for at in folders for report in kept(at)]
    return sorted(found, key=lambda each: (each[1].began, each[0]), reverse=True)


def _shown(folder: Path, found: Sequence[tuple[Path, RunReport]]) -> Iterator[str]:
    """A row for each run, and the page of the newest one."""
    head = ("BEGAN", "RENDERED", "OF", "TOOK", "ENDED", "STUDY")
    rows = [
        (
            report.began.replace("T", " "),
            str(len(report.rendered)),
            str(report.frames),
            duration(report.seconds),
            printable(report.ended),
            "" if at == folder else at.relative_to(folder).as_posix(),
        )
        for at, report in found
    ]
    columns = len(head) if any(row[-1] for row in rows) else -1
    yield from table(head[:columns], [row[:columns] for row in rows], terminal_width())
    yield f"\n{found[0][0] / PAGE}"
