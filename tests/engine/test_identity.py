"""Identity: found without torch, the same again, and moved by everything that moves a picture."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from discoscript_engine import identity as module
from discoscript_engine import model_row, weights
from discoscript_engine.identity import FileDigests, device_kind, identity, numeric_class
from discoscript_engine.job import Models
from discoscript_engine.model_table import by_name
from discoscript_engine.weights import ModelMissing, find, missing, paths

TINY = Models("tiny", False, ("tiny",), "tiny")
FULL = Models("512x512_diffusion_uncond_finetune_008100", True, ("ViTB32", "RN50"), "dpt_large")


@pytest.fixture
def embedded(tmp_path, monkeypatch):
    """A folder of stand-in weights for the embedded rows."""
    monkeypatch.setattr(weights, "_embedded_folder", lambda: tmp_path)
    for row in (by_name("diffusion", "tiny"), by_name("clip", "tiny"), by_name("depth", "tiny")):
        for path in paths(row):
            path.parent.mkdir(exist_ok=True)
            path.write_text(path.name)
    return tmp_path


def test_identity_does_not_import_torch():
    code = (
        "import sys, json; from discoscript_engine.identity import identity, numeric_class\n"
        "from discoscript_engine.job import Models\n"
        f"found = identity(Models{tuple(vars(FULL).values())!r})\n"
        "heavy = {'torch', 'torchvision', 'open_clip', 'timm', 'cv2', 'numpy'} & set(sys.modules)\n"
        "print(json.dumps([found.numeric, found.epoch, sorted(heavy)]))"
    )
    engine = str(Path(module.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": engine}
    output = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    numeric, epoch, heavy = json.loads(output)
    assert heavy == []
    assert epoch == f"engine {module.EPOCH}"
    assert numeric == numeric_class()


def test_the_class_names_machine_precision_and_torch():
    import torch

    machine, precision, version = numeric_class("cpu").split()
    assert machine.startswith("cpu-")
    assert precision == "fp32"
    assert version == "torch" + ".".join(torch.__version__.split(".")[:2])


def test_the_class_says_which_kernels_torch_takes():
    import torch

    taken = torch.backends.cpu.get_cpu_capability().lower()
    assert numeric_class("cpu").split()[0].endswith(taken.replace("default", ""))


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu sse2 avx2 fma avx512f avx512dq avx512bw avx512vl", "cpu-x86_64-avx512"),
        ("fpu sse2 avx2 fma avx512f", "cpu-x86_64-avx2"),
        ("fpu sse2", "cpu-x86_64"),
    ],
)
def test_instruction_sets(monkeypatch, flags, expected):
    monkeypatch.delenv("ATEN_CPU_CAPABILITY", raising=False)
    monkeypatch.setattr(module, "_cpu_flags", lambda: frozenset(flags.split()))
    monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")
    assert numeric_class("cpu").split()[0] == expected


@pytest.mark.parametrize("asked", ["default", "avx2"])
def test_the_class_follows_what_torch_is_told_to_use(asked):
    code = (
        "import torch; from discoscript_engine.identity import numeric_class\n"
        "print(torch.backends.cpu.get_cpu_capability().lower(), numeric_class('cpu').split()[0])"
    )
    engine = str(Path(module.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": engine, "ATEN_CPU_CAPABILITY": asked}
    output = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    taken, machine = output.split()
    assert machine.endswith(taken.replace("default", ""))
    assert taken == asked or "x86_64" not in machine


@pytest.fixture
def gpu(tmp_path, monkeypatch):
    """A machine with an H100, as far as its tool says."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 9.0\n")
    tool.chmod(tool.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(module, "_torch_has_cuda", lambda: True)


def test_a_gpu_is_taken_and_named_by_its_architecture(gpu):
    assert device_kind() == "cuda"
    assert numeric_class().startswith("cuda-sm_90 fp16 torch")


def test_the_environment_can_ask_for_another_precision(gpu, monkeypatch):
    monkeypatch.setenv("DISCOSCRIPT_PRECISION", "bf16")
    assert numeric_class().startswith("cuda-sm_90 bf16 torch")
    assert numeric_class("cpu").split()[1] == "bf16"


def test_a_gpu_is_left_alone_where_it_is_hidden_or_not_wanted(gpu, monkeypatch):
    assert device_kind("cpu") == "cpu"
    assert device_kind("cuda:1") == "cuda"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert device_kind() == "cpu"


def test_without_cuda_in_torch_a_gpu_does_not_count(gpu, monkeypatch):
    monkeypatch.setattr(module, "_torch_has_cuda", lambda: False)
    assert device_kind() == "cpu"


def test_identity_is_the_same_again_and_names_each_model(embedded):
    found = identity(TINY, "cpu")
    assert found == identity(TINY, "cpu")
    assert [name for name, _ in found.models] == ["diffusion tiny", "clip tiny", "depth tiny"]
    assert all(len(digest) == 64 for _, digest in found.models)


def test_other_weights_are_another_model(embedded):
    digests = FileDigests()
    before = dict(identity(TINY, "cpu", digests).models)
    (path,) = find(by_name("depth", "tiny"))
    path.write_text("trained for longer")
    after = dict(identity(TINY, "cpu", digests).models)
    assert after["depth tiny"] != before["depth tiny"]
    assert after["clip tiny"] == before["clip tiny"]


def test_another_layout_is_another_model(embedded):
    row = by_name("depth", "tiny")
    wider = model_row.Model(
        row.name, row.role, row.doc, row.files, embedded=True, configuration={"width": 2}
    )
    assert module._digest(row, FileDigests()) != module._digest(wider, FileDigests())


def test_an_unchanged_file_is_read_once(embedded, monkeypatch):
    digests = FileDigests()
    first = identity(TINY, "cpu", digests)
    monkeypatch.setattr(module.hashlib, "file_digest", None)
    assert identity(TINY, "cpu", digests) == first


def test_a_missing_embedded_file_is_said(embedded):
    (path,) = find(by_name("depth", "tiny"))
    path.unlink()
    with pytest.raises(ModelMissing, match="depth model tiny is not on this machine"):
        identity(TINY, "cpu")


def test_full_models_are_missing_until_their_files_are_in_the_models_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(weights.FOLDER_VARIABLE, str(tmp_path))
    assert [row.name for row in missing(replace(FULL, depth=None))] == [
        FULL.diffusion, "secondary", "ViTB32", "RN50", "lpips_vgg"
    ]  # fmt: skip
    with pytest.raises(ModelMissing, match=r"clip model ViTB32 \(0\.35 GB\)"):
        find(by_name("clip", "ViTB32"))
    (tmp_path / "ViT-B-32.pt").write_text("weights")
    assert "ViTB32" not in [row.name for row in missing(FULL)]


def test_the_models_folder_is_the_users_own(monkeypatch):
    monkeypatch.delenv(weights.FOLDER_VARIABLE, raising=False)
    assert weights.models_folder().parts[-2:] == ("discoscript", "models")
