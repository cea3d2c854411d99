"""Reading and writing weights: safetensors in half precision, with the layout as JSON beside the
tensors.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn


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
