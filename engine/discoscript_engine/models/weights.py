"""Reading and writing weights: ours are safetensors in half precision, with the layout as JSON
beside the tensors; released checkpoints are torch's own files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from discoscript_engine.identity import FileDigests

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def save_weights(path: Path, module: nn.Module, **description: Any) -> None:
    """Write the state dict in fp16 (whole numbers as they are); replaces the file in one step."""
    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in module.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, {key: json.dumps(value) for key, value in description.items()})
    partial.chmod(0o644)
    os.replace(partial, path)


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors in float32 and the description they were saved with."""
    with safe_open(path, framework="pt") as file:
        described = {key: json.loads(value) for key, value in (file.metadata() or {}).items()}
        tensors = {key: file.get_tensor(key) for key in list(file.keys())}
    return {
        key: t.float() if t.dtype == torch.float16 else t for key, t in tensors.items()
    }, described


class WrongWeights(Exception):
    """A weights file is not the one that its row of the model table describes."""


def read_checkpoint(path: Path, sha256: str) -> dict[str, Any]:
    """What a released checkpoint holds, on the CPU.

    Only tensors and plain values are read from it, never code, and only if the file is the
    published one: WrongWeights where its SHA-256 is another, or where none is known.
    """
    if not sha256 or FileDigests().of(path) != sha256:
        raise WrongWeights(f"{path} is not the published file")
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)


def with_weights(build: Callable[[], ModuleT], tensors: Mapping[str, Tensor]) -> ModuleT:
    """The network that `build` makes, in evaluation mode and float32, with exactly these weights.

    It is built without memory first, so that nothing is filled twice.
    """
    with torch.device("meta"):
        network = build()
    network.load_state_dict(tensors, assign=True)
    return network.float().eval().requires_grad_(False)
