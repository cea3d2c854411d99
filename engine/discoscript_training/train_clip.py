"""Train the CLIP model of `tiny`: `python -m discoscript_training.train_clip --minutes 35`.

Contrastive learning in which every caption has all the pictures of the batch that it fits as
positives (the scenes' attributes say which), under the cuts of the guidance. Classifiers of the
attributes on the picture's embedding speed it up and are thrown away. Afterwards the model is an
open_clip model like any other.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn

from discoscript_engine.models.tiny import CLIP_NAME, load_tiny_diffusion, load_tiny_tokenizer
from discoscript_engine.models.weights import save_weights

from .captions import PHRASES, caption, matches
from .shards import Pictures, open_shards
from .training import (
    WEIGHTS,
    Budget,
    LossLog,
    argument_parser,
    load_checkpoint,
    save_checkpoint,
    set_rate,
    to_tensor,
    working_type,
    write_figures,
)
from .views import normalise, overview, random_cuts
from .world import ATTRIBUTES, MAIN_ATTRIBUTES

RATE = 2e-3
BATCH = 128
PALETTE = list(ATTRIBUTES).index("palette")
TEMPLATES = ("{}", "a painting of {}", "{}, highly detailed")


class AttributeHeads(nn.Module):
    """One linear classifier for each attribute."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            [nn.Linear(width, len(values)) for values in ATTRIBUTES.values()]
        )

    def loss(self, embedding: Tensor, codes: Tensor, grey: Tensor) -> Tensor:
        """Mean cross entropy; the palette of grey pictures does not count."""
        total = embedding.new_zeros(())
        for place, head in enumerate(self.heads):
            wanted = (
                torch.where(grey, -100, codes[:, place]) if place == PALETTE else codes[:, place]
            )
            total = total + F.cross_entropy(head(embedding), wanted)
        return total / len(self.heads)


