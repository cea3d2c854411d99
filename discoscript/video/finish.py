"""The last step before a picture is written: it may be made larger.

Frames in the store stay as they are, so another size or another model renders nothing again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from discoscript.errors import RenderFailure, UsageFailure, disk_failure
from discoscript.frames.renderer import Picture

INSTALL = 'install it with: pip install "discoscript[engine,upscale]"'


@dataclass(frozen=True)
class Finish:
    """What is done to a picture; `identity` names it, with everything that can change what comes
    out."""

    identity: str
    apply: Callable[[Picture], Picture]


def finish(factor: float | None, model: Path | None) -> Finish | None:
    """What makes pictures `factor` times as large: the model, or Lanczos where there is none.

    Without a factor it is what the model is made for; None where nothing is to be done.
    """
    if model is not None:
        return learned(model, factor)
    if factor is None or factor == 1:
        return None
    return Finish(f"lanczos {factor:g}", lambda picture: enlarged(picture, factor, picture))


def learned(path: Path, factor: float | None) -> Finish:
    """A network of the user's that adds detail; what it makes is brought to the factor's size."""
    upscale = _loaded(path)

    def apply(picture: Picture) -> Picture:
        try:
            made = upscale(picture)
        except (RuntimeError, ValueError) as error:
            raise RenderFailure(f"{path.name} could not enlarge a picture: {error}") from error
        return made if factor is None else enlarged(picture, factor, made)

    return Finish(f"{_digest(path)} {factor or 'own'}", apply)


def enlarged(picture: Picture, factor: float, made: Picture) -> Picture:
    """`made`, resampled to `factor` times the size of the picture."""
    height, width, _ = picture.shape
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.array(Image.fromarray(made).resize(size, Image.Resampling.LANCZOS))


def _loaded(path: Path) -> Callable[[Picture], Picture]:
    try:
        from discoscript_engine.upscale import NoUpscaler, load_upscaler
    except ModuleNotFoundError as error:
        raise RenderFailure(f"there is no upscaler (no {error.name})", INSTALL) from error
    try:
        return load_upscaler(path)
    except NoUpscaler as error:
        help = "use a file of ESRGAN, SwinIR, DAT or another architecture that spandrel knows"
        raise UsageFailure(f"{path.name} is no upscaler: {error}", help) from error


def _digest(path: Path) -> str:
    """SHA-256 of a file's content, in hex digits."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise disk_failure(f"read {path}", error) from error
