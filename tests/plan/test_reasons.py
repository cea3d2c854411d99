"""Why a frame is rendered: each difference has a name, and the line that changed."""

from dataclasses import replace
from typing import Any

import pytest
from plan.test_frame_key import IDENTITY, JOBS, VIDEO, cases, mutants
from schedule.schedules import prompt, schedule
from small_scripts import SCENE

from discoscript.parameters import BY_KEY, Mode
from discoscript.pipeline import compile_text
from discoscript.plan import run as runs
from discoscript.plan.asked import past
from discoscript.plan.comparing import reason
from discoscript.plan.lines import Lines
from discoscript.plan.plan import PlannedFrame, plan
from discoscript.plan.reasons import WORDS, Cause, Files, Reason
from discoscript.plan.run import run_of
from discoscript_engine.identity import Identity
from discoscript_engine.job import ColorMatch, Eyes, FrameJob, Models, StereoCamera

#: The mistakes of a comparison that says nothing.
NOT_A_DIFFERENCE = {Cause.KEPT, Cause.NEW, Cause.EVICTED, Cause.DAMAGED, Cause.PREVIOUS}

FILES = Files({"ef" * 32: "dog.png"}, ("clip.mp4", "11" * 32, 1))
OTHER_FILES = Files({"0" * 64: "dog.png"}, ("clip.mp4", "22" * 32, 1))


def lines(text: str = SCENE + 'prompt "x"\n', before: str = "") -> Lines:
    compiled = compile_text("disco 1\n" + text)
    assert compiled.schedule is not None, compiled.diagnostics
    return Lines(compiled.scene, compiled.schedule, before and "disco 1\n" + before)


def why(
    before: PlannedFrame,
    after: PlannedFrame,
    identity: Identity = IDENTITY,
    old: Files = FILES,
    new: Files = FILES,
) -> Reason | None:
    return reason(1, past(before, IDENTITY), past(after, identity), old, new, lines())


def frame(job: FrameJob, **more: Any) -> PlannedFrame:
    return PlannedFrame(1, job, True, **more)


# ───────────── every field ─────────────


@pytest.mark.parametrize(("job", "other"), cases())
def test_every_value_of_the_job_is_named(job: FrameJob, other: FrameJob) -> None:
    found = why(frame(job), frame(other))
    assert found is not None and found.cause not in NOT_A_DIFFERENCE
    assert found.before != found.after or found.what, found


@pytest.mark.parametrize(("job", "other"), cases())
def test_a_parameter_is_called_as_the_language_calls_it(job: FrameJob, other: FrameJob) -> None:
    found = why(frame(job), frame(other))
    assert found is not None
    if found.cause is Cause.PARAMETER:
        assert found.what in BY_KEY


@pytest.mark.parametrize("other", [pytest.param(o, id=w) for w, o in mutants(IDENTITY, "identity")])
def test_every_value_of_the_identity_is_named(other: Identity) -> None:
    found = why(frame(JOBS["2d"]), frame(JOBS["2d"]), other)
    last = isinstance(other.models, tuple) and [r for r, _ in other.models] != ["clip tiny"]
    assert last == (found is None)  # another model is named: then the job differs too


TURBO = plan(schedule(mode=Mode.D3, turbo__steps=3, frames=15), 7, {}).frames
SKIPPED = next(f for f in TURBO if f.turbo and f.turbo.skipped)
EYES = Eyes(128, 64, "tiny", StereoCamera(0.5, 5.0, 40.0, "border", "bicubic", 0.3))


