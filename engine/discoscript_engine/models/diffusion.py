"""Diffusion models by their row of the table -> networks that predict noise.

The released networks also predict a variance, in channels that no sampler here looks at. Time runs
from 0 to 1000 for them, however many steps are taken (`noise_schedule`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad

from discoscript_engine.diffusion.sampling import DiffusionModel, VelocityModel
from discoscript_engine.model_row import Model
from discoscript_engine.models.secondary import SecondaryModel
from discoscript_engine.models.tiny import NoiseFromPicture, load_tiny_diffusion
from discoscript_engine.models.unet import UNet, UNetConfig
from discoscript_engine.models.weights import Unfit, own_weights, reading, released

#: The secondary model halves its picture five times.
SECONDARY_MULTIPLE = 32

#: Tensors that a block of a level has at least: its residual block on the way down, and that on the
#: way up, of five layers each with weight and bias.
TENSORS_OF_BLOCK = 20

#: What a script's own checkpoint can do about one that does not fit.
OWN_HELP = "see `Checkpoints of your own` in docs/models.md"


def load_diffusion(
    row: Model, device: torch.device, dtype: torch.dtype = torch.float32
) -> DiffusionModel:
    """The model of a row with its published weights, ready on `device`; it convolves in `dtype`.

    ModelMissing or WrongWeights where they are not here or cannot be used.
    """
    if row.embedded:
        tiny = load_tiny_diffusion()
        tiny.network.torso_to(dtype)
        return tiny.to(device)
    network = released(row, lambda: UNet(config_of(row.configuration)))
    return noise_part(network.torso_to(dtype).to(device))


def load_own_diffusion(
    row: Model, name: str, data: bytes, device: torch.device, dtype: torch.dtype = torch.float32
) -> DiffusionModel:
    """The model in the bytes of a safetensors file of somebody's own, of that name.

    Its layout is the one that the file names, or else that of the row, and it predicts what the
    row's model predicts. WrongWeights where it does not fit.
    """

    def build(layout: Mapping[str, Any] | None, tensors: int) -> Callable[[], UNet]:
        blocks = tensors // TENSORS_OF_BLOCK if layout else None
        config = _own_config(layout or row.configuration, blocks, row)
        return lambda: UNet(config)

    with reading(name, OWN_HELP):
        network = own_weights(data, build).torso_to(dtype).to(device)
    return NoiseFromPicture(network).to(device) if row.embedded else noise_part(network)


def config_of(layout: Mapping[str, Any]) -> UNetConfig:
    """A layout as the table, or the JSON of a weights file, has it."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in layout.items()}
    return UNetConfig(**values)


def _own_config(layout: Mapping[str, Any], most: int | None, row: Model) -> UNetConfig:
    """The layout, if a network can be made of it that takes pictures of the row's sizes; `most` is
    how many blocks the file can fill, where it names the layout itself."""
    if not layout:
        raise Unfit(
            f"does not say what its network looks like, and the model `{row.name}` needs it"
        )
    try:
        config = config_of(layout)
        if most is not None and sum(config.blocks) > most:
            raise ValueError("it has more blocks than tensors")
        _try(config, row.size_multiple)
    except (TypeError, ValueError, ArithmeticError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise Unfit(f"names a layout that no network can have here: {reason}") from error
    return config


def _try(config: UNetConfig, multiple: int) -> None:
    """ValueError or RuntimeError if pictures do not go through; nothing is computed."""
    if multiple % config.size_multiple:
        raise ValueError(f"it takes multiples of {config.size_multiple} pixels, not of {multiple}")
    with torch.device("meta"):
        seen = UNet(config)(torch.empty(1, 3, multiple, multiple), torch.empty(1))
    if seen.shape not in [(1, channels, multiple, multiple) for channels in (3, 6)]:
        raise ValueError(f"it makes pictures with {seen.shape[1]} channels")


def noise_part(network: UNet) -> DiffusionModel:
    """The noise alone, of a network that may predict a variance, too."""

    def noise(
        x: Float[Tensor, "b 3 h w"], t: Float[Tensor, " b"], *, checkpoint: bool = False
    ) -> Float[Tensor, "b 3 h w"]:
        return network(x, t, checkpoint=checkpoint)[:, :3]

    return noise


def load_secondary(row: Model, device: torch.device) -> VelocityModel:
    """The secondary model with its published weights, ready on `device`."""
    return velocity_part(released(row, SecondaryModel).to(device))


def velocity_part(network: SecondaryModel) -> VelocityModel:
    """v alone. Sides that are no multiples of 32 are made so: the last row and column are repeated,
    and cut off again."""

    def velocity(x: Float[Tensor, "b 3 h w"], t: Float[Tensor, " b"]) -> Float[Tensor, "b 3 h w"]:
        height, width = x.shape[-2:]
        below, right = -height % SECONDARY_MULTIPLE, -width % SECONDARY_MULTIPLE
        return network(pad(x, (0, right, 0, below), "replicate"), t).v[..., :height, :width]

    return velocity
