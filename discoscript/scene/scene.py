"""Scene: what a script means. Times are whole frames, names are resolved, nothing is computed yet.

A setting that changes is a set of *claims*, each a fact about some frames. Strong claims (visit,
total, and a path between its first and last point) cover weak ones (a hold, and a path before and
after its points). Line order has no meaning anywhere in a scene.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from discoscript.expressions.easing import EASINGS, Curve
from discoscript.expressions.expressions import Tempo
from discoscript.expressions.lets import Lets
from discoscript.expressions.quantity import Quantity
from discoscript.parameters import Mode, Resolved
from discoscript.scene.files import VideoFacts
from discoscript.syntax.syntax import Expr
from discoscript.text.source import Source, Span


@dataclass(frozen=True)
class Window:
    """The frames that `t` and `elapsed` of a line speak of, and its block's `start` and `end`."""

    begin: int
    end: int
    block: tuple[int, int]


@dataclass(frozen=True)
class Formula:
    """A number that may change with the frame. `unit` is NUMBER, RATE, PERCENT or TIME."""

    expr: Expr
    unit: Quantity
    varies: bool
    span: Span


@dataclass(frozen=True)
class Plain:
    """A value that is no number: a choice, a truth, a path."""

    value: Resolved
    span: Span


Amount = Formula | Plain


@dataclass(frozen=True)
class Ease:
    """A row of the table of curves with its numbers."""

    name: str = "linear"
    numbers: tuple[float, ...] = ()

    def curve(self) -> Curve:
        """[0, 1] -> [0, 1]."""
        return EASINGS[self.name].make(*self.numbers)


LINEAR = Ease()


@dataclass(frozen=True)
class Hold:
    """`fov 60` (a base, `step` False) or `fov 60 @ 48` (a step): from `begin` on."""

    amount: Amount
    begin: int
    step: bool
    window: Window
    span: Span


@dataclass(frozen=True)
class Visit:
    """`fov 60 @ 0..48`: on `begin` to `end` (excluded), with `fade` frames in and out."""

    amount: Amount
    begin: int
    end: int
    fade: int
    ease: Ease
    window: Window
    span: Span


@dataclass(frozen=True)
class Point:
    """A value at a frame. `ease` leads to it; `amount` None means "from where it is"."""

    frame: int
    amount: Amount | None
    ease: Ease
    span: Span


@dataclass(frozen=True)
class Path:
    """A journey (two points) or keys: from point to point, held before and after.

    `journey` only serves the messages. Points are in the order of their frames.
    """

    points: Sequence[Point]
    journey: bool
    window: Window
    span: Span

    @property
    def begin(self) -> int:
        """First frame that moves."""
        return self.points[0].frame

    @property
    def end(self) -> int:
        """First frame that holds."""
        return self.points[-1].frame


@dataclass(frozen=True)
class Total:
    """`rotate_y by 90 @ 0..48`: amounts per frame that add up to `amount`."""

    amount: Amount
    begin: int
    end: int
    ease: Ease
    window: Window
    span: Span


@dataclass(frozen=True)
class Play:
    """What a move says, played on `begin` to `end`: strong wherever one of its lines speaks.

    `span` is the place of the `use`.
    """

    claims: "tuple[Claim, ...]"
    begin: int
    end: int
    span: Span


Claim = Hold | Visit | Path | Total | Play


@dataclass(frozen=True)
class Layer:
    """`name += ...` or `name *= ...`: one claim on top of everything."""

    operator: str
    claim: Claim


@dataclass(frozen=True)
class ShotTrack:
    """What a shot says about a setting: on its frames this wins over what stands outside of it."""

    begin: int
    end: int
    title: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Track:
    """All lines about one setting: they end up as one array. Layers of shots count here too."""

    claims: tuple[Claim, ...] = ()
    layers: tuple[Layer, ...] = ()
    shots: tuple[ShotTrack, ...] = ()

    def leaves(self) -> "tuple[Claim, ...]":
        """Every single line, those of shots and moves too, layers left out."""
        inside = (claim for shot in self.shots for claim in shot.claims)
        return tuple(leaf for claim in (*self.claims, *inside) for leaf in leaves_of(claim))

    def lines(self) -> "tuple[Claim, ...]":
        """Every single line, layers last."""
        layers = (leaf for layer in self.layers for leaf in leaves_of(layer.claim))
        return (*self.leaves(), *layers)


def leaves_of(claim: Claim) -> Iterator[Claim]:
    """The claim itself, or the single lines of what a move says."""
    if isinstance(claim, Play):
        for inner in claim.claims:
            yield from leaves_of(inner)
    else:
        yield claim


@dataclass(frozen=True)
class Given:
    """The value that the script gives to a FIXED setting; times are in frames.

    Of the settings that make up the scene's extent only the place is kept here.
    """

    value: Resolved
    span: Span


@dataclass(frozen=True)
class Shot:
    """A shot on `begin` to `end`."""

    title: str
    begin: int
    end: int
    span: Span


@dataclass(frozen=True)
class OwnSeed:
    """A seed that a segment has for itself, from `begin` on."""

    value: int
    begin: int
    span: Span


@dataclass(frozen=True)
class PromptClaim:
    """One line about a prompt; its names are filled in. `image`: the text is a picture's path."""

    text: str
    claim: Claim
    span: Span
    image: bool = False


@dataclass(frozen=True)
class PromptSet:
    """The prompts in force from `begin` to `end`, cross-faded over `morph` frames.

    The prompts before them go on while they fade.
    """

    begin: int
    end: int
    morph: int
    ease: Ease
    lines: tuple[PromptClaim, ...]
    span: Span


@dataclass(frozen=True)
class Scene:
    """A checked script.

    `ranged` prompts live exactly for their range, across sets. `starts` are the frames that begin
    a segment, 0 first; `cuts` are the lines that say so, by frames. `marks` are the frames of names
    for times. `complete` is False when lines were left out because of errors: then nothing is said
    about what is missing. `footage` is what video mode uses of its input, where that is known.
    """

    source: Source
    fps: Fraction
    frames: int
    mode: Mode
    lets: Lets
    fixed: Mapping[str, Given]
    tracks: Mapping[str, Track]
    sets: tuple[PromptSet, ...]
    ranged: tuple[PromptClaim, ...]
    starts: tuple[int, ...]
    complete: bool
    shots: tuple[Shot, ...] = ()
    tempo: Tempo | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    seeds: tuple[OwnSeed, ...] = ()
    footage: VideoFacts | None = None
    cuts: Mapping[int, Span] = field(default_factory=dict)
