"""From a script to pictures with models that are files: a checkpoint of one's own, the secondary
model, a CLIP model and LPIPS, small and filled by formula."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import ran
from PIL import Image
from small_models import LAYOUT, published, save_own, unet_weights

from discoscript.errors import Exit
from discoscript.frames.backend import BACKENDS, engine_here
from discoscript_engine import model_table
from discoscript_engine.weights import FOLDER_VARIABLE

SCRIPT = """disco 1

scene:
    model custom
    model_file "mine.safetensors"
    clip [ViTB32]
    secondary off
    size 64x64
    frames 2
    seed 3

diffusion:
    steps 3
    skip_steps 0
    cutn_batches 1

coherence: frames_skip_steps 60%

cutouts:
    overview 2
    inner 2

camera: zoom 1.05
prompt "a calm sea"
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("models")
    return folder, published(folder)


@pytest.fixture
def project(files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, table = files
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    monkeypatch.setattr(model_table, "MODELS", table)
    monkeypatch.chdir(tmp_path)
    save_own(tmp_path / "mine.safetensors", unet_weights())
    return tmp_path


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine in this process: one of its own would know the published files alone."""
    engine = BACKENDS["engine"]
    monkeypatch.setitem(BACKENDS, "engine", replace(engine, load=engine_here))  # type: ignore


def rendered(
    project: Path, capsys: pytest.CaptureFixture[str], script: str = SCRIPT, store: str = "store"
) -> tuple[list[np.ndarray], str]:
    """The pictures of a script, and what was said."""
    (project / "sea.disco").write_text(script)
    code, _, err = ran(
        capsys, "render", "sea.disco", "--store", str(project / store), "-o", f"out-{store}"
    )
    assert code == Exit.OK, err
    frames = sorted((project / f"out-{store}").glob("**/*_00*.png"))
    return [np.asarray(Image.open(path)) for path in frames], err


def test_pictures_repeat_and_every_model_counts(project, here, capsys):
    first, _ = rendered(project, capsys)
    assert len(first) == 2 and first[0].std() > 1
    again, _ = rendered(project, capsys, store="again")
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    ahead, _ = rendered(project, capsys, SCRIPT.replace("secondary off", "secondary on"))
    assert not np.array_equal(first[0], ahead[0])
    unguided = SCRIPT + "guidance: clip_guidance_scale 0\n"
    alone, _ = rendered(project, capsys, unguided)
    assert not np.array_equal(first[0], alone[0])
    loose = SCRIPT.replace("frames_skip_steps 60%", "frames_skip_steps 60%\n    frames_scale 0")
    loose = loose.replace("coherence: frames", "coherence:\n    frames")
    free, _ = rendered(project, capsys, loose)
    assert np.array_equal(first[0], free[0]) and not np.array_equal(first[1], free[1])


def test_a_checkpoint_is_known_by_its_content(project, here, capsys):
    first, _ = rendered(project, capsys)
    (project / "mine.safetensors").rename(project / "other.safetensors")
    _, said = rendered(project, capsys, SCRIPT.replace("mine.safe", "other.safe"))
    assert "2 kept" in said
    save_own(project / "mine.safetensors", unet_weights(gain=0.6))
    changed, said = rendered(project, capsys)
    assert "2 to render" in said and not np.array_equal(first[0], changed[0])


def test_a_checkpoint_takes_the_layout_of_the_model_if_it_names_none(project, capsys):
    """It does not fit then: it is a small one."""
    save_own(project / "mine.safetensors", unet_weights(), layout=None)
    (project / "sea.disco").write_text(SCRIPT)
    code, _, err = ran(capsys, "render", "sea.disco", "--store", str(project / "store"))
    assert code == Exit.RENDER and "mine.safetensors lacks" in err and "docs/models.md" in err


def test_the_embedded_model_takes_weights_of_its_own_kind(project, here, capsys):
    """A model that was trained as `tiny` was predicts pictures; its layout is in its file."""
    weights, layout = unet_weights(), {**LAYOUT, "out_channels": 3}
    for name in ("out.2.weight", "out.2.bias"):
        weights[name] = weights[name][:3].contiguous()
    save_own(project / "mine.safetensors", weights, layout)
    tiny, _ = rendered(project, capsys, SCRIPT.replace("model custom", "model tiny"))
    assert len(tiny) == 2 and tiny[0].std() > 1


def test_a_draft_needs_none_of_them(project, capsys):
    (project / "sea.disco").write_text(SCRIPT)
    (project / "mine.safetensors").write_bytes(b"broken")
    code, _, err = ran(capsys, "render", "sea.disco", "--draft", "--store", str(project / "store"))
    assert code == Exit.OK, err
