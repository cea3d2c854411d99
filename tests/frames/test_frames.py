"""Rendering a plan: exactly what is missing is rendered, and the pictures never depend on how."""

import multiprocessing
from pathlib import Path

import numpy as np
import pytest
from frames.renders import Counting, Log, digests, planned, render

from discoscript.errors import DiskFailure, RenderFailure
from discoscript.frames import png
from discoscript.frames.events import Events, EventsTo
from discoscript.frames.frames import State, render_frames, survey
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript_engine.job import FrameJob, Models

MODELS = Models("tiny", False, ("tiny",), "tiny")
IDENTITY = Counting().identity(MODELS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def objects(root: Path) -> list[Path]:
    return sorted(p for p in (root / "obj").rglob("*") if p.is_file())


# ───────────── what ran ─────────────


def test_everything_is_rendered_once_and_then_nothing(root: Path) -> None:
    frames = planned(frames=6, starts=(0, 3))
    first, second = render(root, frames), render(root, frames)
    assert first.rendered == (0, 1, 2, 3, 4, 5) and second.rendered == ()
    assert digests(first) == digests(second)


@pytest.mark.parametrize("at", range(9))
def test_a_prompt_changed_at_a_frame_renders_from_there_to_the_end_of_its_segment(
    root: Path, at: int
) -> None:
    starts, frames = (0, 3, 7), 9
    render(root, planned(frames=frames, starts=starts))
    words = ["a lighthouse"] * at + ["a storm"] + ["a lighthouse"] * (frames - at - 1)
    after = render(root, planned(frames=frames, starts=starts, prompts=words))
    end = next((s for s in (*starts, frames) if s > at), frames)
    assert after.rendered == tuple(range(at, end))


def test_a_longer_script_renders_only_what_is_new(root: Path) -> None:
    render(root, planned(frames=4))
    assert render(root, planned(frames=7)).rendered == (4, 5, 6)
    assert render(root, planned(frames=3)).rendered == ()


def test_two_scripts_share_frames(root: Path) -> None:
    render(root, planned(frames=6, starts=(0, 3)))
    assert render(root, planned(frames=6, starts=(0, 3, 5))).rendered == (5,)


def test_another_renderer_or_epoch_shares_nothing(root: Path) -> None:
    render(root, planned(frames=3))
    assert render(root, planned(frames=3), Counting(epoch="testcard 2")).rendered == (0, 1, 2)


def test_a_frame_that_comes_out_equal_spares_those_after_it(root: Path) -> None:
    """Early cutoff: the renderer ignores eta, so frame 1 has a new key but the old picture."""

    class IgnoresEta(Counting):
        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            from dataclasses import replace

            job = replace(job, diffusion=replace(job.diffusion, eta=0.0))
            return super().render(job, previous, assets, on_step)

    before = render(root, planned(frames=5), IgnoresEta())
    changed = planned(frames=5, diffusion__eta=[0.8, 0.5, 0.8, 0.8, 0.8])
    after = render(root, changed, IgnoresEta())
    assert after.rendered == (1,) and digests(after) == digests(before)


def test_the_next_frame_starts_from_the_decoded_stored_bytes(root: Path) -> None:
    seen: list[Picture | None] = []

    class Watching(Counting):
        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            seen.append(previous)
            return super().render(job, previous, assets, on_step)

    outcome = render(root, planned(frames=4, starts=(0, 2)), Watching())
    stored = [png.decode(Store(root).read(d) or b"") for d in digests(outcome)]
    assert seen[0] is None and seen[2] is None
    assert np.array_equal(seen[1], stored[0]) and np.array_equal(seen[3], stored[2])


# ───────────── the survey before ─────────────


def test_the_survey_of_a_new_script(root: Path) -> None:
    states = survey(planned(frames=4, starts=(0, 2)), IDENTITY, Store(root))
    assert states == (State.RENDER, State.OPEN, State.RENDER, State.OPEN)
    assert not root.exists()


def test_the_survey_says_what_the_render_then_does(root: Path) -> None:
    render(root, planned(frames=6, starts=(0, 3)))
    words = ["a lighthouse", "a storm", *["a lighthouse"] * 4]
    changed = planned(frames=6, starts=(0, 3), prompts=words)
    states = survey(changed, IDENTITY, Store(root))
    kept, rendered, free = State.KEPT, State.RENDER, State.OPEN
    assert states == (kept, rendered, free, kept, kept, kept)
    assert render(root, changed).rendered == (1, 2)


def test_a_lost_picture_costs_one_frame(root: Path) -> None:
    """Its record still names its digest, so the frames after it are found."""
    frames = planned(frames=5)
    before = render(root, frames)
    digest = before.records[2].digest
    (root / "obj" / digest[:2] / digest).unlink()
    states = survey(frames, IDENTITY, Store(root))
    assert states == (State.KEPT, State.KEPT, State.RENDER, State.KEPT, State.KEPT)
    after = render(root, frames)
    assert after.rendered == (2,) and digests(after) == digests(before)


# ───────────── damage ─────────────


def test_a_damaged_predecessor_is_rendered_again_before_it_is_used(root: Path) -> None:
    before = render(root, planned(frames=6))
    for path in objects(root):
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[-1] ^= 1  # same length: only reading finds it
        path.write_bytes(data)
    log = Log()
    outcome = render_frames(planned(frames=8), Counting(), Store(root), log)
    assert outcome.rendered == (0, 1, 2, 3, 4, 5, 6, 7)
    assert digests(outcome)[:6] == digests(before)
    assert "frame 5 was damaged in the frame store; it is rendered again" in log.lines


def test_all_objects_lost_renders_all_again(root: Path) -> None:
    before = render(root, planned(frames=4))
    for path in objects(root):
        path.unlink()
    after = render(root, planned(frames=4))
    assert after.rendered == (0, 1, 2, 3) and digests(after) == digests(before)


def test_a_renderer_that_is_not_deterministic_is_reported(root: Path) -> None:
    before = render(root, planned(frames=3))
    for path in objects(root):
        path.unlink()

    class Drifting(Counting):
        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            return super().render(job, previous, assets, on_step) ^ np.uint8(1)

    log = Log()
    after = render_frames(planned(frames=3), Drifting(), Store(root), log)
    assert "frame 0 came out differently from the first time" in log.lines
    assert digests(after) != digests(before)
    assert render(root, planned(frames=3)).rendered == ()


def test_a_disk_that_loses_everything_ends_in_a_message(root: Path) -> None:
    class Losing(Store):
        def read(self, digest: str) -> bytes | None:
            return None

    with pytest.raises(DiskFailure, match="loses what is written"):
        render_frames(planned(frames=2), Counting(), Losing(root), Events())


# ───────────── events and failures ─────────────


def test_events_are_told_in_order(root: Path) -> None:
    log, other = Log(), Log()
    frames = planned(frames=2, diffusion__steps=2, coherence__frames_skip_steps=50.0)
    render_frames(frames, Counting(), Store(root), EventsTo(log, other))
    assert log.lines == ["started 0", "step 0 1/2", "step 0 2/2", "finished 0",
                         "started 1", "step 1 1/1", "finished 1"]  # fmt: skip
    assert other.lines == log.lines
    log.lines.clear()
    render_frames(frames, Counting(), Store(root), log)
    assert log.lines == ["kept 0", "kept 1"]


class Failing(Counting):
    """Fails at the second frame with `error`."""

    error: BaseException = RuntimeError("CUDA out of memory")

    def render(self, job: FrameJob, previous, assets, on_step):  # type: ignore[no-untyped-def]
        if len(self.seeds) == 1:
            raise self.error
        return super().render(job, previous, assets, on_step)


def test_a_frame_that_cannot_be_rendered_is_named(root: Path) -> None:
    with pytest.raises(RenderFailure, match="frame 1 could not be rendered: CUDA out of memory"):
        render(root, planned(frames=3), Failing())
    assert render(root, planned(frames=3)).rendered == (1, 2)


def test_an_interruption_keeps_what_is_finished(root: Path) -> None:
    failing = Failing()
    failing.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        render(root, planned(frames=3), failing)
    assert render(root, planned(frames=3)).rendered == (1, 2)


def test_a_malformed_picture_is_refused(root: Path) -> None:
    class Small(Counting):
        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            return np.zeros((2, 2, 3), np.uint8)

    with pytest.raises(RenderFailure, match=r"frame 0 could not be rendered: .* malformed"):
        render(root, planned(frames=1), Small())


# ───────────── two processes ─────────────


def _render_in_process(root: Path, queue) -> None:  # type: ignore[no-untyped-def]
    counting = Counting(TestCards(delay_s=0.002))
    outcome = render(root, planned(frames=12, starts=(0, 6)), counting)
    queue.put((digests(outcome), outcome.rendered))


def test_processes_on_one_store_share_the_work_and_agree(tmp_path: Path, root: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [context.Process(target=_render_in_process, args=(root, queue)) for _ in range(3)]
    for worker in workers:
        worker.start()
    results = [queue.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
    alone = digests(render(tmp_path / "alone", planned(frames=12, starts=(0, 6))))
    assert all(found == alone for found, _ in results)
    assert sorted(i for _, rendered in results for i in rendered) == list(range(12))
