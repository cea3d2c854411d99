"""From a script to what is to be rendered: what `plan` and `render` have in common."""

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from discoscript.commands._missing import missing_failure
from discoscript.commands._script import Script, sound_script
from discoscript.errors import UsageFailure
from discoscript.frames.assets import Assets, read_assets
from discoscript.frames.backend import BACKENDS, Backend
from discoscript.frames.frames import complete, look
from discoscript.frames.store import Store
from discoscript.plan.footage import VideoInput
from discoscript.plan.lines import Lines
from discoscript.plan.lock import drawn_seed, kept_seed
from discoscript.plan.plan import FramePlan, models_of, plan
from discoscript.plan.reasons import Files
from discoscript.plan.run import Run, run_id
from discoscript.scene.files import Unreadable
from discoscript.scene.studies import Variant
from discoscript.schedule.draft import MODELS, draft
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import printable
from discoscript_engine.identity import Identity
from discoscript_engine.job import Models
from discoscript_engine.model_table import DEFAULT, by_name, models
from discoscript_engine.weights import missing, paths

SHOWN = 12  #: unknown words that are named
LONGEST_FOLDER = 60  #: letters of a folder's name


@dataclass(frozen=True)
class Asked:
    """What a command line asks for, whether or not it can be rendered here."""

    script: Script
    schedule: Schedule
    seed: int
    video: VideoInput | None
    assets: Assets
    backend: Backend
    store: Store
    name: str  #: of the files that are written
    folders: tuple[str, ...] = ()  #: below the output folder
    variant: Variant | None = None  #: of a study
    stretch: tuple[int, int] | None = None  #: only these frames, and what they start from
    undrawn: bool = False  #: the seed is still to be drawn, and `seed` means nothing

    @cached_property
    def plan(self) -> FramePlan:
        """Every frame that is asked for. To make ten thousand jobs takes half a second, and what
        is finished needs none."""
        whole = plan(self.schedule, self.seed, self.assets.known, self.video)
        return whole.part(*self.stretch) if self.stretch else whole

    @cached_property
    def models(self) -> Models:
        """The models of the render."""
        followed = self.video is not None and self.schedule.fixed["video.flow_warp"]
        flow = self.video.flow if self.video and followed else None
        return models_of(self.schedule, flow, self.assets.known)

    @property
    def run_id(self) -> str:
        """What the store knows earlier renders of the same by."""
        return run_id(self.script.path, (self.name, *self.folders))

    @property
    def files(self) -> Files:
        """The files that the frames depend on."""
        paths = {digest: path for path, digest in self.assets.known.items()}
        video, every = self.assets.video, self.schedule.fixed.get("video.every")
        used = (video.path, video.sha256, int(str(every))) if video else None
        return Files(paths, used)

    def lines(self, before: Run | None) -> Lines:
        """Where the script says what, beside the text that it had in an earlier render."""
        text = before.text if before else ""
        return Lines(self.script.compiled.scene, self.schedule, text)


@dataclass(frozen=True, kw_only=True)
class Job(Asked):
    """Everything that a render needs, before anything is rendered."""

    identity: Identity


