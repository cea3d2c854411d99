"""The embedded models: they load, know their words, and answer within their ranges."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from discoscript_engine.models.tiny import (
    NoiseFromPicture,
    load_tiny_clip,
    load_tiny_depth,
    load_tiny_diffusion,
    load_tiny_tokenizer,
)
from discoscript_engine.models.tiny_depth import FAR, NEAR
from discoscript_engine.models.tiny_words import (
    PIECE,
    WEIGHTS,
    known_words,
    lost_words,
    tokens,
    unknown_words,
)


def test_every_known_word_is_one_token() -> None:
    tokenizer = load_tiny_tokenizer()
    assert all(len(tokenizer.encode(word)) == 1 for word in known_words())


def test_words_of_the_examples_are_known() -> None:
    words = (
        "lighthouse cliff sea storm sunset night dawn castle forest meadow snow mountains desert "
        "city balloon sailboat flowers watercolor oil painting woodblock print golden purple teal "
        "orange monochrome"
    )
    assert unknown_words(words) == []


def test_unknown_words_are_named_once_in_order() -> None:
    assert unknown_words("A zeppelin, a Café and a ZEPPELIN by the sea, 8k") == [
        "zeppelin",
        "café",
        "k",
    ]


def test_known_words_need_no_torch() -> None:
    code = (
        "import sys; from discoscript_engine.models.tiny_words import known_words;"
        "assert known_words() and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_picture_is_served_as_noise() -> None:
    """For the true picture behind a noisy one the adapter must give back the true noise."""
    picture, noise = torch.randn(2, 3, 16, 16), torch.randn(2, 3, 16, 16)
    adapter = NoiseFromPicture(load_tiny_diffusion().network)
    abar = adapter.abar[torch.tensor([100, 700])][:, None, None, None]
    x = abar.sqrt() * picture + (1 - abar).sqrt() * noise
    adapter.network.forward = lambda x, t, checkpoint: picture  # type: ignore[method-assign]
    found = adapter(x, torch.tensor([100.0, 700.0]))
    torch.testing.assert_close(found, noise, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", [(96, 128), (64, 64), (128, 192)])
def test_diffusion_takes_multiples_of_16(size: tuple[int, int]) -> None:
    noise = load_tiny_diffusion()(torch.randn(1, 3, *size), torch.tensor([500.0]))
    assert noise.shape == (1, 3, *size)
    assert noise.isfinite().all()


def test_clip_puts_texts_and_pictures_into_one_space() -> None:
    model, tokenizer = load_tiny_clip(), load_tiny_tokenizer()
    picture = torch.rand(1, 3, 64, 64, requires_grad=True)
    similarity = (
        model.encode_image(picture, normalize=True)
        @ model.encode_text(
            tokenizer(["a lighthouse at night", "a meadow by day"]), normalize=True
        ).T
    )
    assert similarity.shape == (1, 2)
    (slope,) = torch.autograd.grad(similarity.sum(), picture)
    assert slope.isfinite().all() and slope.abs().max() > 0


@pytest.mark.parametrize("size", [(96, 128), (50, 70)])
def test_depth_lies_in_its_range(size: tuple[int, int]) -> None:
    depth = load_tiny_depth()(torch.rand(1, 3, *size) * 2 - 1)
    assert depth.shape == (1, 1, *size)
    assert depth.min() >= NEAR and depth.max() <= FAR


def test_all_weights_together_are_small() -> None:
    total = sum(path.stat().st_size for path in WEIGHTS.glob("*.safetensors"))
    assert total < 40e6


@pytest.mark.parametrize(
    "text",
    [
        "a lighthouse on a cliff, by the sea at sunset",
        "Zürich in 2024: the clock's hands_stopped (at noon)!?",
        "xylophones, 16:9, don't",
        "灯台",
        "",
    ],
)
def test_tokens_are_counted_as_the_tokenizer_makes_them(text: str) -> None:
    pieces = [token for found in PIECE.findall(text.lower()) for token in tokens(found)]
    assert len(pieces) == len(load_tiny_tokenizer().encode(text))


def test_words_beyond_the_context_are_named() -> None:
    assert lost_words("a lighthouse " * 15) is None
    assert lost_words("a lighthouse " * 15 + "At night") == (32, "At night")