def beside() -> list[Any]:
    """Changes of what is asked for beside the job: before, after and the parameter."""
    job, turbo = JOBS["3d"], SKIPPED.turbo
    assert turbo is not None
    deep = replace(turbo, move=replace(turbo.move, depth="other"))
    wide = replace(turbo, move=replace(turbo.move, width=128))
    pushed = replace(turbo.move.camera, translate_z=1.0)
    colors = ColorMatch("mean", 1.0)
    return [
        (frame(job), frame(job, turbo=turbo), "turbo.steps"),
        (frame(job, turbo=turbo), frame(job, turbo=replace(turbo, share=0.5)), "turbo.steps"),
        (frame(job, turbo=turbo), frame(job, turbo=deep), "depth.model"),
        (frame(job, turbo=turbo), frame(job, turbo=wide), "scene.size"),
        (
            frame(job, turbo=turbo),
            frame(job, turbo=replace(turbo, move=replace(turbo.move, camera=pushed))),
            "camera.translate_z",
        ),
        (frame(job), frame(job, colors=colors), "coherence.color_match"),
        (
            frame(job, colors=colors),
            frame(job, colors=replace(colors, strength=0.5)),
            "coherence.color_strength",
        ),
        (
            frame(job, colors=colors),
            frame(job, colors=replace(colors, method="histogram")),
            "coherence.color_match",
        ),
        (frame(job), frame(job, partials=(3,)), "save.intermediates"),
        (frame(job, partials=(3,)), frame(job), "save.intermediates"),
        (frame(job), frame(job, eyes=EYES), "scene.vr"),
        *(
            (
                frame(job, eyes=EYES),
                frame(job, eyes=replace(EYES, camera=replace(EYES.camera, **{name: value}))),
                parameter,
            )
            for name, value, parameter in (
                ("ipd", 6.0, "vr.ipd"),
                ("eye_angle", 1.0, "vr.eye_angle"),
                ("fov", 41.0, "camera.fov"),
                ("padding", "zeros", "camera.padding"),
                ("sampling", "nearest", "camera.sampling"),
                ("midas_weight", 0.5, "depth.midas_weight"),
            )
        ),
    ]


@pytest.mark.parametrize(("before", "after", "parameter"), beside())
def test_what_is_asked_beside_the_job_is_named(
    before: PlannedFrame, after: PlannedFrame, parameter: str
) -> None:
    found = why(before, after)
    assert found is not None and (found.cause, found.what) == (Cause.PARAMETER, parameter)


def test_the_share_of_a_frame_says_more_than_that_depths_are_mixed() -> None:
    def at(*weights: float) -> FrameJob:
        values = {"depth__model": "dpt_large", "depth__midas_weight": list(weights)}
        return plan(schedule(frames=2, mode=Mode.D3, **values), 7, {}).frames[1].job

    text = "depth.midas_weight 0.3 → 1"
    assert why(frame(at(0.3, 0.3)), frame(at(1.0, 1.0))).text.startswith(text)  # type: ignore[union-attr]
    text = "depth.midas_weight below 1 somewhere → 1 throughout"
    assert why(frame(at(0.3, 1.0)), frame(at(1.0, 1.0))).text.startswith(text)  # type: ignore[union-attr]


def test_equal_frames_have_no_reason() -> None:
    assert why(frame(JOBS["3d"]), frame(JOBS["3d"])) is None


def test_a_frame_that_turbo_skips_does_not_care_for_its_prompts() -> None:
    job = replace(SKIPPED.job, prompts=(replace(SKIPPED.job.prompts[0], weight=3.0),))
    assert why(SKIPPED, replace(SKIPPED, job=job)) is None


# ───────────── the words ─────────────


JOB = JOBS["2d"]
TEXT = JOB.prompts[0]


def with_prompts(*prompts: Any) -> PlannedFrame:
    return frame(replace(JOB, prompts=prompts))


