"""Every network of the model table has the names and shapes of what was published.

The lists are from other programs than ours: the reference's model code, OpenAI's and LPIPS's own.
The files themselves could not be looked at. Networks are built without memory.
"""

import hashlib
import json

import open_clip
import pytest
import torch
from parity import load, shapes_of

from discoscript_engine.model_table import MODELS, by_name, models
from discoscript_engine.models import clip
from discoscript_engine.models.adabins import AdaBins
from discoscript_engine.models.diffusion import config_of
from discoscript_engine.models.lpips import Channels, Features
from discoscript_engine.models.midas import NETWORKS
from discoscript_engine.models.raft import raft, renamed
from discoscript_engine.models.secondary import SecondaryModel
from discoscript_engine.models.unet import UNet

UNETS, DEPTHS = load("10_unet")[0], load("12_depth")[0]["models"]
CLIPS, LPIPS = load("20_clip")[0]["models"], load("19_lpips")[0]["keys"]
SHARED = "same_configuration_as_pixelartdiffusion_expanded"
LISTS = {
    **{("diffusion", name): model["state_dict"] for name, model in UNETS["models"].items()},
    **{
        ("diffusion", name): UNETS["models"]["pixelartdiffusion_expanded"]["state_dict"]
        for name in UNETS[SHARED]
    },
    ("secondary", "secondary"): load("11_secondary")[0]["state_dict"],
    **{("depth", name): DEPTHS[name]["state_dict"] for name in NETWORKS},
    ("metric depth", "adabins_nyu"): DEPTHS["adabins_nyu"]["state_dict"],
}
#: Rows without a list of another program, and why.
NO_LIST = {
    ("depth", "dpt_hybrid_nyu"): "never loaded, its digest is not published",
    ("flow", "dis"): "OpenCV's, it has no weights",
}


def network(role, name):
    row = by_name(role, name)
    if role == "diffusion":
        return UNet(config_of(row.configuration))
    if role == "depth":
        return NETWORKS[name].build()
    return {"secondary": SecondaryModel, "metric depth": AdaBins}[role]()


@pytest.mark.parametrize(("role", "name"), LISTS)
def test_names_and_shapes_are_those_of_the_reference(role, name):
    with torch.device("meta"):
        assert shapes_of(network(role, name)) == LISTS[role, name]


@pytest.mark.parametrize("row", [r for r in models("clip") if not r.embedded], ids=lambda r: r.name)
def test_clip_is_laid_out_as_openais_own_code_has_it(row):
    """OpenCLIP's own trainings have the same networks; only their activation may be another."""
    architecture = str(row.configuration["architecture"])
    expected = CLIPS[architecture.removesuffix("-quickgelu")]
    with torch.device("meta"):
        model = clip.network(architecture)
    shapes = [[name, list(value.shape)] for name, value in model.state_dict().items()]
    digest = hashlib.sha256(json.dumps(sorted(shapes)).encode()).hexdigest()
    assert sum(parameter.numel() for parameter in model.parameters()) == expected["parameters"]
    assert digest == expected["sha256"]
    size = open_clip.get_model_preprocess_cfg(model)["size"]
    assert (size if isinstance(size, int) else size[0]) == expected["image_size"]
    assert model.visual.image_mean == open_clip.OPENAI_DATASET_MEAN


@pytest.mark.parametrize("name", ["ViT-B-32", "RN50"])
def test_a_difference_in_one_name_would_be_seen(name):
    """The digests stand for lists; two of them are kept whole."""
    whole = sorted(CLIPS[name]["state_dict"])
    assert hashlib.sha256(json.dumps(whole).encode()).hexdigest() == CLIPS[name]["sha256"]
    with torch.device("meta"):
        model = clip.network(name)
    assert sorted([k, list(v.shape)] for k, v in model.state_dict().items()) == whole


def test_quick_gelu_is_where_the_row_says():
    for row in models("clip"):
        if row.embedded:
            continue
        architecture = str(row.configuration["architecture"])
        quick = open_clip.get_model_config(architecture).get("quick_gelu", False)
        assert quick == architecture.endswith("-quickgelu")
        assert quick or row.configuration["tag"] != "openai"


def test_lpips_is_laid_out_as_published():
    with torch.device("meta"):
        features, channels = Features(), Channels()
    found = {name: list(value.shape) for name, value in features.state_dict().items()}
    assert found == {k: v for k, v in LPIPS.items() if k.startswith("features.")}
    weighing = [v for k, v in LPIPS.items() if k.startswith("lin")]
    assert [list(w.shape) for w in channels.weights] == weighing


def test_raft_is_laid_out_as_published():
    published = {name: torch.empty(shape) for name, shape in load("18_raft")[0]["state_dict"]}
    with torch.device("meta"):
        skeleton = raft()
    found = {name: tuple(value.shape) for name, value in renamed(published).items()}
    assert found == {name: tuple(value.shape) for name, value in skeleton.state_dict().items()}


def test_every_row_has_a_list_or_a_reason_for_none():
    listed = {*LISTS, *NO_LIST, ("flow", "raft"), ("perceptual", "lpips_vgg")}
    listed |= {("clip", row.name) for row in models("clip")}
    embedded = {(row.role, row.name) for row in MODELS if row.embedded}
    assert {(row.role, row.name) for row in MODELS} == listed | embedded
