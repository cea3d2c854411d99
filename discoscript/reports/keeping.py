"""Reports beside a render: written when a run ends, listed, the oldest removed."""

from collections.abc import Callable, Iterator
from pathlib import Path

from discoscript.errors import disk_failure
from discoscript.reports.run_report import KEPT, RunReport, from_json, to_json

#: The page of the newest run, and the folder of all of them.
PAGE, RUNS = "report.html", "runs"


def keep(folder: Path, report: RunReport, page: str, write: Callable[[Path, bytes], None]) -> Path:
    """Write a report into the output folder of its render; the path of its page."""
    runs = folder / RUNS
    try:
        runs.mkdir(parents=True, exist_ok=True)
        write(runs / f"{report.name}.json", to_json(report).encode())
        write(folder / PAGE, page.encode())
        for old in sorted(runs.glob("*.json"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise disk_failure(f"write the report in {folder}", error) from error
    return folder / PAGE


def kept(folder: Path) -> Iterator[RunReport]:
    """The runs of a render, the newest first; what is no report is left out."""
    for path in sorted((folder / RUNS).glob("*.json"), reverse=True):
        try:
            yield from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
