"""`discoscript render`: renders what is missing, and writes the pictures and the video."""

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

from discoscript.commands._answer import Answer, document
from discoscript.commands._files import output_folder, write_whole
from discoscript.commands._locking import settle
from discoscript.commands._program import program
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
from discoscript.commands._reporting import Ran, reported
from discoscript.commands._script import script_arguments
from discoscript.commands._stretch import frame_stretch
from discoscript.errors import Interruption, UsageFailure
from discoscript.frames.assets import refuse_unreadable
from discoscript.frames.collecting import collect_if_due, limits
from discoscript.frames.events import EventsTo
from discoscript.frames.frames import Found, State, complete, look
from discoscript.frames.remembering import Remembering
from discoscript.parameters import Mode
from discoscript.plan.frame_key import SCHEMA
from discoscript.project import Project
from discoscript.scene.files import Unreadable
from discoscript.scene.standard import SCHEME
from discoscript.schedule.fingerprint import fingerprint
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, duration, printable, progress
from discoscript.video.delivered import finished
from discoscript.video.delivering import Delivery, deliver
from discoscript.video.film import Film, content, film_identity
from discoscript.video.finish import Finish, finish
from discoscript.video.output import Output
from discoscript.video.provenance import Provenance, Told
from discoscript.video.stereo import LAYOUTS
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
    every = tuple(part(one, options.frames) for one in jobs(options))
    refuse_missing(every)
    say = (lambda text: None) if options.quiet else _say
    say(f"renders with {family(every[0].models, every[0].identity)}")
    for line in (*flow_line(every[0]), *strange_words_line(every[0])):
        say(line)
    pinned = every[0].backend.name == "engine" and not options.draft
    if pinned or options.locked:
        for line in settle(every, options.locked):
            say(line)
    try:
        made = [_render(one, n, len(every), options, say) for n, one in enumerate(every, 1)]
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
    wanted: Job, number: int, count: int, options: argparse.Namespace, say: Callable[[str], None]
) -> Made:
    """Render one script, or one variant of a study."""
    label = wanted.variant.label if wanted.variant else None
    if wanted.variant is not None:
        say(f"{number} of {count}: {printable(wanted.variant.label)}")
    mark = fingerprint_of(wanted, options)
    there = finished(folder_of(wanted, options), mark)
    if there is not None:
        say(f"0 of {counted(wanted.schedule.frames, 'frame')} rendered: all is there")
        return Made(label, wanted.schedule.frames, 0, 0.0, there)
    found = look(wanted.plan, wanted.identity, wanted.store)
    say(_before(found))
    if options.explain:
        for line in reason_lines(reasons_of(wanted, wanted.identity, found)):
            _say(f"  {line}")
    began = time.monotonic()
    folder = folder_of(wanted, options)
    with reported(wanted, folder, _pictures(folder, wanted), say) as told:
        delivery = _delivered(wanted, found, options, told, mark)
        told.result = delivery.video or told.result
    seconds = time.monotonic() - began
    say(_after(delivery, seconds))
    collect_if_due(wanted.store, limits())
    if wanted.store.quarantined:
        say(f"{counted(wanted.store.quarantined, 'damaged file')} moved to quarantine in the store")
    made = delivery.outcome
    count, rendered = len(made.records), len(made.rendered)
    return Made(label, count, rendered, round(seconds, 2), delivery.results)


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


def part(wanted: Job, frames: tuple[int, int] | None) -> Job:
    """Of all frames only these, and what they start from."""
    if frames is None:
        return wanted
    if frames[0] >= wanted.schedule.frames:
        raise UsageFailure(f"frame {frames[0]} does not exist: there are {wanted.schedule.frames}")
    return replace(wanted, stretch=frames)


def film(schedule: Schedule, project: Project) -> Film | None:
    """How the schedule's video is made; None for stills, or where the script wants no video."""
    fixed, still = schedule.fixed, schedule.mode is Mode.STILL or schedule.frames == 1
    if fixed.get("output.video") is False or (still and not fixed.get("output.video")):
        return None
    first, last = fixed.get("output.first_frame"), fixed.get("output.last_frame")
    return Film(
        fps=Fraction(str(fixed.get("output.fps") or schedule.fps)),
        codec=str(fixed["output.codec"]),
        crf=int(str(fixed["output.crf"])),
        preset=str(fixed["output.preset"]),
        first=int(Fraction(str(first or 0))),
        last=schedule.frames if last is None else int(Fraction(str(last))),
        sound=sound_file(schedule, project),
        sound_begin=float(int(Fraction(str(first or 0))) / schedule.fps),
        blend=str(fixed["video.blend_mode"]) if schedule.mode is Mode.VIDEO else "none",
        eyes=LAYOUTS[str(fixed["vr.layout"])] if fixed.get("scene.vr") else None,
    )


