"""What a command line asks for -> the pictures and videos of it, and what they depend on."""

import argparse
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from discoscript.commands._files import output_folder
from discoscript.commands._program import program
from discoscript.commands._rendering import Job
from discoscript.commands._script import let_values
from discoscript.commands._stretch import frame_stretch
from discoscript.errors import UsageFailure
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.remembering import Remembering
from discoscript.frames.renderer import Renderer
from discoscript.parameters import Mode
from discoscript.plan.frame_key import SCHEMA
from discoscript.project import Project
from discoscript.scene.files import Unreadable
from discoscript.scene.standard import SCHEME
from discoscript.schedule.fingerprint import fingerprint
from discoscript.schedule.schedule import Schedule
from discoscript.video.delivering import Delivery, deliver
from discoscript.video.film import Film, content, film_identity
from discoscript.video.finish import Finish, finish
from discoscript.video.output import Output
from discoscript.video.provenance import Provenance, Told
from discoscript.video.stereo import LAYOUTS


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


def part(wanted: Job, frames: tuple[int, int] | None) -> Job:
    """Of all frames only these, and what they start from."""
    if frames is None:
        return wanted
    if frames[0] >= wanted.schedule.frames:
        raise UsageFailure(f"frame {frames[0]} does not exist: there are {wanted.schedule.frames}")
    return replace(wanted, stretch=frames)


def folder_of(wanted: Job, options: argparse.Namespace) -> Path:
    """Where to write."""
    name = Path(wanted.name, *wanted.folders)
    if options.output is not None:
        return Path(options.output, *wanted.folders)
    return output_folder(wanted.script.path, name)


def delivered(
    wanted: Job, options: argparse.Namespace, renderer: Renderer, events: Events, mark: str = ""
) -> Delivery:
    """Render what is missing and write it all; `mark` is the fingerprint of what it depends on.
    What is asked for is remembered, however it ends."""
    made, video = output(wanted, options), film(wanted, options)
    made.fingerprint = mark
    remembering = remembered(wanted)
    told = EventsTo(remembering, events)  # in this order: `events` may end the render
    rate = int(str(wanted.schedule.fixed["save.display_rate"]))
    try:
        return deliver(made, renderer, told, wanted.assets.contents, video, rate)
    finally:
        remembering.save()


def remembered(wanted: Job) -> Remembering:
    """Keeps what is asked for, so that the next render can say why."""
    source, variant = wanted.script.compiled.scene.source, wanted.variant
    drafted = ["draft"] if wanted.name != wanted.script.name else []
    return Remembering(
        wanted.store,
        wanted.run_id,
        wanted.plan,
        wanted.identity,
        str(wanted.script.path.resolve()),
        source.text,
        wanted.files,
        ", ".join([*drafted, *([variant.label] if variant else [])]),
    )


def output(wanted: Job, options: argparse.Namespace) -> Output:
    """Where pictures and video go, and in what form."""
    subfolder = bool(wanted.schedule.fixed["save.in_subfolder"])
    larger = finishing(wanted.schedule, wanted.script.project)
    folder, length = folder_of(wanted, options), wanted.schedule.frames
    told = provenance(wanted, options)
    return Output(folder, wanted.name, wanted.plan, wanted.store, length, subfolder, larger, told)


def film(wanted: Job, options: argparse.Namespace) -> Film | None:
    """How the video is made; None for stills and for a part, or where the script wants none."""
    if options.frames:
        return None
    schedule, project = wanted.schedule, wanted.script.project
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


def provenance(wanted: Job, options: argparse.Namespace) -> Provenance:
    """What pictures and videos say of where they come from."""
    path, told = wanted.script.path, options.told
    (_, text), *libraries = wanted.script.compiled.source.files
    own = [(name, words) for name, words in libraries if not name.startswith(SCHEME)]
    beside = {Path(os.path.relpath(name, path.parent)).as_posix(): words for name, words in own}
    variant, lets = wanted.variant, let_values(options.set)
    study, label = (variant.study, variant.label) if variant else ("", "")
    return Provenance(path.name, text, beside, wanted.identity, told, lets, study, label)


def fingerprint_of(wanted: Job, options: argparse.Namespace) -> str:
    """The fingerprint of everything that the files of a render depend on, the program included."""
    project = wanted.script.project
    video = film(wanted, options)
    model = wanted.schedule.fixed["output.upscale_model"]
    return fingerprint(
        (program(), SCHEMA, wanted.identity),
        (wanted.schedule, wanted.seed, wanted.assets.known, wanted.video),
        (wanted.name, options.frames, video and film_identity(video)),
        provenance(wanted, options).mark,
        content(project.inside(str(model))) if model else None,
    )
