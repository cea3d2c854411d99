"""The models that a script needs, and what to say where they are not on this machine."""

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from discoscript.commands._models import files_of
from discoscript.commands._script import sound_script
from discoscript.errors import RenderFailure
from discoscript.models.sizes import size_text
from discoscript.plan.plan import models_of
from discoscript.terminal import counted
from discoscript_engine.job import Models
from discoscript_engine.model_row import Model
from discoscript_engine.model_table import rows
from discoscript_engine.weights import missing


def needed_by(path: Path) -> tuple[Model, ...]:
    """The rows that a script renders with, those of its studies too."""
    script, schedule = sound_script(path, (), {})
    schedules = [r.schedule for r in script.compiled.renders if r.schedule] or [schedule]
    return _each_once(row for each in schedules for row in rows(models_of(each)))


def missing_failure(script: Path, needed: Iterable[Models]) -> RenderFailure:
    """Names every model that is missing, and the one command that fetches them."""
    away = _each_once(row for models in needed for row in missing(models) if not row.embedded)
    return RenderFailure(
        "\n    ".join((_headline(script, away), *_lines(away))),
        f"fetch them: {fetch_command(script)}\n          "
        "or render with the embedded models: --draft",
    )


def fetch_command(script: Path) -> str:
    """What to paste, to fetch all that a script needs."""
    return f"discoscript models fetch {shlex.quote(str(script))}"


def _each_once(found: Iterable[Model]) -> tuple[Model, ...]:
    return tuple({(row.role, row.name): row for row in found}.values())


def _headline(script: Path, away: tuple[Model, ...]) -> str:
    files = files_of(away)
    known = sum(file.size or 0 for file in files)
    least = "" if all(file.size for file in files) else "at least "
    size = f": {least}{size_text(known)} to fetch" if known else ""
    are = "is" if len(away) == 1 else "are"
    return f"{counted(len(away), 'model')} of {script} {are} not on this machine{size}"


def _lines(away: tuple[Model, ...]) -> Iterator[str]:
    width = max(len(f"{row.name} ({row.role})") for row in away)
    for row in away:
        size = size_text(row.size) if row.size else "size unknown"
        yield f"{f'{row.name} ({row.role})':<{width}}  {size}"
