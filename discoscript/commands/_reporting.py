"""What is told of a run while it goes, and the report that is made of it."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np
from PIL import Image

from discoscript.commands._files import write_whole
from discoscript.commands._rendering import Job
from discoscript.errors import Exit, Failure
from discoscript.frames.events import Events
from discoscript.frames.record import Record
from discoscript.parameters import PARAMETERS
from discoscript.reports.keeping import keep
from discoscript.reports.page import page
from discoscript.reports.run_report import RunReport, Setting, Words
from discoscript.schedule.runs import runs
from discoscript.schedule.schedule import Schedule
from discoscript.text.diagnostics import Severity, severity
from discoscript.text.places import where
from discoscript.views.chart import chart
from discoscript.views.curves_picture import picture
from discoscript.views.sheet import opened
from discoscript.views.words import change, shown, sized

#: Frames on the contact sheet, and from left to right.
FRAMES, COLUMNS, GAP = 24, 6, 2

#: Frames above which curves are not drawn again for a page.
MANY = 20_000


def results(folder: Path, wanted: Job) -> Path:
    """The picture of a still, the folder of several."""
    frames = folder / "frames"
    return frames / f"{wanted.name}_0000.png" if wanted.schedule.frames == 1 else frames


class Ran(Events):
    """What a run did, for its report."""

    def __init__(self, result: Path) -> None:
        self.result = result
        self.rendered: dict[int, float] = {}
        self.notes: list[str] = []
        self.began, self.clock = datetime.now(), time.monotonic()

    def finished(self, index: int, record: Record, seconds: float) -> None:
        self.rendered[index] = round(seconds, 3)

    def note(self, text: str) -> None:
        self.notes.append(text)


@contextmanager
def reported(wanted: Job, folder: Path, told: Ran, say: Callable[[str], None]) -> Iterator[Ran]:
    """Tell the yielded receiver what happens; a run that rendered something leaves a report,
    however it ends. A report that can not be written is said, and stops nothing. That of a run that
    a save has stopped is written meanwhile: the next one begins at once."""
    ended, stopped = "finished", False
    try:
        yield told
    except KeyboardInterrupt:
        ended = "interrupted"
        raise
    except Failure as failure:
        ended, stopped = failure.message, failure.exit is Exit.INTERRUPTED
        raise
    finally:
        if told.rendered:
            write = partial(_write, wanted, folder, report_of(wanted, told, ended), say)
            Thread(target=write, name="report").start() if stopped else write()


def _write(wanted: Job, folder: Path, report: RunReport, say: Callable[[str], None]) -> None:
    try:
        keep(folder, report, page_of(wanted, report, folder), write_whole)
    except Failure as failure:
        say(failure.message)


def report_of(wanted: Job, told: Ran, ended: str) -> RunReport:
    """The report of a run that has ended."""
    schedule, identity = wanted.schedule, wanted.identity
    source = wanted.script.compiled.source
    found = wanted.script.compiled.diagnostics
    warnings = [f"{where(source, d.span)}: {d.message}" for d in found if is_warning(severity(d))]
    return RunReport(
        script=str(wanted.script.path),
        title=wanted.script.title,
        began=told.began.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - told.clock, 2),
        ended=ended,
        frames=len(wanted.plan.frames),
        fps=float(schedule.fps),
        size=schedule.size,
        mode=str(schedule.mode),
        seed=wanted.seed,
        engine=identity.epoch,
        numeric=identity.numeric,
        models=dict(identity.models),
        settings=tuple(settings(schedule)),
        prompts=tuple(words(schedule)),
        rendered=tuple(sorted(told.rendered.items())),
        notes=(*warnings, *told.notes),
        result=str(told.result),
    )


def is_warning(level: Severity) -> bool:
    """Whether a report names such a diagnostic."""
    return level is Severity.WARNING


def settings(schedule: Schedule) -> Iterator[Setting]:
    """What the script, the command line or the model says, in the table's order."""
    for row in PARAMETERS:
        by = schedule.sources[row.key]
        if by == "default":
            continue
        if row.key in schedule.fixed:
            value = schedule.fixed[row.key]
            pair = isinstance(value, tuple) and row.key == "scene.size"
            text = sized(value) if pair and isinstance(value, tuple) else shown(value)
        else:
            values = schedule.frames_of.get(row.key)
            text = change(schedule.progress[row.key] if values is None else values)
        yield Setting(row.key, text, by)


def words(schedule: Schedule) -> Iterator[Words]:
    """The prompts, each on its stretches of frames."""
    for row in schedule.prompts:
        for first, end, here in runs(row.present):
            if here:
                yield Words(row.text, first, end, change(row.weight[first:end]))


def page_of(wanted: Job, report: RunReport, folder: Path) -> str:
    """The page of a report, with pictures."""
    curves = b""
    if wanted.schedule.frames <= MANY:
        drawn = chart(wanted.schedule, wanted.script.title)
        curves = encoded(picture(drawn), "PNG") if drawn.strips else b""
    return page(report, contact_sheet(folder / "frames", wanted), curves)


def contact_sheet(frames: Path, wanted: Job) -> bytes:
    """A JPEG of frames from all over the render, as far as they are there; empty without any."""
    indices = [frame.index for frame in wanted.plan.frames]
    places = np.unique(np.linspace(0, len(indices) - 1, min(FRAMES, len(indices))).round())
    paths = [frames / f"{wanted.name}_{indices[int(place)]:04}.png" for place in places]
    pictures = [image for image in map(opened, paths) if image is not None]
    if not pictures:
        return b""
    width, height = pictures[0].size
    columns = min(COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    size = columns * (width + GAP) - GAP, rows * (height + GAP) - GAP
    sheet = Image.new("RGB", size, (128, 128, 128))
    for place, image in enumerate(pictures):
        row, column = divmod(place, columns)
        sheet.paste(image, (column * (width + GAP), row * (height + GAP)))
    return encoded(sheet, "JPEG")


def encoded(image: Image.Image, kind: str) -> bytes:
    """A picture as bytes."""
    data = io.BytesIO()
    image.save(data, kind, quality=85)
    return data.getvalue()
