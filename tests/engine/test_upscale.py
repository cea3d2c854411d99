"""Learned upscalers: files are opened safely, and tiles make the picture that the whole would."""

import inspect
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_upscaler import compact_weights
from torch.nn.functional import interpolate

from discoscript_engine.upscale import NoUpscaler, describe, in_tiles, load_upscaler, stretches


def picture(height: int = 24, width: int = 40) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 3 + c) * np.cos(y / 4 - c) for c in range(3)]
    return (128 + 100 * np.stack(waves, axis=-1)).astype(np.uint8)


@pytest.mark.parametrize("scale", [2, 4])
def test_a_file_makes_pictures_larger(tmp_path: Path, scale: int) -> None:
    path = tmp_path / "model.safetensors"
    save_file(compact_weights(scale), path)
    larger = load_upscaler(path, "cpu")(picture())
    assert larger.shape == (24 * scale, 40 * scale, 3) and larger.dtype == np.uint8
    assert np.array_equal(larger, load_upscaler(path, "cpu")(picture()))


def test_tiles_are_the_whole_picture() -> None:
    """Three convolutions see three pixels aside: a margin of eight hides the seams."""
    image, made = torch.from_numpy(picture(50, 70)), describe(compact_weights())
    with torch.inference_mode():
        whole = in_tiles(image, made, 2, tile=100, margin=8)
        tiled = in_tiles(image, made, 2, tile=16, margin=8)
    assert (whole.int() - tiled.int()).abs().max() <= 1


def test_the_picture_stays_where_it_is() -> None:
    def twice(seen: torch.Tensor) -> torch.Tensor:
        return interpolate(seen, scale_factor=2, mode="nearest")

    image = torch.from_numpy(picture(33, 47))
    larger = in_tiles(image, twice, 2, tile=10, margin=3)
    assert torch.equal(larger[::2, ::2], image) and torch.equal(larger[1::2, 1::2], image)


def test_stretches_cover_a_length_once() -> None:
    assert list(stretches(10, 4)) == [(0, 4), (4, 8), (8, 10)]
    assert list(stretches(4, 4)) == [(0, 4)]


class Trap:
    """What a stranger's pickle may hold."""

    sprung = False

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return (setattr, (Trap, "sprung", True))


@pytest.mark.parametrize("name", ["trap.pth", "trap.safetensors"])
def test_a_pickle_is_never_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    torch.save({"params": Trap()}, path)
    with pytest.raises(NoUpscaler, match="no safetensors file"):
        load_upscaler(path)
    path.write_bytes(pickle.dumps(Trap(), protocol=2))
    with pytest.raises(NoUpscaler, match="no safetensors file"):
        load_upscaler(path)
    torch.save(compact_weights(), path)
    with pytest.raises(NoUpscaler, match="no safetensors file"):
        load_upscaler(path)
    assert not Trap.sprung


@pytest.mark.parametrize("content", [b"", b".", b"J1", b"hello world", b"\xff" * 64, b"\0" * 64])
def test_a_damaged_file_is_no_upscaler(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(NoUpscaler, match="no safetensors file, or a damaged one"):
        load_upscaler(path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NoUpscaler, match="cannot be read"):
        load_upscaler(tmp_path)


def misshapen(**changed: torch.Tensor) -> dict[str, torch.Tensor]:
    """The weights of the tiny upscaler, some of them changed."""
    return {**compact_weights(), **{name.replace("_", "."): t for name, t in changed.items()}}


#: Weights as a stranger may name and shape them, and what is said of them.
STRANGE = {
    "none": ({}, "architecture is not known"),
    "one": ({"x": torch.zeros(3)}, "architecture is not known"),
    "no layers": ({"body.0.weight": torch.zeros(3)}, "architecture"),
    "a flat layer": (misshapen(body_0_weight=torch.zeros(8)), "are not those of"),
    "a single number": (misshapen(body_0_weight=torch.tensor(1.0)), "are not those of"),
    "an odd scale": (misshapen(body_4_weight=torch.zeros(7, 8, 3, 3)), "are not those of"),
    "endless layers": (misshapen(body_1000000000_weight=torch.zeros(1)), "more than 1000 layers"),
    "no end of layers": ({f"body.{'9' * 5000}.weight": torch.zeros(1)}, "more than 1000 layers"),
    "endless channels": (
        misshapen(body_0_weight=torch.zeros(10**9, 0, 3, 3)), "tensors without numbers"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_strange_weights_are_no_upscaler(tmp_path: Path, name: str) -> None:
    tensors, why = STRANGE[name]
    save_file(tensors, tmp_path / "a.safetensors")
    with pytest.raises(NoUpscaler, match=why):
        load_upscaler(tmp_path / "a.safetensors")


def test_no_detector_of_spandrel_ends_in_a_traceback() -> None:
    """Each asks for names before it looks at their shapes: here all of them are single numbers."""
    from spandrel import MAIN_REGISTRY

    for support in MAIN_REGISTRY.architectures():
        names = re.findall(r'"([A-Za-z_0-9.]+)"', inspect.getsource(type(support.architecture)))
        with pytest.raises(NoUpscaler):
            describe({name: torch.tensor(1.0) for name in names})
