"""The toy world that the embedded models know: its attributes, and how scenes are drawn by lot.

Everything that is trained (diffusion, CLIP, depth, judge) is trained on pictures of this world. It
is small on purpose: five main attributes with four to nine values each, so that two CPU hours are
enough to learn it well.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 128, 96

TIMES = ("dawn", "day", "sunset", "night", "storm")
TERRAINS = ("mountains", "desert", "sea", "forest", "snow", "meadow", "city")
OBJECTS = (
    "none",
    "lighthouse",
    "castle",
    "sailboat",
    "tree",
    "house",
    "balloon",
    "windmill",
    "planet",
)
PALETTES = ("natural", "golden", "blue", "red", "purple", "teal and orange", "monochrome")
STYLES = ("oil", "watercolor", "digital", "woodblock")
LUMINARIES = ("none", "sun", "moon")
NO_YES = ("no", "yes")

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "time": TIMES,
    "terrain": TERRAINS,
    "object": OBJECTS,
    "palette": PALETTES,
    "style": STYLES,
    "luminary": LUMINARIES,
    "clouds": NO_YES,
    "mist": NO_YES,
    "waves": NO_YES,
    "birds": NO_YES,
    "lightning": NO_YES,
}
MAIN_ATTRIBUTES = ("time", "terrain", "object", "palette", "style")

#: Palettes that leave a dark or grey scene readable; the other times of day take any palette.
PALETTES_AT = {
    "night": ("natural", "blue", "purple", "monochrome", "teal and orange"),
    "storm": ("natural", "blue", "purple", "monochrome", "red", "teal and orange"),
}
#: Where an object is at home; half the scenes with that object take one of these terrains.
HOMES = {
    "lighthouse": ("sea", "sea", "mountains"),
    "castle": ("mountains", "meadow"),
    "tree": ("meadow", "snow"),
    "house": ("meadow", "forest", "snow"),
    "windmill": ("meadow",),
    "planet": ("desert", "mountains"),
}


@dataclass(frozen=True)
class Spec:
    """What is to be seen in one picture. `horizon` and `place` are fractions of the height and the
    width.
    """

    time: str
    terrain: str
    object: str
    palette: str
    style: str
    luminary: str
    clouds: str
    mist: str
    waves: str
    birds: str
    lightning: str
    horizon: float
    place: float

    def codes(self) -> NDArray[np.uint8]:
        """The attributes as indices into `ATTRIBUTES`, in its order."""
        return np.array(
            [values.index(getattr(self, name)) for name, values in ATTRIBUTES.items()], np.uint8
        )


def draw_spec(rng: np.random.Generator, **wanted: str) -> Spec:
    """Draw a scene by lot; `wanted` fixes attributes by name, and the others are drawn to go with
    them.

    An unreadable combination (a dark time with a palette that hides it) is drawn again unless both
    were asked for.
    """
    unknown = set(wanted) - {field.name for field in fields(Spec)}
    if unknown:
        raise ValueError(f"no such attribute: {', '.join(sorted(unknown))}")

    def pick(name: str, values: tuple[str, ...], chances: list[float] | None = None) -> str:
        drawn = values[int(rng.choice(len(values), p=chances))]
        return wanted.get(name, drawn)

    time = pick("time", TIMES, [0.18, 0.24, 0.22, 0.2, 0.16])
    thing = pick("object", OBJECTS, [0.14] + [0.86 / 8] * 8)
    terrain = _draw_terrain(rng, thing, wanted)
    allowed = PALETTES_AT.get(time, PALETTES)
    natural = rng.random() < 0.5
    palette = pick("palette", ("natural",) if natural else allowed[1:])
    if "palette" in wanted and palette not in allowed and "time" not in wanted:
        time = TIMES[int(rng.integers(3))]
    style = pick("style", STYLES, [0.3, 0.22, 0.28, 0.2])
    return Spec(
        time=time,
        terrain=terrain,
        object=thing,
        palette=palette,
        style=style,
        luminary=wanted.get("luminary", _draw_luminary(rng, time)),
        clouds="yes" if time == "storm" else pick("clouds", NO_YES),
        mist=pick("mist", NO_YES, [0.88, 0.12]),
        waves=_draw_waves(rng, time, terrain, wanted),
        birds=pick("birds", NO_YES, [0.85, 0.15]) if time in ("dawn", "day", "sunset") else "no",
        lightning=pick("lightning", NO_YES, [0.55, 0.45]) if time == "storm" else "no",
        horizon=float(rng.uniform(0.5, 0.7)),
        place=float(rng.uniform(0.24, 0.76)),
    )


def _draw_terrain(rng: np.random.Generator, thing: str, wanted: dict[str, str]) -> str:
    terrain = TERRAINS[int(rng.integers(len(TERRAINS)))]
    home = HOMES.get(thing)
    if home is not None and rng.random() < 0.45:
        terrain = home[int(rng.integers(len(home)))]
    if thing == "sailboat":
        return "sea"
    return wanted.get("terrain", terrain)


def _draw_luminary(rng: np.random.Generator, time: str) -> str:
    if time == "storm" or rng.random() < 0.25:
        return "none"
    return "moon" if time == "night" else "sun"


def _draw_waves(rng: np.random.Generator, time: str, terrain: str, wanted: dict[str, str]) -> str:
    if terrain != "sea":
        return "no"
    drawn = "yes" if rng.random() < (0.85 if time == "storm" else 0.25) else "no"
    return wanted.get("waves", drawn)
