"""Eyes in the store: pictures of their own, so another distance of them diffuses nothing."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, Log, digests, planned, render

from discoscript.errors import RenderFailure
from discoscript.frames import png
from discoscript.frames.frames import Found, Outcome, State, look, render_frames, survey
from discoscript.frames.pictures import wanted_pictures
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.frames.testcard import TestCards
from discoscript.parameters import Mode
from discoscript.plan.plan import FramePlan
from discoscript_engine.identity import Identity
from discoscript_engine.job import Eyes, FrameJob, Mix, Move

IDENTITY = Identity("testcard 1", "any machine", ())


def stereo(**values: object) -> FramePlan:
    """Six frames with eyes."""
    given = {"scene__vr": True, "camera__translate_z": 9.0, "frames": 6}
    return planned(mode=Mode.D3, **{**given, **values})


@dataclass
class Looking(Counting):
    """Test cards that remember the jobs of all pictures, and stop before the `stop`-th."""

    stop: int = 1000
    asked: list[type] = field(default_factory=list)

    def _ask(self, job: FrameJob | Move | Eyes) -> None:
        if len(self.asked) == self.stop:
            raise KeyboardInterrupt
        self.asked.append(type(job))

    def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
        self._ask(job)
        return super().render(job, previous, assets, on_step)

    def move(self, move: Move, picture: Picture) -> Picture:
        self._ask(move)
        return super().move(move, picture)

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        self._ask(eyes)
        return super().eyes(eyes, picture)


def pictures(outcome: Outcome) -> list[str]:
    """Frames and eyes, by content."""
    return [record.digest for record in outcome.records + outcome.eyes]


def kinds(plan: FramePlan) -> dict[int, str]:
    """What is made for each frame: (d)iffused, (m)oved, mi(x)ed, (e)yes; what is shown in
    capitals."""
    letters: dict[int, str] = {}
    for wanted in wanted_pictures(plan):
        letter = {FrameJob: "d", Move: "m", Mix: "x", Eyes: "e"}[type(wanted.job)]
        letters[wanted.index] = letters.get(wanted.index, "") + (
            letter.upper() if wanted.shown else letter
        )
    return letters


def test_every_frame_has_eyes_after_it_is_shown() -> None:
    assert kinds(stereo(frames=3)) == {0: "De", 1: "De", 2: "De"}
    turbo = stereo(turbo__steps=3, turbo__preroll=1)
    assert kinds(turbo) == {0: "De", 1: "dmXe", 2: "Me", 3: "dmXe", 4: "mmXe", 5: "Me"}


def test_eyes_look_at_the_shown_picture() -> None:
    made = wanted_pictures(stereo(turbo__steps=3, turbo__preroll=1))
    for wanted in made:
        if wanted.eyes:
            (source,) = wanted.sources
            assert made[source].shown and made[source].index == wanted.index


def test_eyes_change_no_frame(tmp_path: Path) -> None:
    plain = render(tmp_path, stereo(scene__vr=False))
    again = Looking()
    seen = render(tmp_path, stereo(), again)
    assert set(again.asked) == {Eyes} and seen.records == plain.records
    assert seen.rendered == () and seen.eyes_rendered == tuple(range(6))
    assert plain.eyes == () and len(set(pictures(seen))) == 12


def test_both_eyes_lie_in_one_picture(tmp_path: Path) -> None:
    outcome = render(tmp_path, stereo(frames=2, size=(96, 64)))
    store = Store(tmp_path, QuickDisk())
    data = store.read(outcome.eyes[1].digest)
    assert data is not None and png.decode(data).shape == (64, 192, 3)


def test_another_distance_of_the_eyes_makes_nothing_but_eyes(tmp_path: Path) -> None:
    before = render(tmp_path, stereo())
    again = Looking()
    after = render(tmp_path, stereo(vr__ipd=[5.0] * 4 + [9.0] * 2), again)
    assert again.asked == [Eyes, Eyes] and after.eyes_rendered == (4, 5)
    assert digests(after) == digests(before) and after.eyes[:4] == before.eyes[:4]
    assert {r.digest for r in after.eyes[4:]}.isdisjoint(r.digest for r in before.eyes)


def test_another_angle_of_the_eyes_makes_nothing_but_eyes(tmp_path: Path) -> None:
    render(tmp_path, stereo())
    outcome = render(tmp_path, stereo(vr__eye_angle=0.8))
    assert outcome.rendered == () and outcome.eyes_rendered == tuple(range(6))


def test_a_second_render_makes_nothing(tmp_path: Path) -> None:
    first = render(tmp_path, stereo())
    again = Looking()
    second = render(tmp_path, stereo(), again)
    assert again.asked == [] and second.eyes_rendered == () and pictures(second) == pictures(first)


@pytest.mark.parametrize("stop", range(1, 14))
def test_an_interrupted_render_goes_on_where_it_was(tmp_path: Path, stop: int) -> None:
    plan = stereo(turbo__steps=2, turbo__preroll=1)
    unbroken, broken, rest = Looking(), Looking(stop=stop), Looking()
    whole = pictures(render(tmp_path / "whole", plan, unbroken))
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path / "broken", plan, broken)
    assert pictures(render(tmp_path / "broken", plan, rest)) == whole
    assert broken.asked + rest.asked == unbroken.asked


def test_a_part_has_the_eyes_of_the_whole(tmp_path: Path) -> None:
    whole = render(tmp_path / "whole", stereo(starts=(0, 3)))
    part = render(tmp_path / "part", stereo(starts=(0, 3)).part(4, 6))
    assert [r.digest for r in part.eyes] == [r.digest for r in whole.eyes[3:]]


def test_what_the_store_knows_of_eyes(tmp_path: Path) -> None:
    store = Store(tmp_path, QuickDisk())
    new = look(stereo(frames=2), IDENTITY, store)
    assert [(f.state, f.eyes) for f in new] == [
        (State.RENDER, State.OPEN),
        (State.OPEN, State.OPEN),
    ]
    outcome = render(tmp_path, stereo(frames=2))
    key = outcome.records[0].key
    assert look(stereo(frames=2), IDENTITY, store)[0] == Found(State.KEPT, key, State.KEPT)
    farther = stereo(frames=2, vr__ipd=8.0)
    assert look(farther, IDENTITY, store)[0] == Found(State.KEPT, key, State.RENDER)
    assert survey(farther, IDENTITY, store) == (State.KEPT, State.KEPT)
    plain = look(stereo(frames=2, scene__vr=False), IDENTITY, store)
    assert plain[1] == Found(State.KEPT, outcome.records[1].key, None)


def told(root: Path, plan: FramePlan) -> list[str]:
    log = Log()
    render_frames(plan, Counting(), Store(root, QuickDisk()), log)
    return [line for line in log.lines if not line.startswith("step")]


def test_eyes_are_told_apart_from_frames(tmp_path: Path) -> None:
    one = ["started 0", "finished 0", "eyes 0 made"]
    assert told(tmp_path, stereo(frames=1)) == one
    assert told(tmp_path, stereo(frames=1)) == ["kept 0", "eyes 0"]
    assert told(tmp_path, stereo(frames=1, vr__ipd=9.0)) == ["kept 0", "eyes 0 made"]


def test_lost_eyes_cost_no_frame(tmp_path: Path) -> None:
    before = render(tmp_path, stereo())
    (path,) = (tmp_path / "obj").glob(f"*/{before.eyes[3].digest}")
    path.unlink()
    again = Looking()
    after = render(tmp_path, stereo(), again)
    assert again.asked == [Eyes] and after.eyes_rendered == (3,)
    assert pictures(after) == pictures(before)


class Blind(Counting):
    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        raise ValueError("no depth")


class OneEyed(Counting):
    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        return picture


@pytest.mark.parametrize(("renderer", "reason"), [(Blind, "no depth"), (OneEyed, "malformed")])
def test_eyes_that_cannot_be_made_are_a_message(
    tmp_path: Path, renderer: type, reason: str
) -> None:
    with pytest.raises(RenderFailure, match=f"frame 0 could not be rendered: .*{reason}"):
        render(tmp_path, stereo(), renderer())


def test_the_eyes_of_a_card_see_it_from_two_sides() -> None:
    eyes = stereo(frames=1, vr__ipd=16.0, size=(96, 64)).frames[0].eyes
    assert eyes is not None
    card = np.zeros((64, 96, 3), np.uint8)
    card[:, 48:50] = 255
    both = TestCards().eyes(eyes, card)
    assert both.shape == (64, 192, 3)
    rows = np.split(both[8, :, 0] > 128, 2)
    left, right = (int(np.flatnonzero(row)[0]) for row in rows)
    assert left > right, "what lies in the middle is farther right for the left eye"
