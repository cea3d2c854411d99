"""What is held for the way back is counted, and falls with the cuts that CLIP sees at once."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from memory import META, Held, held_by, held_by_clip, held_by_unet
from parts import clip_of


def test_a_tensor_that_is_saved_twice_counts_once_and_is_let_go():
    x = torch.zeros(1000, device=META, requires_grad=True)
    with Held() as held:
        y = (x * x).sum()
        assert held.bytes == 4000
        torch.autograd.grad(y, x)
        del y
    assert (held.bytes, held.most) == (0, 4000)


def test_weights_are_there_anyway():
    with META:
        layer = nn.Linear(64, 32)
    layer.requires_grad_(False)
    assert held_by(layer, torch.zeros(8, 64, device=META)) == 0


def test_half_the_cuts_hold_half():
    clip = clip_of("ViTB32", META)
    assert held_by_clip(clip, 8) == pytest.approx(2 * held_by_clip(clip, 4), rel=1e-6)


def test_with_a_checkpoint_the_unet_holds_a_fifth():
    """What it reads at every stage is all that is left."""
    kept, again = (held_by_unet(512, 448, checkpoint=checkpoint) for checkpoint in (False, True))
    assert again < kept / 5
