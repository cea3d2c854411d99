"""Learned upscalers: files are opened safely, and tiles make the picture that the whole would."""

import pickle
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


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
@pytest.mark.parametrize("scale", [2, 4])
def test_a_file_makes_pictures_larger(tmp_path: Path, suffix: str, scale: int) -> None:
    path, weights = tmp_path / f"model.{suffix}", compact_weights(scale)
    save_file(weights, path) if suffix == "safetensors" else torch.save({"params": weights}, path)
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
    """What a stranger's file may hold."""

    sprung = False

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return (setattr, (Trap, "sprung", True))


def test_a_file_runs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "trap.pth"
    torch.save({"params": Trap()}, path)
    with pytest.raises(NoUpscaler, match="read safely"):
        load_upscaler(path)
    path.write_bytes(pickle.dumps(Trap(), protocol=2))
    with pytest.raises(NoUpscaler, match="read safely"):
        load_upscaler(path)
    assert not Trap.sprung


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.safetensors", b"nothing", "read safely"),
        ("a.pth", b"", "read safely"),
        ("a.safetensors", {"x": torch.zeros(3)}, "architecture is not known"),
        ("a.pth", torch.zeros(3), "no named weights"),
        ("a.pth", {"params": {"a": torch.zeros(2, 2)}}, "architecture is not known"),
    ],
)
def test_what_is_no_upscaler(tmp_path: Path, name: str, content: object, why: str) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif name.endswith("pth"):
        torch.save(content, path)
    else:
        save_file(content, path)  # type: ignore[arg-type]
    with pytest.raises(NoUpscaler, match=why):
        load_upscaler(path)
