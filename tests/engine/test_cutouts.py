"""Cuts against parity 07. For its `resample` and `make_cutouts` see `test_picture_prompts.py`."""

import numpy as np
import pytest
import torch
from parity import hash_numbers, load

from discoscript_engine.diffusion import windows
from discoscript_engine.diffusion.cutouts import (
    Cut,
    cut_out,
    inner_cuts,
    inner_size,
    overview_cuts,
    value_at,
)
from discoscript_engine.diffusion.taps import resize_weights
from discoscript_engine.diffusion.windows import resize

CASES, ARRAYS = load("07_cutouts")


def picture(tag, shape):
    """A recorded input, in [0, 1]."""
    numbers = 0.5 + 0.5 * hash_numbers(tag, shape)
    return torch.from_numpy(numbers.astype(np.float32)).requires_grad_()


def slope(output, image, tag):
    """Gradient of the recorded random projection of the output."""
    upstream = torch.from_numpy(hash_numbers(tag, tuple(output.shape)).astype(np.float32))
    return torch.autograd.grad(output, image, upstream, retain_graph=True)[0]


def near(found, expected, case):
    """Within the tolerance of the data, or ten times what float32 itself allows."""
    noise = max(case["noise_out"], case["noise_grad"])
    np.testing.assert_allclose(found.detach(), expected, rtol=0, atol=max(5e-5, 10 * noise))


@pytest.mark.parametrize("case", CASES["resize"], ids=lambda case: case["id"])
def test_resize(case):
    image = picture(case["input_tag"], case["in"])
    found = resize(image, *case["out"][-2:])
    step, grad_step = case["out_stride_stored"], case["grad_stride_stored"]
    near(found[..., ::step, ::step], ARRAYS[case["id"] + "__out"], case)
    gradient = slope(found, image, case["upstream_tag"])
    near(gradient[..., ::grad_step, ::grad_step], ARRAYS[case["id"] + "__grad"], case)


@pytest.mark.parametrize("case", CASES["overview"], ids=lambda case: case["id"])
def test_overview(case):
    height, width, size = case["height"], case["width"], case["cut_size"]
    image = picture(case["input_tag"], (1, 3, height, width))
    cuts = overview_cuts(4, width, height)
    assert [cuts[0].height, cuts[0].width] == case["padded_hw"]
    assert (-cuts[0].left, -cuts[0].top) == (case["pad_left_right"], case["pad_top_bottom"])
    four, twelve = (cut_out(image, overview_cuts(n, width, height), size) for n in (4, 12))
    near(four, ARRAYS[case["id"] + "__cuts4"], case)
    near(slope(four, image, case["upstream_tag4"]), ARRAYS[case["id"] + "__grad4"], case)
    near(slope(twelve, image, case["upstream_tag12"]), ARRAYS[case["id"] + "__grad12"], case)


@pytest.mark.parametrize("case", CASES["overview"], ids=lambda case: case["id"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 12])
def test_other_numbers_of_overviews(case, count):
    height, width, size = case["height"], case["width"], case["cut_size"]
    image = picture(case["input_tag"], (1, 3, height, width))
    found = cut_out(image, overview_cuts(count, width, height), size)
    expected = ARRAYS[case["id"] + "__cuts4"]
    assert len(found) == count
    near(found, expected[:count] if count <= 4 else expected[[0] * count], case)


@pytest.mark.parametrize("case", CASES["inner"], ids=lambda case: case["id"])
def test_inner(case):
    """Places, sizes and greys are those recorded: at least one crop is always grey there."""
    image = picture(case["input_tag"], (1, 3, case["height"], case["width"]))
    cuts = tuple(
        Cut(c["offset_x"], c["offset_y"], c["size"], c["size"], c["grey"]) for c in case["crops"]
    )
    found = cut_out(image, cuts, case["cut_size"])
    near(found, ARRAYS[case["id"] + "__cuts"], case)
    near(slope(found, image, case["upstream_tag"]), ARRAYS[case["id"] + "__grad"], case)


def test_sizes_of_inner_cuts():
    for row in CASES["size_table"]:
        largest = min(row["width"], row["height"])
        smallest = min(largest, row["cut_size"])
        assert inner_size(row["u"], row["IC_Size_Pow"], smallest, largest) == row["size"], row


@pytest.mark.parametrize("case", [c for c in CASES["schedule_strings"] if c["runs"]])
def test_values_over_diffusion_progress(case):
    ends = np.cumsum([count for _, count in case["runs"]]).tolist()
    runs = tuple((end, float(value)) for end, (value, _) in zip(ends, case["runs"], strict=True))
    for progress, value in case["at"].items():
        if isinstance(value, int | float):
            assert value_at(runs, int(progress)) == value


def test_a_schedule_that_ends_early_is_refused():
    with pytest.raises(ValueError, match="ends at 400"):
        value_at(((400, 12.0),), 400)


def test_inner_cuts_lie_in_the_picture_and_fill_it():
    rng = torch.Generator().manual_seed(0)
    cuts = inner_cuts(400, 96, 64, 32, 1.0, 0.25, rng)
    assert all(c.left >= 0 and c.left + c.width <= 96 for c in cuts)
    assert all(c.top >= 0 and c.top + c.height <= 64 for c in cuts)
    assert {32, 63} <= {c.width for c in cuts} <= set(range(32, 65))
    assert max(c.left + c.width for c in cuts) == 96
    assert max(c.top + c.height for c in cuts) == 64


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.25, 70, 130), (1.0, 400, 400)])
def test_grey_follows_the_probability(share, low, high):
    """Unlike the reference, which greys one crop in any case."""
    rng = torch.Generator().manual_seed(0)
    cuts = inner_cuts(400, 96, 64, 32, 1.0, share, rng)
    assert low <= sum(c.grey for c in cuts) <= high


def test_resizing_to_the_same_size_changes_nothing():
    assert torch.equal(resize_weights(7, 7), torch.eye(7, dtype=torch.float64))


@pytest.mark.parametrize(("height", "width", "size"), [(96, 128, 32), (20, 30, 32), (64, 64, 64)])
@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_windows_are_pieces_of_the_picture_resized_and_so_is_the_way_back(
    kind, height, width, size, monkeypatch
):
    """Both ways to sum: a processor's, window by window, and a GPU's, all windows at once."""
    way = {"cpu": windows._one_by_one, "cuda": windows._together}[kind]
    monkeypatch.setattr(windows, "_windows", way)
    image = torch.from_numpy(hash_numbers("image", (1, 3, height, width))).requires_grad_()
    boxes = (
        (-5, 0, width + 10, height),
        (3, 4, 16, 16),
        (0, 2, height - 4, height - 4),
        (3, 4, 16, 16),
        (2, 2, size // 2, size // 2),
    )
    margin = torch.nn.functional.pad(image, (8, 8, 8, 8))
    pieces = [margin[..., y + 8 : y + h + 8, x + 8 : x + w + 8] for x, y, w, h in boxes]
    plain = torch.cat([resize(piece, size, size) for piece in pieces])
    found = windows.resized_windows(image, boxes, size)
    torch.testing.assert_close(found, plain, rtol=0, atol=1e-13)
    upstream = torch.from_numpy(hash_numbers("upstream", tuple(plain.shape)))
    slopes = [torch.autograd.grad(cuts, image, upstream)[0] for cuts in (found, plain)]
    torch.testing.assert_close(*slopes, rtol=0, atol=1e-13)
