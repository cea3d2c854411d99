"""Pictures from inside the diffusion: kept beside their frame, and shown while it is made."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, digests, planned, render
from PIL import Image

from discoscript.frames import png
from discoscript.frames.events import Events
from discoscript.frames.frames import State, render_frames, survey
from discoscript.frames.previews import Preview, Previews
from discoscript.frames.record import Record
from discoscript.frames.store import Store
from discoscript.parameters import Mode
from discoscript.plan.plan import FramePlan, partial_steps


class Told(Events):
    """The partial pictures that an event told of, by frame and step."""

    def __init__(self) -> None:
        self.partials: dict[tuple[int, int], Record] = {}

    def partial(self, index: int, done: int, record: Record) -> None:
        self.partials[index, done] = record


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def partials(root: Path, frames: FramePlan) -> tuple[list[int], dict[tuple[int, int], Record]]:
    """The seeds of the frames that were rendered, and the partial pictures told of."""
    cards, told = Counting(), Told()
    render_frames(frames, cards, Store(root, QuickDisk()), told)
    return cards.seeds, told.partials


def test_steps_that_are_skipped_do_not_count() -> None:
    """With 60% of five steps left out, a following frame takes two."""
    frames = planned(frames=2, save__intermediates=(1.0, 2.0, 4.0)).frames
    assert [frame.partials for frame in frames] == [(1, 2, 4), (1,)]


@pytest.mark.parametrize(
    ("wanted", "steps", "after"),
    [
        (0, 10, ()),
        (1, 10, (5,)),
        (4, 10, (2, 4, 6, 8)),
        (3, 25, (6, 12, 18)),
        (50, 4, (1, 2, 3)),
        (2, 1, ()),
        (2, 0, ()),
        ((5.0, 9.0, 34.0, 5.0), 10, (5, 9)),
        ((9.0, 2.0, 10.0, 0.0), 10, (2, 9)),
        ((), 10, ()),
    ],
)
def test_after_which_steps(wanted: object, steps: int, after: tuple[int, ...]) -> None:
    assert partial_steps(wanted, steps) == after


def test_they_are_the_frame_so_far_and_the_frame_is_as_without_them(root: Path) -> None:
    every = {"frames": 2, "coherence__frames_skip_steps": 0}
    wanted = planned(save__intermediates=(2.0, 4.0), **every)
    plain = render(root.with_name("other"), planned(**every))
    store = Store(root, QuickDisk())
    seeds, told = partials(root, wanted)
    assert seeds == [7, 8] and list(told) == [(0, 2), (0, 4), (1, 2), (1, 4)]
    whole = render(root, wanted)
    assert digests(whole) == digests(plain)
    for (index, done), record in told.items():
        picture = png.decode(store.read(record.digest) or b"")
        frame = png.decode(store.read(whole.records[index].digest) or b"")
        grey = (picture == 128).all(axis=(1, 2)).mean()
        assert grey == pytest.approx(1 - done / 5, abs=0.05)
        assert np.array_equal(picture[: int(64 * done / 5)], frame[: int(64 * done / 5)])


def test_what_is_kept_is_told_again_and_renders_nothing(root: Path) -> None:
    wanted = planned(frames=2, save__intermediates=2)
    before = partials(root, wanted)
    after = partials(root, wanted)
    assert before[1] == after[1] and after[0] == []


def test_a_frame_without_them_is_rendered_again_and_those_after_it_with_theirs_are_not(
    root: Path,
) -> None:
    plain, wanted = planned(frames=3), planned(frames=3, save__intermediates=1)
    cards = Counting()
    render(root, plain)
    states = survey(wanted, cards.identity(wanted.models), Store(root))
    assert states == (State.RENDER,) * 3
    assert partials(root, wanted)[0] == [7, 8, 9]
    assert survey(wanted, cards.identity(wanted.models), Store(root)) == (State.KEPT,) * 3
    assert partials(root, planned(frames=3))[0] == []
    assert partials(root, planned(frames=4, save__intermediates=1))[0] == [10]


def test_a_lost_one_costs_its_frame(root: Path) -> None:
    wanted = planned(frames=2, save__intermediates=1)
    _, told = partials(root, wanted)
    digest = told[0, 2].digest
    (root / "obj" / digest[:2] / digest).unlink()
    seeds, again = partials(root, wanted)
    assert seeds == [7] and again == told


def test_turbo_keeps_them_of_diffused_frames_only(root: Path) -> None:
    wanted = planned(
        frames=7, mode=Mode.D3, turbo__steps=3, turbo__preroll=1, save__intermediates=1
    )
    _, told = partials(root, wanted)
    assert [index for index, _ in told] == [0, 1, 3, 6]


class Asking(Counting):
    """Test cards that say which glimpses were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[int] = []

    def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
        def watched(done, steps, glimpse):  # type: ignore[no-untyped-def]
            def look():  # type: ignore[no-untyped-def]
                self.taken.append(done)
                return glimpse()

            on_step(done, steps, look)

        return super().render(job, previous, assets, watched)


def test_a_preview_is_made_every_few_steps_and_nothing_between(root: Path) -> None:
    cards, shown = Asking(), list[Preview]()
    wanted = planned(frames=1, diffusion__steps=10)
    render_frames(wanted, cards, Store(root, QuickDisk()), Previews(4, shown.append))
    assert cards.taken == [4, 8]
    assert [(p.index, p.done, p.steps) for p in shown] == [(0, 4, 10), (0, 8, 10)]
    picture = np.array(Image.open(BytesIO(shown[0].jpeg)))
    assert picture.shape == (64, 64, 3) and np.abs(picture[40:].astype(int) - 128).max() < 12


def test_nobody_asks_nothing_is_made(root: Path) -> None:
    cards = Asking()
    render_frames(planned(frames=2), cards, Store(root, QuickDisk()), Events())
    assert cards.taken == []
