"""Captions of scenes: what the embedded CLIP learns to read.

Every attribute value has several ways to be said. A caption mentions some attributes, in changing
order, among words that mean nothing here ("highly detailed") and now and then a made-up word, so
that unknown words do little harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .world import ATTRIBUTES

PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "time": {
        "dawn": (
            "at dawn",
            "dawn",
            "sunrise",
            "at sunrise",
            "early morning",
            "morning light",
            "daybreak",
            "pastel sky",
        ),
        "day": (
            "by day",
            "daytime",
            "at noon",
            "sunny day",
            "in daylight",
            "midday",
            "bright day",
            "under a blue sky",
        ),
        "sunset": (
            "at sunset",
            "sunset",
            "dusk",
            "at dusk",
            "golden hour",
            "evening",
            "twilight",
            "evening glow",
        ),
        "night": (
            "at night",
            "night",
            "midnight",
            "under the stars",
            "starry night",
            "starry sky",
            "moonlit",
        ),
        "storm": (
            "in a storm",
            "storm",
            "stormy",
            "thunderstorm",
            "tempest",
            "dark clouds",
            "stormy weather",
        ),
    },
    "terrain": {
        "mountains": (
            "mountains",
            "mountain range",
            "alps",
            "peaks",
            "mountain valley",
            "cliffs",
            "snowy peaks",
        ),
        "desert": ("desert", "sand dunes", "dunes", "sahara", "sand", "arid wasteland"),
        "sea": (
            "sea",
            "ocean",
            "the open sea",
            "across the sea",
            "coast",
            "ocean waves",
            "water",
            "shore",
            "lake",
        ),
        "forest": (
            "forest",
            "woods",
            "deep forest",
            "woodland",
            "pine forest",
            "jungle",
            "among trees",
        ),
        "snow": (
            "snow",
            "snowy landscape",
            "winter",
            "ice",
            "frozen land",
            "snow field",
            "arctic",
            "winter landscape",
        ),
        "meadow": (
            "meadow",
            "flower field",
            "flowers",
            "grass field",
            "wildflowers",
            "garden",
            "green hills",
            "fields",
        ),
        "city": (
            "city",
            "city skyline",
            "skyscrapers",
            "cityscape",
            "town",
            "skyline",
            "metropolis",
            "buildings",
        ),
    },
    "object": {
        "lighthouse": (
            "lighthouse",
            "a lighthouse",
            "a singular lighthouse",
            "lighthouse shining its light",
            "beacon",
        ),
        "castle": ("castle", "a castle", "fortress", "palace", "fairy tale castle", "old castle"),
        "sailboat": (
            "sailboat",
            "a sailboat",
            "boat",
            "ship",
            "sailing ship",
            "yacht",
            "a boat with sails",
        ),
        "tree": (
            "tree",
            "a tree",
            "lone tree",
            "a big tree",
            "oak",
            "cherry tree",
            "a single tree",
        ),
        "house": ("house", "a house", "cottage", "cabin", "hut", "small house", "home"),
        "balloon": ("balloon", "hot air balloon", "a balloon", "airship", "balloons"),
        "windmill": ("windmill", "a windmill", "mill", "dutch windmill", "old windmill"),
        "planet": (
            "planet",
            "ringed planet",
            "saturn",
            "giant planet",
            "alien planet",
            "a planet with rings",
        ),
    },
    "palette": {
        "natural": ("natural colors", "realistic colors"),
        "golden": (
            "golden",
            "gold",
            "yellow",
            "yellow color scheme",
            "amber",
            "golden light",
            "in gold",
        ),
        "blue": ("blue", "blue color scheme", "azure", "cobalt", "blue tones", "in blue"),
        "red": ("red", "red color scheme", "crimson", "scarlet", "blood", "of blood", "red tones"),
        "purple": ("purple", "purple color scheme", "violet", "magenta", "lavender", "in purple"),
        "teal and orange": (
            "teal and orange",
            "orange and teal",
            "teal",
            "turquoise and orange",
            "cinematic colors",
        ),
        "monochrome": ("monochrome", "black and white", "grayscale", "noir", "grey", "gray"),
    },
    "style": {
        "oil": (
            *(
                "oil painting",
                "an oil painting",
                "oil on canvas",
                "impasto",
                "brush strokes",
                "impressionist painting",
            ),
            *("by van gogh", "by monet", "by thomas kinkade", "by bob ross", "impressionism"),
        ),
        "watercolor": (
            *(
                "watercolor",
                "watercolor painting",
                "watercolour",
                "a watercolor",
                "aquarelle",
                "soft wash on paper",
            ),
            *("by turner", "by studio ghibli"),
        ),
        "digital": (
            *(
                "digital art",
                "matte painting",
                "concept art",
                "by greg rutkowski",
                "trending on artstation",
                "artstation",
            ),
            *(
                "octane render",
                "unreal engine",
                "by beeple",
                "photograph",
                "cinematic",
                "digital painting",
            ),
        ),
        "woodblock": (
            *(
                "woodblock print",
                "woodblock",
                "ukiyo-e",
                "by hokusai",
                "japanese print",
                "linocut",
                "comic",
                "print",
            ),
            *("by hiroshige", "poster", "by moebius", "cartoon"),
        ),
    },
    "luminary": {
        "sun": ("sun", "with the sun", "bright sun"),
        "moon": ("moon", "full moon", "with a moon", "crescent moon"),
    },
    "clouds": {"yes": ("clouds", "cloudy", "cloudy sky")},
    "mist": {"yes": ("mist", "misty", "fog", "foggy", "haze")},
    "waves": {
        "yes": (
            "waves",
            "big waves",
            "rough waves",
            "tumultuous sea",
            "raging sea",
            "tumultuous waves",
        )
    },
    "birds": {"yes": ("birds", "seagulls", "a flock of birds")},
    "lightning": {"yes": ("lightning", "lightning bolt", "lightning strike")},
}
#: How often a caption mentions an attribute that it could mention.
CHANCES = {"time": 0.62, "terrain": 0.72, "object": 0.85, "palette": 0.75, "style": 0.65}
CHANCE_OF_OTHERS = 0.35

FILLERS = (
    *(
        "highly detailed",
        "intricate",
        "masterpiece",
        "award winning",
        "beautiful",
        "epic",
        "dramatic lighting",
    ),
    *(
        "detailed",
        "stunning",
        "featured",
        "surreal",
        "dream",
        "mysterious",
        "ancient",
        "lonely",
        "peaceful",
        "magical",
    ),
    *(
        "on a cliff",
        "on a hill",
        "on a rock",
        "in the distance",
        "in the sky",
        "ultra wide",
        "fantasy",
        "mystical",
    ),
)
OPENINGS = (
    *(
        "",
        "",
        "",
        "a picture of",
        "an image of",
        "a scene with",
        "a view of",
        "a",
        "the",
        "landscape with",
    ),
    *(
        "a painting of",
        "a beautiful painting of",
        "painting of",
        "an illustration of",
        "a beautiful",
    ),
)
JOINTS = (
    ", ",
    ", ",
    " ",
    " with ",
    " and ",
    " in ",
    " of ",
    " over ",
    " above ",
    " by the ",
    " near ",
    " ",
)
SYLLABLES = tuple(
    [
        "ka",
        "lo",
        "mi",
        "ren",
        "tar",
        "vos",
        "shi",
        "del",
        "mon",
        "gra",
        "pe",
        "ul",
        "zen",
        "ori",
        "bax",
        "fin",
    ]
)


@dataclass(frozen=True)
class Caption:
    """A text, and for each attribute the value it mentions (an index, -1 where it says nothing)."""

    text: str
    mentions: NDArray[np.int16]


def caption(
    codes: NDArray[np.uint8],
    rng: np.random.Generator,
    colourless: bool = False,
    single: float = 0.25,
) -> Caption:
    """Describe a scene; `single` is the chance of naming one attribute only, `colourless` leaves
    its palette out.
    """
    mentions = np.full(len(ATTRIBUTES), -1, np.int16)
    chosen = _choose_attributes(codes, rng, colourless, single)
    said: dict[str, str] = {}
    for place, name in chosen:
        phrases = PHRASES[name][ATTRIBUTES[name][codes[place]]]
        said[name] = phrases[int(rng.integers(len(phrases)))]
        mentions[place] = codes[place]
    text = _compose(said, rng)
    if rng.random() < 0.3:
        text += " " + "".join(
            SYLLABLES[int(rng.integers(len(SYLLABLES)))] for _ in range(int(rng.integers(2, 4)))
        )
    return Caption(text.strip(), mentions)


def _choose_attributes(
    codes: NDArray[np.uint8], rng: np.random.Generator, colourless: bool, single: float
) -> list[tuple[int, str]]:
    """(place, name) of the attributes to mention: at least one."""
    possible = []
    for place, name in enumerate(ATTRIBUTES):
        value = ATTRIBUTES[name][codes[place]]
        if value not in PHRASES[name] or (colourless and name == "palette"):
            continue
        if value == "natural" and rng.random() < 0.75:
            continue
        possible.append((place, name))
    if rng.random() < single:
        main = [(place, name) for place, name in possible if name in CHANCES]
        return [main[int(rng.integers(len(main)))]]
    chosen = [pair for pair in possible if rng.random() < CHANCES.get(pair[1], CHANCE_OF_OTHERS)]
    return chosen or [possible[int(rng.integers(len(possible)))]]


def _compose(said: dict[str, str], rng: np.random.Generator) -> str:
    main = [text for name, text in said.items() if name not in ("palette", "style")]
    if rng.random() < 0.6:
        rng.shuffle(main)
    text = OPENINGS[int(rng.integers(len(OPENINGS)))]
    for place, part in enumerate(main):
        text += (JOINTS[int(rng.integers(len(JOINTS)))] if place else " ") + part
    if "palette" in said:
        text = f"{said['palette']} {text}" if rng.random() < 0.35 else f"{text}, {said['palette']}"
    if "style" in said:
        named = said["style"].startswith(("by ", "trending"))
        text = (
            f"{said['style']} of {text}"
            if not named and rng.random() < 0.45
            else f"{text}, {said['style']}"
        )
    for _ in range(int(rng.integers(0, 3))):
        text += ", " + FILLERS[int(rng.integers(len(FILLERS)))]
    return text


def matches(mentions: NDArray[np.int16], codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(captions, pictures): is everything that the caption mentions so in the picture?"""
    silent = mentions[:, None, :] < 0
    return (silent | (mentions[:, None, :] == codes[None, :, :])).all(-1)


def known_words() -> list[str]:
    """Every word that captions use, in alphabetical order."""
    texts = [*FILLERS, *OPENINGS, *JOINTS]
    texts += [
        phrase for values in PHRASES.values() for phrases in values.values() for phrase in phrases
    ]
    return sorted({word for text in texts for word in re.findall(r"[a-z]+", text)})
