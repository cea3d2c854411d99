"""The model table: every row is complete, and its defaults are ones the language takes."""

from collections import Counter
from dataclasses import replace

import pytest
import torch

from discoscript.parameters import BY_KEY
from discoscript_engine import model_table
from discoscript_engine.job import Models
from discoscript_engine.model_rows import OWN
from discoscript_engine.model_table import MODELS, by_name, models, rows
from discoscript_engine.models.unet import UNet, UNetConfig

by_row = {"ids": lambda row: f"{row.role}-{row.name}"}
FILES = [(row, file) for row in MODELS for file in row.files]
DEFAULTS = [(row, key) for row in MODELS for key in row.defaults]
#: Its publisher gives no more than the first digits of its digest.
NOT_FETCHED = {"dpt_hybrid_nyu-2ce69ec7.pt"}


def test_names_are_unique_within_a_role():
    counts = Counter((row.role, row.name) for row in MODELS)
    assert max(counts.values()) == 1


@pytest.mark.parametrize("row", MODELS, **by_row)
def test_a_row_says_what_it_is(row):
    assert row.doc and (row.files or row.library or row.name == OWN)
    assert row.size_minimum >= row.size_multiple
    assert row.built or {file.name for file in row.files} == NOT_FETCHED


@pytest.mark.parametrize(("row", "file"), FILES, ids=lambda value: value.name)
def test_a_file_is_embedded_or_known_by_its_digest(row, file):
    if row.embedded or file.name in NOT_FETCHED:
        assert file.sha256 == ""
        return
    assert len(file.sha256) == 64
    assert int(file.sha256, 16) > 0
    assert file.urls and all(url.startswith("https://") for url in file.urls)


@pytest.mark.parametrize(("row", "file"), FILES, ids=lambda value: value.name)
def test_the_digits_in_a_files_name_and_address_are_those_of_its_digest(row, file):
    """Publishers write the beginning of the digest at the end of the name, or all in the URL."""
    digits = file.name.rpartition(".")[0].rpartition("-")[2]
    if len(digits) == 8 and file.sha256:
        assert file.sha256.startswith(digits)
    for url in file.urls:
        long_parts = [part for part in url.split("/") if len(part) == 64]
        assert all(part == file.sha256 for part in long_parts)


def test_one_file_has_one_digest():
    digests = {(file.name, file.sha256) for _, file in FILES}
    assert len(digests) == len({name for name, _ in digests})


@pytest.mark.parametrize(("row", "key"), DEFAULTS, ids=str)
def test_a_default_is_one_of_the_languages_parameters_and_in_range(row, key):
    parameter, value = BY_KEY[key], row.defaults[key]
    low, high = parameter.hard or (None, None)
    numbers = numbers_of(value)
    assert all(low is None or number >= low for number in numbers)
    assert all(high is None or number <= high for number in numbers)


def numbers_of(value) -> list[float]:
    """The numbers to check: of runs (end, value) only the values; of a size both sides."""
    if isinstance(value, tuple):
        return [n for item in value for n in numbers_of(item[1] if is_run(item) else item)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def is_run(item) -> bool:
    return isinstance(item, tuple)


@pytest.mark.parametrize("row", MODELS, **by_row)
def test_runs_cover_the_thousand_steps(row):
    for value in row.defaults.values():
        if isinstance(value, tuple) and is_run(value[0]):
            ends = [end for end, _ in value]
            assert ends == sorted(set(ends))
            assert ends[-1] == 1000


@pytest.mark.parametrize("row", models("diffusion"), **by_row)
def test_sizes_fit_the_row(row):
    width, height = row.defaults.get("scene.size", (1280, 768))
    assert width % row.size_multiple == height % row.size_multiple == 0
    assert min(width, height) >= row.size_minimum


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("512x512_diffusion_uncond_finetune_008100", 557973638),
        ("256x256_diffusion_uncond", 552814086),
        ("portrait_generator_v001", 139579462),
        ("pixelartdiffusion4k", 113676678),
    ],
)
def test_layouts_are_those_of_the_released_checkpoints(name, parameters):
    """The numbers of parameters are the reference's own; the networks are built without memory."""
    with torch.device("meta"):
        network = UNet(UNetConfig(**by_name("diffusion", name).configuration))
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters


def test_open_clip_knows_the_clip_rows():
    import open_clip

    known = set(open_clip.list_pretrained())
    for row in models("clip"):
        if not row.embedded:
            assert (row.configuration["architecture"], row.configuration["tag"]) in known


def test_models_named_by_the_embedded_row_are_embedded():
    defaults = by_name("diffusion", model_table.DEFAULT).defaults
    chosen = Models("tiny", False, defaults["scene.clip"], defaults["depth.model"])
    assert all(row.built and row.embedded for row in rows(chosen))


def test_rows_of_a_job():
    chosen = Models("256x256_diffusion_uncond", True, ("ViTB32", "RN50"), "dpt_large")
    names = [(row.role, row.name) for row in rows(chosen)]
    assert names == [
        ("diffusion", "256x256_diffusion_uncond"),
        ("secondary", "secondary"),
        ("clip", "ViTB32"),
        ("clip", "RN50"),
        ("depth", "dpt_large"),
        ("metric depth", "adabins_nyu"),
        ("perceptual", "lpips_vgg"),
    ]
    flat = replace(chosen, depth=None)
    assert [row.role for row in rows(flat)] == [r for r, _ in names if "depth" not in r]
    alone = rows(replace(chosen, mixed=False))
    assert [row.role for row in alone] == [r for r, _ in names if r != "metric depth"]


def test_adabins_is_at_several_gateways_and_first_at_those_that_live():
    """What lies there is known by its content, whoever hands it out."""
    (file,) = by_name("metric depth", "adabins_nyu").files
    path = "ipfs/Qmd2mMnDLWePKmgfS8m6ntAg4nhV5VkUyAydYBp8cWWeB7/AdaBins_nyu.pt"
    hosts = ("ipfs.io", "dweb.link", "cloudflare-ipfs.com")
    assert file.urls == tuple(f"https://{host}/{path}" for host in hosts)


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError, match="no clip model is called ViTB33"):
        by_name("clip", "ViTB33")
