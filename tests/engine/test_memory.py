"""What a job needs in memory is known before anything is loaded, within a few percent of what is
counted when the frame is made: on tensors that have a shape but no numbers."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jobs import TURN, job

from discoscript_engine.job import FromNoise, FromPrevious, Models
from discoscript_engine.memory import kin, most_cuts, needs_of, step_of
from discoscript_engine.model_table import MODELS, by_name

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from counting import counted, frame

LARGE, MIDDLE = "512x512_diffusion_uncond_finetune_008100", "256x256_diffusion_uncond"
PIXEL = "pixelartdiffusion4k"
HELD = FromPrevious(TURN, 1500.0)

#: Disco Diffusion's schedules: 16 cuts in each batch.
CUTS = {"overview": ((400, 12.0), (1000, 4.0)), "inner": ((400, 4.0), (1000, 12.0))}


def asked(width, height, model, clips, *, secondary=False, checkpoint=False, batches=4, start=None):
    models = Models(model, secondary, clips, None)
    cuts = {} if model == "tiny" else CUTS
    made = job(steps=1, cutn_batches=batches, width=width, height=height, models=models, **cuts)
    return replace(made, checkpoint=checkpoint, start=start or FromNoise())


JOBS = {
    "default": asked(1280, 768, LARGE, ("ViTB32", "ViTB16", "RN50"), secondary=True),
    "without the secondary model": asked(1280, 768, LARGE, ("ViTB32",)),
    "the same with a checkpoint": asked(1280, 768, LARGE, ("ViTB32",), checkpoint=True),
    "held to the frame before": asked(1280, 768, LARGE, ("RN50",), secondary=True, start=HELD),
    "a large CLIP": asked(512, 448, MIDDLE, ("ViTL14",), secondary=True, batches=2),
    "small": asked(256, 256, MIDDLE, ("ViTB32",), checkpoint=True, batches=1),
    "pixel art": asked(768, 512, PIXEL, ("ViTB32", "RN50x4"), batches=2),
    "embedded": asked(128, 96, "tiny", ("tiny",), batches=1),
    "embedded and large": asked(1280, 768, "tiny", ("tiny",), checkpoint=True),
}


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize("name", JOBS)
def test_a_frame_needs_what_was_estimated(name, precision):
    """The embedded models are so small that the pictures count beside them."""
    found = step_of(JOBS[name], precision).bytes(64) / frame(JOBS[name], precision)
    least, most = (0.95, 1.15) if "embedded" in name else (0.98, 1.02)
    assert least < found < most


QUICK = [("diffusion", "tiny"), ("diffusion", PIXEL), ("secondary", "secondary"), ("clip", "tiny"),
         ("clip", "ViTB32"), ("clip", "RN50"), ("depth", "dpt_hybrid"), ("depth", "tiny"),
         ("metric depth", "adabins_nyu"), ("perceptual", "lpips_vgg"), ("flow", "dis")]  # fmt: skip


def test_every_network_of_the_table_was_counted():
    for row in MODELS:
        if row.built:
            assert needs_of(row, "fp32").weights >= needs_of(row, "bf16").weights >= 0


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize(("role", "name"), QUICK)
def test_the_table_is_what_is_counted(role, name, precision):
    row = by_name(role, name)
    assert counted(row, precision) == needs_of(row, precision)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "fp16"])
@pytest.mark.parametrize("row", [r for r in MODELS if r.built], ids=lambda r: f"{r.role} {r.name}")
def test_all_of_the_table_is_what_is_counted(row, precision):
    assert counted(kin(row), precision) == needs_of(row, precision)


def test_what_has_the_same_network_needs_the_same():
    fine_tune, own = by_name("diffusion", "watercolordiffusion"), by_name("diffusion", "custom")
    assert kin(fine_tune) == kin(own) and kin(fine_tune) != kin(by_name("diffusion", LARGE))
    assert kin(by_name("depth", "dpt_hybrid")).name == "dpt_hybrid"


def test_the_step_with_most_cuts_counts():
    cutouts = replace(job().cutouts, overview=((400, 12.0), (1000, 4.0)), inner=((1000, 5.0),))
    assert most_cuts(cutouts) == 17
    assert most_cuts(replace(cutouts, inner=((500, 1.0), (1000, 20.0)))) == 24


def test_nothing_is_loaded_to_know_it():
    program = (
        "import sys; from discoscript_engine import memory, room; "
        "room.free_memory('cpu'); memory.needs_of(memory.by_name('clip', 'RN50'), 'fp16'); "
        "print({'torch', 'numpy'} & set(sys.modules))"
    )
    engine = str(Path(__file__).parents[2] / "engine")
    code = f"import sys; sys.path.insert(0, {engine!r}); {program}"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
