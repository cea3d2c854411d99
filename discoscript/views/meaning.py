"""Scene -> what a script claims: settings, moves with their frames and lines, prompts, segments."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from discoscript.parameters import BY_KEY, Axis
from discoscript.scene.scene import (
    Claim,
    Hold,
    Layer,
    Path,
    PromptClaim,
    PromptSet,
    Scene,
)
from discoscript.schedule.document import plain
from discoscript.terminal import counted, printable
from discoscript.text.places import line_at, place
from discoscript.text.source import Span
from discoscript.views.table import newline_free, rule, table
from discoscript.views.words import seconds, shown, sized, stretch

Json = dict[str, Any]


def scene_lines(scene: Scene, width: int) -> Iterator[str]:
    """The scene as tables, fitted to `width`."""
    fps = float(scene.fps)
    yield (
        f"{counted(scene.frames, 'frame')}, {seconds(scene.frames, scene.fps)} at {fps:g} fps, "
        f"{scene.mode}, {counted(len(scene.starts), 'segment')}"
    )
    rows = _segments(scene)
    yield from _part("segments", ("SEGMENT", "FRAMES"), rows, width) if len(rows) > 1 else ()
    yield from _part("settings of the whole render", ("SETTING", "VALUE", "LINE", "WRITTEN"),
                     _fixed(scene), width)  # fmt: skip
    yield from _part("settings over time", ("SETTING", "CLAIM", "FRAMES", "LINE", "WRITTEN"),
                     _tracks(scene), width)  # fmt: skip
    yield from _part("prompts", ("FRAMES", "CLAIM", "LINE", "PROMPT"), _prompts(scene), width)


def _part(title: str, head: tuple[str, ...], rows: list[Any], width: int) -> Iterator[str]:
    if rows:
        yield ""
        yield rule(title, width)
        yield from table(head, rows, width)


def _segments(scene: Scene) -> list[tuple[str, str]]:
    ends = (*scene.starts[1:], scene.frames)
    pairs = zip(scene.starts, ends, strict=True)
    return [(str(number), f"{a}..{b}") for number, (a, b) in enumerate(pairs, start=1)]


def _fixed(scene: Scene) -> list[tuple[str, str, str, str]]:
    rows = []
    for key, given in scene.fixed.items():
        value = _extent(scene, key, given.value)
        size = key == "scene.size" and isinstance(value, tuple)
        text = sized(value) if size and isinstance(value, tuple) else shown(value)
        rows.append((key, text, _line(scene, given.span), _written(scene, given.span)))
    return rows


def _extent(scene: Scene, key: str, value: object) -> object:
    """The value of a setting; those that make up the extent are the scene's own."""
    own = {"scene.frames": scene.frames, "scene.duration": f"{scene.frames} frames",
           "scene.fps": float(scene.fps), "scene.mode": str(scene.mode)}  # fmt: skip
    return own.get(key, value)


def _tracks(scene: Scene) -> list[tuple[str, str, str, str, str]]:
    rows = []
    for key, track in sorted(scene.tracks.items(), key=lambda item: list(BY_KEY).index(item[0])):
        length = 1000 if BY_KEY[key].axis is Axis.PROGRESS else scene.frames
        lines = [(claim_word(c), c) for c in track.leaves()]
        lines += [(_layer_word(layer), layer.claim) for layer in track.layers]
        rows += [
            (key, word, _frames(claim, length), _line(scene, claim.span),
             _written(scene, claim.span))
            for word, claim in lines
        ]  # fmt: skip
    return rows


def _layer_word(layer: Layer) -> str:
    """`+=` for a layer that is always there, `+= visit` for one that is not."""
    word = claim_word(layer.claim)
    return layer.operator if word == "base" else f"{layer.operator} {word}"


def claim_word(claim: Claim) -> str:
    """What kind of fact a claim is."""
    match claim:
        case Hold(step=step):
            return "step" if step else "base"
        case Path(journey=journey):
            return "journey" if journey else "keys"
    return type(claim).__name__.lower()


