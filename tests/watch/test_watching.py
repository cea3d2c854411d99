"""The watcher on real files: every save of every editor, and what becomes of the render."""

import argparse
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from watch.watching import EDITORS, Cards, script, watching

from discoscript.commands import watch
from discoscript.commands._watching import Compiler
from discoscript.frames.store import Store
from discoscript.reports.keeping import kept
from discoscript.watch.live_state import Doing, LiveState, Shown


@pytest.fixture
def path(tmp_path: Path) -> Path:
    home = tmp_path / "project"
    home.mkdir()
    file = home / "beach.disco"
    file.write_text(script())
    return file


def picture(path: Path, color: str) -> None:
    Image.new("RGB", (8, 8), color).save(path)


def errors(state: LiveState) -> list[str]:
    return [problem.message for problem in state.problems if problem.severity == "error"]


def pictures(state: LiveState) -> list[str | None]:
    return [frame.digest for frame in state.frames]


def prompts(state: LiveState) -> list[str]:
    assert state.schedule is not None
    return [row.text for row in state.schedule.prompts]


@pytest.mark.parametrize("taps", [True, False], ids=["with taps", "looking only"])
@pytest.mark.parametrize("editor", EDITORS)
def test_every_save_is_seen(path: Path, editor: str, taps: bool) -> None:
    save = EDITORS[editor]
    with watching(path, taps=taps, every_s=5.0 if taps else 0.05) as watched:
        watched.done()
        for number in range(4):
            save(path, script(f"wave {number}"))
            state = watched.done(saves=number + 2)
            assert prompts(state) == [f"wave {number}"]
            assert state.saves == number + 2
        assert all(state.doing is not Doing.BROKEN for _, state in watched.states)


def test_a_run_that_a_save_stops_leaves_a_report_too(path: Path) -> None:
    path.write_text(script(frames=4, steps=4))
    with watching(path, delay_s=0.15) as watched:  # two frames take more than a second
        watched.until(lambda state: state.current is not None and state.current.index == 2)
        path.write_text(script("a storm", frames=4, steps=4))
        watched.done(saves=2)
    stopped, finished = sorted(kept(path.parents[1] / "out"), key=lambda run: run.began)
    assert (stopped.ended, finished.ended) == ("stopped", "finished")
    assert len(stopped.rendered) >= 2 and len(finished.rendered) == 4


def test_a_link_is_followed(path: Path, tmp_path: Path) -> None:
    """The file that a link leads to is saved; then the link is made to lead elsewhere."""
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "real.disco").write_text(script())
    path.unlink()
    path.symlink_to(other / "real.disco")
    with watching(path, every_s=5.0) as watched:
        watched.done()
        (other / "real.disco").write_text(script("behind the link"))
        assert prompts(watched.done(saves=2)) == ["behind the link"]
        (other / "third.disco").write_text(script("another file"))
        path.unlink()
        path.symlink_to(other / "third.disco")
        assert prompts(watched.done(saves=3)) == ["another file"]


def test_an_import_is_watched(path: Path) -> None:
    library = path.parent / "lib" / "moves.disco"
    library.parent.mkdir()
    text = "disco 1\nmove push():\n    camera.zoom {zoom}\n"
    library.write_text(text.format(zoom=1.5))
    path.write_text(
        script(more="use moves.push() @ 0..3\n")
        .replace("disco 1\n", 'disco 1\nimport "lib/moves.disco"\n')
        .replace("seed 7", "seed 7\n    mode 2d")
    )
    with watching(path) as watched:
        first = watched.done()
        assert not errors(first)
        library.write_text(text.format(zoom=1.25))
        second = watched.done(saves=2)
        assert pictures(second)[0] == pictures(first)[0]  # nothing moves before the first frame
        assert second.frames[1].digest != first.frames[1].digest


def test_a_picture_is_watched_even_while_it_is_missing(path: Path) -> None:
    path.write_text(script(more='init:\n    image "start.png"\n'))
    start = path.parent / "start.png"
    with watching(path) as watched:
        broken = watched.until(lambda s: s.doing is Doing.BROKEN)
        assert broken.problems[0].code == "D501" and "start.png" in broken.problems[0].frame
        picture(start, "red")
        first = watched.done(saves=2)
        picture(start, "blue")
        second = watched.done(saves=3)
        assert first.frames[0].digest != second.frames[0].digest
        start.touch()
        time.sleep(0.5)
        assert watched.now.saves == 3  # another date, the same picture


