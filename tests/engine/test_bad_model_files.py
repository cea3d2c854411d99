"""Broken and hostile weights files: each ends in one sentence, with the file and what to do."""

import hashlib
import json
import os
import pickle
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from commands import environment
from safetensors.torch import save
from small_models import LAYOUT, scripted, unet_weights
from torch import nn

from discoscript_engine.model_row import Model, ModelFile
from discoscript_engine.model_table import by_name
from discoscript_engine.models.diffusion import load_own_diffusion
from discoscript_engine.models.weights import LARGEST_HEADER, read_weights, released
from discoscript_engine.weights import FOLDER_VARIABLE, ModelMissing, WrongWeights

CPU = torch.device("cpu")
WEIGHTS = {"weight": torch.zeros(3, 2), "bias": torch.zeros(3)}
OWN = by_name("diffusion", "custom")


class Hostile:
    """What a stranger's pickle may hold: a command that is run where it is opened carelessly."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return os.system, (f"touch {self.canary}",)


def saved(content) -> bytes:
    import io

    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def sound() -> bytes:
    return saved(WEIGHTS)


#: What is in the file, and what is then said of it. The table knows the digest of the file.
KNOWN_FILES = {
    "empty": (b"", "is damaged, or no weights file"),
    "text": (b"<html>not found</html>", "is damaged, or no weights file"),
    "truncated": (sound()[: len(sound()) // 2], "is damaged, or no weights file"),
    "no weights": (saved([1, 2, 3]), "holds no named weights"),
    "a number in place of a tensor": (saved({**WEIGHTS, "bias": 3}), "is damaged"),
    "a tensor is missing": (saved({"weight": WEIGHTS["weight"]}), "lacks 1 of 2 tensors"),
    "a tensor too many": (saved({**WEIGHTS, "more": torch.zeros(1)}), "does not have: more"),
    "another shape": (
        saved({**WEIGHTS, "weight": torch.zeros(3, 5)}),
        "has weight as 3 x 5; the network has 3 x 2",
    ),
}  # fmt: skip


def row_of(folder: Path, data: bytes, digest: str | None = None) -> Model:
    (folder / "linear.pt").write_bytes(data)
    digest = digest or hashlib.sha256(data).hexdigest()
    return Model("linear", "clip", "for tests", (ModelFile("linear.pt", digest),))


def load(row: Model) -> nn.Module:
    return released(row, lambda: nn.Linear(2, 3))


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def refused(row: Model) -> WrongWeights:
    with pytest.raises(WrongWeights) as failure:
        load(row)
    assert "linear.pt" in str(failure.value) and "\n" not in str(failure.value)
    assert failure.value.help == 'fetch it again with: discoscript models fetch "linear"'
    return failure.value


def test_a_sound_file_is_loaded(models):
    assert torch.equal(load(row_of(models, sound())).weight, torch.zeros(3, 2))


@pytest.mark.parametrize("name", KNOWN_FILES)
def test_a_broken_file_is_named(models, name):
    data, words = KNOWN_FILES[name]
    assert words in str(refused(row_of(models, data)))


@pytest.mark.parametrize("data", [b"", b"anything", sound()[:-1]], ids=["empty", "other", "cut"])
def test_a_file_that_is_not_the_published_one_is_not_opened(models, data):
    row = row_of(models, data, hashlib.sha256(sound()).hexdigest())
    assert "is not the published file" in str(refused(row))


def test_a_file_without_a_known_digest_is_not_opened(models):
    row = row_of(models, sound())
    assert "is not the published file" in str(
        refused(replace(row, files=(replace(row.files[0], sha256=""),)))
    )


@pytest.mark.parametrize("known", [True, False], ids=["of a known digest", "of a stranger"])
@pytest.mark.parametrize("kind", ["zip", "plain"])
def test_no_code_in_a_file_is_run(models, tmp_path, known, kind):
    canary = tmp_path / "canary"
    hostile = {**WEIGHTS, "x": Hostile(canary)}
    data = saved(hostile) if kind == "zip" else pickle.dumps(hostile)
    refused(row_of(models, data, None if known else "5" * 64))
    assert not canary.exists()
    pickle.loads(pickle.dumps(Hostile(canary)))  # what a careless reader does
    assert canary.exists()


def test_a_missing_file_and_a_folder_are_missing(models):
    row = Model("linear", "clip", "for tests", (ModelFile("linear.pt", "5" * 64),))
    for _ in range(2):
        with pytest.raises(ModelMissing, match="clip model linear is not on this machine"):
            load(row)
        (models / "linear.pt").mkdir(exist_ok=True)


def test_a_file_that_may_not_be_read(models, monkeypatch):
    row = row_of(models, sound())

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("discoscript_engine.models.weights.FileDigests.of", forbidden)
    assert "linear.pt cannot be read: permission denied" in str(refused(row))


def test_weights_in_a_program_of_torchscript(models):
    """OpenAI's files are such."""
    path = scripted(nn.Linear(2, 3).requires_grad_(False), models / "linear.pt")
    data = path.read_bytes()
    expected = torch.jit.load(str(path)).state_dict()["weight"]
    assert torch.equal(load(row_of(models, data)).weight, expected)
    assert "does not have: weight" not in str(refused(row_of(models, data[:-40])))