def claim_frames(claim: Claim, length: int) -> tuple[int, int]:
    """The frames that a claim is about, end excluded; a hold goes on to the end of its block."""
    if isinstance(claim, Hold):
        end = claim.window.block[1]
        return claim.begin, min(length, end) if end > claim.begin else length
    return claim.begin, claim.end


def _frames(claim: Claim, length: int) -> str:
    return stretch(*claim_frames(claim, length))


def _prompts(scene: Scene) -> list[tuple[str, str, str, str]]:
    rows = []
    for number, prompts in enumerate(scene.sets):
        following = scene.sets[number + 1 : number + 2]
        end = following[0].begin if following else scene.frames
        rows += [_prompt(scene, line, f"{prompts.begin}..{end}", _set(prompts, line))
                 for line in prompts.lines]  # fmt: skip
    for line in scene.ranged:
        rows.append(_prompt(scene, line, _frames(line.claim, scene.frames), "ranged"))
    return rows


def _set(prompts: PromptSet, line: PromptClaim) -> str:
    """`set`, `set, morph 24`, `set, journey 20..32`."""
    word, claim = claim_word(line.claim), line.claim
    whole = isinstance(claim, Hold) and claim.begin <= prompts.begin
    own = "" if whole else f", {word} {_frames(claim, claim.begin + 1)}"
    return f"set{f', morph {prompts.morph}' if prompts.morph else ''}{own}"


def _prompt(scene: Scene, line: PromptClaim, frames: str, word: str) -> tuple[str, str, str, str]:
    return frames, word, _line(scene, line.span), f'"{printable(line.text)}"'


def _line(scene: Scene, span: Span) -> str:
    found = place(scene.source, span.start)
    own = found.path == scene.source.path
    return str(found.line) if own else f"{printable(PurePath(found.path).name)}:{found.line}"


def _written(scene: Scene, span: Span) -> str:
    return printable(newline_free(line_at(scene.source, span.start)))


# ───────────── JSON ─────────────


def scene_json(scene: Scene) -> Json:
    """The claims of every setting with their frames and lines, the prompt sets, the segments."""
    return {
        "format": "discoscript-scene",
        "version": 1,
        "script": scene.source.path,
        "frames": scene.frames,
        "fps": str(scene.fps),
        "mode": str(scene.mode),
        "starts": list(scene.starts),
        "fixed": {
            key: {"value": plain(given.value), **_place(scene, given.span)}
            for key, given in scene.fixed.items()
        },
        "tracks": {key: _track(scene, key) for key in scene.tracks},
        "sets": [
            {
                "begin": prompts.begin,
                "morph": prompts.morph,
                "ease": prompts.ease.name,
                "prompts": [_text(scene, line) for line in prompts.lines],
            }
            for prompts in scene.sets
        ],
        "ranged": [_text(scene, line) for line in scene.ranged],
    }


def _track(scene: Scene, key: str) -> Json:
    length = 1000 if BY_KEY[key].axis is Axis.PROGRESS else scene.frames
    track = scene.tracks[key]
    return {
        "claims": [_claim(scene, claim, length) for claim in track.leaves()],
        "layers": [
            {"operator": layer.operator, **_claim(scene, layer.claim, length)}
            for layer in track.layers
        ],
    }


def _claim(scene: Scene, claim: Claim, length: int) -> Json:
    begin, end = claim_frames(claim, length)
    said: Json = {"claim": claim_word(claim), "begin": begin, "end": end}
    return {**said, **_place(scene, claim.span)}


def _text(scene: Scene, line: PromptClaim) -> Json:
    return {"text": line.text, **_claim(scene, line.claim, scene.frames)}


def _place(scene: Scene, span: Span) -> Json:
    found = place(scene.source, span.start)
    return {"file": found.path, "line": found.line, "column": found.column}
