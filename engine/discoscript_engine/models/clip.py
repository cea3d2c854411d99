"""CLIP models behind one small value: pictures and texts -> embeddings in one space."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import open_clip
import torch
from jaxtyping import Float
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor

from discoscript_engine.models.tiny import load_tiny_clip, load_tiny_tokenizer


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
    name: str, model: open_clip.CLIP, tokenizer: SimpleTokenizer, device: torch.device
) -> Clip:
    """An open_clip model, with the picture size and normalisation that it was trained with.

    Texts beyond the context length are cut off where CLIP cuts them.
    """
    model = model.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)
    settings = open_clip.get_model_preprocess_cfg(model)
    mean, std = (torch.tensor(settings[k], device=device)[:, None, None] for k in ("mean", "std"))

    def encode_image(cuts: Float[Tensor, "n 3 s s"]) -> Float[Tensor, "n e"]:
        return model.encode_image((cuts - mean) / std)

    def encode_text(text: str) -> Float[Tensor, " e"]:
        return model.encode_text(tokenizer([text]).to(device))[0]

    size = settings["size"]
    side = size if isinstance(size, int) else size[0]
    return Clip(name, side, tokenizer.context_length, encode_image, encode_text)


def load_tiny(device: torch.device) -> Clip:
    """The embedded model."""
    return from_open_clip("tiny", load_tiny_clip(), load_tiny_tokenizer(), device)


#: Every built model by its name in the model table.
CLIPS: Mapping[str, Callable[[torch.device], Clip]] = {"tiny": load_tiny}
