"""Every frame that a render would make has one named reason, whatever made it stale."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, planned, render
from small_scripts import SCENE

from discoscript.frames.explained import explained
from discoscript.frames.frames import State, look, render_frames
from discoscript.frames.remembering import Remembering
from discoscript.frames.store import Store
from discoscript.parameters import Mode
from discoscript.pipeline import compile_text
from discoscript.plan.lines import Lines
from discoscript.plan.plan import FramePlan
from discoscript.plan.reasons import Cause, Files, Reason
from discoscript_engine.identity import Identity

FILES = Files({})


def remembered(root: Path, frames: FramePlan, renderer: Any = None) -> None:
    """Render, and keep what was asked for."""
    renderer, store = renderer or Counting(), Store(root, QuickDisk())
    identity = renderer.identity(frames.models)
    run = Remembering(store, "run", frames, identity, "beach.disco", "", FILES)
    try:
        render_frames(frames, renderer, store, run)
    finally:
        run.save()


def reasons(root: Path, frames: FramePlan, identity: Identity | None = None) -> tuple[Reason, ...]:
    store = Store(root)
    identity = identity or Counting().identity(frames.models)
    compiled = compile_text("disco 1\n" + SCENE + 'prompt "x"\n')
    assert compiled.schedule is not None
    lines = Lines(compiled.scene, compiled.schedule)
    found = look(frames, identity, store)
    return explained(frames, found, identity, FILES, lines, store.run("run"))


def causes(root: Path, frames: FramePlan) -> list[str]:
    return [reason.cause.value for reason in reasons(root, frames)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def path_of(root: Path, frames: FramePlan, place: int, what: str) -> Path:
    """The record or the object of a frame."""
    identity = Counting().identity(frames.models)
    found = look(frames, identity, Store(root))[place]
    name = found.key if what == "rec" else found.pictures[-1]
    assert name is not None
    return root / what / name[:2] / name


def damaged(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"x" + path.read_bytes()[1:])


FIVE = planned(frames=5)


def test_a_new_script_is_new(root: Path) -> None:
    assert causes(root, FIVE) == ["new"] * 5


def test_a_finished_script_is_kept(root: Path) -> None:
    remembered(root, FIVE)
    assert causes(root, FIVE) == ["kept"] * 5


def test_a_longer_script_is_new_at_its_end(root: Path) -> None:
    remembered(root, FIVE)
    assert causes(root, planned(frames=7)) == ["kept"] * 5 + ["new"] * 2


def test_a_changed_frame_and_those_that_follow_it(root: Path) -> None:
    remembered(root, planned(frames=6, starts=(0, 4)))
    words = ["a lighthouse", "a storm", *["a lighthouse"] * 4]
    found = reasons(root, planned(frames=6, starts=(0, 4), prompts=words))
    assert [r.text for r in found] == [
        "kept", 'prompt "a lighthouse" → "a storm"', "previous frame 1 changed",
        "previous frame 2 changed", "kept", "kept",
    ]  # fmt: skip


def test_after_an_interruption_the_rest_has_the_reason_of_the_edit(root: Path) -> None:
    class Stops(Counting):
        def render(self, *arguments: Any) -> Any:
            if len(self.seeds) == 2:
                raise KeyboardInterrupt
            return super().render(*arguments)

    remembered(root, FIVE)
    edited = planned(frames=5, diffusion__eta=0.5)
    with pytest.raises(KeyboardInterrupt):
        remembered(root, edited, Stops())
    assert causes(root, edited) == ["kept"] * 2 + ["parameter"] * 3
    assert reasons(root, edited)[4].text == "diffusion.eta 0.8 → 0.5"


def test_a_lost_object_is_evicted_and_costs_one_frame(root: Path) -> None:
    remembered(root, FIVE)
    path_of(root, FIVE, 2, "obj").unlink()
    assert causes(root, FIVE) == ["kept", "kept", "evicted", "kept", "kept"]


def test_a_lost_record_is_evicted(root: Path) -> None:
    remembered(root, FIVE)
    path_of(root, FIVE, 2, "rec").unlink()
    assert causes(root, FIVE) == ["kept", "kept", "evicted", "previous", "previous"]


@pytest.mark.parametrize("what", ["obj", "rec"])
def test_damage_is_named_when_it_was_found(root: Path, what: str) -> None:
    remembered(root, FIVE)
    path, name = path_of(root, FIVE, 2, what), path_of(root, FIVE, 2, "obj").name
    damaged(path)
    Store(root).read(name)  # finds a damaged object; `look` reads the records
    after = "kept" if what == "obj" else "previous"
    assert causes(root, FIVE) == ["kept", "kept", "damaged", after, after]


def test_another_renderer_epoch_and_machine(root: Path) -> None:
    remembered(root, FIVE)
    own = Counting().identity(FIVE.models)
    newer = reasons(root, FIVE, replace(own, epoch="testcard 2"))
    assert {r.text for r in newer} == {"testcard epoch 1 → 2"}
    elsewhere = reasons(root, FIVE, replace(own, numeric="cuda-sm_90"))
    assert {r.text for r in elsewhere} == {"machine any machine → cuda-sm_90"}


def test_colours_of_a_first_frame_that_changed(root: Path) -> None:
    """Frame 2 takes the colours of frame 0, and starts from frame 1."""
    matched = {"coherence__color_match": "mean", "frames": 4}
    remembered(root, planned(**matched))
    path_of(root, planned(**matched), 0, "rec").unlink()
    assert causes(root, planned(**matched)) == ["evicted", "previous", "previous", "previous"]


def test_a_part_of_a_render_leaves_what_is_known_of_the_rest(root: Path) -> None:
    whole = planned(frames=6, starts=(0, 3))
    remembered(root, whole)
    edited = planned(frames=6, starts=(0, 3), diffusion__eta=0.5)
    remembered(root, edited.part(0, 2))
    assert causes(root, edited) == ["kept"] * 2 + ["parameter"] * 4


# ───────────── nothing is unexplained ─────────────

SCENES: list[dict[str, Any]] = [
    {},
    {"mode": Mode.D3},
    {"mode": Mode.D3, "turbo__steps": 3, "frames": 15},
    {"mode": Mode.D3, "scene__vr": True},
    {"coherence__color_match": "histogram"},
    {"starts": (0, 2, 4)},
    {"init__perlin": "color", "init__every_frame": True},
    {"save__intermediates": 2},
]

EDITS: list[dict[str, Any]] = [
    {"diffusion__eta": 0.3},
    {"camera__angle": 3.0, "camera__translate_z": 1.0},
    {"mode": Mode.D3},
    {"mode": Mode.D2},
    {"turbo__steps": 2},
    {"size": (128, 64)},
    {"prompts": "a storm"},
    {"starts": (0, 3)},
    {"init__perlin": "mixed"},
    {"coherence__color_match": "mean"},
    {"scene__vr": True, "vr__ipd": 9.0},
    {"save__intermediates": 1},
    {"cutouts__ic_pow": [3.0] * 1000},
]


def losses() -> list[Callable[[Path, FramePlan], None]]:
    def nothing(root: Path, frames: FramePlan) -> None: ...

    def object_lost(root: Path, frames: FramePlan) -> None:
        path_of(root, frames, 1, "obj").unlink()

    def record_lost(root: Path, frames: FramePlan) -> None:
        path_of(root, frames, 1, "rec").unlink()

    def record_damaged(root: Path, frames: FramePlan) -> None:
        damaged(path_of(root, frames, 1, "rec"))

    return [nothing, object_lost, record_lost, record_damaged]


@pytest.mark.parametrize("loss", losses(), ids=lambda loss: loss.__name__)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_every_miss_is_explained(root: Path, scene: dict[str, Any], loss: Any) -> None:
    """A frame is stale exactly if it has a reason, and frames that were there are not new."""
    before = planned(**{"frames": 6, **scene})
    remembered(root, before)
    loss(root, before)
    for edit in EDITS:
        after = planned(**{"frames": 6, **scene, **edit})
        found = look(after, Counting().identity(after.models), Store(root))
        for state, reason in zip(found, reasons(root, after), strict=True):
            stale = not {state.state, state.eyes} <= {State.KEPT, None}
            assert stale == (reason.cause is not Cause.KEPT)
            assert reason.cause is not Cause.NEW and reason.text


def test_what_was_rendered_is_what_had_a_reason(root: Path) -> None:
    remembered(root, planned(frames=9, starts=(0, 3, 6)))
    zoom = [1.0] * 4 + [1.1] + [1.0] * 4
    edited = planned(frames=9, starts=(0, 3, 6), camera__zoom=zoom)
    stale = [n for n, r in enumerate(reasons(root, edited)) if r.cause is not Cause.KEPT]
    assert tuple(stale) == render(root, edited).rendered == (4, 5)
