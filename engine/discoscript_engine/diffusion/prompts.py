"""Prompts and CLIP models -> targets: what each model should see in the cuts, and how much."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from discoscript_engine.diffusion.randomness import generator, normal
from discoscript_engine.job import PicturePrompt, Prompt
from discoscript_engine.models.clip import Clip

#: How many noisy copies of a prompt a fuzzy one is replaced by.
FUZZY_COPIES = 25

#: (CLIP model, text) -> its embedding, as long as that model makes them; texts are encoded once
#: for a whole run.
TextCache = MutableMapping[tuple[str, str], Float[Tensor, " _"]]

#: SHA-256 of a picture -> what one CLIP model sees in each of its cuts.
Seen = Mapping[str, Float[Tensor, "n e"]]


@dataclass(frozen=True)
class Target:
    """What one CLIP model should see: an embedding and a weight for each text, and for each cut of
    a picture; the weights add up to 1, or to -1."""

    clip: Clip
    embeddings: Float[Tensor, "p e"]
    weights: Float[Tensor, " p"]


def normalised(weights: list[float]) -> list[float]:
    """Weights divided by the size of their sum; their signs stay."""
    size = abs(sum(weights))
    if size < 1e-3:
        raise ValueError(f"the weights of the prompts add up to {sum(weights):g}; they must not")
    return [weight / size for weight in weights]


def target(
    prompts: tuple[Prompt | PicturePrompt, ...], clip: Clip, texts: TextCache, seen: Seen
) -> Target:
    """The prompts as one CLIP model sees them; the cuts of a picture share its weight.

    Texts longer than the model reads are cut off.
    """
    embeddings = [
        _encoded(prompt.text, clip, texts)[None]
        if isinstance(prompt, Prompt)
        else seen[prompt.sha256]
        for prompt in prompts
    ]
    weights = normalised([prompt.weight for prompt in prompts])
    shares = [w / len(e) for w, e in zip(weights, embeddings, strict=True) for _ in e]
    together = torch.cat(embeddings)
    return Target(clip, together, torch.tensor(shares).to(together))


def _encoded(text: str, clip: Clip, cache: TextCache) -> Float[Tensor, " e"]:
    key = (clip.name, text)
    if key not in cache:
        with torch.no_grad():
            cache[key] = clip.encode_text(text)
    return cache[key]


def fuzzy(exact: Target, magnitude: float, seed: int, place: int) -> Target:
    """Every prompt replaced by 25 copies of it with noise in the embedding."""
    rng = generator(seed, "fuzzy prompts", place)
    embeddings = exact.embeddings.repeat_interleave(FUZZY_COPIES, dim=0)
    noise = normal(tuple(embeddings.shape), rng, embeddings.device).to(embeddings)
    weights = exact.weights.repeat_interleave(FUZZY_COPIES) / FUZZY_COPIES
    return Target(exact.clip, embeddings + magnitude * noise, weights)
