"""The diffusion model, compiled by torch: it takes minutes to prepare, and is rounded otherwise.

What was compiled is kept in the user's cache folder, so that the next run begins at once.
"""

import os
from collections.abc import Callable

import torch
from platformdirs import user_cache_path

from discoscript_engine.diffusion.sampling import DiffusionModel
from discoscript_engine.identity import COMPILE_VARIABLE, compiles

#: Where torch keeps what it has compiled.
CACHE_VARIABLE = "TORCHINDUCTOR_CACHE_DIR"


def as_asked(network: DiffusionModel, kind: str, note: Callable[[str], None]) -> DiffusionModel:
    """The network, compiled if the environment asks for it and there is a compiler here."""
    if not os.environ.get(COMPILE_VARIABLE):
        return network
    if not compiles(kind):
        note(f"{COMPILE_VARIABLE} is set, but there is no compiler here: nothing is compiled")
        return network
    folder = user_cache_path("discoscript", appauthor=False) / "compiled"
    os.environ.setdefault(CACHE_VARIABLE, str(folder))
    compiled: DiffusionModel = torch.compile(network, dynamic=False)
    return compiled
