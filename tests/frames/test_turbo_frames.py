"""Turbo in the store: what is diffused, what is kept, and that an interruption changes nothing."""

from pathlib import Path

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, digests, planned, render

from discoscript.frames import png
from discoscript.frames.frames import State, survey
from discoscript.frames.pictures import mixed, wanted_pictures
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.parameters import Mode
from discoscript.plan.plan import FramePlan
from discoscript_engine.identity import Identity
from discoscript_engine.job import FrameJob, Mix, Move

IDENTITY = Identity("testcard 1", "any machine", ())


def turbo(**values: object) -> FramePlan:
    """Twelve frames; turbo in threes after a preroll of four."""
    given = {"turbo__steps": 3, "turbo__preroll": 4, "camera__translate_z": 9.0, "frames": 12}
    return planned(mode=Mode.D3, **{**given, **values})


def kinds(plan: FramePlan) -> dict[int, str]:
    """What is made for each frame: (d)iffused, (m)oved, mi(x)ed; what is shown in capitals."""
    letters: dict[int, str] = {}
    for wanted in wanted_pictures(plan):
        letter = {FrameJob: "d", Move: "m", Mix: "x"}[type(wanted.job)]
        shown = letter.upper() if wanted.shown else letter
        letters[wanted.index] = letters.get(wanted.index, "") + shown
    return letters


def test_what_is_made_for_each_frame() -> None:
    made = kinds(turbo())
    assert made == {
        0: "D", 1: "dmX", 2: "dmX", 3: "dmX", 4: "dmX", 5: "M",
        6: "dmX", 7: "mmX", 8: "M", 9: "dmX", 10: "mmX", 11: "M",
    }  # fmt: skip
    assert [f.steps > 0 for f in turbo().frames[4:9]] == [True, False, True, False, False]
    assert [f.turbo.share for f in turbo().frames[6:9] if f.turbo] == [1 / 3, 2 / 3, 1.0]


def test_without_turbo_there_is_one_picture_for_each_frame() -> None:
    assert set(kinds(planned(frames=5, mode=Mode.D3)).values()) == {"D"}
    assert set(kinds(planned(frames=5, mode=Mode.D2, turbo__steps=3)).values()) == {"D"}


def test_turbo_that_begins_later_goes_on_from_what_the_last_diffusion_started_from() -> None:
    plan = turbo(turbo__steps=[1, 1, 1, 3, 3, 3], frames=6, turbo__preroll=1)
    assert kinds(plan) == {0: "D", 1: "D", 2: "D", 3: "mmmX", 4: "M", 5: "dmX"}
    old = [w for w in wanted_pictures(plan) if w.index == 3][1:3]
    assert [w.job for w in old] == [plan.frames[2].turbo.move, plan.frames[3].turbo.move]  # type: ignore[union-attr]
    assert [w.sources for w in old] == [(1,), (4,)]


def test_every_segment_has_a_preroll_of_its_own() -> None:
    made = kinds(turbo(starts=(0, 6), turbo__preroll=1))
    assert [made[i] for i in (0, 1, 2, 5, 6, 7, 8)] == ["D", "dmX", "M", "M", "D", "dmX", "M"]


def test_the_shown_pictures_are_the_mixes(tmp_path: Path) -> None:
    store = Store(tmp_path, QuickDisk())
    outcome = render(tmp_path, turbo())
    assert len(outcome.records) == 12 and outcome.rendered == tuple(range(12))
    assert len(set(digests(outcome))) == 12
    assert all(store.read(digest) for digest in digests(outcome))


@pytest.mark.parametrize("stop", range(1, 12))
def test_a_render_that_was_interrupted_gives_the_pictures_of_an_unbroken_one(
    tmp_path: Path, stop: int
) -> None:
    class Stopping(Counting):
        calls = 0

        def _count(self) -> None:
            self.calls += 1
            if self.calls > stop:
                raise KeyboardInterrupt

        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            self._count()
            return super().render(job, previous, assets, on_step)

        def move(self, move: Move, picture: Picture) -> Picture:
            self._count()
            return super().move(move, picture)

    unbroken = digests(render(tmp_path / "unbroken", turbo()))
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path / "broken", turbo(), Stopping())
    assert digests(render(tmp_path / "broken", turbo())) == unbroken


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    first = render(tmp_path, turbo())
    again = Counting()
    second = render(tmp_path, turbo(), again)
    assert again.seeds == [] and second.rendered == () and digests(second) == digests(first)
    states = survey(turbo(), IDENTITY, Store(tmp_path, QuickDisk()))
    assert set(states) == {State.KEPT}


def test_a_prompt_on_a_skipped_frame_makes_nothing_again(tmp_path: Path) -> None:
    """It is never seen there: only what is diffused depends on it."""
    render(tmp_path, turbo(prompts=["a"] * 12))
    words = ["a"] * 7 + ["b"] * 2 + ["a"] * 3
    assert render(tmp_path, turbo(prompts=words)).rendered == ()
    words[9] = "b"
    assert render(tmp_path, turbo(prompts=words)).rendered == (9, 10, 11)


def test_a_lost_hidden_picture_is_made_again_when_it_is_needed(tmp_path: Path) -> None:
    short = turbo(frames=7)
    whole = digests(render(tmp_path / "whole", turbo()))
    records = render(tmp_path / "lossy", short)
    for path in (tmp_path / "lossy" / "obj").glob("*/*"):
        if path.name not in digests(records):
            path.unlink()
    assert digests(render(tmp_path / "lossy", turbo())) == whole


def test_a_mix_is_rounded_to_the_nearest_level() -> None:
    one, other = (np.full((1, 1, 3), level, np.uint8) for level in (10, 21))
    assert mixed(one, other, 1 / 3)[0, 0, 0] == 17
    assert mixed(one, other, 1.0)[0, 0, 0] == 10
    assert np.array_equal(png.decode(png.encode(mixed(one, other, 0.5))), mixed(one, other, 0.5))
