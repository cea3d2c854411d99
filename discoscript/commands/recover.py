"""`discoscript recover`: the script that a picture or a video was made of."""

import argparse
import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from discoscript.commands._answer import Answer, Json, document
from discoscript.commands._files import write
from discoscript.commands._rendering import Asked, asked_for
from discoscript.commands._script import Script
from discoscript.errors import Exit, Failure, UsageFailure, disk_failure
from discoscript.pipeline import Compiled, compile_text
from discoscript.plan.pinned import pinned, unlike
from discoscript.project import Project
from discoscript.schedule.draft import MODELS
from discoscript.schedule.schedule import Schedule
from discoscript.sharing.names import unsafe
from discoscript.terminal import printable
from discoscript.video.recovering import Origin, origin

EXAMPLES = """  discoscript recover beach_0012.png                  the script, and what is known
  discoscript recover beach.mp4 > beach.disco         from a video
  discoscript recover beach_0012.png -o old           with what the script imports
  discoscript recover beach_0012.png --beside films   whether it still renders like that
"""


#: Variants of studies that are looked through for the one of a picture.
MOST_RENDERS = 64


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a picture or a video")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="write the script and what it imports there",
    )
    parser.add_argument(
        "--beside",
        metavar="DIR",
        type=Path,
        help="the folder of the pictures and sounds that the script names",
    )


def run(options: argparse.Namespace) -> Answer:
    """The script, shown or written; what is known of the file goes to the error stream."""
    found = origin(options.file)
    here = still(found, options)
    if not options.json:
        for line in (*told(options.file, found), *([f"  {here}"] if here else [])):
            print(printable(line), file=sys.stderr)
    if options.output is None:
        code = Exit.USAGE if found.script is None else Exit.OK
        return Answer(
            lambda: as_json(found, here), lambda: script_of(options.file, found).encode(), code
        )
    paths = [str(p) for p in written(found, script_of(options.file, found), options.output)]
    return Answer(lambda: as_json(found, here, paths), lambda: paths)


def script_of(path: Path, found: Origin) -> str:
    """The script of a file; UsageFailure if it holds none."""
    if found.script is None:
        raise UsageFailure(f"{path} does not hold its script", "it was rendered without it")
    return found.script


def told(path: Path, found: Origin) -> Iterator[str]:
    """What a file is, in lines."""
    frame = "the video" if found.frame is None else f"frame {found.frame}"
    yield f"{path}: {frame} of {found.name}"
    if found.kept is not None:
        yield f"  {found.kept.value}"
    if found.identity is not None:
        models = ", ".join(name for name, _ in found.identity.models)
        by = f"{found.identity.epoch} on {found.identity.numeric}"
        yield f"  rendered by {by}{f' with {models}' if models else ''}"
    if found.study:
        yield f"  of the study {found.study}: {found.label}"
    if found.lets or found.study:
        yield f"  to render it again: {command(found)}"


def command(found: Origin) -> str:
    """What renders a picture again: `discoscript render a.disco --set speed=2`."""
    words = ["discoscript", "render", found.name]
    words += [word for name, value in found.lets.items() for word in ("--set", f"{name}={value}")]
    return shlex.join([*words, *(("--renderer", "testcard") if by_cards(found) else ())])


def by_cards(found: Origin) -> bool:
    """Whether it is a test card."""
    return found.identity is not None and found.identity.epoch.startswith("testcard")


def still(found: Origin, options: argparse.Namespace) -> str:
    """Whether the script would make the same picture here and now; nothing of a video."""
    if found.script is None or found.frame is None or not found.job:
        return ""
    folder = options.beside or home(options.file, found.name)
    try:
        every = [asked(found, found.script, folder, draft) for draft in (False, True)]
        return _still(found, [each for each in every if each is not None], folder)
    except Failure as failure:
        return f"whether it renders like that here is not known: {failure.message}"


def asked(found: Origin, script: str, folder: Path, draft: bool) -> Asked | None:
    """What the script asks for today, in full or as a draft; None where something is missing."""
    project = Recovered(folder, found.libraries)
    overrides = MODELS if draft else {}
    compiled = compile_text(script, found.name, project, found.lets, overrides, MOST_RENDERS)
    schedule, frame = schedule_of(found, compiled), found.frame or 0
    if schedule is None or frame >= schedule.frames:
        return None
    drawn = int(found.job.get("seed", 0)) - int(schedule.seeds[frame])
    renderer = "testcard" if by_cards(found) else "engine"
    how = argparse.Namespace(draft=draft, renderer=renderer, store=None)
    return asked_for(Script(folder / found.name, project, compiled), schedule, how, drawn)


def schedule_of(found: Origin, compiled: Compiled) -> Schedule | None:
    """The schedule of a script, or of its variant that is meant."""
    if not found.study:
        return compiled.schedule
    meant = (found.study, found.label)
    every = ((r.schedule, (r.variant.study, r.variant.label)) for r in compiled.renders)
    return next((schedule for schedule, variant in every if variant == meant), None)


def _still(found: Origin, every: Sequence[Asked], folder: Path) -> str:
    """The same job, the same models and engine, the same class of machine?"""
    if not every:
        return f"what the script names is not in {folder}; say where: --beside DIR"
    was = job_text(found.job)
    same = [a for a in every if job_text(asdict(a.plan.frames[found.frame or 0].job)) == was]
    if not same:
        return "here the script asks for another picture: what it names or its meaning has changed"
    if found.identity is None:
        return "the same picture is asked for here"
    here = same[0].backend.identity(same[0].plan.models)
    differs = unlike(pinned([found.identity], [{}]), pinned([here], [{}]))
    if not differs:
        return "it renders to these very bytes here"
    names = ", ".join(each.what for each in differs)
    closely = all(each.closely for each in differs)
    effect = "the same picture, but not the same bits" if closely else "perhaps another picture"
    return f"here it renders {effect}: another {names}"


def home(path: Path, name: str) -> Path:
    """The folder of the script, if the file lies where a render left it; else that of the file."""
    folders = path.absolute().parents
    return next((f for f in folders[:6] if (f / name).is_file()), path.absolute().parent)


def job_text(job: Mapping[str, object]) -> str:
    """A job as text, whatever wrote it."""
    return json.dumps(json.loads(json.dumps(job)), sort_keys=True)


class Recovered(Project):
    """A project whose libraries come from the picture."""

    def __init__(self, root: Path, libraries: Mapping[str, str]) -> None:
        super().__init__(root)
        self.libraries = libraries

    def script(self, path: str) -> str | None:
        """The text of a library, as it was."""
        return self.libraries.get(path) or super().script(path)


def written(found: Origin, script: str, folder: Path) -> Iterator[Path]:
    """Write the script and its libraries; nothing that is there is touched."""
    for name, text in {found.name: script, **found.libraries}.items():
        why = unsafe(name)
        if why:
            raise UsageFailure(f"the name `{printable(name)}` {why}", "leave -o out")
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_failure(f"write {target}", error) from error
        write(str(target), text, help="name a new folder: -o DIR")
        yield target


def as_json(found: Origin, here: str, files: Sequence[str] = ()) -> Json:
    """All that a file says, what is true of it here, and the files that were written."""
    kept = found.kept.name.lower() if found.kept else None
    return document("origin", **{**asdict(found), "kept": kept}, here=here, files=list(files))
