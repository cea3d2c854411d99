"""`coherence: color_match`: colours of a segment's first frame, as pictures of their own."""

from pathlib import Path

import numpy as np
import pytest
from frames.disks import QuickDisk
from frames.renders import Counting, digests, planned, render
from numpy.typing import NDArray

from discoscript.frames import png
from discoscript.frames.colors import METHODS, matched, to_lab, to_picture
from discoscript.frames.pictures import wanted_pictures
from discoscript.frames.renderer import Picture
from discoscript.frames.store import Store
from discoscript.parameters import BY_KEY, Mode
from discoscript.plan.plan import FramePlan
from discoscript_engine.job import ColorMatch, FrameJob, Mix, Move

every_method = pytest.mark.parametrize("method", METHODS)


def painted(seed: int, dark: float = 1.0, tint: tuple[int, int, int] = (0, 0, 0)) -> Picture:
    """A smooth picture with many colours."""
    y, x = np.mgrid[0:48, 0:64] / 64
    phases = np.random.default_rng(seed).uniform(0, 6, 3)
    waves = [np.sin(5 * x + 3 * y + p) * np.cos(4 * y - p) for p in phases]
    levels = dark * (128 + 80 * np.stack(waves, axis=-1)) + tint
    return levels.clip(0, 255).astype(np.uint8)


def lab_mean(picture: Picture) -> NDArray[np.float64]:
    return to_lab(picture).mean(axis=(0, 1))


def test_colours_go_there_and_back() -> None:
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(18, -1, 3)
    assert np.array_equal(to_picture(to_lab(cube)), cube)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((10, 10, 10), (2.74, 0, 0)),
    ],
)
def test_colours_have_the_numbers_of_the_standard(
    rgb: tuple[int, ...], lab: tuple[float, ...]
) -> None:
    assert to_lab(np.array([[rgb]], np.uint8))[0, 0] == pytest.approx(lab, abs=0.02)


@every_method
def test_a_dark_picture_gets_the_colours_of_the_reference(method: str) -> None:
    own, reference = painted(1, dark=0.5, tint=(0, 20, 60)), painted(2)
    made = matched(own, reference, ColorMatch(method, 1.0))
    assert np.abs(lab_mean(own) - lab_mean(reference)).max() > 20
    assert np.abs(lab_mean(made) - lab_mean(reference)).max() < 1.5
    spread = [to_lab(p).std(axis=(0, 1)) for p in (made, reference)]
    assert spread[0] == pytest.approx(spread[1], rel=0.1, abs=1)


def test_a_histogram_is_the_reference_s() -> None:
    made = matched(painted(1, dark=0.4), painted(2), ColorMatch("histogram", 1.0))
    shares = np.linspace(0, 1, 11)
    for channel in range(3):
        own, wanted = (np.quantile(to_lab(p)[..., channel], shares) for p in (made, painted(2)))
        assert own == pytest.approx(wanted, abs=6)


@every_method
def test_a_picture_with_the_same_colours_is_left_alone(method: str) -> None:
    picture = painted(3)
    turned = np.ascontiguousarray(picture[::-1])
    assert np.abs(matched(turned, picture, ColorMatch(method, 1.0)) - turned.astype(int)).max() <= 1


@every_method
def test_the_strength_is_a_share_of_the_way(method: str) -> None:
    own, reference = painted(1, dark=0.6), painted(2)
    assert np.array_equal(matched(own, reference, ColorMatch(method, 0.0)), own)
    half, whole = (matched(own, reference, ColorMatch(method, s)) for s in (0.5, 1.0))
    between = (lab_mean(own) + lab_mean(whole)) / 2
    assert lab_mean(half) == pytest.approx(between, abs=1)


@every_method
def test_flat_pictures_do_not_blow_up(method: str) -> None:
    flat = np.full((8, 8, 3), 90, np.uint8)
    assert matched(flat, painted(1), ColorMatch(method, 1.0)).std(axis=(0, 1)).max() < 1
    assert matched(painted(1), flat, ColorMatch(method, 1.0)).shape == (48, 64, 3)


