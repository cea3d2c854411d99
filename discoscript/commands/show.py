"""`discoscript show`: what each stage makes of a script."""

import argparse
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from discoscript.commands._answer import Answer, Json, document, refuse_format
from discoscript.commands._rendering import asked, rendering_arguments
from discoscript.commands._script import (
    Script,
    compiled_script,
    script_arguments,
    show,
    sound_script,
)
from discoscript.commands._seen import identity_of, seen_frames
from discoscript.commands._stretch import frame_stretch
from discoscript.errors import UsageFailure
from discoscript.parameters import BY_KEY, PARAMETERS
from discoscript.schedule.document import document as schedule_json
from discoscript.schedule.document import paths, plain
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import printable
from discoscript.text.diagnostics import Severity, severity
from discoscript.text.places import line_at, place
from discoscript.text.suggest import did_you_mean
from discoscript.views import jobs, meaning, tree, values
from discoscript.views.table import terminal_width
from discoscript.views.words import shown, unit_in

EXAMPLES = """  discoscript show schedule beach.disco                every value over the frames
  discoscript show schedule beach.disco --at 20 zoom   why is it so?
  discoscript show schedule beach.disco --frames 10..20 --parameters 'camera.*'
  discoscript show schedule beach.disco --format csv   for a spreadsheet
  discoscript show schedule beach.disco --json         all of it, for other programs
  discoscript show plan beach.disco                    the job of every frame
  discoscript show scene beach.disco                   what the lines claim
  discoscript show syntax beach.disco                  how the lines were read
"""

Rows = Iterable[Sequence[object]]


@dataclass(frozen=True)
class Stage:
    """One row: a stage by name, what it looks like, and the rows of those that are tables."""

    name: str
    doc: str
    lines: Callable[[argparse.Namespace], Iterable[str]]
    values: Callable[[argparse.Namespace], Json]
    rows: Callable[[argparse.Namespace], Rows] | None = None


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "stage",
        choices=list(STAGES),
        help="; ".join(f"{s.name}: {s.doc}" for s in STAGES.values()),
    )
    script_arguments(parser)
    parser.add_argument(
        "--format",
        choices=["table", "csv"],
        default="table",
        help="table: for people, fitted to the terminal; csv: of schedule and plan",
    )
    parser.add_argument(
        "--frames", metavar="A..B", type=frame_stretch, help="only frames A to B, B excluded"
    )
    parser.add_argument(
        "--parameters",
        metavar="PATTERN",
        action="append",
        default=[],
        help="only these, of a schedule: camera.zoom, zoom, camera, 'camera.*'",
    )
    parser.add_argument(
        "--at",
        nargs=2,
        metavar=("FRAME", "PARAMETER"),
        help="one value of a schedule, and the line that gave it",
    )
    rendering_arguments(parser)


def run(options: argparse.Namespace) -> Answer:
    """One stage in one format, or one value of the schedule."""
    refuse_format(options, "table")
    stage: Stage = STAGES[options.stage]
    if options.at:
        if stage.name != "schedule":
            raise UsageFailure("`--at` asks for a value of the schedule", "show schedule FILE --at")
        stage = VALUE
    if options.format == "table":
        return Answer(lambda: stage.values(options), lambda: stage.lines(options))
    rows = stage.rows
    if rows is None:
        having = ", ".join(s.name for s in STAGES.values() if s.rows)
        raise UsageFailure(f"there is no csv of the {stage.name}, only of {having}")
    return Answer(lambda: stage.values(options), lambda: csv_lines(rows(options)))


