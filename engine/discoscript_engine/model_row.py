"""What a row of the model table holds. Torch is not imported here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["diffusion", "secondary", "clip", "depth", "metric depth", "flow", "perceptual"]

#: A default that a row may give for a parameter: like the parameter table's own. Runs
#: `(end, value)` are values over the 1000 steps of diffusion progress.
Setting = (
    bool | int | float | str | tuple[int, int] | tuple[str, ...] | tuple[tuple[int, float], ...]
)

#: A number or a name of a network's layout, as its loader takes it.
Layout = bool | int | float | str | tuple[int | float, ...]


@dataclass(frozen=True)
class ModelFile:
    """One weights file. `sha256` empty: the file is part of this package and hashed there, or
    no full digest of it is known, and then it is never fetched. `size` in bytes, where known."""

    name: str
    sha256: str = ""
    urls: tuple[str, ...] = ()
    size: int | None = None


@dataclass(frozen=True)
class Model:
    """One row: a network that a script can name.

    `embedded`: its files are part of this package. Picture sides are multiples of
    `size_multiple` and at least `size_minimum` pixels. `defaults` are values of parameters
    (`group.name`) where the script gives none. `configuration` is the network's layout.
    `perceptual` names the loss that holds a frame near its start picture: one that needs no
    weights, or a row of that role. `video_defaults` count
    in place of `defaults` in video mode. `library` is the distribution that holds what the row
    needs in place of weights; its version counts like a weights file.
    `ignores` are parameters that have no effect with it.
    `built` False: known by name, but nothing renders with it.
    """

    name: str
    role: Role
    doc: str
    files: tuple[ModelFile, ...]
    embedded: bool = False
    size_multiple: int = 64
    size_minimum: int = 64
    defaults: Mapping[str, Setting] = field(default_factory=dict, hash=False)
    configuration: Mapping[str, Layout] = field(default_factory=dict, hash=False)
    perceptual: str = "lpips_vgg"
    video_defaults: Mapping[str, Setting] = field(default_factory=dict, hash=False)
    library: str = ""
    ignores: tuple[str, ...] = ()
    built: bool = True

    @property
    def size(self) -> int | None:
        """Bytes of all its files, None where one is not known."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)