def test_a_burst_is_rendered_once(path: Path) -> None:
    with watching(path) as watched:
        watched.done()
        for number in range(20):
            path.write_text(script(f"wave {number}"))
            time.sleep(0.005)
        state = watched.until(lambda s: s.doing is Doing.DONE and prompts(s) == ["wave 19"])
        assert state.saves <= 4


def test_an_empty_file_is_not_a_mistake_until_it_stays_empty(path: Path) -> None:
    with watching(path) as watched:
        first = watched.done()
        path.write_text("")
        time.sleep(0.5)
        assert watched.now.saves == 1
        path.write_text(script("back"))
        assert prompts(watched.done(saves=2)) == ["back"]
        path.write_text("")
        state = watched.until(lambda s: s.saves == 3, seconds=5)
        assert state.doing is Doing.BROKEN and len(state.frames) == len(first.frames)


def test_a_missing_file_is_awaited(path: Path) -> None:
    with watching(path) as watched:
        watched.done()
        path.unlink()
        state = watched.until(lambda s: s.doing is Doing.BROKEN, seconds=5)
        assert "there is no file" in state.problems[0].message
        assert all(frame.state is Shown.KEPT for frame in state.frames)  # still shown
        path.write_text(script())
        assert not errors(watched.done(saves=3))
        assert watched.cards.seeds == [7, 8, 9]  # nothing was rendered twice


def test_a_mistake_is_shown_and_cured(path: Path) -> None:
    with watching(path) as watched:
        good = watched.done()
        path.write_text(script().replace("frames", "framez"))
        broken = watched.until(lambda s: s.doing is Doing.BROKEN)
        (problem,) = [p for p in broken.problems if p.severity == "error"]
        assert (problem.line, problem.column) == (3, 5) and "^^^^^^" in problem.frame
        assert pictures(broken) == pictures(good) and broken.good == good.saved
        path.write_text(script())
        cured = watched.done(saves=3)
        assert not errors(cured) and pictures(cured) == pictures(good)
        assert watched.cards.seeds == [7, 8, 9]


def test_a_comment_renders_nothing(path: Path) -> None:
    with watching(path) as watched:
        first = watched.done()
        path.write_text("# a comment\n" + script())
        second = watched.done(saves=2)
        assert watched.cards.seeds == [7, 8, 9] and pictures(second) == pictures(first)
        assert second.change == "no frame changed: 3 kept, 0 to render"


def test_a_mistake_while_it_renders_stops_it(path: Path) -> None:
    path.write_text(script(steps=40))
    with watching(path, delay_s=0.05) as watched:
        watched.until(lambda s: s.current is not None and s.current.step > 2)
        path.write_text(script().replace("frames", "framez"))
        watched.until(lambda s: s.doing is Doing.BROKEN)
        time.sleep(0.5)
        assert watched.now.doing is Doing.BROKEN and watched.now.current is None
        assert [frame.state for frame in watched.now.frames] == [Shown.QUEUED] * 3


def commits(store: Path) -> int:
    return sum(1 for file in (store / "rec").rglob("*") if file.is_file())


def test_a_save_stops_the_frame_that_nobody_wants(path: Path) -> None:
    """Within a step; nothing partial is kept, and the models are not loaded again."""
    path.write_text(script(steps=50))
    with watching(path, delay_s=0.05) as watched:
        watched.until(lambda s: s.current is not None and s.current.step > 2)
        path.write_text(script("something else", steps=4))
        state = watched.done(saves=2)
        assert watched.cards.seeds[:2] == [7, 7] and len(watched.cards.seeds) == 4
        assert commits(watched.store) == 3
        assert watched.loads == 1 and watched.cards.threads == {"renderer"}
        assert Store(watched.store).read(state.frames[0].digest or "") is not None


def test_a_frame_that_is_still_wanted_is_finished(path: Path) -> None:
    path.write_text(script(steps=20, frames=3))
    with watching(path, delay_s=0.02) as watched:
        watched.until(lambda s: s.current is not None and s.current.step > 2)
        more = 'frame 2: prompt "the end"\n'
        path.write_text(script(steps=20, frames=3, more=more))
        watched.done(saves=2)
        assert watched.cards.seeds == [7, 8, 9]  # the first was not begun again


def first_key(path: Path, store: Path) -> str:
    """The key of the first frame, by which a process says that it is at its segment."""
    parser = argparse.ArgumentParser()
    watch.arguments(parser)
    chosen = parser.parse_args([str(path), "--renderer", "testcard", "--store", str(store)])
    work = Compiler(chosen).compiled().work
    assert work is not None and work.last.found[0].key is not None
    return work.last.found[0].key