def csv_lines(rows: Rows) -> Iterator[str]:
    """Each row as a line of CSV."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(row)
        yield line.getvalue()


# ───────────── what the stages show ─────────────


def _syntax(options: argparse.Namespace) -> Iterable[str]:
    return tree.tree(_any_script(options).compiled.syntax, terminal_width())


def _syntax_json(options: argparse.Namespace) -> Json:
    return tree.syntax_json(_any_script(options).compiled.syntax)


def _any_script(options: argparse.Namespace) -> Script:
    """The script with its mistakes shown: what was read all the same is worth a look."""
    script = compiled_script(options.file, options.set)
    found = [d for d in script.compiled.diagnostics if severity(d) is Severity.ERROR]
    show(found, script.compiled.source)
    return script


def _scene(options: argparse.Namespace) -> Iterable[str]:
    return meaning.scene_lines(_sound(options)[0].compiled.scene, terminal_width())


def _scene_json(options: argparse.Namespace) -> Json:
    return meaning.scene_json(_sound(options)[0].compiled.scene)


def _schedule(options: argparse.Namespace) -> Iterable[str]:
    script, schedule = _sound(options)
    choice = _choice(options, schedule)
    return values.schedule_lines(schedule, script.compiled.source, choice, terminal_width())


def _schedule_csv(options: argparse.Namespace) -> Rows:
    schedule = _sound(options)[1]
    return values.schedule_rows(schedule, _choice(options, schedule))


def _schedule_json(options: argparse.Namespace) -> Json:
    if options.frames or options.parameters:
        raise UsageFailure("the JSON schedule is always whole", "--format csv has a part of it")
    script, schedule = _sound(options)
    return schedule_json(schedule, script.compiled.source, digests(script, schedule))


def digests(script: Script, schedule: Schedule) -> dict[str, str]:
    """SHA-256 of every file that the schedule names; without those that can not be read."""
    found = {}
    for path in paths(schedule):
        try:
            found[path] = hashlib.sha256(script.project.read(path)).hexdigest()
        except OSError:
            continue
    return found


def _sound(options: argparse.Namespace) -> tuple[Script, Schedule]:
    return sound_script(options.file, options.set, {})


def _choice(options: argparse.Namespace, schedule: Schedule) -> values.Choice:
    """The frames and parameters that are asked for; UsageFailure where there are none."""
    first, end = options.frames or (0, schedule.frames)
    if first >= schedule.frames:
        raise UsageFailure(f"frame {first} does not exist: there are {schedule.frames}")
    patterns = tuple(p.strip() for text in options.parameters for p in text.split(","))
    for pattern in patterns:
        if not any(values.matches(key, pattern) for key in BY_KEY):
            raise UsageFailure(f"there is no parameter `{pattern}`", _near(pattern))
    return values.Choice(first, min(end, schedule.frames), patterns)


def _near(name: str) -> str:
    words = [*BY_KEY, *(row.name for row in PARAMETERS)]
    return did_you_mean(name, words) or "`discoscript params` lists them"


def _seen(options: argparse.Namespace) -> Sequence[jobs.Seen]:
    wanted = asked(options)
    seen = seen_frames(wanted, identity_of(wanted))
    first, end = options.frames or (0, len(seen))
    if first >= len(seen):
        raise UsageFailure(f"frame {first} does not exist: there are {len(seen)}")
    return seen[first:end]


def _plan(options: argparse.Namespace) -> Iterable[str]:
    return jobs.job_lines(_seen(options), terminal_width())


def _plan_csv(options: argparse.Namespace) -> Rows:
    return jobs.job_rows(_seen(options))


def _plan_json(options: argparse.Namespace) -> Json:
    return jobs.jobs_json(_seen(options), str(options.file))


# ───────────── one value ─────────────


def _asked_value(options: argparse.Namespace) -> tuple[Script, values.Answer]:
    script, schedule = _sound(options)
    frame, name = options.at
    keys = [key for key in BY_KEY if name in (key, BY_KEY[key].name)]
    if not keys:
        raise UsageFailure(f"there is no parameter `{name}`", _near(name))
    if len(keys) > 1:
        raise UsageFailure(f"`{name}` may be {' or '.join(keys)}", "write one of them")
    if values.is_over_progress(keys[0]):
        raise UsageFailure(f"`{keys[0]}` runs over diffusion progress, not over frames")
    if not frame.isdecimal() or int(frame) >= schedule.frames:
        raise UsageFailure(f"frame {frame} does not exist: there are {schedule.frames}")
    return script, values.answer(schedule, keys[0], int(frame))


def _value(options: argparse.Namespace) -> Iterable[str]:
    """`camera.zoom at frame 48: 1.02`, and the lines that gave it."""
    script, found = _asked_value(options)
    source, mode = script.compiled.source, script.compiled.scene.mode
    unit = unit_in(BY_KEY[found.key].unit, mode)
    yield f"{found.key} at frame {found.frame}: {shown(found.value)} {unit}".rstrip()
    if not found.spans:
        yield f"  from the {values.FROM[found.source]}: no line of the script says otherwise here"
    for span in found.spans:
        at = place(source, span.start)
        text = printable(line_at(source, span.start).strip())
        yield f"  {printable(at.path)}:{at.line}  {text}"


def _value_json(options: argparse.Namespace) -> Json:
    script, found = _asked_value(options)
    source = script.compiled.source
    lines = []
    for span in found.spans:
        at = place(source, span.start)
        text = line_at(source, span.start)
        lines.append({"file": at.path, "line": at.line, "column": at.column, "text": text})
    value = {"value": plain(found.value), "from": found.source, "lines": lines}
    return document("value", parameter=found.key, frame=found.frame, **value)


# ───────────── the table of stages ─────────────

VALUE = Stage("value", "one value of the schedule", _value, _value_json)

STAGES: Mapping[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("syntax", "how the lines were read", _syntax, _syntax_json),
        Stage("scene", "what they claim", _scene, _scene_json),
        Stage("schedule", "every value over the frames", _schedule, _schedule_json, _schedule_csv),
        Stage("plan", "the job of every frame", _plan, _plan_json, _plan_csv),
    )
}
