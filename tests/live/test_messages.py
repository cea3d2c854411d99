"""What the page is told: all of it once, then only what is new."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live.driver import Driver

from discoscript.live.messages import Message, messages
from discoscript.watch.live_state import (
    Current,
    Doing,
    LiveFrame,
    LiveState,
    Problem,
    Shown,
    with_frames,
)

SCRIPT = """disco 1
scene "Long": frames 10000
frame 0: prompt "a beach"
prompt "a storm" 2 @ 0..5000
camera:
    rotate_y 0 -> 2 @ 0..10000 ease in-out
    translate_x 1 @ 400..500
"""


def weight(told: list[Message]) -> int:
    """Bytes, as they are sent."""
    return sum(len(json.dumps(message, separators=(",", ":"))) for message in told)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> LiveState:
    """Ten thousand frames, half of them ready."""
    folder, states = tmp_path_factory.mktemp("long"), list[LiveState]()
    Driver(folder / "long.disco", folder / "store", states.append).save(SCRIPT)
    assert states[-1].problems == () and len(states[-1].frames) == 10_000
    ready = {i: LiveFrame(Shown.KEPT, f"{i:064x}", reason="new") for i in range(5000)}
    return with_frames(states[-1], ready)


def test_all_is_told_once(long: LiveState) -> None:
    told = list(messages(None, long))
    assert [message["kind"] for message in told] == ["scene", "frames", "problems", "status"]
    scene, frames, *_ = told
    curves = {curve["name"]: curve for curve in scene["curves"]}
    assert len(curves["camera.rotate_y"]["values"]) == 10_000
    assert curves["camera.translate_x"]["runs"] == [[0, 0.0], [400, 1.0], [500, 0.0]]
    assert [p["text"] for p in scene["prompts"]] == ["a beach", "a storm"]
    assert scene["prompts"][1]["weights"] == [[0, 5000, 2.0]]
    assert frames["reasons"] == ["new", ""] and frames["states"][4999:5001] == ["kept", "queued"]
    assert list(messages(long, long)) == []


def test_a_step_is_told_in_little(long: LiveState) -> None:
    """However long the scene is: neither its curves nor its other frames are sent again."""
    begun = replace(
        with_frames(long, {5000: LiveFrame(Shown.RENDERING)}),
        current=Current(5000, 3, 25, b"jpeg"),
    )
    step = list(messages(begun, replace(begun, current=Current(5000, 4, 25, b"jpeg"))))
    frame = list(messages(long, begun))
    print(f"a step: {weight(step)} bytes; a frame: {weight(frame)} bytes")
    assert [message["kind"] for message in step] == ["status"] and weight(step) < 800
    assert [message["kind"] for message in frame] == ["changed", "status"] and weight(frame) < 1000


def test_what_steers_a_terminal_is_not_passed_on() -> None:
    state = LiveState("a\x1b[31m.disco", title="\x1b]0;x\x07", notes=("a\x1bb",))
    assert "\\u001b" not in json.dumps(list(messages(None, state)))


# ───────────── a page that was told of every change knows the whole ─────────────

FRAMES = st.builds(
    LiveFrame,
    st.sampled_from(Shown),
    st.one_of(st.none(), st.sampled_from(["0" * 64, "1" * 64])),
    st.booleans(),
    st.sampled_from(["", "new", 'prompt "a" became "b"']),
)
STATES = st.builds(
    LiveState,
    script=st.just("a.disco"),
    doing=st.sampled_from(Doing),
    plan=st.integers(0, 1),
    frames=st.lists(FRAMES, max_size=4).map(tuple),
    first=st.integers(0, 1),
    current=st.one_of(st.none(), st.builds(Current, st.integers(0, 3), st.integers(0, 3))),
    problems=st.lists(st.builds(Problem, st.just("error"), st.text(max_size=3)), max_size=2).map(
        tuple
    ),
    good=st.sampled_from(["", "14:02:11"]),
)


def told(page: dict[str, Any], message: Message) -> None:
    """What the page makes of a message (`take` in model.js)."""
    if message["kind"] == "frames":
        page["frames"] = [
            {"state": s, "digest": d, "draft": n in message["drafts"], "reason": r}
            for n, (s, d, r) in enumerate(
                zip(
                    message["states"],
                    message["digests"],
                    [message["reasons"][place] for place in message["reason"]],
                    strict=True,
                )
            )
        ]
    elif message["kind"] == "changed":
        for frame in message["frames"]:
            values = {key: value for key, value in frame.items() if key != "frame"}
            page["frames"][frame["frame"] - page["scene"]["first"]] = values
    else:
        page[message["kind"]] = message


@given(st.lists(STATES, min_size=1, max_size=5))
def test_the_changes_add_up(states: list[LiveState]) -> None:
    page: dict[str, Any] = {}
    for old, new in zip([None, *states], states, strict=False):
        for message in messages(old, new):
            told(page, message)
    fresh: dict[str, Any] = {}
    for message in messages(None, states[-1]):
        told(fresh, message)
    assert page == fresh
