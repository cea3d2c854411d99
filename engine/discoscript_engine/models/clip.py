"""CLIP models behind one small value: pictures and texts -> embeddings in one space."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import open_clip
import torch
from jaxtyping import Float
from open_clip.model import convert_weights_to_lp
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor

from discoscript_engine.model_row import Model
from discoscript_engine.models.half import halved
from discoscript_engine.models.tiny import load_tiny_clip, load_tiny_tokenizer
from discoscript_engine.models.weights import released

#: Numbers that OpenAI's files hold beside the weights.
NOT_WEIGHTS = {"input_resolution", "context_length", "vocab_size"}


@dataclass(frozen=True)
class Clip:
    """One CLIP model, Radford et al. (2021).

    `encode_image` takes square cuts of `image_size` pixels, in [0, 1], and does the model's own
    normalisation; `encode_text` takes one text. `context_length` is how many tokens of a text
    are read.
    """

    name: str
    image_size: int
    context_length: int
    encode_image: Callable[[Float[Tensor, "n 3 s s"]], Float[Tensor, "n e"]]
    encode_text: Callable[[str], Float[Tensor, " e"]]


def from_open_clip(
    name: str,
    model: open_clip.CLIP,
    tokenizer: SimpleTokenizer,
    device: torch.device,
    dtype: torch.dtype = torch.float32,
) -> Clip:
    """An open_clip model, with the picture size and normalisation that it was trained with; it
    looks at pictures in `dtype`.

    Texts beyond the context length are cut off where CLIP cuts them.
    """
    if dtype != torch.float32:
        convert_weights_to_lp(model.visual, dtype)
    look = halved(model.encode_image, dtype)
    model = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)
    settings = open_clip.get_model_preprocess_cfg(model)
    mean, std = (torch.tensor(settings[k], device=device)[:, None, None] for k in ("mean", "std"))

    def encode_image(cuts: Float[Tensor, "n 3 s s"]) -> Float[Tensor, "n e"]:
        return look((cuts - mean) / std)

    def encode_text(text: str) -> Float[Tensor, " e"]:
        return model.encode_text(tokenizer([text]).to(device))[0]

    size = settings["size"]
    side = size if isinstance(size, int) else size[0]
    return Clip(name, side, tokenizer.context_length, encode_image, encode_text)


def load_clip(row: Model, device: torch.device, dtype: torch.dtype = torch.float32) -> Clip:
    """The model of a row with its published weights, ready on `device`; nothing is downloaded.

    ModelMissing or WrongWeights where they are not here or cannot be used.
    """
    if row.embedded:
        return from_open_clip(row.name, load_tiny_clip(), load_tiny_tokenizer(), device, dtype)
    architecture = str(row.configuration["architecture"])
    model = released(row, lambda: network(architecture, dtype), state_dict)
    if model.attn_mask is not None and model.attn_mask.is_meta:  # no checkpoint holds it
        mask = torch.full(model.attn_mask.shape, float("-inf")).triu_(1)
        model.register_buffer("attn_mask", mask, persistent=False)
    return from_open_clip(row.name, model, open_clip.get_tokenizer(architecture), device, dtype)


def network(architecture: str, dtype: torch.dtype = torch.float32) -> open_clip.CLIP:
    """One of open_clip's networks without weights, for pictures normalised as OpenAI's were.

    With another `dtype` than float32 its norms expect one, and compute in float32 all the same.
    The architectures `-quickgelu` use the approximation of GELU that OpenAI's models were trained
    with.
    """
    layout = open_clip.get_model_config(architecture)
    if layout is None:
        raise ValueError(f"open_clip knows no architecture {architecture}")
    return laid_out(layout, dtype)


def laid_out(layout: Mapping[str, Any], dtype: torch.dtype) -> open_clip.CLIP:
    """The same of a layout as open_clip writes it."""
    model = open_clip.CLIP(**layout, cast_dtype=None if dtype == torch.float32 else dtype)
    model.visual.image_mean = open_clip.OPENAI_DATASET_MEAN
    model.visual.image_std = open_clip.OPENAI_DATASET_STD
    return model


def state_dict(published: Mapping[str, Any]) -> dict[str, Tensor]:
    """The weights in a published file; some were saved from several GPUs, with more beside them."""
    tensors = published.get("state_dict", published)
    return {k.removeprefix("module."): v for k, v in tensors.items() if k not in NOT_WEIGHTS}
