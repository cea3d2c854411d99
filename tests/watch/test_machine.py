"""What the watcher does when, as a pure function: no clock, no disk, no renderer."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from discoscript.errors import Exit
from discoscript.watch.machine import (
    Action,
    Compiled,
    Ended,
    Event,
    Leave,
    Phase,
    Quit,
    Start,
    State,
    Stop,
    step,
)


@dataclass(frozen=True)
class Job:
    """Two are equal if they have one name."""

    name: str
    wanted: frozenset[str] = field(default=frozenset({"a"}), compare=False)


A, B, C = Job("A"), Job("B", frozenset({"b"})), Job("C", frozenset({"c"}))
STOPPED = Ended(Exit.INTERRUPTED)


def after(*events: Event[Job], once: bool = False) -> tuple[State[Job], list[Action[Job]]]:
    """The state after these events, and all that was to be done."""
    state: State[Job] = State(once=once)
    done: list[Action[Job]] = []
    for event in events:
        state, actions = step(state, event)
        done += actions
    return state, done


def test_a_save_is_rendered() -> None:
    assert after(Compiled(A))[1] == [Start(A)]


def test_a_second_save_stops_the_first_and_follows_it() -> None:
    state, done = after(Compiled(A), Compiled(B))
    assert done == [Start(A), Stop(B.wanted)] and state.phase is Phase.STOPPING
    assert after(Compiled(A), Compiled(B), STOPPED)[1][-1] == Start(B)


def test_only_the_newest_save_waits() -> None:
    assert after(Compiled(A), Compiled(B), Compiled(C), STOPPED)[1] == [
        Start(A), Stop(B.wanted), Stop(C.wanted), Start(C),
    ]  # fmt: skip


def test_an_edit_that_changes_nothing_disturbs_nothing() -> None:
    assert after(Compiled(A), Compiled(A))[1] == [Start(A)]
    assert after(Compiled(A), Ended(Exit.OK), Compiled(A))[1] == [Start(A)]


def test_what_was_stopped_or_failed_is_rendered_again() -> None:
    assert after(Compiled(A), Ended(Exit.RENDER), Compiled(A))[1] == [Start(A), Start(A)]
    undone = after(Compiled(A), Compiled(B), Compiled(A), STOPPED)[1]
    assert undone[-1] == Start(A)


def test_a_mistake_stops_the_render_and_its_cure_goes_on() -> None:
    assert after(Compiled(A), Compiled(None))[1] == [Start(A), Stop(frozenset())]
    assert after(Compiled(A), Compiled(None), STOPPED)[0].phase is Phase.IDLE
    assert after(Compiled(A), Compiled(None), STOPPED, Compiled(A))[1][-1] == Start(A)
    assert after(Compiled(A), Compiled(None), Compiled(B), STOPPED)[1][-1] == Start(B)


def test_leaving_waits_for_the_step() -> None:
    assert after(Quit())[1] == [Leave(Exit.INTERRUPTED)]
    assert after(Compiled(A), Quit())[1] == [Start(A), Stop(frozenset())]
    assert after(Compiled(A), Quit(), STOPPED)[1][-1] == Leave(Exit.INTERRUPTED)


def test_once_ends_with_the_render() -> None:
    assert after(Compiled(A), Ended(Exit.OK), once=True)[1] == [Start(A), Leave(Exit.OK)]
    assert after(Compiled(A), Ended(Exit.DISK), once=True)[1][-1] == Leave(Exit.DISK)
    assert after(Compiled(None), once=True)[1] == [Leave(Exit.SCRIPT)]


SAVES = st.sampled_from([Compiled(A), Compiled(B), Compiled(C), Compiled(None)])
ENDS = st.sampled_from([Ended(Exit.OK), Ended(Exit.RENDER), STOPPED])


@given(st.lists(SAVES | ENDS, max_size=30))
def test_any_history(events: list[Event[Job]]) -> None:
    """One render at a time; what is rendered at the end is the last good save."""
    state: State[Job] = State()
    running: Job | None = None
    wanted: Job | None = None
    for event in events:
        if isinstance(event, Ended):
            if running is None:
                continue  # a renderer that does nothing does not end
            running = None
        elif isinstance(event, Compiled):
            wanted = event.render
        state, actions = step(state, event)
        for action in actions:
            if isinstance(action, Start):
                assert running is None
                running = action.render
    while running is not None and state.phase is Phase.STOPPING:
        running = None
        state, actions = step(state, STOPPED)
        running = next((a.render for a in actions if isinstance(a, Start)), None)
    assert running is None or running == wanted
    assert (state.phase is Phase.IDLE) == (running is None)
    if wanted is not None and running is None:
        assert state.now == wanted  # it was through, or ended by itself