def test_words_of_every_cause() -> None:
    assert set(WORDS) == set(Cause)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (frame(JOB), frame(replace(JOB, seed=9)), "scene.seed 8 → 9"),
        (
            frame(JOB),
            frame(replace(JOB, guidance=replace(JOB.guidance, tv_scale=1e-7))),
            "guidance.tv_scale 0 → 1e-07",
        ),
        (
            frame(replace(JOB, guidance=replace(JOB.guidance, clamp_max=0.05000001))),
            frame(JOB),
            "guidance.clamp_max 0.05000001 → 0.05",
        ),
        (
            frame(JOB),
            frame(replace(JOB, diffusion=replace(JOB.diffusion, skip_augs=True))),
            "diffusion.skip_augs off → on",
        ),
        (
            frame(JOB),
            frame(replace(JOB, cutouts=replace(JOB.cutouts, ic_pow=((500, 1.0), (1000, 2.0))))),
            "cutouts.ic_pow 1 up to 1000 → 1 up to 500, 2 up to 1000",
        ),
        (frame(JOB), frame(JOBS["3d"]), "scene.mode 2d → 3d at script.disco:3"),
        (frame(JOBS["still"]), frame(JOBS["start"]),
         "scene.mode still → 2d or 3d at script.disco:3"),
        (frame(JOB), frame(JOBS["start"]),
         "starts from the frame before → noise at script.disco:3"),
        (with_prompts(TEXT), with_prompts(replace(TEXT, weight=2.0)),
         'prompt "a lighthouse" 1 → 2'),
        (with_prompts(TEXT), with_prompts(replace(TEXT, text="a storm")),
         'prompt "a lighthouse" → "a storm"'),
        (with_prompts(TEXT), with_prompts(TEXT, replace(TEXT, text="a storm")),
         'prompt "a storm" added'),
        (with_prompts(TEXT, replace(TEXT, text="a storm")), with_prompts(TEXT),
         'prompt "a storm" removed'),
        (with_prompts(TEXT, replace(TEXT, text="a storm")), with_prompts(
            replace(TEXT, text="a storm"), TEXT), 'prompt "a storm" moved'),
        (
            frame(JOB),
            frame(replace(JOB, models=Models("big", False, ("tiny",), None))),
            "model scene.model tiny → big",
        ),
    ],
)  # fmt: skip
def test_a_reason_in_words(before: PlannedFrame, after: PlannedFrame, text: str) -> None:
    found = why(before, after)
    assert found is not None and found.text == text


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (replace(IDENTITY, epoch="engine 2"), "engine epoch 1 → 2"),
        (replace(IDENTITY, epoch="testcard 1"), "renderer engine 1 → testcard 1"),
        (
            replace(IDENTITY, numeric="cuda-sm_90 fp32 torch2.9"),
            "machine cpu-x86_64 fp32 torch2.9 → cuda-sm_90 fp32 torch2.9",
        ),
        (replace(IDENTITY, models=(("clip tiny", "cd" * 32),)), "model clip tiny changed"),
    ],
)
def test_a_reason_of_the_renderer_in_words(identity: Identity, text: str) -> None:
    found = why(frame(JOB), frame(JOB), identity)
    assert found is not None and found.text == text


def test_a_file_with_other_content_is_an_asset() -> None:
    job = JOBS["picture"]
    other = replace(job, start=replace(job.start, sha256="0" * 64))
    found = why(frame(job), frame(other), old=FILES, new=OTHER_FILES)
    assert found is not None and found.text == "asset dog.png changed"
    renamed = Files({"0" * 64: "cat.png"})
    found = why(frame(job), frame(other), old=FILES, new=renamed)
    assert found is not None and found.text == "init.image dog.png → cat.png"


def test_a_picture_prompt_with_other_content_is_an_asset() -> None:
    rows = [replace(prompt("dog.png", 1.0, 2), image=True)]
    one, other = (
        plan(replace(schedule(frames=2), prompts=tuple(rows)), 7, {"dog.png": digest}).frames[1]
        for digest in ("ef" * 32, "0" * 64)
    )
    found = why(one, other, old=FILES, new=OTHER_FILES)
    assert found is not None and found.text == "asset dog.png changed"


@pytest.mark.parametrize(
    ("video", "text"),
    [
        (("clip.mp4", "22" * 32, 1), "asset clip.mp4 changed"),
        (("other.mp4", "22" * 32, 1), "video.source clip.mp4 → other.mp4"),
        (("clip.mp4", "11" * 32, 2), "video.every 1 → 2"),
    ],
)
def test_an_input_video_that_changed(video: tuple[str, str, int], text: str) -> None:
    other = replace(VIDEO, frames=("e" * 64,) * 4)
    before, after = (
        plan(schedule(mode=Mode.VIDEO), 7, {}, each).frames[1] for each in (VIDEO, other)
    )
    found = why(before, after, new=replace(FILES, video=video))
    assert found is not None and found.text == text


# ───────────── the lines ─────────────

BEACH = """scene "Beach":
    mode 3d
    frames 12
    fps 12
    seed 7

let fast = 2
let speed = fast * 2

frame 0: prompt "a beach"
frame 6: prompt "a storm"

camera:
    translate_z speed
    translate_z += 1 @ 8..12
    rotate_y [
        0: 0,
        11: 5,
    ]

cut @ 4
"""


