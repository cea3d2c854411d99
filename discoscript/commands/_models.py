"""What the actions of `discoscript models` have in common: what they work on, names as rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from discoscript.errors import UsageFailure
from discoscript.models.clock import Clock
from discoscript.models.library import Library
from discoscript.models.transfer import Patience
from discoscript.models.web import Web
from discoscript.text.suggest import did_you_mean
from discoscript_engine.model_row import Model, ModelFile
from discoscript_engine.model_table import MODELS
from discoscript_engine.weights import models_folder


def _wire() -> Web:
    from discoscript.models.wire import Wire  # a tenth of a second that only fetching needs

    return Wire()


@dataclass(frozen=True)
class Setup:
    """The table of models, the folder of their files, and how the web is reached."""

    rows: Sequence[Model] = MODELS
    library: Library = field(default_factory=lambda: Library(models_folder()))
    web: Callable[[], Web] = _wire
    clock: Clock = field(default_factory=Clock)
    patience: Patience = field(default_factory=Patience)


def named(setup: Setup, names: Iterable[str]) -> tuple[Model, ...]:
    """The rows of these names, each once; UsageFailure where there is none."""
    found: dict[tuple[str, str], Model] = {}
    for name in names:
        rows = [row for row in setup.rows if row.name == name]
        if not rows:
            known = list(dict.fromkeys(row.name for row in setup.rows))
            help = did_you_mean(name, known) or "`discoscript models list` lists the models"
            raise UsageFailure(f"no model is called `{name}`", help)
        found |= {(row.role, row.name): row for row in rows}
    return tuple(found.values())


def files_of(rows: Iterable[Model]) -> tuple[ModelFile, ...]:
    """The files that rows have outside of this package, each once: some rows share one."""
    files = (file for row in rows if not row.embedded for file in row.files)
    return tuple({file.name: file for file in files}.values())


def rows_with(setup: Setup, file: ModelFile) -> tuple[Model, ...]:
    """The rows that need a file."""
    return tuple(row for row in setup.rows if file.name in (f.name for f in row.files))
