"""Where weights lie: the embedded ones in this package, fetched ones in the user's models folder.

Nothing here reads a weights file or imports torch; the loaders in `models` do.
"""

import os
from importlib import resources
from pathlib import Path

from platformdirs import user_data_path

from discoscript_engine.job import Models
from discoscript_engine.model_row import Model
from discoscript_engine.model_table import rows

#: Names another folder for fetched models, for machines where several people share one.
FOLDER_VARIABLE = "DISCOSCRIPT_MODELS"

#: What to do where a file that is part of this package cannot be used.
EMBEDDED_HELP = "install discoscript again"


class ModelMissing(Exception):
    """A model's weights are not on this machine."""

    def __init__(self, row: Model) -> None:
        size = f" ({row.size / 1e9:.2f} GB)" if row.size else ""
        super().__init__(f"the {row.role} model {row.name}{size} is not on this machine")
        self.row = row


class WrongWeights(Exception):
    """A weights file that cannot be used. The text says which file and why, `help` what to do."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


def fetch_again(row: Model) -> str:
    """What to do where a file of the row cannot be used."""
    if row.embedded:
        return EMBEDDED_HELP
    return f'fetch it again with: discoscript models fetch "{row.name}"'


def models_folder() -> Path:
    """Where fetched models are kept; it need not exist."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("discoscript", appauthor=False) / "models"


def paths(row: Model) -> tuple[Path, ...]:
    """Where the row's files belong, in its order, whether they are there or not."""
    folder = _embedded_folder() if row.embedded else models_folder()
    return tuple(folder / file.name for file in row.files)


def find(row: Model) -> tuple[Path, ...]:
    """The row's files; ModelMissing where one is not there."""
    found = paths(row)
    if not all(path.is_file() for path in found):
        raise ModelMissing(row)
    return found


def missing(models: Models) -> tuple[Model, ...]:
    """The rows among a job's models whose files are not here."""
    return tuple(row for row in rows(models) if not all(path.is_file() for path in paths(row)))


def _embedded_folder() -> Path:
    return Path(str(resources.files("discoscript_engine"))) / "weights"