def main() -> None:
    parser = argument_parser(__doc__, minutes=35)
    parser.add_argument("--rate", type=float, default=RATE, help="learning rate")
    parser.add_argument(
        "--predictions",
        action="store_true",
        help="train on what the diffusion model makes of noised pictures, as the guidance does",
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoint = arguments.work / "clip.pt"
    state = load_checkpoint(checkpoint)
    steps = state["steps"] if state else 0
    torch.manual_seed(steps)
    rng = np.random.default_rng([31, steps])
    model, heads, tokenizer = new_model(), AttributeHeads(128), load_tiny_tokenizer()
    parameters = [*model.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(
        parameters, RATE, betas=(0.9, 0.98), weight_decay=0.02, fused=True
    )
    if state:
        model.load_state_dict(state["model"])
        heads.load_state_dict(state["heads"])
        optimizer.load_state_dict(state["optimizer"])
    network = load_tiny_diffusion().network.to(working_type()) if arguments.predictions else None
    pictures = open_shards(arguments.work / "data", "train")
    log = LossLog(arguments.work / "clip.csv", every=50)

    def keep() -> None:
        save_checkpoint(
            checkpoint,
            model=model.state_dict(),
            heads=heads.state_dict(),
            optimizer=optimizer.state_dict(),
            steps=steps,
        )
        save_weights(WEIGHTS / "clip.safetensors", model)

    for rate in Budget(arguments.minutes * 60, arguments.tail).rates():
        set_rate(optimizer, arguments.rate * rate)
        model.train()
        losses = batch_losses(model, heads, tokenizer, pictures, rng, network)
        losses["loss"].backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            model.logit_scale.clamp_(max=math.log(60))
        steps += 1
        log.add(
            steps,
            steps * BATCH,
            arguments.rate * rate,
            **{key: float(value.detach()) for key, value in losses.items()},
        )
        if steps % 400 == 0:
            keep()
    keep()
    model.eval()
    held_out = open_shards(arguments.work / "data", "held_out")
    figures = {"views": steps * BATCH, "steps": steps, **evaluate(model, tokenizer, held_out)}
    write_figures("clip", figures)


def new_model() -> open_clip.CLIP:
    open_clip.add_model_config(WEIGHTS / f"{CLIP_NAME}.json")
    model = open_clip.create_model(CLIP_NAME)
    model.visual.to(memory_format=torch.channels_last)
    return model


def batch_losses(
    model: open_clip.CLIP,
    heads: AttributeHeads,
    tokenizer: SimpleTokenizer,
    pictures: Pictures,
    rng: np.random.Generator,
    network: nn.Module | None,
) -> dict[str, Tensor]:
    """Losses of a random batch: text to pictures, pictures to text, attributes, and their sum."""
    index = rng.integers(0, len(pictures), BATCH)
    codes, grey = pictures.codes[index], rng.random(BATCH) < 0.2
    captions = [caption(row, rng, colourless=bool(g)) for row, g in zip(codes, grey, strict=True)]
    mentions = np.stack([c.mentions for c in captions])
    grey_tensor = torch.from_numpy(grey)
    cuts = random_cuts(to_tensor(pictures.take_images(index)), grey_tensor, network)
    with torch.autocast("cpu", torch.bfloat16, enabled=working_type() is torch.bfloat16):
        embedding = model.encode_image(cuts.contiguous(memory_format=torch.channels_last))
    embedding = embedding.float()
    text = model.encode_text(tokenizer([c.text for c in captions]), normalize=True)
    logits = model.logit_scale.exp() * text @ F.normalize(embedding, dim=-1).T
    fits = torch.from_numpy(matches(mentions, codes))
    undecided = torch.from_numpy((mentions[:, PALETTE] >= 0)[:, None] & grey[None, :])
    text_loss, picture_loss = contrastive_losses(logits, fits, undecided)
    attributes = heads.loss(embedding, torch.from_numpy(codes.astype(np.int64)), grey_tensor)
    loss = 0.5 * (text_loss + picture_loss) + attributes
    return {"loss": loss, "text": text_loss, "picture": picture_loss, "attributes": attributes}


def contrastive_losses(logits: Tensor, fits: Tensor, undecided: Tensor) -> tuple[Tensor, Tensor]:
    """InfoNCE with several positives, for captions (rows) and pictures (columns); undecided pairs
    do not count.
    """
    logits = logits.masked_fill(undecided, -1e4)
    positive = (fits & ~undecided).float()
    by_row = -(positive * logits.log_softmax(1)).sum(1) / positive.sum(1).clamp(min=1)
    by_column = -(positive * logits.log_softmax(0)).sum(0) / positive.sum(0).clamp(min=1)
    return by_row.mean(), by_column.mean()


# ---------------------------------------------------------------- held-out figures


@torch.no_grad()
def evaluate(
    model: open_clip.CLIP, tokenizer: SimpleTokenizer, pictures: Pictures, count: int = 2000
) -> dict[str, Any]:
    """Zero-shot accuracy of each main attribute, and retrieval among 64, on overviews of held-out
    pictures.
    """
    batches = [
        model.encode_image(
            normalise(overview(to_tensor(pictures.take_images(np.arange(first, first + 100))))),
            True,
        )
        for first in range(0, count, 100)
    ]
    embeddings, codes = torch.cat(batches), pictures.codes[:count]
    zero_shot = {
        name: round(zero_shot_accuracy(model, tokenizer, name, embeddings, codes), 3)
        for name in MAIN_ATTRIBUTES
    }
    return {"zero_shot_accuracy": zero_shot, **retrieval(model, tokenizer, embeddings, codes)}


def zero_shot_accuracy(
    model: open_clip.CLIP,
    tokenizer: SimpleTokenizer,
    name: str,
    embeddings: Tensor,
    codes: NDArray[np.uint8],
) -> float:
    """How often the phrases of the right value are nearest; "no object" is no choice, as nothing
    says it.
    """
    values = [value for value in ATTRIBUTES[name] if value in PHRASES[name]]
    anchors = []
    for value in values:
        texts = [
            template.format(phrase) for phrase in PHRASES[name][value] for template in TEMPLATES
        ]
        anchors.append(
            F.normalize(model.encode_text(tokenizer(texts), normalize=True).mean(0), dim=0)
        )
    truth = [ATTRIBUTES[name][code] for code in codes[:, list(ATTRIBUTES).index(name)]]
    guesses = (embeddings @ torch.stack(anchors).T).argmax(1).tolist()
    pairs = [
        (values[guess], right)
        for guess, right in zip(guesses, truth, strict=True)
        if right in values
    ]
    return sum(guess == right for guess, right in pairs) / len(pairs)


def retrieval(
    model: open_clip.CLIP, tokenizer: SimpleTokenizer, embeddings: Tensor, codes: NDArray[np.uint8]
) -> dict[str, float]:
    """Of 64 pictures the nearest to a caption: does it fit the caption, is it the very picture?"""
    rng = np.random.default_rng(5)
    fitting, exact = [], []
    for _ in range(30):
        index = rng.choice(len(codes), 64, replace=False)
        captions = [caption(codes[i], rng, single=0.0) for i in index]
        text = model.encode_text(tokenizer([c.text for c in captions]), normalize=True)
        best = (text @ embeddings[index].T).argmax(1).numpy()
        fits = matches(np.stack([c.mentions for c in captions]), codes[index])
        fitting.append(fits[np.arange(64), best].mean())
        exact.append((best == np.arange(64)).mean())
    return {
        "retrieval_caption_satisfied": round(float(np.mean(fitting)), 3),
        "retrieval_exact": round(float(np.mean(exact)), 3),
    }


if __name__ == "__main__":
    main()
