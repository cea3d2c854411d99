"""How far things move in a film: what the card says of near and far ones rests on it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from discoscript_training.coherence import ACROSS, DOWN, best_shift, misfits, outlines


@pytest.mark.parametrize("shift", [(0, 0), (3, -11), (-DOWN, ACROSS)])
def test_a_shift_is_found_where_half_of_the_picture_is_painted_anew(shift: tuple[int, int]) -> None:
    chance = np.random.default_rng(3)
    before = chance.integers(0, 256, (96, 128, 3), np.uint8).repeat(8, 0).repeat(8, 1)[:96, :128]
    after = np.roll(before, shift, (0, 1))
    after[::2] = chance.integers(0, 256, after[::2].shape, np.uint8)
    half = torch.zeros(2, 96, 128, dtype=torch.bool)
    half[0, :48], half[1, 48:] = True, True
    errors = misfits(outlines(before), outlines(after), half)
    assert errors.shape == (2, 2 * DOWN + 1, 2 * ACROSS + 1)
    assert [best_shift(each) for each in errors] == pytest.approx([math.hypot(*shift)] * 2, abs=1)


def test_what_stands_still_in_blocks_of_four_is_not_seen() -> None:
    blocks = np.zeros((96, 128, 3), np.uint8)
    blocks[::4, ::4] = 255
    assert outlines(blocks)[20:-20, 20:-20].abs().max() < 0.01