def test_every_choice_has_a_method() -> None:
    assert BY_KEY["coherence.color_match"].choices == ("off", *METHODS)


# ───────────── in a render ─────────────


def kept(**values: object) -> FramePlan:
    """Six frames, the second segment from frame 4 on."""
    given = {"coherence__color_match": "mean", "frames": 6, "starts": (0, 4), "mode": Mode.D2}
    return planned(**{**given, **values})


def test_each_frame_that_follows_is_matched_to_the_start_of_its_segment() -> None:
    made = wanted_pictures(kept())
    shape = [(w.index, type(w.job) is ColorMatch, w.sources, w.shown) for w in made]
    assert shape == [
        (0, False, (), True),
        (1, False, (0,), False), (1, True, (1, 0), True),
        (2, False, (2,), False), (2, True, (3, 0), True),
        (3, False, (4,), False), (3, True, (5, 0), True),
        (4, False, (), True),
        (5, False, (7,), False), (5, True, (8, 7), True),
    ]  # fmt: skip


def test_the_shown_pictures_have_the_colours_of_the_first(tmp_path: Path) -> None:
    store = Store(tmp_path, QuickDisk())
    frames = render(tmp_path, kept(starts=(0,))).records
    pictures = [png.decode(store.read(r.digest) or b"") for r in frames]
    drift = [np.abs(lab_mean(p) - lab_mean(pictures[0])).max() for p in pictures]
    assert max(drift) < 1


def test_without_it_keys_are_as_they_were(tmp_path: Path) -> None:
    """The first frame, and all frames where nothing is matched, are those of a plain plan."""
    plain = render(tmp_path, kept(coherence__color_match="off"))
    for values in ({"coherence__color_strength": 0.0}, {"starts": (0, 1, 2, 3, 4, 5)}):
        fresh = kept(coherence__color_match="off", **values)
        assert wanted_pictures(kept(**values)) == wanted_pictures(fresh)
    both = render(tmp_path, kept())
    assert both.rendered == (1, 2, 3, 5)
    assert both.records[0].key == plain.records[0].key


def test_another_strength_renders_what_comes_after_it(tmp_path: Path) -> None:
    render(tmp_path, kept())
    again = Counting()
    changed = kept(coherence__color_strength=[1.0, 1.0, 0.5, 1.0, 1.0, 1.0])
    assert render(tmp_path, changed, again).rendered == (2, 3)
    assert len(again.seeds) == 1, "frame 2 is matched anew; only frame 3 is diffused"


@pytest.mark.parametrize("stop", range(1, 6))
def test_an_interrupted_render_gives_the_same_pictures(tmp_path: Path, stop: int) -> None:
    class Stopping(Counting):
        def render(self, job, previous, assets, on_step):  # type: ignore[no-untyped-def]
            if len(self.seeds) == stop:
                raise KeyboardInterrupt
            return super().render(job, previous, assets, on_step)

    unbroken = digests(render(tmp_path / "unbroken", kept()))
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path / "broken", kept(), Stopping())
    assert digests(render(tmp_path / "broken", kept())) == unbroken


def test_a_part_of_a_render_has_the_same_pictures(tmp_path: Path) -> None:
    whole = digests(render(tmp_path / "whole", kept()))
    assert digests(render(tmp_path / "part", kept().part(5, 6))) == whole[4:]


def test_with_turbo_only_what_is_diffused_is_matched() -> None:
    plan = kept(
        mode=Mode.D3, starts=(0,), turbo__steps=3, turbo__preroll=1, camera__translate_z=9.0
    )
    letters = {FrameJob: "d", Move: "m", Mix: "x", ColorMatch: "c"}
    made: dict[int, str] = {}
    for wanted in wanted_pictures(plan):
        letter = letters[type(wanted.job)]
        made[wanted.index] = made.get(wanted.index, "") + (
            letter.upper() if wanted.shown else letter
        )
    assert made == {0: "D", 1: "dcmX", 2: "M", 3: "dcmX", 4: "mmX", 5: "M"}
