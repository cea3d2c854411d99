"""Weights files -> networks that hold exactly what the file holds.

Ours are safetensors in half precision, with the layout as JSON beside the tensors. Released
checkpoints are torch's own files: pickles, which are read only if they are the published ones, to
the last bit, and even then for tensors and plain values alone.

Networks compute in single precision, whatever their weights were stored in.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from discoscript_engine.identity import FileDigests
from discoscript_engine.model_row import Model
from discoscript_engine.weights import EMBEDDED_HELP, WrongWeights, fetch_again, find

#: What the readers of weights files raise for one that is broken.
BROKEN = (
    SafetensorError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    RuntimeError,
    EOFError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)

#: Bytes of the list of tensors at the head of a safetensors file: a thousand of them take a tenth.
LARGEST_HEADER = 2**20

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
    with reading(path, EMBEDDED_HELP), safe_open(path, framework="pt") as file:
        described = {key: json.loads(value) for key, value in (file.metadata() or {}).items()}
        tensors = {key: file.get_tensor(key) for key in list(file.keys())}
    return {
        key: t.float() if t.dtype == torch.float16 else t for key, t in tensors.items()
    }, described


class Unfit(Exception):
    """Weights that are not those of a network; the text goes on from the file's name."""


@contextmanager
def reading(path: Path | str, help: str) -> Iterator[None]:
    """Says of whatever goes wrong with a weights file which file it is, and what to do."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongWeights(f"{path} cannot be read: {reason}", help) from error
    except Unfit as error:
        raise WrongWeights(f"{path} {error}", help) from error
    except BROKEN as error:
        raise WrongWeights(f"{path} is damaged, or no weights file", help) from error


def released(
    row: Model,
    build: Callable[[], ModuleT],
    names: Callable[[Mapping[str, Any]], Mapping[str, Tensor]] = dict,
    place: int = 0,
) -> ModuleT:
    """The network that `build` makes, with the weights of one of the row's files.

    `names` takes the state dict out of what the file holds. ModelMissing where a file is not here,
    WrongWeights where it cannot be used.
    """
    path = find(row)[place]
    with reading(path, fetch_again(row)):
        return with_weights(build, names(read_checkpoint(path, row.files[place].sha256)))


def read_checkpoint(path: Path, sha256: str) -> Mapping[str, Any]:
    """What a released checkpoint holds, on the CPU.

    Only tensors and plain values are read from it, never code, and only if the file is the
    published one: Unfit where its SHA-256 is another, or where none is known.
    """
    if not sha256 or FileDigests().of(path) != sha256:
        raise Unfit("is not the published file: its SHA-256 is another one")
    if _is_torchscript(path):  # torch reads no weights alone from these
        with warnings.catch_warnings():  # torch would do without such files
            warnings.simplefilter("ignore", FutureWarning)
            return torch.jit.load(path, map_location="cpu").state_dict()
    mapped = zipfile.is_zipfile(path)  # others, of before 2020, cannot be mapped into memory
    held = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    if not isinstance(held, Mapping):
        raise Unfit("holds no named weights")
    return held


def _is_torchscript(path: Path) -> bool:
    """Whether a file is a program of TorchScript, as OpenAI published its CLIP models."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def own_weights(
    data: bytes, build: Callable[[Mapping[str, Any] | None, int], Callable[[], ModuleT]]
) -> ModuleT:
    """The network in the bytes of a safetensors file of somebody's own.

    `build` is given the layout that the file names, if it does, and how many tensors it holds.
    No tensor is read before all names and shapes are known to be those of the network.
    """
    layout, shapes = _header(data)
    build_it = build(layout, len(shapes))
    with torch.device("meta"):
        refuse_misfit(shapes, build_it())
    return with_weights(build_it, safetensors.torch.load(data))


def _header(data: bytes) -> tuple[dict[str, Any] | None, dict[str, tuple[int, ...]]]:
    """The layout that a safetensors file names, and the shapes of its tensors."""
    length = struct.unpack("<Q", data[:8])[0] if len(data) > 8 else 0
    if not 0 < length <= min(LARGEST_HEADER, len(data) - 8):
        raise Unfit("is no safetensors file, or a damaged one")
    entries = json.loads(data[8 : 8 + length])
    named = entries.pop("__metadata__", {}).get("config")
    shapes = {name: tuple(entry["shape"]) for name, entry in entries.items()}
    return None if named is None else json.loads(named), shapes


def with_weights(build: Callable[[], ModuleT], tensors: Mapping[str, Tensor]) -> ModuleT:
    """The network that `build` makes, in evaluation mode and float32, with exactly these weights.

    It is built without memory first, so that nothing is filled twice. Unfit where names or shapes
    are not those of the network.
    """
    with torch.device("meta"):
        network = build()
    refuse_misfit({name: tuple(tensor.shape) for name, tensor in tensors.items()}, network)
    network.load_state_dict(tensors, assign=True)
    return network.float().eval().requires_grad_(False)


def refuse_misfit(found: Mapping[str, tuple[int, ...]], network: nn.Module) -> None:
    """Unfit where names and shapes of tensors are not those of the network; it says what differs
    first."""
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    missing = [name for name in wanted if name not in found]
    foreign = [name for name in found if name not in wanted]
    if missing:
        raise Unfit(f"lacks {len(missing)} of {len(wanted)} tensors of the network: {missing[0]}")
    if foreign:
        raise Unfit(f"holds what the network does not have: {foreign[0]}")
    for name, shape in wanted.items():
        if found[name] != shape:
            raise Unfit(f"has {name} as {_by(found[name])}; the network has {_by(shape)}")


def _by(shape: tuple[int, ...]) -> str:
    """`64 x 3 x 3 x 3`."""
    return " x ".join(map(str, shape)) or "a single number"
