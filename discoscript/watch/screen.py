"""The watcher on a terminal: one screen that does not scroll."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from discoscript.terminal import duration
from discoscript.watch.live_state import Doing, LiveState
from discoscript.watch.telling import Address, problem_lines

if TYPE_CHECKING:
    from rich.console import RenderableType

PROBLEMS = 3  #: that are shown whole
BAR = 24  #: cells

_WORDS = {
    Doing.COMPILING: ("reading", "cyan"),
    Doing.RENDERING: ("rendering", "cyan"),
    Doing.ENCODING: ("writing the video", "cyan"),
    Doing.DONE: ("ready", "green"),
    Doing.BROKEN: ("errors; nothing is rendered", "red"),
    Doing.FAILED: ("failed", "red"),
    Doing.STOPPED: ("stopped", "yellow"),
}


class Screen:
    """Shows every state in place of the one before. Use it as a context manager."""

    def __init__(self, address: Address = lambda: "") -> None:
        from rich.console import Console
        from rich.live import Live

        self.address = address
        self.console = Console(stderr=True, highlight=False)
        self.live = Live(console=self.console, auto_refresh=False, transient=False)

    def __enter__(self) -> "Screen":
        self.live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.live.stop()

    def __call__(self, state: LiveState) -> None:
        self.live.update(drawn(state, self.address()), refresh=True)


def drawn(state: LiveState, preview: str = "") -> "RenderableType":
    """The whole screen."""
    from rich.text import Text

    word, color = _WORDS[state.doing]
    text = Text(overflow="ellipsis", no_wrap=True)
    text.append(f"[{state.saved}] ", "dim")
    text.append(state.script, "bold")
    text.append(f"  {word}\n", color)
    if state.change:
        text.append(f"  {state.change}\n")
    for line in _progress(state):
        text.append(f"  {line}\n")
    if state.doing is Doing.BROKEN and state.good:
        text.append(f"  still showing {state.good}\n", "dim")
    for note in state.notes[-2:]:
        text.append(f"  note: {note}\n", "dim")
    problems = [p for p in state.problems if p.severity != "hint"]
    for problem in problems[:PROBLEMS]:
        text.append("\n")
        head, *rest = problem_lines(asdict(problem))
        text.append(f"{head}\n", "bold red" if problem.severity == "error" else "bold yellow")
        for line in rest:
            text.append(f"{line}\n")
    if len(problems) > PROBLEMS:
        text.append(f"\nand {len(problems) - PROBLEMS} more: discoscript check {state.script}\n")
    if state.video:
        text.append(f"  video    {state.video}\n", "dim")
    if preview:
        text.append(f"  preview  {preview}\n", "dim")
    text.append("  Ctrl-C ends it; finished frames are kept", "dim")
    return text


def _progress(state: LiveState) -> list[str]:
    """`████░░░ 41/111  frame 40  step 31/50  2.9 s a frame, about 3 min 24 s left`."""
    now, progress = state.current, state.progress
    if state.doing is Doing.ENCODING:
        return [f"{_bar(progress.encoded, progress.total)} {progress.encoded}/{progress.total}"]
    if state.doing is not Doing.RENDERING or not progress.total:
        return []
    done = progress.ready + (now.step / max(1, now.steps) if now else 0)
    words = [f"{_bar(done, progress.total)} {progress.ready}/{progress.total}"]
    if progress.pass_name == "draft":
        words.append("draft")
    if now:
        step = f"step {now.step}/{now.steps}" if now.steps else "gets ready"
        words.append(f"frame {now.index}  {step}")
    if progress.seconds_a_frame is not None:
        words.append(f"{duration(progress.seconds_a_frame)} a frame")
    if progress.seconds_left:
        words.append(f"about {duration(progress.seconds_left)} left")
    return ["  ".join(words)]


def _bar(done: float, total: int) -> str:
    full = round(BAR * min(1.0, done / max(1, total)))
    return "█" * full + "░" * (BAR - full)