def test_an_embedded_file_that_is_broken_is_named(tmp_path):
    path = tmp_path / "diffusion.safetensors"
    path.write_bytes(b"\0" * 64)
    with pytest.raises(WrongWeights, match=r"diffusion.safetensors is damaged") as failure:
        read_weights(path)
    assert failure.value.help == "install discoscript again"


# ───────────── a file of one's own ─────────────


def own(data: bytes):
    return load_own_diffusion(OWN, "mine.safetensors", data, CPU)


def with_header(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + body


def tensors(**entries) -> bytes:
    return json.dumps(entries).encode()


def entry(start: int, end: int, shape=(1,)) -> dict:
    return {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}


def layout(**changes) -> bytes:
    described = {"config": json.dumps({**LAYOUT, **changes})}
    return save(unet_weights(), described)


SOUND = layout()
NAMES = list(unet_weights())


def altered(change) -> bytes:
    weights = unet_weights()
    change(weights)
    return save(weights, {"config": json.dumps(LAYOUT)})


def overlapping() -> bytes:
    """The bytes of one tensor are those of another, too."""
    length = struct.unpack("<Q", SOUND[:8])[0]
    header = json.loads(SOUND[8 : 8 + length])
    one, other = [n for n in NAMES if header[n]["shape"] == header[NAMES[1]]["shape"]][:2]
    header[one]["data_offsets"] = header[other]["data_offsets"]
    return with_header(json.dumps(header).encode(), SOUND[8 + length :])


OWN_FILES = {
    "empty": (b"", "is no safetensors file"),
    "a pickle": (saved(WEIGHTS), "is no safetensors file"),
    "text": (b"<html>not found, and more than eight letters</html>", "is no safetensors file"),
    "cut in the header": (SOUND[:200], "is no safetensors file"),
    "cut in the weights": (SOUND[: len(SOUND) // 2], "is damaged"),
    "a long header": (with_header(b" " * (LARGEST_HEADER + 1)), "is no safetensors file"),
    "a header that lies": (struct.pack("<Q", 2**63) + b"{}", "is no safetensors file"),
    "a deep header": (with_header(b"[" * 100_000), "is damaged"),
    "no list": (with_header(b"[1, 2]"), "is damaged"),
    "no shapes": (with_header(tensors(a=3)), "is damaged"),
    "overlapping tensors": (overlapping(), "is damaged"),
    "no tensors": (with_header(tensors()), "lacks 426 of 426 tensors"),
    "a tensor is missing": (altered(lambda w: w.pop("out.0.weight")), "lacks 1 of"),
    "a tensor too many": (
        altered(lambda w: w.update(more=torch.zeros(1))), "does not have: more"
    ),
    "another shape": (
        altered(lambda w: w.update({"out.0.weight": torch.zeros(7)})),
        "has out.0.weight as 7; the network has 32",
    ),
    "a layout of no network": (layout(channels=33), "names a layout that no network can have"),
    "a layout with other words": (layout(canals=3), "names a layout that no network can have"),
    "a layout with no heads": (layout(heads=0), "names a layout that no network can have"),
    "endless blocks": (layout(blocks=[10**9, 1, 1]), "blocks has 1000000000, not a whole"),
    "blocks that cancel out": (
        layout(blocks=[10**9, -(10**9), 0]), "blocks has 1000000000, not a whole number from 0"
    ),
    "fewer blocks than none": (layout(blocks=[1, -1, 1]), "blocks has -1, not a whole number"),
    "half a block": (layout(blocks=[0.5, 0.5, 1]), "names a layout that no network can have"),
    "a true block": (layout(blocks=[True, 1, 1]), "blocks has True, not a whole number"),
    "more blocks than their tensors": (layout(blocks=[9, 9, 9]), "more blocks than tensors"),
    "no levels": (layout(blocks=[], channel_mult=[]), "it has no levels"),
    "endless channels": (layout(channels=32 * 10**9), "channels has 32000000000, not a whole"),
    "channels without end": (
        layout(channels=10**1000), "channels has 10000000000000000000..., not a whole number"
    ),
    "channels in words": (layout(channels="32"), "names a layout that no network can have"),
    "endless widths": (layout(channel_mult=[1, 1, 1e300]), "channel_mult has 1e+300, not a number"),
    "no width": (layout(channel_mult=[1, 1, 0]), "channel_mult has 0, not a number above 0"),
    "no number as width": (layout(channel_mult=[1, 1, float("nan")]), "channel_mult has nan"),
    "widths in words": (layout(channel_mult="111"), "names a layout that no network can have"),
    "an endless unshuffle": (layout(unshuffle=10**9), "unshuffle has 1000000000, not a whole"),
    "a negative unshuffle": (layout(unshuffle=-1), "unshuffle has -1, not a whole number"),
    "half an unshuffle": (layout(unshuffle=0.5), "names a layout that no network can have"),
    "negative heads": (layout(head_channels=-1), "head_channels has -1, not a whole number"),
    "attention nowhere": (layout(attention_factors=[0]), "attention_factors has 0, not a whole"),
    "attention in a number": (layout(attention_factors=4), "names a layout that no network"),
    "a list as layout": (save(unet_weights(), {"config": "[1]"}), "is damaged"),
    "a deeper one": (
        layout(channel_mult=[1] * 8, blocks=[1] * 8), "it takes multiples of 128 pixels, not of 64"
    ),
}  # fmt: skip


def test_a_sound_file_of_ones_own_is_loaded():
    noise = own(SOUND)(torch.zeros(1, 3, 64, 64), torch.zeros(1))
    assert noise.shape == (1, 3, 64, 64)


@pytest.mark.parametrize("name", OWN_FILES)
def test_a_broken_file_of_ones_own_is_named(name):
    data, words = OWN_FILES[name]
    with pytest.raises(WrongWeights) as failure:
        own(data)
    assert str(failure.value).startswith("mine.safetensors ") and words in str(failure.value)
    assert "\n" not in str(failure.value) and "docs/models.md" in failure.value.help


# ───────────── memory ─────────────

MEASURE = """
import resource, sys
from pathlib import Path
import torch
from discoscript_engine.model_table import by_name
from discoscript_engine.models.diffusion import load_own_diffusion
from discoscript_engine.weights import WrongWeights

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

small = b"\\0" * 100
row = by_name("diffusion", "custom")
try:
    load_own_diffusion(row, "small", small, torch.device("cpu"))
except WrongWeights:
    pass
before = peak()
try:
    load_own_diffusion(row, "large", Path(sys.argv[1]).read_bytes(), torch.device("cpu"))
except WrongWeights as error:
    print(peak() - before, error)
"""

LARGE = 128 * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="other systems measure memory otherwise")
@pytest.mark.parametrize("kind", ["a header of 30 MB", "another network", "zeros"])
def test_a_bad_file_takes_no_more_memory_than_it_is_large(tmp_path, kind):
    path = tmp_path / "large.safetensors"
    if kind == "a header of 30 MB":
        names = b",".join(b'"%d":{}' % n for n in range(3 * 2**20))[: 30 * 2**20]
        path.write_bytes(with_header(b"{" + names + b"}"))
    elif kind == "another network":
        header = tensors(other=entry(0, LARGE, (LARGE // 4,)))
        path.write_bytes(with_header(header, b"\0" * LARGE))
    else:
        path.write_bytes(b"\0" * LARGE)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        text=True,
        timeout=200,
        env=environment(),
    )
    taken, _, said = done.stdout.partition(" ")
    assert said.startswith("large "), done.stderr
    assert int(taken) < 1.5 * path.stat().st_size
