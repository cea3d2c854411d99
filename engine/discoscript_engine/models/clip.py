"""CLIP models behind one small value: pictures and texts -> embeddings in one space."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor


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
