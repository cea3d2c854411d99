"""What a script is rendered with is pinned; a difference is named before anything is rendered."""

import json
import subprocess
from pathlib import Path

import pytest
from commands import ROOT, ran
from machine import Here
from PIL import Image

from discoscript.frames import backend
from discoscript.plan.lock import lock_path
from discoscript.plan.pinned import Pinned, Unlike, from_entries, grown, to_entries, unlike
from discoscript_engine.identity import EPOCH

POSTCARD = """disco 1
scene:
    frames 2
    size 64x64
    seed 1
diffusion: steps 4
init: image "ball.png"
prompt "a balloon"
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DISCOSCRIPT_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(backend, "ChildRenderer", Here)
    path = tmp_path / "film" / "postcard.disco"
    path.parent.mkdir()
    path.write_text(POSTCARD)
    paint(path, "red")
    return path


def paint(script: Path, color: str) -> None:
    Image.new("RGB", (64, 64), color).save(script.with_name("ball.png"))


def locked(script: Path, **entries: object) -> None:
    """Change entries of the lock file by hand."""
    values = json.loads(lock_path(script).read_text())
    lock_path(script).write_text(json.dumps({**values, **entries}))


def test_the_first_render_pins(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "lock", script)[0] == 1, "nothing is pinned yet"
    code, _, err = ran(capsys, "render", script, "--locked")
    assert code == 2 and "pins nothing yet" in err
    assert not lock_path(script).exists()
    assert ran(capsys, "render", script)[0] == 0
    pinned = json.loads(lock_path(script).read_text())
    assert set(pinned) == {"disco", "engine", "numeric", "models", "assets"}
    assert set(pinned["models"]) == {"diffusion tiny", "clip tiny"}
    assert set(pinned["assets"]) == {"ball.png"}
    before = lock_path(script).read_bytes()
    assert ran(capsys, "render", script, "--locked")[0] == 0
    assert ran(capsys, "lock", script)[1] == f"as locked: engine {EPOCH}, 2 models, 1 file\n"
    assert lock_path(script).read_bytes() == before


def test_locked_draws_no_seed(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A seed that is not locked is another one in each clone, so it is refused, not drawn."""
    fixed = script.read_text()
    script.write_text(fixed.replace("    seed 1\n", ""))
    code, _, err = ran(capsys, "render", script, "--locked")
    assert code == 2 and "pins nothing yet" in err
    assert ran(capsys, "lock", script)[0] == 1
    assert not lock_path(script).exists()
    script.write_text(fixed)
    assert ran(capsys, "lock", script, "--update")[0] == 0
    script.write_text(fixed.replace("    seed 1\n", ""))
    before = lock_path(script).read_bytes()
    code, out, _ = ran(capsys, "lock", script)
    assert (code, out) == (1, "seed: not locked yet\n")
    code, _, err = ran(capsys, "render", script, "--locked")
    assert code == 2 and "seed: not locked yet" in err and "--update" in err
    assert lock_path(script).read_bytes() == before
    assert ran(capsys, "lock", script, "--update")[0] == 0
    assert "seed" in json.loads(lock_path(script).read_text())
    assert ran(capsys, "render", script, "--locked")[0] == 0


def test_another_picture(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "lock", script, "--update")[0] == 0
    paint(script, "blue")
    code, out, _ = ran(capsys, "lock", script)
    assert code == 1 and out.startswith("file ball.png: ") and "pictures may differ" in out
    code, _, err = ran(capsys, "render", script, "--locked")
    assert code == 2 and "file ball.png" in err and "lock" in err and "--update" in err
    assert not (script.parent / "out").exists(), "it is known before anything is rendered"
    before = lock_path(script).read_bytes()
    code, _, err = ran(capsys, "render", script)
    assert code == 0 and "file ball.png" in err
    assert lock_path(script).read_bytes() == before, "only --update takes another file"
    assert ran(capsys, "lock", script, "--update")[0] == 0
    assert ran(capsys, "lock", script)[0] == 0


