"""How much a scene asks to be computed, found before anything is: too much is refused (D709).

A few kilobytes of script can ask for hours: thousands of prompts or layers on 100,000 frames, or
noise in noise. What people write stays far below these limits.
"""

from collections.abc import Iterator
from dataclasses import replace

from discoscript.expressions.expressions import nodes_of
from discoscript.scene.plain_points import PlainPoints
from discoscript.scene.scene import Claim, Formula, Hold, Path, Scene, Track, leaves_of
from discoscript.schedule.limits import amounts_of
from discoscript.syntax.syntax import Call, Expr, Number
from discoscript.text.report import Report
from discoscript.text.source import Span

#: Values of prompts and layers together: so many are kept in memory.
MOST_VALUES = 8_000_000

#: Operations on one value: what takes about a second.
MOST_OPERATIONS = 150_000_000

#: What it costs to compute a name at all, in operations.
START = 200

#: Operations of a function; `noise` hashes.
CALL, NOISE = 8, 60


def within_limits(scene: Scene, report: Report) -> Scene:
    """The scene, or what is left of it after reporting that it asks for too much."""
    values = sum(count for count, _ in _kept(scene))
    if values > MOST_VALUES:
        span = max(_kept(scene), key=lambda entry: entry[0])[1]
        _report(f"prompts and layers have {_millions(values)} values together", span, report)
        return _bare(scene)
    operations = list(_operations(scene))
    whole = sum(count for count, _ in operations)
    if whole > MOST_OPERATIONS:
        span = max(operations, key=lambda entry: entry[0])[1]
        _report(f"this scene takes {_millions(whole)} calculations", span, report)
        return _bare(scene)
    return scene


def _report(message: str, span: Span, report: Report) -> None:
    help = "use fewer at a time, or render it as several scripts"
    report.add("D709", message, span, "the most by far" if "calc" in message else "", help=help)


def _millions(count: int) -> str:
    return f"{count / 1e6:.0f} million"


def _bare(scene: Scene) -> Scene:
    """The scene without anything that moves: it has an error, and is not rendered."""
    return replace(scene, tracks={}, sets=(), ranged=(), complete=False)


def _kept(scene: Scene) -> Iterator[tuple[int, Span]]:
    """How many values each prompt and each layer has."""
    for prompts in scene.sets:
        for line in prompts.lines:
            yield max(min(prompts.end, scene.frames) - prompts.begin, 0), line.span
    for line in scene.ranged:
        yield _frames(line.claim, scene), line.span
    for track in scene.tracks.values():
        for layer in track.layers:
            yield scene.frames, layer.claim.span


def _operations(scene: Scene) -> Iterator[tuple[int, Span]]:
    """How many operations each line that changes with the frame takes."""
    costs: dict[str, int] = {}
    for name, expr in scene.lets.exprs.items():
        costs[name] = _cost(expr)
    for claim in _claims(scene):
        if isinstance(claim, Path) and isinstance(claim.points, PlainPoints):
            continue
        most = _frames(claim, scene)
        for amount, _, begin, end in amounts_of(claim):
            if isinstance(amount, Formula) and isinstance(amount.expr, Number):
                yield 1, claim.span
            elif isinstance(amount, Formula):
                needed = sum(costs[name] for name in scene.lets.needed(amount.expr))
                frames = min(most, end - begin) if amount.varies else 1
                yield _cost(amount.expr) * frames + needed * max(frames, START), claim.span


def _claims(scene: Scene) -> Iterator[Claim]:
    for track in scene.tracks.values():
        yield from _of_track(track)
    lines = [*(line for prompts in scene.sets for line in prompts.lines), *scene.ranged]
    for line in lines:
        yield from leaves_of(line.claim)


def _of_track(track: Track) -> Iterator[Claim]:
    yield from track.leaves()
    for layer in track.layers:
        yield from leaves_of(layer.claim)


def _frames(claim: Claim, scene: Scene) -> int:
    """How many frames a line is computed on, at most."""
    end = scene.frames if isinstance(claim, Hold) else min(claim.end, scene.frames)
    return max(end - max(claim.begin, 0), 0)


def _cost(expr: Expr) -> int:
    """Operations on one value."""
    return sum(
        (NOISE if node.function.text == "noise" else CALL) if isinstance(node, Call) else 1
        for node in nodes_of(expr)
    )