def told(before: str, after: str, at: int) -> str:
    """Why a frame is rendered after an edit: the text of the reason."""
    found = lines(after, before)
    old = compile_text("disco 1\n" + before)
    assert old.schedule is not None
    one, other = (plan(s, 7, {}).frames[at] for s in (old.schedule, found.schedule))
    said = reason(at, past(one, IDENTITY), past(other, IDENTITY), FILES, FILES, found)
    assert said is not None
    return said.text


@pytest.mark.parametrize(
    ("old", "new", "frame", "text"),
    [
        ("translate_z speed", "translate_z 5", 1, "camera.translate_z 4 → 5 at script.disco:15"),
        ("speed = fast * 2", "speed = 5", 1, "camera.translate_z 4 → 5 at script.disco:9"),
        ("fast = 2", "fast = 3", 1, "camera.translate_z 4 → 6 at script.disco:8"),
        ("+= 1 @", "+= 2 @", 9, "camera.translate_z 5 → 6 at script.disco:16"),
        ("11: 5", "11: 6", 11, "camera.rotate_y 5 → 6 at script.disco:19"),
        ("a storm", "a gale", 7, 'prompt "a storm" → "a gale" at script.disco:12'),
        ("cut @ 4", "cut @ 5", 5, "starts from the frame before → noise at script.disco:22"),
        ("cut @ 4", "cut @ 5", 4, "starts from noise → the frame before"),
        ("    rotate_y", "    rotate_x", 11, "camera.rotate_x 0 → 5 at script.disco:17"),
        ("mode 3d", "mode 3d\n    size 64x64", 1, "scene.size width 128 → 64 at script.disco:4"),
    ],
)
def test_the_line_that_changed_is_named(old: str, new: str, frame: int, text: str) -> None:
    assert told(BEACH, BEACH.replace(old, new), frame) == text


# ───────────── the run that is kept ─────────────


def kept_run(frames: int = 6, **values: Any) -> runs.Run:
    made = plan(schedule(frames=frames, **values), 7, {})
    pictures = [(f, (f"{f.index:064x}",)) for f in made.frames]
    return run_of(pictures, IDENTITY, "beach.disco", "disco 1\n", FILES)


def test_a_run_comes_back_from_its_file() -> None:
    run = kept_run()
    again = runs.from_bytes(runs.to_bytes(run))
    assert again is not None and (again.files, again.text) == (run.files, run.text)
    assert [again.frame(i) for i in range(6)] == [run.frame(i) for i in range(6)]
    assert again.frame(6) is None


def test_a_run_keeps_the_frames_that_the_next_one_did_not_come_to() -> None:
    made = plan(schedule(frames=6, camera__zoom=2.0), 7, {})
    first = runs.from_bytes(runs.to_bytes(kept_run()))
    second = run_of([(f, ("ab" * 32,)) for f in made.frames[:3]], IDENTITY, "", "", FILES, first)
    again = runs.from_bytes(runs.to_bytes(second))
    assert first is not None and again is not None
    assert again.frame(2) == past(made.frames[2], IDENTITY, ("ab" * 32,))
    assert again.frame(3) == first.frame(3)


def test_every_truncation_and_every_flipped_bit_of_a_run_is_noticed() -> None:
    data = runs.to_bytes(kept_run(2))
    assert all(runs.from_bytes(data[:n]) is None for n in range(len(data)))
    for at in range(len(data)):
        assert runs.from_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None


def test_a_run_of_another_version_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAGIC", b"DISCORUN0")
    old = runs.to_bytes(kept_run(2))
    monkeypatch.undo()
    assert runs.from_bytes(old) is None


def test_a_field_that_came_later_is_no_difference() -> None:
    run = kept_run(2)
    old = run.frame(1)
    assert old is not None
    older = replace(old, values={k: v for k, v in old.values.items() if k != "symmetry"})
    now = past(plan(schedule(frames=2), 7, {}).frames[1], IDENTITY)
    assert reason(1, older, now, FILES, FILES, lines()) is None


def test_a_run_of_many_frames_is_small() -> None:
    """Every frame has a camera and a seed of its own; a hundred bytes a frame, digests included."""
    zoom = [1 + i / 1000 for i in range(2000)]
    size = len(runs.to_bytes(kept_run(2000, camera__zoom=zoom)))
    print(f"a run of 2,000 frames: {size / 2000:.0f} bytes a frame")
    assert size < 2000 * 100
