"""Test cards: the same job gives the same card, another job another, and no torch is needed."""

import hashlib

import numpy as np
import pytest
from schedule.schedules import schedule

from discoscript.frames.renderer import Picture
from discoscript.frames.testcard import TestCards, moved_by
from discoscript.parameters import Mode
from discoscript.plan.plan import plan
from discoscript_engine.job import Camera2D, FrameJob


def card(job: FrameJob, previous: Picture | None = None) -> Picture:
    return TestCards().render(job, previous, {}, lambda *step: None)


def jobs(**values: object) -> list[FrameJob]:
    return [f.job for f in plan(schedule(**values), 7, {}).frames]  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(64, 64), (96, 160), (256, 144), (65, 71)])
@pytest.mark.parametrize("mode", [Mode.D2, Mode.D3])
def test_a_card_has_the_size_of_its_job(size: tuple[int, int], mode: Mode) -> None:
    first, second = jobs(frames=2, size=size, mode=mode)
    start = card(first)
    for picture in (start, card(second, start)):
        assert picture.shape == (size[1], size[0], 3) and picture.dtype == np.uint8


def test_the_same_job_gives_the_same_card() -> None:
    first, second = jobs(frames=2)
    assert np.array_equal(card(first), card(first))
    assert np.array_equal(card(second, card(first)), card(second, card(first)))


def test_every_job_gives_a_card_of_its_own() -> None:
    cards = [card(j) for s in ("a", "b") for j in jobs(frames=6, starts=range(6), prompts=s)]
    assert len({hashlib.sha256(c).hexdigest() for c in cards}) == 12


def test_one_changed_byte_before_changes_the_card() -> None:
    first, second = jobs(frames=2, camera__zoom=2.0)
    before = card(first)
    other = before.copy()
    other[0, 0, 0] ^= 1
    assert not np.array_equal(card(second, before), card(second, other))


def test_the_previous_card_is_seen_moved() -> None:
    rows = np.zeros((40, 40, 3), np.uint8)
    rows[20, 10] = 255
    from PIL import Image

    camera = Camera2D(0.0, 1.0, 5.0, -3.0)
    moved = np.array(moved_by(camera, Image.fromarray(rows)))
    assert np.argwhere(moved[..., 0]).tolist() == [[17, 15]]


def test_a_positive_angle_turns_counter_clockwise() -> None:
    from PIL import Image

    right = np.zeros((41, 41, 3), np.uint8)
    right[19:22, 35] = 255
    camera = Camera2D(90.0, 1.0, 0.0, 0.0)
    y, x = np.argwhere(np.array(moved_by(camera, Image.fromarray(right)))[..., 0])[0]
    assert y < 10 and 15 < x < 25


def test_steps_are_reported_as_the_engine_does() -> None:
    job = jobs(frames=2, diffusion__steps=10)[1]
    seen: list[tuple[int, int]] = []
    TestCards().render(
        job, card(jobs()[0]), {}, lambda done, steps, picture: seen.append((done, steps))
    )
    assert seen == [(n, 4) for n in range(1, 5)]
