"""Turbo: where it does not work, never begins, or hides a change."""

import re

import numpy as np
from numpy.typing import NDArray

from discoscript.parameters import BY_KEY, Mode
from discoscript.schedule.checks.subject import Subject
from discoscript.schedule.schedule import Schedule
from discoscript.schedule.turbo import diffused
from discoscript.text.diagnostics import Fix
from discoscript.text.source import Span

#: So many steps of the usual speed are as far as a camera may move between diffused frames (D806):
#: three is the reference's own number of steps.
USUAL_STEPS = 3

_SPEEDS = tuple(row for row in BY_KEY.values() if row.per_frame and Mode.D3 in row.modes)


def check_turbo(subject: Subject) -> None:
    """Turbo outside 3D (D402), under Perlin noise on every frame (D416), that never begins (D413),
    hidden changes (D412), D806."""
    steps = subject.values("turbo.steps")
    span = subject.place("turbo.steps")
    if span is None or steps.max(initial=1) <= 1:
        return
    if subject.schedule.mode is not Mode.D3:
        subject.report.add(
            "D402",
            "turbo only works in 3D",
            subject.place_at("turbo.steps", int(np.argmax(steps > 1))) or span,
            help="delete it, or set `mode 3d`",
        )
        return
    made = diffused(
        steps,
        int(subject.fixed("turbo.preroll")),
        frozenset(subject.schedule.starts),
        frozenset(shot.begin for shot in subject.schedule.shots),
    )
    anew = perlin_everywhere(subject.schedule)
    if (anew & ~made).any():
        _under_perlin(subject, int(np.argmax(anew & ~made)), span)
    elif made.all() and subject.schedule.frames > 1:
        _never_begins(subject, span)
        return
    _hidden_changes(subject, made | anew)
    _too_fast(subject)


def perlin_everywhere(schedule: Schedule) -> NDArray[np.bool_]:
    """Where a frame starts from Perlin noise of its own, shape (frames,): turbo leaves it alone."""
    starts = np.array(schedule.starts)
    lengths = np.diff([*starts, schedule.frames])
    noisy = (schedule.frames_of["init.perlin"][starts] != "off") & bool(
        schedule.fixed["init.every_frame"]
    )
    return np.repeat(noisy, lengths)


def _under_perlin(subject: Subject, frame: int, span: Span) -> None:
    subject.report.add(
        "D416",
        "turbo skips no frame here: each of them starts from Perlin noise of its own",
        subject.place_at("turbo.steps", frame) or span,
        help="delete it, or write `init: every_frame off`",
    )


def _never_begins(subject: Subject, span: Span) -> None:
    preroll = int(subject.fixed("turbo.preroll"))
    subject.report.add(
        "D413",
        f"turbo never starts: the preroll ({preroll} frames after the start of a segment) covers "
        "all frames that it would skip",
        subject.place("turbo.preroll") or span,
        help="write a shorter one: `turbo: preroll 1`" if preroll > 1 else "",
    )


def _hidden_changes(subject: Subject, made: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Prompts that come in on a frame that is not diffused (D412)."""
    told: set[int] = set()
    for row in subject.schedule.prompts:
        begins = np.flatnonzero(row.present[1:] & ~row.present[:-1]) + 1
        for frame in begins[~made[begins]].tolist():
            if frame not in told:
                told.add(frame)
                _hidden(subject, frame, row.span, made)


def _hidden(
    subject: Subject,
    frame: int,
    span: Span,
    made: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> None:
    due = np.flatnonzero(made)
    before, after = int(due[due < frame][-1]), due[due > frame]
    shows = f"shows from frame {after[0]}" if len(after) else "never shows"
    near = f"{before} or {after[0]}" if len(after) else str(before)
    nearest = int(after[0]) if len(after) and after[0] - frame < frame - before else before
    number = _written(subject, frame, span)
    subject.report.add(
        "D412",
        f"turbo does not diffuse frame {frame}; the new prompt {shows}",
        span,
        help=f"move it to {near}",
        fix=None if number is None else Fix(number, str(nearest)),
    )


def _written(subject: Subject, frame: int, span: Span) -> Span | None:
    """The number of the frame in the head above a prompt or on its line; None: written otherwise.

    Only a whole word of that number right after `frame`, or after `@`, is taken for it.
    """
    text = subject.report.source.text
    line_end = text.find("\n", span.end)
    line = text[span.end : line_end if line_end >= 0 else len(text)]
    own = re.match(rf'[^#"@]*@ *({frame})(?![\w%/:]|\.\d)', line)
    if own:
        return Span(span.end + own.start(1), span.end + own.end(1))
    heads = list(re.finditer(r"^[ \t]*frame\b *([^:\n]*)", text[: span.start], re.MULTILINE))
    found = re.match(rf"({frame})(?![\w.%/:])", heads[-1][1]) if heads else None
    if found is None or "@" in line.partition("#")[0]:
        return None
    begin = heads[-1].start(1)
    return Span(begin, begin + len(found[1]))


def _too_fast(subject: Subject) -> None:
    """A camera that goes far from one diffused frame to the next (D806)."""
    steps = subject.values("turbo.steps")
    for row in _SPEEDS:
        usual = max(abs(limit) for limit in row.typical or (np.inf,))
        speed = np.abs(subject.values(row.key))
        with np.errstate(over="ignore"):  # endless is too far as well
            way = speed * steps
        far = (way > usual * USUAL_STEPS) & (steps > 1)
        frame = int(np.argmax(np.where(far, way, 0)))
        span = subject.place_at(row.key, frame)
        if far.any() and span is not None:
            fewer = max(1, int(usual * USUAL_STEPS / speed[frame]))
            unit = row.unit.partition(" ")[0]
            unit = "units" if unit == "pixels" else unit
            subject.report.add(
                "D806",
                f"the camera moves {way[frame]:g} {unit} from one diffused frame to the next: "
                "it may tear",
                span,
                f"{steps[frame]} turbo steps of {speed[frame]:g}",
                help=f"slow it down, or write `turbo: steps {fewer}`",
            )
            return