def test_another_engine_and_another_model(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(capsys, "lock", script, "--update")
    models = json.loads(lock_path(script).read_text())["models"]
    locked(script, engine="engine 1", models={**models, "clip tiny": "0" * 64})
    out = ran(capsys, "lock", script)[1]
    assert f"engine: engine 1 locked, engine {EPOCH} here; pictures may differ" in out
    assert "model clip tiny: 000000000000 locked" in out


def test_another_machine_is_said_and_renders(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "lock", script, "--update")
    locked(script, numeric="cuda-sm_90 fp32 torch2.14")
    code, out, _ = ran(capsys, "lock", script)
    assert code == 0 and "machine: cuda-sm_90" in out and "not to the last bit" in out
    code, _, err = ran(capsys, "render", script, "--locked")
    assert code == 0 and "machine: cuda-sm_90" in err


def test_another_precision_makes_pictures_alike(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(capsys, "lock", script, "--update")
    here = json.loads(lock_path(script).read_text())["numeric"]
    locked(script, numeric=here.replace("fp32", "fp16"))
    assert "pictures are alike, but" in ran(capsys, "lock", script)[1]
    locked(script, numeric=f"gpu-{here}")
    assert "pictures agree, but" in ran(capsys, "lock", script)[1]


def test_a_draft_and_test_cards_pin_nothing(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = ("render", script, "--renderer", "testcard")
    assert ran(capsys, *cards)[0] == 0
    assert not lock_path(script).exists()
    ran(capsys, "lock", script, "--update")
    before = lock_path(script).read_bytes()
    for words in (("--renderer", "testcard"), ("--draft",)):
        code, _, err = ran(capsys, "lock", script, "--update", *words)
        assert code == 2 and "drafts and test cards are not pinned" in err
    assert lock_path(script).read_bytes() == before
    code, _, err = ran(capsys, *cards, "--locked")
    assert code == 2 and f"engine: engine {EPOCH} locked, testcard 1 here" in err


def test_a_folder_that_can_not_be_written(
    script: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock_path(script).with_name(f".{lock_path(script).name}.7").mkdir()
    monkeypatch.setattr("discoscript.plan.lock.os.getpid", lambda: 7)
    code, _, err = ran(capsys, "render", script, "-o", script.parent / "elsewhere")
    assert code == 0 and "cannot write the lock file" in err


HERE = Pinned("engine 2", "cpu", {"clip a": "1", "clip b": "2"}, {"x.png": "3"})


def test_what_differs() -> None:
    was = Pinned("engine 1", "cuda", {"clip a": "9", "depth c": "4"}, {"x.png": "3"})
    assert unlike(was, HERE) == (
        Unlike("engine", "engine 1", "engine 2"),
        Unlike("model clip a", "9", "1"),
        Unlike("model clip b", "", "2"),
        Unlike("model depth c", "4", ""),
        Unlike("machine", "cuda", "cpu", closely=True),
    )
    assert not unlike(HERE, HERE)


def test_a_script_that_grew() -> None:
    """What is used anew is added, what is not used any more is dropped, the rest stays."""
    was = Pinned("engine 1", "cuda", {"clip a": "9", "depth c": "4"}, {})
    assert grown(was, HERE) == Pinned(
        "engine 1", "cuda", {"clip a": "9", "clip b": "2"}, {"x.png": "3"}
    )


def test_entries_and_back() -> None:
    assert from_entries({**to_entries(HERE), "seed": 4}) == HERE
    assert from_entries({"seed": 4}) is None
    assert from_entries({**to_entries(HERE), "models": ["a"]}) is None


def test_two_branches_that_each_add_a_picture(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git merges the scripts and not the lock file; nothing is drawn anew."""
    folder = script.parent
    script.write_text(POSTCARD.replace("    seed 1\n", "").replace("frames 2", "frames 1"))

    def git(*words: str) -> int:
        own = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
        return subprocess.run(["git", *own, *words], cwd=folder, capture_output=True).returncode

    def added(branch: str, after: str) -> None:
        line = f'prompt image "{branch}.png"\n'
        assert git("checkout", "-q", "-b", branch, "main") == 0
        script.write_text(script.read_text().replace(after, after + line))
        Image.new("RGB", (64, 64), branch).save(folder / f"{branch}.png")
        assert ran(capsys, "lock", script, "--update")[0] == 0
        assert git("add", ".") == git("commit", "-qm", branch) == 0

    assert ran(capsys, "lock", script, "--update")[0] == 0
    seed = json.loads(lock_path(script).read_text())["seed"]
    assert git("init", "-q") == git("add", ".") == git("commit", "-qm", "first") == 0
    assert git("branch", "-M", "main") == 0
    added("blue", after="disco 1\n")
    added("green", after='prompt "a balloon"\n')
    assert git("merge", "-q", "blue") == 1 and "<<<<<<<" not in script.read_text()
    code, _, err = ran(capsys, "render", script)
    assert code == 4 and "to be merged" in err and "--update" in err
    assert ran(capsys, "lock", script, "--update")[0] == 0
    found = json.loads(lock_path(script).read_text())
    assert found["seed"] == seed and set(found["assets"]) == {"ball.png", "blue.png", "green.png"}
    assert ran(capsys, "lock", script)[0] == 0


def test_the_examples_are_locked_to_this_engine() -> None:
    """Whoever raises the epoch renews them: `discoscript lock examples/hello.disco --update`."""
    lock = json.loads((ROOT / "examples" / "hello.disco.lock").read_text())
    assert lock["engine"] == f"engine {EPOCH}"
