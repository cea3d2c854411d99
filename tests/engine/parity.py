"""Reading the golden data in `tests/parity`, and the formulas by which its inputs and networks are
filled.

The data hold no random inputs and no weights: both follow from a name by integer arithmetic, so
that every implementation can make them. See "Hash numbers" and "Model parameters" in the data's own
description.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

FOLDER = Path(__file__).parents[1] / "parity"


def load(name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the parameters (JSON) and the arrays (npz, empty if there is no such file) of one
    golden file.
    """
    parameters = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    arrays_path = FOLDER / f"{name}.npz"
    if not arrays_path.exists():
        return parameters, {}
    with np.load(arrays_path) as arrays:
        return parameters, dict(arrays)


def hash_numbers(tag: str, shape: tuple[int, ...] | list[int]) -> NDArray[np.float64]:
    """Numbers in [-1, 1) that depend on nothing but the tag: a 32-bit mixing of the running index
    (C order).
    """
    mixed = np.arange(int(np.prod(shape)), dtype=np.uint32)  # its arithmetic is modulo 2^32
    mixed *= np.uint32(2654435761)
    mixed += np.uint32(zlib.crc32(tag.encode("utf-8")))
    for _ in range(2):
        mixed ^= mixed >> np.uint32(16)
        mixed *= np.uint32(0x45D9F3B)
    mixed ^= mixed >> np.uint32(16)
    return (mixed / 2.0**31 - 1).reshape(shape)


def parameter_numbers(key: str, shape: tuple[int, ...], gain: float = 1.0) -> NDArray[np.float64]:
    """The value of the tensor called `key` in a state dict."""
    numbers = hash_numbers(key, shape)
    if key.endswith(("pos_embed", "cls_token", "positional_encodings")):
        return 0.5 * numbers
    if len(shape) >= 2:
        return numbers * gain * np.sqrt(3 / np.prod(shape[1:]))
    if key.endswith((".weight", "running_var")):
        return 1 + 0.1 * numbers
    return 0.1 * numbers


def fill_parameters(module: nn.Module, gain: float = 1.0) -> None:
    """Fill a network by the formula and put it in evaluation mode; integer buffers become 0."""
    module.load_state_dict(parameters(module, gain))
    module.eval()


def parameters(module: nn.Module, gain: float = 1.0) -> dict[str, Tensor]:
    """A state dict for the network by the formula; the network itself may lie on `meta`."""
    filled: dict[str, Tensor] = {}
    for key, value in module.state_dict().items():
        if value.is_floating_point():
            numbers = parameter_numbers(key, tuple(value.shape), gain)
            filled[key] = torch.from_numpy(np.asarray(numbers, dtype=np.float32))
        else:
            filled[key] = torch.zeros_like(value, device="cpu")
    return filled


def shapes_of(module: nn.Module) -> list[list[Any]]:
    """[name, shape] of everything in the state dict, in order, as the golden files list them."""
    return [[key, list(value.shape)] for key, value in module.state_dict().items()]


def watch(network: nn.Module, names: list[str]) -> dict[str, Tensor]:
    """Filled with the outputs of the modules called `names` when the network runs."""
    seen: dict[str, Tensor] = {}
    for name in names:

        def keep(_module: nn.Module, _inputs: Any, out: Tensor, name: str = name) -> None:
            seen[name] = out.clone()

        network.get_submodule(name).register_forward_hook(keep)
    return seen
