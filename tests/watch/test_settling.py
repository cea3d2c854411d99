"""When a change of files is over, second by second, without a clock."""

from pathlib import Path

from discoscript.watch.settling import HOLD_S, LONGEST_S, QUIET_S, Settling, Signature, settled

SCRIPT, SOUND = Path("beach.disco"), Path("song.wav")


def sign(moment: int, size: int = 10) -> Signature:
    return Signature(moment, size, 1)


EMPTY = sign(5, 0)
SOON = QUIET_S + 0.01


def looked(*looks: tuple[float, Signature | None], known: int | None = 0) -> list[float]:
    """The moments at which the change of one file is over."""
    state, moments = Settling({SCRIPT: None if known is None else sign(known)}), []
    for moment, signature in looks:
        state, over = settled(state, moment, {SCRIPT: signature})
        moments += [moment] * bool(over)
    return moments


def test_nothing_happens() -> None:
    assert looked((0, sign(0)), (1, sign(0)), (9, sign(0))) == []


def test_a_change_counts_when_it_has_been_quiet() -> None:
    assert looked((0, sign(1)), (QUIET_S / 2, sign(1)), (QUIET_S, sign(1)), (1, sign(1))) == [
        QUIET_S
    ]


def test_writing_on_and_on_counts_after_half_a_second() -> None:
    moments = [0.05 * n for n in range(20)]
    assert looked(*((m, sign(n + 1)) for n, m in enumerate(moments)))[0] == LONGEST_S


def test_an_empty_file_is_taken_for_what_it_was_for_a_second() -> None:
    assert looked((0, EMPTY), (0.5, EMPTY), (0.9, EMPTY)) == []
    assert looked((0, EMPTY), (0.5, EMPTY), (0.6, sign(7)), (0.6 + SOON, sign(7))) == [0.6 + SOON]
    assert looked((0, EMPTY), (0.5, EMPTY), (HOLD_S, EMPTY)) == [HOLD_S]


def test_a_file_that_is_gone_is_awaited_for_a_second() -> None:
    assert looked((0, None), (0.9, None), (HOLD_S, None), (2, None)) == [HOLD_S]
    assert looked((0, None), (0.9, sign(0)), (2, sign(0))) == []  # it is back as it was


def test_a_file_that_was_missing_appears() -> None:
    assert looked((0, None), (1, sign(1)), (1 + SOON, sign(1)), known=None) == [1 + SOON]


def test_files_that_change_together_are_one_change() -> None:
    state = Settling({SCRIPT: sign(0), SOUND: sign(0)})
    state, over = settled(state, 0, {SCRIPT: sign(1), SOUND: sign(0)})
    state, over = settled(state, QUIET_S / 2, {SCRIPT: sign(1), SOUND: sign(2)})
    state, over = settled(state, QUIET_S, {SCRIPT: sign(1), SOUND: sign(2)})
    assert not over
    state, over = settled(state, 2 * QUIET_S, {SCRIPT: sign(1), SOUND: sign(2)})
    assert over == {SCRIPT, SOUND}
    state, over = settled(state, 9, {SCRIPT: sign(1), SOUND: sign(2)})
    assert not over