def test_a_render_that_waits_for_another_process_stops_too(path: Path) -> None:
    """Another process is at the only segment; a save asks for something else."""
    store = Store(path.parent.parent / "other")
    key = first_key(path, path.parent.parent / "other")
    with store.claim(key) as mine, watching(path, "--store", str(store.root)) as watched:
        assert mine
        watched.until(lambda s: any("another process" in note for note in s.notes))
        path.write_text(script("something else"))
        assert prompts(watched.done(saves=2)) == ["something else"]


def test_what_was_changed_is_rendered_first(path: Path) -> None:
    cut = 'frame 4: cut\nframe 4: prompt "{}"\n'
    path.write_text(script(frames=6, steps=10, more=cut.format("a harbour")))
    with watching(path, delay_s=0.02) as watched:
        watched.until(lambda s: s.current is not None and s.current.index == 1)
        path.write_text(script(frames=6, steps=10, more=cut.format("a market")))
        watched.done(saves=2)
        again = watched.cards.seeds[watched.cards.seeds.index(11) :]
        assert again[:2] == [11, 12] and sorted(watched.cards.seeds) == [7, 8, 9, 10, 11, 12]


def test_every_frame_says_why_it_is_rendered(path: Path) -> None:
    path.write_text(script(frames=3, more='frame 2: prompt "a harbour"\n'))
    with watching(path) as watched:
        watched.done()
        assert [frame.reason for frame in watched.now.frames] == ["new"] * 3
        path.write_text(script(frames=3, more='frame 2: prompt "a market"\n'))
        watched.done(saves=2)
        reasons = watched.until(lambda s: s.frames[0].reason == "kept").frames
        assert reasons[1].reason == "kept"
        assert reasons[2].reason.startswith("prompt") and "a market" in reasons[2].reason
        assert "beach.disco:8" in reasons[2].reason


def test_a_frame_of_a_stopped_render_says_what_changed(path: Path) -> None:
    """The render that was stopped has been kept in mind before the next one is explained."""
    path.write_text(script("a beach", steps=20))
    with watching(path, delay_s=0.02) as watched:
        watched.until(lambda s: s.current is not None and s.current.index == 1)
        path.write_text(script("a market", steps=20))
        state = watched.until(lambda s: s.saves == 2 and "a market" in s.frames[0].reason)
        assert state.frames[0].reason.startswith("prompt") and state.frames[2].reason == "new"


def test_a_draft_of_everything_comes_first(path: Path) -> None:
    path.write_text(script(steps=40))
    with watching(path, "--two-pass", delay_s=0.005) as watched:
        state = watched.done()
        shown = [[(f.state, f.draft) for f in s.frames] for _, s in watched.states if s.frames]
        assert [(Shown.STALE, True)] * 3 in shown
        assert [(f.state, f.draft) for f in state.frames] == [(Shown.KEPT, False)] * 3
        assert state.video.endswith("beach.mp4")


def test_a_frame_that_fails_is_named_and_a_save_tries_again(path: Path) -> None:
    cards = Cards()

    def fail(job: object) -> None:
        raise MemoryError("too little memory")

    cards.fail = fail
    with watching(path, cards=cards) as watched:
        failed = watched.until(lambda s: s.doing is Doing.FAILED)
        assert failed.problems[-1].message == ("frame 0 could not be rendered: too little memory")
        assert failed.frames[0].state is Shown.FAILED
        cards.fail = lambda job: None
        path.touch()
        assert watched.done().frames[0].state is Shown.KEPT


def test_what_is_published_says_what_changed(path: Path) -> None:
    """A page can see what is new by comparing: what has not changed is the same object."""
    path.write_text(script(frames=5, steps=6))
    with watching(path, delay_s=0.01) as watched:
        watched.done()
    states = [state for _, state in watched.states]
    assert [s.current.step for s in states if s.current and s.current.index == 0][-1] == 6
    assert any(s.current and s.current.jpeg and s.current.jpeg[:2] == b"\xff\xd8" for s in states)
    ready = [s.progress.ready for s in states]
    assert ready == sorted(ready) and ready[-1] == 5
    for before, after in pairwise(states):
        same = [a is b for a, b in zip(before.frames, after.frames, strict=False)]
        why = [frame.reason for frame in before.frames] != [f.reason for f in after.frames]
        assert why or before.plan != after.plan or same.count(False) <= 3
