"""The plan of a render on one page: what is made, in which parts, from what, what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from discoscript.frames.frames import State
from discoscript.parameters import BY_KEY, Axis, Mode
from discoscript.scene.scene import Scene
from discoscript.schedule.runs import changes
from discoscript.schedule.schedule import Schedule
from discoscript.terminal import counted, printable
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.places import where
from discoscript.views.jobs import Seen
from discoscript.views.table import cut, table
from discoscript.views.values import line_word
from discoscript.views.words import change, seconds, sized
from discoscript_engine.room import Room

Json = dict[str, Any]

#: The code of prompts that are longer than CLIP reads.
TOO_LONG = "D605"


#: States of a model that can be rendered with, here and now.
USABLE = ("embedded", "here")


@dataclass(frozen=True)
class ModelState:
    """A model that is needed: `embedded`, `here`, `missing` or `not built yet`."""

    role: str
    name: str
    state: str
    bytes: int | None


@dataclass(frozen=True)
class Part:
    """A stretch of the render with a name, frames `first` to `end` (excluded)."""

    name: str
    first: int
    end: int


@dataclass(frozen=True)
class Overview:
    """All that the page says. `renderer` is empty where the models can not be used here."""

    title: str
    scene: Scene
    schedule: Schedule
    seed: int
    renderer: str
    models: tuple[ModelState, ...]
    assets: tuple[tuple[str, str], ...]  #: path and SHA-256
    seen: tuple[Seen, ...]
    diagnostics: tuple[Diagnostic, ...]
    strange: tuple[str, ...]  #: words that the embedded CLIP does not know
    room: Room | None = None  #: None where the renderer needs none to speak of
    fetch: str = ""  #: the command that fetches the models that are missing

    @property
    def states(self) -> tuple[State | None, ...]:
        """What a render does with each frame."""
        return tuple(each.state for each in self.seen)

    @property
    def eyes(self) -> tuple[State | None, ...]:
        """What a render does with what both eyes see of each frame; empty if it has no eyes."""
        return tuple(each.eyes for each in self.seen if each.frame.eyes is not None)


def parts(schedule: Schedule) -> tuple[Part, ...]:
    """The parts of a render, in order: its shots, or its segments where it has none. The stills
    of a batch are one part: they differ in their seeds alone."""
    if schedule.mode is Mode.STILL and schedule.frames > 1:
        return (Part("stills", 0, schedule.frames),)
    if schedule.shots:
        return tuple(Part(f'shot "{printable(s.title)}"', s.begin, s.end) for s in schedule.shots)
    ends = (*schedule.starts[1:], schedule.frames)
    pairs = zip(schedule.starts, ends, strict=True)
    return tuple(Part(f"segment {n}", a, b) for n, (a, b) in enumerate(pairs, start=1))


# ───────────── text ─────────────


def overview_lines(page: Overview, width: int) -> Iterator[str]:
    """The page, fitted to `width`."""
    for line in _lines(page, width):
        yield cut(line, width)


def _lines(page: Overview, width: int) -> Iterator[str]:
    yield _scene(page)
    yield f"length: {_length(page)}"
    yield f"mode: {_mode(page)}"
    if page.renderer:
        yield f"renders with {page.renderer}"
    if page.room:
        yield page.room.line()
    if any(m.state not in USABLE for m in page.models):
        yield _missing(page)
    yield from _models(page, width)
    yield from _assets(page)
    yield from _prompt_notes(page)
    for part in parts(page.schedule):
        states = page.states[part.first : part.end]
        length = seconds(part.end - part.first, page.schedule.fps)
        yield ""
        yield f"{part.name}: frames {part.first}..{part.end}, {length}, {todo(states)}"
        yield from (f"    {line}" for line in _prompts(page.schedule, part, width - 4))
        yield from (f"    {line}" for line in _moves(page.schedule, part))
    yield ""
    yield f"in all: {todo(page.states)}"
    if page.eyes:
        yield f"left and right eyes: {todo(page.eyes)}"


def _scene(page: Overview) -> str:
    schedule = page.schedule
    length = float(schedule.frames / schedule.fps)
    facts = (
        f"{counted(schedule.frames, 'frame')}, {length:.1f} s at {float(schedule.fps):g} fps",
        sized(schedule.size),
        str(schedule.mode),
        f"seed {page.seed}",
    )
    return f"{printable(page.title)}: {', '.join(facts)}"


def _length(page: Overview) -> str:
    if page.schedule.mode is Mode.VIDEO:
        return f"that of the input video, with `every {page.schedule.fixed['video.every']}`"
    for key in ("scene.frames", "scene.duration"):
        if key in page.scene.fixed:
            return f"written ({_where(page, key)})"
    if page.schedule.mode is Mode.STILL and "scene.images" in page.scene.fixed:
        return f"written ({_where(page, 'scene.images')})"
    if page.schedule.frames == 1:
        return "a still: no line says how long it is"
    if page.schedule.shots:
        return "that of its shots"
    return "inferred from the last time that a line names"


def _mode(page: Overview) -> str:
    if "scene.mode" in page.scene.fixed:
        return f"written ({_where(page, 'scene.mode')})"
    mode = page.schedule.mode
    reason = _reason(page.scene, mode)
    return f"{mode}, inferred from {reason}" if reason else f"{mode}, inferred"


def _reason(scene: Scene, mode: Mode) -> str:
    """The setting that the mode follows from."""
    if mode is Mode.VIDEO:
        return "video.source"
    for key in scene.tracks:
        row = BY_KEY[key]
        if row.group in ("camera", "depth") and (row.modes == {mode} or mode is Mode.D2):
            return key
    return "" if mode is Mode.D3 else "the length"


def _where(page: Overview, key: str) -> str:
    return f"line {line_word(page.scene.source, page.scene.fixed[key].span)}"


def _models(page: Overview, width: int) -> Iterator[str]:
    """One line where all models are here, else a table that says which are not."""
    if all(m.state in USABLE for m in page.models):
        yield "models: " + ", ".join(f"{m.name} ({m.role})" for m in page.models)
        return
    yield ""
    rows = [(m.role, m.name, m.state, _megabytes(m.bytes)) for m in page.models]
    yield from table(("MODEL", "NAME", "STATE", "SIZE"), rows, width, flexible=1)
    if page.fetch:
        yield f"fetch what is missing: {page.fetch}"


def _missing(page: Overview) -> str:
    """Why the script can not be rendered here."""
    away = [m for m in page.models if m.state not in USABLE]
    names = ", ".join(m.name for m in away[:1]) if len(away) < 2 else counted(len(away), "model")
    verb = "is" if len(away) == 1 else "are"
    return (
        f"can not be rendered here: {names} {verb} {' or '.join(sorted({m.state for m in away}))}"
    )


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:,.0f} MB"


def _assets(page: Overview) -> Iterator[str]:
    for path, digest in page.assets:
        yield f"reads {printable(path)} (sha256 {digest[:12]}…)"


def _prompt_notes(page: Overview) -> Iterator[str]:
    """Words that are not read, and words that are not known."""
    for found in too_long(page):
        line = line_word(page.scene.source, found.span)
        yield f"line {line}: {found.message}; {printable(found.label)}"
    if page.strange:
        shown = ", ".join(page.strange[:12]) + (", ..." if len(page.strange) > 12 else "")
        yield f"words that tiny does not know: {printable(shown)}"


def too_long(page: Overview) -> tuple[Diagnostic, ...]:
    """The prompts that are longer than CLIP reads."""
    return tuple(found for found in page.diagnostics if found.code == TOO_LONG)


def todo(states: Sequence[State | None]) -> str:
    """`24 to render, 12 kept`. Where a frame comes out as before, fewer are rendered."""
    unknown, kept = states.count(None), states.count(State.KEPT)
    if unknown:
        return f"{unknown} to render"
    to_render = len(states) - kept
    if not to_render:
        return f"all {kept} kept" if kept else "nothing to render"
    return f"{to_render} to render, {kept} kept" if kept else f"{to_render} to render"


def _prompts(schedule: Schedule, part: Part, width: int) -> Iterator[str]:
    """Each prompt that pulls in a part, with its weight and the frames where it does."""
    for row in schedule.prompts:
        here = row.present[part.first : part.end] & (row.weight[part.first : part.end] != 0)
        if not here.any():
            continue
        at = np.flatnonzero(here) + part.first
        when = "" if here.all() else f" @ {at[0]}..{at[-1] + 1}"
        end = f'" {change(row.weight[at])}{when}'
        yield f'prompt "{cut(printable(row.text), width - len(end) - 8)}{end}'


def _moves(schedule: Schedule, part: Part) -> Iterator[str]:
    """The parameters that change within a part, and the camera where it is not at rest."""
    for key, values in schedule.frames_of.items():
        row = BY_KEY.get(key)
        if row is None or row.axis is not Axis.FRAMES or schedule.mode not in row.modes:
            continue
        here = values[part.first : part.end]
        if not len(changes(here)) and (row.group != "camera" or here[0] == row.default):
            continue
        yield f"{key} {change(here)}"


# ───────────── JSON ─────────────


def overview_json(page: Overview) -> Json:
    """The same for other programs."""
    schedule = page.schedule
    return {
        "format": "discoscript-plan",
        "version": 1,
        "script": page.scene.source.path,
        "title": page.title,
        "frames": schedule.frames,
        "fps": str(schedule.fps),
        "seconds": round(float(schedule.frames / schedule.fps), 6),
        "length_written": bool({"scene.frames", "scene.duration"} & set(page.scene.fixed)),
        "mode": str(schedule.mode),
        "mode_written": "scene.mode" in page.scene.fixed,
        "width": schedule.size[0],
        "height": schedule.size[1],
        "seed": page.seed,
        "renderer": page.renderer or None,
        "memory": page.room and _memory(page.room),
        "models": [
            {"role": m.role, "name": m.name, "state": m.state, "bytes": m.bytes}
            for m in page.models
        ],
        "assets": {path: {"sha256": digest} for path, digest in page.assets},
        "prompts_too_long": [
            {"line": where(page.scene.source, d.span), "message": d.message, "words": d.label}
            for d in too_long(page)
        ],
        "unknown_words": list(page.strange),
        "parts": [_part(page, part) for part in parts(schedule)],
        "render": _count(page.states),
        "eyes": _count(page.eyes) if page.eyes else None,
    }


def _memory(room: Room) -> Json:
    asked = {"bytes": room.usual, "free": room.free, "fits": room.fits}
    return {**asked, "cuts_at_once": room.at_once, "bytes_at_once": room.needed}


def _part(page: Overview, part: Part) -> Json:
    states = page.states[part.first : part.end]
    return {"name": part.name, "start": part.first, "end": part.end, "render": _count(states)}


def _count(states: Sequence[State | None]) -> Json:
    """How many frames are kept, and how many are rendered unless they come out as before."""
    kept = states.count(State.KEPT)
    return {"kept": kept, "to_render": len(states) - kept}
