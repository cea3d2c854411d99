"""`discoscript cache`: what is in the frame store, whether it is sound, and making room in it."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from discoscript.commands._answer import Answer, Json, document
from discoscript.commands._rendering import store_folder
from discoscript.errors import Exit, UsageFailure, disk_failure
from discoscript.frames.collecting import Limits, collect, entries, limits
from discoscript.frames.store import Store
from discoscript.frames.verifying import checked, stat
from discoscript.terminal import counted, printable
from discoscript.views.table import table

EXAMPLES = """  discoscript cache ls                  the scripts whose frames are kept
  discoscript cache stat                how much there is
  discoscript cache verify              read everything; damage is told, nothing is changed
  discoscript cache verify --subset 5%  read every twentieth file
  discoscript cache verify --repair     set damaged files aside; the next render makes them again
  discoscript cache gc --dry-run        what would go to stay below the limits
  discoscript cache gc --size 10GiB     make room now
  discoscript cache clear --yes         remove every frame

A render makes room by itself, once an hour at most. A store that somebody else may write to can
hold pictures that no render has made: share one only with people whom you trust.
"""


#: Columns of a table whose paths are whole: where the end is cut, scripts look alike.
UNCUT = 10_000


@dataclass(frozen=True)
class Action:
    """One row: `discoscript cache NAME`."""

    name: str
    doc: str
    run: Callable[[Store, argparse.Namespace], Answer]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "action",
        choices=list(ACTIONS),
        help="; ".join(f"{a.name}: {a.doc}" for a in ACTIONS.values()),
    )
    parser.add_argument(
        "--store",
        metavar="DIR",
        type=Path,
        default=None,
        help="where frames are kept (default: DISCOSCRIPT_STORE, or the user's cache folder)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="gc, clear: only say what would be removed"
    )
    parser.add_argument(
        "--subset", metavar="PERCENT", type=_share, default=1.0, help="verify: only so many files"
    )
    parser.add_argument(
        "--repair", action="store_true", help="verify: move damaged files to quarantine"
    )
    parser.add_argument(
        "--size",
        metavar="SIZE",
        help="gc: of the pictures (default: DISCOSCRIPT_STORE_SIZE, 20GiB)",
    )
    parser.add_argument(
        "--free", metavar="SIZE", help="gc: of the disk (default: DISCOSCRIPT_STORE_FREE, 5GiB)"
    )
    parser.add_argument("--yes", action="store_true", help="clear: without being asked")


def run(options: argparse.Namespace) -> Answer:
    """Do what is asked for; damage that stays is a failure."""
    store = Store(options.store or store_folder())
    try:
        return ACTIONS[options.action].run(store, options)
    except OSError as error:
        raise disk_failure(f"read the frame store {store.root}", error) from error


def _answer(store: Store, values: Json, lines: Sequence[str], code: Exit = Exit.OK) -> Answer:
    """What an action found, in the store that is meant."""
    return Answer(lambda: document("cache", store=str(store.root), **values), lambda: lines, code)


def _empty(store: Store, values: Json) -> Answer:
    """Where there is no store."""
    return _answer(store, values, [f"{store.root}: no frames are kept here"])


def _share(text: str) -> float:
    """`5%` -> 0.05."""
    try:
        share = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no share of the files; write 5%")
    return share


def size_word(size: int) -> str:
    """`1.2 GiB`."""
    value, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


# ───────────── what is in it ─────────────


def _ls(store: Store, options: argparse.Namespace) -> Answer:
    """The scripts that were rendered, the last one first, with what is there of their pictures."""
    sizes = {entry.path.name: entry.size for entry in entries(store, "obj")}
    rows, shown = [], []
    for entry in sorted(entries(store, "runs"), key=lambda entry: -entry.changed):
        run = store.run(entry.path.name)
        if run is None:
            continue
        digests = {digest for frame in run.frames for digest in run.pictures(frame)}
        there = [sizes[digest] for digest in digests if digest in sizes]
        counts = {"frames": len(run.frames), "pictures": len(digests), "kept": len(there)}
        which = {"script": run.script, "variant": run.variant}
        rows.append({**which, **counts, "bytes": sum(there)})
        kept = f"{len(there)} of {len(digests)}"
        size = size_word(sum(there))
        named = f"{run.script} ({run.variant})" if run.variant else run.script
        shown.append((str(len(run.frames)), kept, size, printable(named)))
    head = ("FRAMES", "PICTURES", "SIZE", "SCRIPT")
    lines = list(table(head, shown, UNCUT)) if rows else [f"{store.root}: no scripts"]
    return _answer(store, {"scripts": rows}, lines)


def _stat(store: Store, options: argparse.Namespace) -> Answer:
    """Counts and sizes."""
    found, bounds = stat(store), limits(options.size, options.free)
    lines = [
        str(store.root),
        f"pictures     {found.pictures:>8}  {size_word(found.picture_bytes)}"
        f" of {size_word(bounds.size)}",
        f"records      {found.records:>8}  {size_word(found.record_bytes)}",
        f"scripts      {found.runs:>8}",
        f"quarantined  {found.quarantined:>8}  {size_word(found.quarantined_bytes)}",
    ]
    return _answer(store, {**asdict(found), "limit": bounds.size}, lines)


def _verify(store: Store, options: argparse.Namespace) -> Answer:
    """Read every file, or a share of them."""
    if not store.exists:
        return _empty(store, {"read": 0, "damaged": [], "repaired": False})
    count, damaged = 0, []
    for path, sound in checked(store, options.subset):
        count += 1
        if not sound:
            damaged.append(path)
            if options.repair:
                store.set_aside(path)
    shown = [str(path.relative_to(store.root)) for path in damaged]
    lines = [f"damaged: {name}" for name in shown]
    lines.append(f"{counted(count, 'file')} read, {len(damaged)} damaged")
    if damaged:
        repaired = "moved to quarantine; the next render makes them again"
        lines.append(repaired if options.repair else "`--repair` sets them aside")
    code = Exit.DISK if damaged and not options.repair else Exit.OK
    found = {"read": count, "damaged": shown, "repaired": bool(options.repair and damaged)}
    return _answer(store, found, lines, code)


# ───────────── making room ─────────────


def _gc(store: Store, options: argparse.Namespace) -> Answer:
    """Remove what was not used for longest, until the rest is within the limits."""
    return _collected(store, limits(options.size, options.free), options)


def _clear(store: Store, options: argparse.Namespace) -> Answer:
    """Remove every frame that no running render needs."""
    if not (options.yes or options.dry_run or _agreed(store)):
        raise UsageFailure("nothing was removed", "`--yes` removes every frame, `--dry-run` counts")
    return _collected(store, Limits(0, 0, young_s=-1.0), options, longest=0.0)


def _agreed(store: Store) -> bool:
    """Whether somebody at the terminal says yes."""
    if not sys.stdin.isatty():
        return False
    size = size_word(stat(store).picture_bytes)
    return input(f"remove every frame in {store.root} ({size})? [y/N] ").strip().lower() == "y"


def _collected(
    store: Store, bounds: Limits, options: argparse.Namespace, longest: float | None = None
) -> Answer:
    if not store.exists:
        return _empty(store, {"busy": False, "pictures": 0, "bytes": 0})
    found = collect(store, bounds, options.dry_run, longest)
    if found is None:
        return _answer(store, {"busy": True}, ["another process is making room"])
    would = "would be removed" if options.dry_run else "removed"
    line = (
        f"{counted(found.pictures, 'picture')} ({size_word(found.bytes)}) and "
        f"{counted(found.records, 'record')} {would}; {size_word(found.left)} of pictures left"
    )
    lines = [line]
    if bounds.young_s > 0 and found.left > bounds.size:
        lines.append("what was used within the last hour stays, and what a running render needs")
    values = {"busy": False, "dry_run": options.dry_run, **asdict(found)}
    return _answer(store, values, lines)


ACTIONS: Mapping[str, Action] = {
    a.name: a
    for a in (
        Action("ls", "the scripts that were rendered", _ls),
        Action("stat", "counts and sizes", _stat),
        Action("verify", "read every file", _verify),
        Action("gc", "make room", _gc),
        Action("clear", "remove every frame", _clear),
    )
}
