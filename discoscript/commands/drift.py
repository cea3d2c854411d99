"""`discoscript drift`: whether the colours of a film wander and whether it flickers."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discoscript.commands._answer import Answer, Json, document
from discoscript.commands._files import picture_path
from discoscript.commands._rendering import Asked, asked, rendering_arguments
from discoscript.commands._script import script_arguments
from discoscript.commands._seen import identity_of, seen_frames
from discoscript.errors import RenderFailure, UsageFailure, disk_failure
from discoscript.frames import png
from discoscript.frames.renderer import Picture
from discoscript.reports.drift import Flicker, Measures, advice, measured
from discoscript.views.chart import Chart, Strip
from discoscript.views.table import table, terminal_width
from discoscript.views.words import stretch

EXAMPLES = """  discoscript drift beach.disco                each segment, and what may help
  discoscript drift beach.disco -o drift.png   the same as curves
  discoscript drift beach.disco --json         every frame
"""

#: What is measured, by its name in `Measures`, with its unit in words, and the least height of its
#: curve, so that what nobody sees does not look like much.
MEASURES = {
    "colors": ("distance from the first frame", 10.0),
    "contrast": ("spread of lightness", 10.0),
    "saturation": ("mean chroma", 10.0),
    "flicker": ("difference without motion", 0.05),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)
    parser.add_argument("-o", "--output", metavar="PNG", type=picture_path, help="draw it, a .png")


def run(options: argparse.Namespace) -> Answer:
    """Measure the frames that are in the store, from the first on."""
    wanted = asked(options)
    pictures = list(stored(wanted))
    if not pictures:
        raise UsageFailure(f"no frame of {options.file} is rendered yet", "render it first")
    starts = [start for start in wanted.schedule.starts if start < len(pictures)]
    found = measured(pictures, starts, flicker())
    if options.output is not None:
        draw(options.output, wanted, found)
    count = len(wanted.plan.frames)
    return Answer(lambda: as_json(found, count), lambda: shown(found, count))


def shown(found: Measures, count: int) -> Iterator[str]:
    """A row for each segment, and what may help; `count` are the frames of the film."""
    rows = [row(found, first, end) for first, end in found.segments]
    head = ("FRAMES", "COLOURS MOVE", "CONTRAST", "SATURATION", "FLICKER")
    yield from table(head, rows, terminal_width())
    if len(found.colors) < count:
        yield f"\nof {count} frames the first {len(found.colors)} are rendered"
    for each in advice(found):
        yield f"\n{each.text}"


def stored(wanted: Asked) -> Iterator[Picture]:
    """The pictures of a film, in order, up to the first that is not in the store."""
    for seen in seen_frames(wanted, identity_of(wanted)):
        record = wanted.store.lookup(seen.key) if seen.key else None
        data = wanted.store.read(record.digest) if record else None
        if data is None:
            return
        yield png.decode(data)


def flicker() -> Flicker:
    """What measures flicker; it is in the engine, where optical flow is."""
    try:
        from discoscript_engine.motion.flicker import flicker as measure
    except ImportError as error:
        help = 'install it with: pip install "discoscript[engine]"'
        raise RenderFailure("optical flow needs the engine", help) from error
    return measure


def row(found: Measures, first: int, end: int) -> tuple[str, ...]:
    """A segment: how far its colours moved, the way of the others, its mean flicker."""
    here = slice(first, end)
    jumps = found.flicker[here]
    mean = f"{np.nanmean(jumps):.3f}" if np.isfinite(jumps).any() else ""
    ways = (
        f"{each[first]:.0f} -> {each[end - 1]:.0f}" for each in (found.contrast, found.saturation)
    )
    return stretch(first, end), f"{found.colors[end - 1]:.1f}", *ways, mean


def draw(path: Path, wanted: Asked, found: Measures) -> None:
    """Write the curves as a picture."""
    from discoscript.views.curves_picture import picture

    strips = tuple(strip(name, getattr(found, name)) for name in MEASURES)
    count = len(found.colors)
    turns: tuple[int, ...] = ()
    drawn = Chart(wanted.script.title, count, wanted.schedule.fps, strips, (), found.starts, turns)
    try:
        picture(drawn).save(path, format="PNG", dpi=(192, 192))
    except OSError as error:
        raise disk_failure(f"write {path}", error) from error


def strip(name: str, values: NDArray[np.float64]) -> Strip:
    """One measure over the frames, from 0 up."""
    known, (unit, least) = np.nan_to_num(values), MEASURES[name]
    return Strip(f"{unit}.{name}", "", known, 0.0, max(float(known.max()), least))


def as_json(found: Measures, count: int) -> Json:
    """Every frame, and what may help."""
    columns = {
        name: [None if np.isnan(v) else round(float(v), 4) for v in getattr(found, name)]
        for name in MEASURES
    }
    helps = [asdict(each) for each in advice(found)]
    return document("drift", frames=count, starts=list(found.starts), **columns, advice=helps)