def finishing(schedule: Schedule, project: Project) -> Finish | None:
    """What makes the pictures larger, if anything. A model is loaded before hours of rendering."""
    factor, name = schedule.fixed["output.upscale"], schedule.fixed["output.upscale_model"]
    return finish(
        None if factor is None else float(str(factor)),
        project.inside(str(name)) if name else None,
    )


def sound_file(schedule: Schedule, project: Project) -> Path | None:
    """Where the sound track lies, if there is one; UsageFailure if it holds no sound.

    That is found out before hours of rendering, not after.
    """
    name = schedule.fixed.get("output.audio")
    if not name:
        return None
    from discoscript.media.decode import probe

    try:
        path = project.inside(str(name))
        probe(path, str(name))
    except OSError as error:
        raise UsageFailure(f"cannot read the sound {name}: {error}") from error
    except Unreadable as error:
        raise UsageFailure(str(error), error.help) from error
    return path


def fingerprint_of(wanted: Job, options: argparse.Namespace) -> str:
    """The fingerprint of everything that the files of a render depend on, the program included."""
    project = wanted.script.project
    video = None if options.frames else film(wanted.schedule, project)
    model = wanted.schedule.fixed["output.upscale_model"]
    return fingerprint(
        (program(), SCHEMA, wanted.identity),
        (wanted.schedule, wanted.seed, wanted.assets.known, wanted.video),
        (wanted.name, options.frames, video and film_identity(video)),
        provenance(wanted, options).mark,
        content(project.inside(str(model))) if model else None,
    )


def _delivered(
    wanted: Job, found: Sequence[Found], options: argparse.Namespace, report: Ran, mark: str
) -> Delivery:
    kept = (each.state is State.KEPT for each in found)
    steps = {f.index: 0 if k else f.steps for f, k in zip(wanted.plan.frames, kept, strict=True)}
    missing = not complete(found)
    if missing:
        refuse_unreadable(wanted.assets)
    rate = int(str(wanted.schedule.fixed["save.display_rate"]))
    made = output(wanted, options)
    made.fingerprint = mark
    video = None if options.frames else film(wanted.schedule, wanted.script.project)
    remembering = remembered(wanted)
    with progress(steps, options.quiet) as events:
        backend = wanted.backend
        renderer = backend.load(events.note) if missing else backend.lazy(events.note)
        told = EventsTo(events, remembering, report)
        try:
            return deliver(made, renderer, told, wanted.assets.contents, video, rate)
        finally:
            remembering.save()


def remembered(wanted: Job) -> Remembering:
    """Keeps what is asked for, so that the next render can say why."""
    source = wanted.script.compiled.scene.source
    return Remembering(
        wanted.store,
        wanted.run_id,
        wanted.plan,
        wanted.identity,
        str(wanted.script.path),
        source.text,
        wanted.files,
    )


def output(wanted: Job, options: argparse.Namespace) -> Output:
    """Where pictures and video go, and in what form."""
    subfolder = bool(wanted.schedule.fixed["save.in_subfolder"])
    larger = finishing(wanted.schedule, wanted.script.project)
    folder, length = folder_of(wanted, options), wanted.schedule.frames
    told = provenance(wanted, options)
    return Output(folder, wanted.name, wanted.plan, wanted.store, length, subfolder, larger, told)


def delivery_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that decide which pictures go where, and what they say of how they were made."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="where pictures and video go (default: out/NAME beside the script)",
    )
    parser.add_argument(
        "--frames",
        metavar="A..B",
        type=frame_stretch,
        help="only frames A to B, B excluded, and what they start from; no video",
    )
    parser.add_argument(
        "--no-metadata",
        dest="told",
        action="store_const",
        const=Told.NOTHING,
        default=Told.EVERYTHING,
        help="pictures and videos say nothing of the script that made them",
    )
    parser.add_argument(
        "--hide-prompts",
        dest="told",
        action="store_const",
        const=Told.WITHOUT_WORDS,
        help="they say how they were made, but neither the script nor its words",
    )


def provenance(wanted: Job, options: argparse.Namespace) -> Provenance:
    """What pictures and videos say of where they come from."""
    path, told = wanted.script.path, options.told
    (_, text), *libraries = wanted.script.compiled.source.files
    own = [(name, words) for name, words in libraries if not name.startswith(SCHEME)]
    beside = {Path(os.path.relpath(name, path.parent)).as_posix(): words for name, words in own}
    return Provenance(path.name, text, beside, wanted.identity, told)


def folder_of(wanted: Job, options: argparse.Namespace) -> Path:
    """Where to write."""
    name = Path(wanted.name, *wanted.folders)
    if options.output is not None:
        return Path(options.output, *wanted.folders)
    return output_folder(wanted.script.path, name)


def _pictures(folder: Path, wanted: Job) -> Path:
    """The picture of a still, the folder of several."""
    frames = folder / "frames"
    return frames / f"{wanted.name}_0000.png" if wanted.schedule.frames == 1 else frames


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
