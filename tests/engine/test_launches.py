"""A guided step keeps a GPU busy: it launches few operations and never waits for an answer. Counted
on the code that a GPU would run, with Disco Diffusion's default networks and cuts."""

import sys
from pathlib import Path

import pytest
import torch

from discoscript_engine.diffusion.augment import MOVING, VIDEO

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from launches import DEVICE, Counted, counted
from parts import EARLY, LATE

#: What each part may launch. CLIP's own operations are open_clip's, and vary a little with it.
LIMITS = {
    "cuts": 435,
    "augmentations": 1085,
    "CLIP": 1500,
    "secondary": 142,
    "U-Net": 802,
    "losses": 240,
    "sampler": 22,
}


@pytest.fixture(scope="module", params=[EARLY, LATE], ids=["early", "late"])
def step(request):
    return counted(request.param)


def test_the_default_step_launches_at_most_4500_operations(step):
    assert 2900 < step.launches.total() <= 4500


def test_no_part_launches_more_than_it_did(step):
    assert step.launches.keys() == LIMITS.keys()
    assert {p: n for p, n in step.launches.items() if n > LIMITS[p]} == {}


def test_the_processor_never_waits(step):
    assert not step.waits


def test_without_the_secondary_model_the_unet_runs_once_forward_and_once_back():
    step = counted(LATE, secondary=False)
    assert "secondary" not in step.launches
    assert step.launches["U-Net"] <= 2100
    assert not step.waits


def test_a_start_picture_adds_a_few_launches_and_no_wait():
    held, free = counted(LATE, held=True), counted(LATE)
    assert 0 < held.launches.total() - free.launches.total() <= 60
    assert not held.waits


@pytest.mark.parametrize("augmented", [MOVING, VIDEO], ids=["moving", "video"])
def test_a_step_of_a_video_launches_no_more(augmented):
    step = counted(LATE, augmented=augmented)
    assert step.launches.total() <= 4500
    assert step.launches["augmentations"] <= LIMITS["augmentations"]
    assert not step.waits


def test_a_copy_that_waits_is_seen():
    count = Counted()
    with count:
        torch.zeros(3).to(DEVICE)
    assert count.waits == {"_to_copy": 1}


def test_what_only_looks_at_a_tensor_in_another_way_is_no_launch():
    count = Counted()
    with count:
        torch.zeros(6, device=DEVICE).view(2, 3).T[0].expand(5, 2)
    assert count.launches == {"sampler": 1}
