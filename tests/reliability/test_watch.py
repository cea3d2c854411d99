"""What the watcher promises, in figures: every save is seen, old work stops, the plan is quick."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

import pytest
from figures import Figure
from watch.watching import EDITORS, script, watching

from discoscript.watch.live_state import Doing, LiveState
from discoscript.watch.settling import QUIET_S

pytestmark = [pytest.mark.reliability, pytest.mark.slow]

SAVES = 50
STEP_S = 0.2


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def percentile_95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def has_prompt(words: str) -> Callable[[LiveState], bool]:
    def seen(state: LiveState) -> bool:
        return state.schedule is not None and state.schedule.prompts[0].text == words

    return seen


@pytest.mark.parametrize("editor", EDITORS)
def test_every_save_is_seen(tmp_path: Path, editor: str, figure: Figure) -> None:
    """50 saves: all of them picked up, none taken for an empty or a missing file."""
    path = written(tmp_path / "project" / "beach.disco", script())
    waits = []
    with watching(path) as watched:
        watched.done()
        for number in range(SAVES):
            EDITORS[editor](path, script(f"wave {number}"))
            began = time.monotonic()
            watched.until(has_prompt(f"wave {number}"))
            waits.append(watched.moment(has_prompt(f"wave {number}")) - began)
        broken = sum(state.doing is Doing.BROKEN for _, state in watched.states)
        seen = watched.now.saves - 1
    late = percentile_95(waits)
    figure(13, f"saves of {SAVES} that were not seen ({editor})", SAVES - seen, 0)
    figure(13, f"false alarms ({editor})", broken, 0)
    figure(13, f"seconds within which 95 % of the saves are seen ({editor})", late, 0.6, limit=2)


def test_old_work_stops(tmp_path: Path, figure: Figure) -> None:
    """Saves at random moments of frames whose steps take 0.2 s: the next render begins at most one
    step and 50 ms after the plan is known, and nothing partial is in the store."""
    path = written(tmp_path / "project" / "beach.disco", script("wave 0", frames=1, steps=60))
    chance, waits = random.Random(14), []
    with watching(path, delay_s=STEP_S) as watched:
        for number in range(1, 16):
            watched.until(lambda s: s.current is not None and s.current.step > 0)
            time.sleep(chance.uniform(0, STEP_S))
            begun = len(watched.cards.seeds)
            path.write_text(script(f"wave {number}", frames=1, steps=60))
            watched.until(has_prompt(f"wave {number}"))
            planned = watched.moment(has_prompt(f"wave {number}"))
            while len(watched.cards.seeds) == begun:
                time.sleep(0.001)
            waits.append(time.monotonic() - planned)
    commits = sum(1 for file in (watched.store / "rec").rglob("*") if file.is_file())
    figure(14, f"partial frames kept after {len(waits)} saves", commits, 0)
    late = max(waits)
    figure(14, "seconds that old work goes on, in steps of 0.2 s", late, STEP_S + 0.05, limit=2)


LONG = """disco 1
scene "Thousand":
    frames 1000
    fps 24
    size 64x64
    seed 7
frame 0: prompt "a lighthouse on a cliff"
frame 960: cut
frame 960: prompt "a harbour at night, number {number}"
camera:
    translate_z 2 -> 8 @ 0..240 ease in-out
    rotate_y [0: 0, 120: 0.4 ease in-out, 240: 0 ease in-out]
    translate_y += 0.6 * sin(seconds * tau / 2)
"""


#: A watcher that edits its own script whenever everything is rendered, and prints what the
#: processor spent from each edit to the plan. It has a process of its own, without type checks.
PROBE = """
import sys, time
from pathlib import Path
from watch.watching import watching
from reliability.test_watch import LONG, planned
from discoscript.watch.live_state import Doing

path = Path(sys.argv[1])
with watching(path) as watched:
    watched.until(lambda s: s.doing is Doing.DONE, seconds=200)
    for plan in range(2, 9):
        began = time.process_time()
        path.write_text(LONG.format(number=plan))
        time.sleep(1)
        watched.until(planned(plan))
        print(watched.spent(planned(plan)) - began)
        watched.until(lambda s: s.doing is Doing.DONE, seconds=60)
"""


def planned(number: int) -> Callable[[LiveState], bool]:
    def seen(state: LiveState) -> bool:
        return state.plan == number

    return seen


def test_a_plan_is_shown_at_once(tmp_path: Path, figure: Figure) -> None:
    """From an edit of 1000 frames, all rendered, to the plan that says what is rendered again: the
    time in which the file must be quiet, and the processor's. Other processes do not count."""
    path = written(tmp_path / "project" / "long.disco", LONG.format(number=0))
    here = Path(__file__).parents[1]
    places = os.pathsep.join(map(str, (here, here.parent, here.parent / "engine")))
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)],
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=True,
    )
    shown = QUIET_S + median(map(float, done.stdout.split()))
    figure(15, "seconds from an edit of 1000 frames to its plan", shown, 0.3, limit=2)
