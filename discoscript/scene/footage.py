"""The input video of a scene: which part of it is used sets the length and the speed."""

from dataclasses import replace

from discoscript.parameters import BY_KEY
from discoscript.scene.amounts import Amounts
from discoscript.scene.files import Unreadable, VideoFacts
from discoscript.scene.fixed import fixed_value
from discoscript.scene.outline import Outline
from discoscript.scene.settings import row_of
from discoscript.scene.times import Times
from discoscript.syntax.syntax import Set
from discoscript.text.report import Report


def footage_of(lines: Outline, amounts: Amounts, times: Times, report: Report) -> VideoFacts | None:
    """What `video.every` leaves of `video.source`; None where that is not known (D508 if it is no
    video). What is wrong with the two lines themselves is reported when they are read."""
    silent = Report(report.source)
    quiet = Amounts(replace(amounts.quantities, report=silent), amounts.files, silent)
    source, every = (written_line(lines, name) for name in ("video.source", "video.every"))
    if source is None or amounts.files is None:
        return None
    path = fixed_value(source.value, BY_KEY["video.source"], quiet, times)
    if not isinstance(path, str):
        return None
    try:
        facts = amounts.files.video(path)
    except Unreadable as error:
        report.add("D508", str(error), source.value.span, help=error.help)
        return None
    if facts is None:
        help = "does it play elsewhere? then save it again as mp4 (h264)"
        report.add("D508", f'"{path}" holds no video', source.value.span, help=help)
        return None
    step = fixed_value(every.value, BY_KEY["video.every"], quiet, times) if every else None
    default = BY_KEY["video.every"].default
    used = step if isinstance(step, int) else default
    return facts.every(used if isinstance(used, int) else 1)


def written_line(lines: Outline, key: str) -> Set | None:
    """The first line about a fixed setting."""
    for entry in lines.entries:
        row = row_of(entry)
        if row is not None and row.key == key and isinstance(entry.said, Set):
            return entry.said
    return None
