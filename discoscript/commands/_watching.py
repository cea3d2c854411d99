"""From a save to what the watcher renders: the script compiled, its passes made."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from discoscript.commands._delivery import delivered, film, folder_of, output, part
from discoscript.commands._locking import settle
from discoscript.commands._reasons import reasons_of
from discoscript.commands._rendering import Job, asked_for, job_of, refuse_missing
from discoscript.commands._reporting import Ran, reported, results
from discoscript.commands._script import STUDIES, Script, compiled_script
from discoscript.errors import Failure, UsageFailure
from discoscript.frames.assets import refuse_unreadable
from discoscript.frames.backend import BACKENDS
from discoscript.frames.collecting import collect_if_due, limits
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.frames import look, render_frames
from discoscript.frames.renderer import Renderer
from discoscript.parameters import Resolved
from discoscript.pipeline import has_errors
from discoscript.plan.lock import lock_path
from discoscript.plan.plan import FramePlan
from discoscript.schedule.draft import MODELS
from discoscript.schedule.schedule import Schedule
from discoscript.video.delivering import Delivery
from discoscript.watch.disk import signature
from discoscript.watch.inputs import WatchedProject
from discoscript.watch.live_state import LiveState, Problem, problems_of
from discoscript.watch.loop import Compilation
from discoscript.watch.work import Pass, QuickStore, Work
from discoscript_engine.identity import Identity
from discoscript_engine.job import Models

FULL, DRAFT = "full", "draft"


class Compiler:
    """Compiles the script of a command line, save after save. What it remembers from one to the
    next is the identity of the models, which stay loaded, and what the store was seen to hold."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self._identities: dict[Models, Identity] = {}
        self._stores: dict[Path, QuickStore] = {}

    def compiled(self) -> Compilation:
        """What the script means now. Nothing that is wrong with it raises an exception."""
        path: Path = self.options.file
        project = WatchedProject(path.parent)
        project.note(path)
        try:
            return self._compiled(project)
        except Failure as failure:
            problem = Problem("error", failure.message, help=failure.help, path=str(path))
            return Compilation(project.noted, None, (problem,))
        except Exception as error:  # a mistake of ours must not end hours of watching
            reason = f"the script could not be compiled: {error or type(error).__name__}"
            help = "this is a mistake of DiscoScript; please report it with the script"
            return Compilation(project.noted, None, (Problem("error", reason, help=help),))

    def _compiled(self, project: WatchedProject) -> Compilation:
        script, schedule = self._script(project, MODELS if self.options.draft else {})
        found = script.compiled
        problems = problems_of(found.diagnostics, found.source)
        if schedule is None or has_errors(found.diagnostics):
            return Compilation(project.noted, None, problems)
        job = self._job(script, schedule, self.options)
        notes = self._pinned(job)
        passes = [self._pass(job, self.options, DRAFT if self.options.draft else FULL)]
        if self.options.two_pass and not self.options.draft and not passes[0][0].complete:
            quick, drafted = self._script(project, MODELS)
            if drafted is not None and not has_errors(quick.compiled.diagnostics):
                options = argparse.Namespace(**{**vars(self.options), "draft": True})
                passes.insert(0, self._pass(self._job(quick, drafted, options), options, DRAFT))
        if lock_path(script.path).exists():
            project.note(lock_path(script.path))
        work = Work(tuple(one for one, _ in passes))
        reasons = passes[-1][1]
        return Compilation(project.noted, work, problems, _shown(script, schedule, notes), reasons)

    def _script(
        self, project: WatchedProject, overrides: Mapping[str, Resolved]
    ) -> tuple[Script, Schedule | None]:
        options = self.options
        script = compiled_script(
            options.file, options.set, overrides, None, options.max_renders, project
        )
        return script, script.compiled.schedule

    def _job(self, script: Script, schedule: Schedule, options: argparse.Namespace) -> Job:
        """What is to be rendered, with all that it needs at hand."""
        asked = asked_for(script, schedule, options)
        job = part(job_of(asked, self._identity(asked.models)), options.frames)
        refuse_missing([job])
        refuse_unreadable(job.assets)
        return job

    def _pinned(self, job: Job) -> tuple[str, ...]:
        """Pin what is not pinned yet, as `render` does; what differs from what is, in lines. What
        studies use beside it is pinned by `render` alone."""
        if self.options.draft or job.backend.name != "engine" or job.script.compiled.renders:
            return ()
        return tuple(settle([job], locked=False))

    def _pass(
        self, job: Job, options: argparse.Namespace, name: str
    ) -> tuple[Pass, Callable[[], Sequence[str]]]:
        """A pass, and what says why its frames are rendered."""
        store = self._stores.setdefault(job.store.root, QuickStore(job.store))
        found = look(job.plan, job.identity, store)
        told = Ran(results(folder_of(job, options), job))
        deliver_all, made = _delivering(job, options, told)
        made_first = _part(job, options, told)
        one = Pass(name, job.plan, job.identity, made, found, store, deliver_all, made_first)
        return one, lambda: [reason.text for _, reason in reasons_of(job, job.identity, found)]

    def _identity(self, models: Models) -> Identity:
        if models not in self._identities:
            backend = BACKENDS[self.options.renderer]
            self._identities[models] = backend.identity(models)
        return self._identities[models]


def _delivering(
    job: Job, options: argparse.Namespace, told: Ran
) -> tuple[Callable[[Renderer, Events], Delivery], object]:
    """What renders a pass, writes pictures and video, and leaves a report of it; and what it
    depends on beside the frames, as a value that can be compared."""
    video, room = film(job, options), limits()

    def run(renderer: Renderer, events: Events) -> Delivery:
        with reported(job, folder_of(job, options), told, events.note):
            made = delivered(job, options, renderer, EventsTo(told, events))
            told.result = made.video or told.result
        collect_if_due(job.store, room)
        return made

    written = {
        key: str(value)
        for key, value in job.schedule.fixed.items()
        if key.startswith(("output.", "save."))
    }
    sound = signature(video.sound) if video and video.sound else None
    return run, (folder_of(job, options), job.name, video, sound, written)


def _part(
    job: Job, options: argparse.Namespace, told: Ran
) -> Callable[[FramePlan, Renderer, Events], None]:
    """What renders some segments of a pass before the others."""

    def run(plan: FramePlan, renderer: Renderer, events: Events) -> None:
        everybody = EventsTo(output(job, options), told, events)
        render_frames(plan, renderer, job.store, everybody, job.assets.contents)

    return run


def _shown(
    script: Script, schedule: Schedule, notes: Sequence[str]
) -> Callable[[LiveState], LiveState]:
    """Puts what a script is into what is shown, and what is to be noted of it."""

    studies = (STUDIES,) if script.compiled.renders else ()

    def put(state: LiveState) -> LiveState:
        return replace(
            state,
            notes=(*state.notes, *studies, *notes),
            title=script.title,
            fps=Fraction(schedule.fps),
            size=schedule.size,
            schedule=schedule,
        )

    return put


def first_state(options: argparse.Namespace) -> LiveState:
    """What is shown before anything is compiled; UsageFailure if there is no script at all."""
    path: Path = options.file
    if not path.is_file():
        compiled_script(path)  # says why, and what was meant
        raise UsageFailure(f"{path} is not a file that can be watched")
    return LiveState(str(path))