def rendering_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that decide what is rendered and where frames are kept."""
    parser.add_argument(
        "--renderer",
        choices=list(BACKENDS),
        default="engine",
        help="; ".join(f"{b.name}: {b.doc}" for b in BACKENDS.values()),
    )
    parser.add_argument(
        "--draft", action="store_true", help="the embedded models, a small picture, few steps"
    )
    parser.add_argument(
        "--store",
        metavar="DIR",
        type=Path,
        default=None,
        help="where frames are kept (default: DISCOSCRIPT_STORE, or the user's cache folder)",
    )


def jobs(options: argparse.Namespace, draw: bool = True) -> tuple[Job, ...]:
    """What the options of a command line ask for, ready to be rendered; several for studies.
    Without `draw` nothing is written: they may be `undrawn`."""
    wanted = asked(options, draw)
    all_asked = studied(wanted, options, draw) if wanted.script.compiled.renders else (wanted,)
    return tuple(job_of(one, one.backend.identity(one.models)) for one in all_asked)


def job_of(wanted: Asked, identity: Identity) -> Job:
    """What is asked for, to be rendered by this."""
    return Job(**{f.name: getattr(wanted, f.name) for f in fields(wanted)}, identity=identity)


def asked(options: argparse.Namespace, draw: bool = True) -> Asked:
    """What the options of a command line ask for, studies left out."""
    overrides = MODELS if options.draft else {}
    script, schedule = sound_script(options.file, options.set, overrides, options.max_renders)
    return asked_for(script, schedule, options, draw=draw)


def studied(wanted: Asked, options: argparse.Namespace, draw: bool = True) -> tuple[Asked, ...]:
    """One render for each combination of the studies, each in a folder of its own."""
    found = []
    for number, render in enumerate(wanted.script.compiled.renders, 1):
        assert render.schedule is not None, "the script has no errors"
        variant = render.variant
        folders = (slug(variant.study), f"{number:02}-{slug(variant.label)}")
        one = asked_for(wanted.script, render.schedule, options, draw=draw)
        found.append(replace(one, folders=folders, variant=variant))
    return tuple(found)


def asked_for(
    script: Script,
    schedule: Schedule,
    options: argparse.Namespace,
    drawn: int | None = None,
    draw: bool = True,
) -> Asked:
    """What the options ask for of one schedule of a script, with `drawn` in place of the seed that
    was drawn for it. If none was, one is drawn and kept now, unless not to `draw` leaves it open.
    """
    schedule = draft(schedule) if options.draft else schedule
    assets = assets_of(script, schedule)
    seed = first_seed(schedule, script.path, drawn, draw)
    flow = "dis" if options.draft else flow_model()
    video = VideoInput(assets.video.frames, flow) if assets.video else None
    backend = BACKENDS[options.renderer]
    store = Store(options.store or store_folder())
    name = script.name + ("-draft" if options.draft else "")
    return Asked(
        script, schedule, seed or 0, video, assets, backend, store, name, undrawn=seed is None
    )


def assets_of(script: Script, schedule: Schedule) -> Assets:
    """What the script reads; UsageFailure, with the line that names it, for a broken video."""
    try:
        return read_assets(schedule, script.project)
    except Unreadable as error:
        place = schedule.origins["video.source"].spans[0].start
        line = script.compiled.source.position(place)[0]
        raise UsageFailure(f"{script.path}, line {line}: {error}", error.help) from error


def flow_model() -> str:
    """The first model of the table that measures motion and is on this machine."""
    return next(row.name for row in models("flow") if all(path.is_file() for path in paths(row)))


def flow_line(job: Asked) -> Iterator[str]:
    """Which model measures the motion of the input video, in one line; nothing without a video."""
    name = job.video.flow if job.video else None
    if name is not None and job.backend.name == "engine":
        yield f"measures the motion of the video with {name}: {by_name('flow', name).doc}"


def slug(text: str) -> str:
    """Words as a folder may be called."""
    words = re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")
    return words[:LONGEST_FOLDER].strip("-.") or "study"


def refuse_missing(every: Sequence[Job]) -> None:
    """RenderFailure, with all models that are missing, if frames are left to render with them."""
    away = [job for job in every if job.backend.name == "engine" and missing(job.plan.models)]
    needing = [job for job in away if not complete(look(job.plan, job.identity, job.store))]
    if needing:
        raise missing_failure(needing[0].script.path, [job.models for job in needing])


def first_seed(
    schedule: Schedule, script: Path, drawn: int | None = None, draw: bool = True
) -> int | None:
    """The seed that the script names, or else the one that was drawn for it, `drawn` if given;
    None if none was and none is to be drawn."""
    seed = schedule.fixed["scene.seed"]
    if seed != "random":
        return int(str(seed))
    if drawn is not None:
        return drawn
    return drawn_seed(script) if draw else kept_seed(script)


def store_folder() -> Path:
    """Where frames are kept unless an option says otherwise."""
    named = os.environ.get("DISCOSCRIPT_STORE")
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("discoscript", appauthor=False) / "frames"


def family(models: Models, identity: Identity) -> str:
    """`tiny on cpu-x86_64-avx512 fp32 torch2.9 (engine 1)`: what renders, and how exactly."""
    return f"{models.diffusion} on {identity.numeric} ({identity.epoch})"


def strange_words(job: Asked) -> tuple[str, ...]:
    """Words of the prompts that the embedded CLIP has never seen; none where another one reads."""
    if job.models.clip != (DEFAULT,):
        return ()
    from discoscript_engine.models.tiny_words import unknown_words

    texts = " ".join(prompt.text for prompt in job.schedule.prompts if not prompt.image)
    return tuple(unknown_words(texts))


def strange_words_line(job: Asked) -> Iterator[str]:
    """One line about them, if there are any."""
    words = strange_words(job)
    if words:
        shown = ", ".join(words[:SHOWN]) + (", ..." if len(words) > SHOWN else "")
        yield f"words that {DEFAULT} does not know: {printable(shown)}"
