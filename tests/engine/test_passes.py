"""How many cuts CLIP sees at once: it changes no cut and no draw, and a device that runs out of
memory gets fewer, says so, and only then gives up."""

from dataclasses import replace

import pytest
import torch
from jobs import job, networks

from discoscript_engine.diffusion.passes import OutOfMemory, Passes, parts
from discoscript_engine.engine import TooLittleMemory, within_memory
from discoscript_engine.frame import render_frame

#: 14 cuts: two batches of seven.
JOB = job(overview=((1000, 5.0),), inner=((1000, 2.0),), cutn_batches=2, steps=3)


def with_room_for(cuts):
    """The networks of a device that holds the graph of so many cuts."""
    plain = networks()
    clip = plain.clips[0]

    def encode_image(image):
        if len(image) > cuts:
            raise OutOfMemory("no room for another 2.00 GiB")
        return clip.encode_image(image)

    return replace(plain, clips=(replace(clip, encode_image=encode_image),))


def render(networks, passes):
    device = torch.device("cpu")
    return render_frame(JOB, None, {}, networks, {}, device, lambda *step: None, passes)


@pytest.mark.parametrize("at_most", [1, 3, 7, 14, 64])
@pytest.mark.parametrize("shape", [(2, 7), (1, 16), (5, 1)])
def test_every_cut_is_in_one_part(shape, at_most):
    seen = torch.zeros(shape)
    for part in parts(*shape, at_most):
        seen[part.batches, part.cuts] += 1
        assert seen[part.batches, part.cuts].numel() <= max(at_most, 1)
    assert (seen == 1).all()


@pytest.mark.parametrize("at_most", [1, 3, 7])
def test_the_picture_does_not_depend_on_how_many_cuts_are_seen_at_once(at_most):
    """But for rounding: sums are made in other orders."""
    whole = render(networks(), Passes(64)).int()
    assert (render(networks(), Passes(at_most)).int() - whole).abs().max() <= 1


def test_too_little_memory_makes_the_passes_smaller_and_is_said_once():
    said = []
    passes = Passes(64, said.append)
    picture = render(with_room_for(4), passes)
    assert passes.at_most <= 4
    assert [text.split(":")[0] for text in said] == ["memory is short"] * len(said)
    assert 1 <= len(said) <= 3
    assert (picture.int() - render(networks(), Passes(64)).int()).abs().max() <= 1
    told = len(said)
    assert torch.equal(render(with_room_for(4), passes), render(networks(), passes))
    assert len(said) == told


def test_no_room_for_a_single_cut_fails_in_the_words_of_the_script():
    with pytest.raises(TooLittleMemory) as failure, within_memory(JOB):
        render(with_room_for(0), Passes(64))
    assert str(failure.value).startswith("48 x 32 pixels with the models tiny, tiny need more")
