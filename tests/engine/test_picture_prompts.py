"""Pictures that are prompts: cut as parity 07 has it, and seen by CLIP."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
import torch
from jobs import JOB, job, networks
from parity import hash_numbers, load
from PIL import Image
from torch.nn import functional

from discoscript_engine.diffusion.cutouts import Cut
from discoscript_engine.diffusion.picture_prompts import (
    CUTS,
    cuts_of,
    drawn_cuts,
    lanczos_taps,
    picture_of,
    resample,
    seen_in,
)
from discoscript_engine.diffusion.prompts import target
from discoscript_engine.frame import pictures_seen, render_frame, targets
from discoscript_engine.job import PicturePrompt, Prompt
from discoscript_engine.model_table import by_name
from discoscript_engine.models.clip import Clip, load_clip

CASES, ARRAYS = load("07_cutouts")
CPU = torch.device("cpu")
NETWORKS = networks()


def recorded(tag, shape):
    return torch.from_numpy(hash_numbers(tag, shape).astype(np.float32)).requires_grad_()


def near(found, case, name):
    """The recorded values, within the tolerance of the data."""
    np.testing.assert_allclose(found.detach(), ARRAYS[f"{case['id']}__{name}"], rtol=0, atol=5e-5)


@pytest.mark.parametrize("case", CASES["resample"], ids=lambda case: case["id"])
def test_resampling_is_the_references(case):
    image = recorded(case["input_tag"], case["in"])
    found = resample(image, *case["out"][-2:])
    near(found, case, "out")
    upstream = recorded(case["upstream_tag"], tuple(found.shape)).detach()
    near(torch.autograd.grad(found, image, upstream)[0], case, "grad")


@pytest.mark.parametrize("case", CASES["ramp"], ids=lambda case: str(case["ratio"]))
def test_the_taps_are_the_references(case):
    np.testing.assert_allclose(lanczos_taps(case["ratio"]), case["lanczos2_kernel"], atol=1e-6)


@pytest.mark.parametrize("case", CASES["make_cutouts"], ids=lambda case: case["id"])
def test_cuts_are_the_references(case, monkeypatch):
    """With the recorded draws; their normal numbers have the mean and the spread in them."""
    size, pad = case["cut_size"], case["pad"]
    shape = (1, 3, case["height"], case["width"])
    draws = iter(case["draws"])
    module = "discoscript_engine.diffusion.picture_prompts"
    monkeypatch.setattr(f"{module}.normal", lambda *_: torch.tensor((next(draws)[1] - 0.8) / 0.3))

    def below(bound, rng):
        _, _, high, value = next(draws)
        assert bound == high
        return value

    monkeypatch.setattr(f"{module}.below", below)
    image = recorded(case["input_tag"], shape)
    padded = functional.pad(image, [pad] * 4)
    assert pad == case["height"] // 4
    boxes = drawn_cuts(padded.shape[-1], padded.shape[-2], size, case["cutn"], torch.Generator())
    assert next(draws, None) is None
    near(cuts_of(padded, boxes, size), case, "cuts")


def file_of(image, kind="png"):
    file = BytesIO()
    image.save(file, kind)
    return file.getvalue()


def noise(width, height, tag="picture"):
    values = (hash_numbers(tag, (height, width, 3)) + 1) * 127.9
    return Image.fromarray(values.astype(np.uint8))


def test_the_shorter_side_is_capped_and_the_margin_is_grey():
    picture = picture_of(file_of(noise(80, 40)), 20, CPU)
    assert picture.shape == (1, 3, 20 + 2 * 5, 40 + 2 * 5)
    assert (picture[..., :5, :] == 0).all() and (picture[..., 5:-5, 5:-5] != 0).any()
    assert picture_of(file_of(noise(8, 8)), 20, CPU).shape == (1, 3, 12, 12)  # never enlarged


@pytest.mark.parametrize(("width", "height"), [(1, 1), (200, 1), (1, 200), (3, 2), (300, 200)])
def test_pictures_of_every_shape_have_cuts(width, height):
    picture = picture_of(file_of(noise(width, height)), 64, CPU)
    seen = seen_in(picture, NETWORKS.clips[0], torch.Generator(), augmented=True)
    assert seen.shape == (CUTS, 16) and seen.isfinite().all()


def test_clip_sees_values_from_0_to_1():
    looked = []
    clip = Clip("l", 16, 77, lambda cuts: looked.append(cuts) or cuts.flatten(1), str)
    white = picture_of(file_of(Image.new("RGB", (64, 64), "white")), 64, CPU)
    seen_in(white, clip, torch.Generator(), augmented=False)
    whole = looked[0][-1, 0]
    assert whole[8, 8] == pytest.approx(1.0, abs=0.01)
    assert whole[0, 0] == pytest.approx(0.5)  # the margin


def test_cuts_are_augmented_as_those_of_a_video_each_on_its_own():
    """Turned, slanted and greyed; what comes in is mid grey, like the margin."""
    looked = []
    clip = Clip("l", 32, 77, lambda cuts: looked.append(cuts) or cuts.flatten(1), str)
    grey, red = (
        picture_of(file_of(Image.new("RGB", (64, 64), colour)), 64, CPU)
        for colour in ("#808080", "#ff0000")
    )
    seen_in(grey, clip, torch.Generator().manual_seed(0), augmented=True)
    assert (looked.pop() - 0.5).abs().max() < 0.06  # nothing but noise
    for seed in range(20):
        seen_in(red, clip, torch.Generator().manual_seed(seed), augmented=True)
    cuts = torch.stack(looked)
    colourless = (cuts[:, :, 0] - cuts[:, :, 1]).flatten(2).amax(dim=-1) < 0.2
    assert 0.09 < colourless.double().mean() < 0.21
    assert colourless.any(dim=1).sum() > colourless.all(dim=1).sum()
    assert any(len(set(row.tolist())) == 2 for row in colourless)


def test_all_cuts_lie_in_the_picture_and_some_are_all_of_it():
    boxes = drawn_cuts(90, 60, 32, CUTS, torch.Generator().manual_seed(3))
    assert len(boxes) == CUTS and boxes[-3:] == (Cut(0, 0, 90, 60),) * 3
    for box in boxes[:-3]:
        assert 32 <= box.width == box.height <= 60
        assert 0 <= box.left <= 90 - box.width and 0 <= box.top <= 60 - box.height


def test_the_cuts_of_a_picture_share_its_weight():
    clip = Clip("c", 8, 77, lambda cuts: cuts, lambda text: torch.tensor([float(len(text)), 1.0]))
    seen = {"ef": torch.arange(8.0).view(4, 2)}
    prompts = (Prompt("sea", 3.0), PicturePrompt("ef", -1.0))
    found = target(prompts, clip, {}, seen)
    assert found.embeddings.tolist() == [[3.0, 1.0], *seen["ef"].tolist()]
    torch.testing.assert_close(found.weights, torch.tensor([1.5, *[-0.125] * 4]))


SEA = file_of(noise(60, 40))
SHA = hashlib.sha256(SEA).hexdigest()


def seen_with(**changed):
    changed.setdefault("prompts", (PicturePrompt(SHA, 1.0),))
    return pictures_seen(job(**changed), NETWORKS.clips, {SHA: SEA}, CPU)[0][SHA]


def test_a_picture_is_cut_anew_for_every_frame_and_as_before_for_the_same_one():
    plain = seen_with()
    assert torch.equal(plain, seen_with())
    assert not torch.equal(plain, seen_with(seed=8))
    assert not torch.equal(plain, seen_with(skip_augs=True))


def test_other_prompts_do_not_move_the_cuts():
    others = (Prompt("a", 1.0), PicturePrompt(SHA, 0.5), PicturePrompt(SHA, 2.0))
    assert torch.equal(seen_with(), seen_with(prompts=others))


def test_a_fuzzy_picture_is_many_copies_of_every_cut():
    prompts = (Prompt("a", 1.0), PicturePrompt(SHA, 1.0))
    fuzzy = targets(job(prompts=prompts, fuzzy_prompt=True), NETWORKS.clips, {}, {SHA: SEA}, CPU)
    assert len(fuzzy[0].embeddings) == 25 * (1 + CUTS)
    assert float(fuzzy[0].weights.sum()) == pytest.approx(1.0)


def test_a_picture_pulls_by_its_weight():
    def rendered(*prompts):
        return render_frame(job(prompts=prompts), None, {SHA: SEA}, NETWORKS, {}, CPU, print)

    words, picture = Prompt("a", 1.0), PicturePrompt(SHA, 1.0)
    both = rendered(words, picture)
    alone = rendered(picture)
    assert not torch.equal(both, rendered(words)) and not torch.equal(both, alone)
    assert torch.equal(alone, rendered(PicturePrompt(SHA, 3.0)))


def test_the_embedded_clip_finds_the_colour_of_a_picture_prompt_nearest():
    """The point of it all: the target of a red picture is nearer to red pictures than to blue."""
    clip = load_clip(by_name("clip", "tiny"), CPU)
    red, blue = (Image.new("RGB", (64, 64), c) for c in ("#b03020", "#2040b0"))

    def seen(image):
        with torch.no_grad():
            picture = picture_of(file_of(image), 64, CPU)
            found = seen_in(picture, clip, torch.Generator().manual_seed(1), augmented=True)
        return functional.normalize(found.mean(0), dim=0)

    again = seen(Image.new("RGB", (96, 64), "#a83828"))
    assert again @ seen(red) > again @ seen(blue) + 0.05


def test_jobs_without_pictures_are_as_before():
    assert pictures_seen(JOB, NETWORKS.clips, {}, CPU) == [{}]
