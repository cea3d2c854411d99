"""`discoscript diff`: what changed between two scripts, by effect, not by text."""

import argparse
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from discoscript import git
from discoscript.commands._answer import Answer, document
from discoscript.commands._files import picture_path
from discoscript.commands._rendering import Asked, asked_for, rendering_arguments
from discoscript.commands._script import (
    SUFFIX,
    Script,
    left_out,
    let_values,
    read_text,
    sound,
    studies_argument,
)
from discoscript.commands._seen import identity_of, seen_frames
from discoscript.errors import Exit, disk_failure
from discoscript.frames import png
from discoscript.frames.renderer import Picture
from discoscript.frames.staying import staying
from discoscript.pipeline import compile_text
from discoscript.plan.lock import kept_seed
from discoscript.project import Lent, Project
from discoscript.schedule.difference import Fixed, changed_files, difference, matched
from discoscript.schedule.draft import MODELS
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, printable
from discoscript.views.chart import compared_chart
from discoscript.views.difference_lines import Compared, difference_json, difference_lines
from discoscript.views.jobs import Seen
from discoscript.views.table import terminal_width

if TYPE_CHECKING:
    from PIL import Image

#: What a render of the old script and one of the new script would make.
Both = tuple[Asked, Asked]

EXAMPLES = """  discoscript diff beach.disco                     the last commit, and what lies here
  discoscript diff HEAD~3:beach.disco beach.disco
  discoscript diff beach.disco storm.disco         two files
  discoscript diff beach.disco --json              the same for other programs
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("before", metavar="A", help="a script, or REVISION:PATH as git has it")
    parser.add_argument(
        "now", metavar="B", nargs="?", help="another one (default: A, beside its last commit)"
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="give a `let` of both scripts another value",
    )
    studies_argument(parser)
    rendering_arguments(parser)
    parser.add_argument(
        "--curves", metavar="PNG", type=picture_path, help="draw the settings that changed, a .png"
    )
    parser.add_argument(
        "--frames",
        metavar="PNG",
        type=picture_path,
        help="show frames before and now, as far as they are in the frame store, a .png",
    )
    parser.add_argument(
        "--beside",
        metavar="FILE",
        type=Path,
        help="both are versions of FILE: what they name lies beside it",
    )
    parser.add_argument(
        "--exit-code", action="store_true", help="exit code 1 where a picture differs"
    )


def run(options: argparse.Namespace) -> Answer:
    """What differs."""
    alone = unpaired(options) if options.beside else None
    if alone is not None:
        return Answer(lambda: document("difference", notes=[alone]), lambda: (alone,))
    names = (f"HEAD:{options.before}", options.before)
    names = names if options.now is None else (options.before, options.now)
    with ExitStack() as held:
        first = held.enter_context(committed(options) if options.now is None else found(names[0]))
        paths = first, held.enter_context(found(names[1]))
        if options.beside:
            names = f"{options.beside}, before", str(options.beside)
        sides = [side(*named, options) for named in zip(names, paths, strict=True)]
        both = wanted(sides[0], sides[1], options)
        compared = comparison(sides, both)
        if options.curves:
            draw_curves(options.curves, compared)
        if options.frames:
            draw_frames(options.frames, compared, both)
    notes = list(left_out(*(each.script for each in sides)))
    return Answer(
        lambda: difference_json(compared) | {"notes": notes},
        lambda: chain(difference_lines(compared, terminal_width()), notes),
        Exit.SCRIPT if options.exit_code and compared.again else Exit.OK,
    )


def unpaired(options: argparse.Namespace) -> str | None:
    """What to say where there are no two scripts: `git difftool` comes with every file that a
    commit touches, and with the null device for the one that is not there. None for two scripts."""
    file = printable(str(options.beside))
    if options.beside.suffix != SUFFIX:
        return f"{file}: not a script, left out"
    if options.now == os.devnull:
        return f"{file}: script removed"
    if options.before != os.devnull:
        return None
    new = side(str(options.beside), Path(options.now or options.beside), options)
    return f"{file}: new script, {counted(new.schedule.frames, 'frame')}"


@dataclass(frozen=True)
class Side:
    """One of the two: how it was named, and what it means."""

    name: str
    script: Script
    schedule: Schedule


def committed(options: argparse.Namespace) -> AbstractContextManager[Path]:
    """The one script that was named, as it is in the last commit."""
    path = Path(options.before)
    if not path.is_file():
        read_text(path)  # says what is wrong with it
    return git.checked_out("HEAD", f"./{path.name}", path.parent)


def found(name: str) -> AbstractContextManager[Path]:
    """The file of a script: `REVISION:PATH`, or one of the disk."""
    revision = git.revision(name)
    return git.checked_out(*revision) if revision else nullcontext(Path(name))


def side(name: str, path: Path, options: argparse.Namespace) -> Side:
    """A script; ScriptErrors where it has errors."""
    lets, overrides = let_values(options.set), MODELS if options.draft else {}
    project = project_of(name, path, options)
    compiled = compile_text(read_text(path), name, project, lets, overrides, options.max_renders)
    script = Script(path, project, compiled)
    return Side(name, script, sound(script))


def project_of(name: str, path: Path, options: argparse.Namespace) -> Project:
    """The folder of a script. A revision takes files that are not in git from the folder that it
    stands for."""
    revision = None if options.beside else git.revision(name)
    if revision is None:
        return Project((options.beside or path).parent)
    named = revision[1]
    near = options.now is None or named.startswith(("./", "../"))
    return Lent(path.parent, Project(((Path() if near else git.top(Path())) / named).parent))


def draw_curves(path: Path, compared: Compared) -> None:
    """Write the picture of the changed curves."""
    from discoscript.views.curves_picture import picture

    old, new = compared.schedules
    drawn = compared_chart(old, new, " -> ".join(compared.names), compared.found)
    save(picture(drawn), path)


def save(image: "Image.Image", path: Path) -> None:
    """Write a picture; a DiskFailure says why it can not be written."""
    try:
        image.save(path, format="PNG", dpi=(192, 192))
    except OSError as error:
        raise disk_failure(f"write {path}", error) from error


def wanted(before: Side, now: Side, options: argparse.Namespace) -> Both:
    """What a render of each would make."""
    first, second = kept_seeds(before, now)
    return (
        asked_for(before.script, before.schedule, options, first),
        asked_for(now.script, now.schedule, options, second),
    )


def comparison(sides: Sequence[Side], both: Both) -> Compared:
    """What differs, and which frames stay."""
    before, now = sides
    old, new = both
    found = difference(old.schedule, new.schedule)
    return Compared(
        names=(before.name, now.name),
        schedules=(old.schedule, new.schedule),
        sources=(before.script.compiled.source, now.script.compiled.source),
        found=replace(
            found,
            fixed=(*found.fixed, *drawn_anew(old, new)),
            files=changed_files(old.assets.files, new.assets.files),
        ),
        stays=staying(old.plan, new.plan),
    )


def draw_frames(path: Path, compared: Compared, both: Both) -> None:
    """Write a picture of frames that render again, before and now, as far as they are rendered."""
    from discoscript.views.pairs import Pair, chosen, pairs_picture

    old, new = (seen_frames(each, identity_of(each)) for each in both)
    again = [frame for first, end in compared.again for frame in range(first, end)]
    places = {
        piece.first + n: piece.old + n
        for piece in matched(*compared.schedules)
        for n in range(piece.end - piece.first)
    }
    pairs = []
    for frame in chosen(again):
        at = places.get(frame)
        before = None if at is None else stored(both[0], old[at])
        pairs.append(Pair(frame, before, stored(both[1], new[frame])))
    save(pairs_picture(" -> ".join(compared.names), pairs), path)


def stored(asked: Asked, seen: Seen) -> Picture | None:
    """The picture of a frame, if the store has it."""
    record = asked.store.lookup(seen.key) if seen.key else None
    data = asked.store.read(record.digest) if record else None
    return None if data is None else png.decode(data)


def kept_seeds(before: Side, now: Side) -> tuple[int, int]:
    """What stands for the drawn seed of each: that of its own lock file, else that of the other.
    Where neither has one any does: it is drawn once for both."""
    first, second = (kept_seed(each.script.path) for each in (before, now))
    either = next((seed for seed in (second, first) if seed is not None), 0)
    return either if first is None else first, either if second is None else second


def drawn_anew(old: Asked, new: Asked) -> tuple[Fixed, ...]:
    """The seed, where it was drawn for both and not the same: no line of a script says so."""
    drawn = all(each.schedule.fixed["scene.seed"] == "random" for each in (old, new))
    differ = drawn and old.seed != new.seed
    return (Fixed("scene.seed", old.seed, new.seed),) if differ else ()
