"""`discoscript render`: renders what is missing, and writes the pictures and the video."""

import argparse
import io
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._delivery import (
    delivered,
    delivery_arguments,
    fingerprint_of,
    folder_of,
    part,
)
from discoscript.commands._files import write_whole
from discoscript.commands._locking import settle
from discoscript.commands._memory import refuse_too_large
from discoscript.commands._reasons import reasons_of
from discoscript.commands._rendering import (
    Job,
    family,
    flow_line,
    jobs,
    refuse_missing,
    rendering_arguments,
    strange_words_line,
)
from discoscript.commands._reporting import Ran, reported, results
from discoscript.commands._script import script_arguments
from discoscript.errors import Interruption
from discoscript.frames.assets import refuse_unreadable
from discoscript.frames.backend import Lazy
from discoscript.frames.collecting import Limits, collect_if_due, limits
from discoscript.frames.events import EventsTo
from discoscript.frames.frames import Found, State, complete, look
from discoscript.terminal import counted, duration, printable, progress
from discoscript.video.delivered import finished
from discoscript.video.delivering import Delivery
from discoscript.video.videos import so_far
from discoscript.views.reasons import reason_lines
from discoscript.views.sheet import Cell, sheet

EXAMPLES = """  discoscript render beach.disco              writes out/beach/beach.mp4 beside it
  discoscript render beach.disco --draft      a quick look, with frames of its own
  discoscript render beach.disco --frames 12..18   pictures of these frames only
  discoscript render beach.disco --set speed=6 -o fast
  discoscript render beach.disco --renderer testcard   numbered cards, without the engine

Finished frames are kept: stop it at any moment and give the same command again.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)
    delivery_arguments(parser)
    parser.add_argument(
        "--locked",
        action="store_true",
        help="only if models, files and engine are those of the lock file",
    )
    parser.add_argument(
        "--explain", action="store_true", help="say first why each frame is rendered"
    )
    parser.add_argument("--quiet", action="store_true", help="print only mistakes and the result")


@dataclass(frozen=True)
class Made:
    """What came of one render: how many of its frames were rendered now, and where the results
    lie, the video for both eyes first, if there is one."""

    study: str | None  #: what this one of a study's renders is called
    frames: int
    rendered: int
    seconds: float
    results: tuple[Path, ...]


def run(options: argparse.Namespace) -> Answer:
    """Render; the last line is the path of the video, or of the study's sheet. The line before it
    is that of the video for both eyes, if there is one."""
    room = limits()  # a size that is none is said before hours of rendering, not after
    every = tuple(part(one, options.frames) for one in jobs(options, draw=not options.locked))
    refuse_missing(every)
    say = (lambda text: None) if options.quiet else _say
    say(f"renders with {family(every[0].models, every[0].identity)}")
    for line in (*flow_line(every[0]), *strange_words_line(every[0])):
        say(line)
    pinned = every[0].backend.name == "engine" and not options.draft
    if pinned or options.locked:
        for line in settle(every, options.locked):
            say(line)
    renderer = every[0].backend.lazy(lambda text: say(f"note: {text}"))  # one for all of a study
    try:
        made = [
            _render(one, renderer, f"{n} of {len(every)}", options, say, room)
            for n, one in enumerate(every, 1)
        ]
    except KeyboardInterrupt as stop:
        raise Interruption(
            "interrupted; finished frames are kept, the same command goes on from here",
            _finished(every, options),
        ) from stop
    drawn = list(sheets(every, options))
    results = drawn or [path for one in made for path in one.results]
    return Answer(
        lambda: document("render", renders=[_as_json(one) for one in made], sheets=_names(drawn)),
        lambda: _names(results),
    )


def _finished(every: Sequence[Job], options: argparse.Namespace) -> str:
    """Where the videos of what is finished lie, if there are any."""
    videos = (so_far(folder_of(one, options), one.name) for one in every)
    there = ", ".join(str(path) for path in videos if path.is_file())
    return there and f"the video of what is finished: {there}"


def _as_json(made: Made) -> dict[str, object]:
    return {**asdict(made), "results": _names(made.results)}


def _names(paths: Sequence[Path]) -> list[str]:
    return [str(path) for path in paths]


def _render(
    wanted: Job,
    renderer: Lazy,
    place: str,
    options: argparse.Namespace,
    say: Callable[[str], None],
    room: Limits,
) -> Made:
    """Render one script, or one variant of a study, which is said with its place among them."""
    label = wanted.variant.label if wanted.variant else None
    if wanted.variant is not None:
        say(f"{place}: {printable(wanted.variant.label)}")
    mark = fingerprint_of(wanted, options)
    there = finished(folder_of(wanted, options), mark)
    if there is not None:
        say(f"0 of {counted(wanted.schedule.frames, 'frame')} rendered: all is there")
        return Made(label, wanted.schedule.frames, 0, 0.0, there)
    found = look(wanted.plan, wanted.identity, wanted.store)
    if not complete(found):
        refuse_too_large(wanted)
    say(_before(found))
    if options.explain:
        for line in reason_lines(reasons_of(wanted, wanted.identity, found)):
            _say(f"  {line}")
    began = time.monotonic()
    folder = folder_of(wanted, options)
    with reported(wanted, folder, Ran(results(folder, wanted)), say) as told:
        delivery = _delivered(wanted, found, renderer, options, told, mark)
        told.result = delivery.video or told.result
    seconds = time.monotonic() - began
    say(_after(delivery, seconds))
    collect_if_due(wanted.store, room)
    if wanted.store.quarantined:
        say(f"{counted(wanted.store.quarantined, 'damaged file')} moved to quarantine in the store")
    made = delivery.outcome
    count, rendered = len(made.records), len(made.rendered)
    return Made(label, count, rendered, round(seconds, 2), delivery.results)


def _delivered(
    wanted: Job,
    found: Sequence[Found],
    renderer: Lazy,
    options: argparse.Namespace,
    report: Ran,
    mark: str,
) -> Delivery:
    kept = (each.state is State.KEPT for each in found)
    steps = {f.index: 0 if k else f.steps for f, k in zip(wanted.plan.frames, kept, strict=True)}
    missing = not complete(found)
    if missing:
        refuse_unreadable(wanted.assets)
    with progress(steps, options.quiet) as events:
        if missing:
            renderer.load()
        return delivered(wanted, options, renderer, EventsTo(events, report), mark)


def sheets(every: Sequence[Job], options: argparse.Namespace) -> Iterator[Path]:
    """A labelled contact sheet for each study; where they lie."""
    cells: dict[Path, list[Cell]] = {}
    for one in every:
        if one.variant is not None:
            folder = folder_of(one, options)
            cell = Cell(one.variant, middle_frame(folder, one))
            cells.setdefault(folder.parent / "sheet.png", []).append(cell)
    for path, shown in cells.items():
        data = io.BytesIO()
        sheet(shown[0].variant.study, shown).save(data, "PNG")
        write_whole(path, data.getvalue())
        yield path


def middle_frame(folder: Path, wanted: Job) -> Path:
    """The picture that stands for a render: the only one of a still, else that in the middle."""
    indices = [frame.index for frame in wanted.plan.frames]
    return folder / "frames" / f"{wanted.name}_{indices[len(indices) // 2]:04}.png"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _before(found: Sequence[Found]) -> str:
    frames = _todo([each.state for each in found])
    eyes = [each.eyes for each in found if each.eyes is not None]
    both = f"; left and right eyes: {_todo(eyes)}" if eyes else ""
    return f"{counted(len(found), 'frame')}: {frames}{both}"


def _todo(states: Sequence[State]) -> str:
    kept = states.count(State.KEPT)
    return f"{kept} kept, {len(states) - kept} to render"


def _after(delivery: Delivery, seconds: float) -> str:
    made = delivery.outcome
    frames = f"{len(made.rendered)} of {counted(len(made.records), 'frame')}"
    eyes = f" and the eyes of {len(made.eyes_rendered)}" if made.eyes else ""
    return f"{frames}{eyes} rendered in {duration(seconds)}"
