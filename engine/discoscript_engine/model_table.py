"""The table of models: one row for each, with everything that anybody may ask of it.

A row may give a default for any parameter of the language (`defaults`, keyed `group.name`); a
value written in the script wins. Rows whose `built` is False are known by name, size and
digest, but this version cannot render with them yet. Torch is not imported here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["diffusion", "secondary", "clip", "depth"]
Setting = bool | int | float | str | tuple[str, ...] | tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class ModelFile:
    """One weights file. `sha256` empty: the file is part of this package and hashed there."""

    name: str
    sha256: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """One row: a network that a script can name."""

    name: str
    role: Role
    doc: str
    files: tuple[ModelFile, ...]
    built: bool = False
    embedded: bool = False
    size_multiple: int = 64
    size_minimum: int = 64
    defaults: Mapping[str, Setting] = field(default_factory=dict)
