"""The prompts by which the embedded models are measured, and what a picture of each must show.

Settings are chosen by `CHOOSING` alone. `UNTOUCHED` were written before they were ever rendered,
and no setting, seed or weight was chosen by them: the model card's first figure is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .world import ATTRIBUTES, MAIN_ATTRIBUTES

Prompts = Mapping[str, Mapping[str, str]]

#: The attribute of each value; values of different attributes have different names.
ATTRIBUTE_OF = {value: name for name in MAIN_ATTRIBUTES for value in ATTRIBUTES[name]}


def _asked(*rows: tuple[str, ...]) -> Prompts:
    """Each row: a prompt, and the values that must be seen."""
    return MappingProxyType(
        {
            prompt: MappingProxyType({ATTRIBUTE_OF[value]: value for value in values})
            for prompt, *values in rows
        }
    )


CHOOSING = _asked(
    ("a lighthouse on a cliff above a stormy sea", "lighthouse", "sea", "storm"),
    (
        "a castle in the mountains at sunset, oil painting",
        "castle",
        "mountains",
        "sunset",
        "oil",
    ),
    ("a sailboat on the sea at dawn, watercolor", "sailboat", "sea", "dawn", "watercolor"),
    (
        "a lone tree in a meadow of wildflowers, sunny day, digital art",
        "tree",
        "meadow",
        "day",
        "digital",
    ),
    (
        "a small house in the snow at night, woodblock print",
        "house",
        "snow",
        "night",
        "woodblock",
    ),
    ("a hot air balloon over the desert, golden", "balloon", "desert", "golden"),
    ("a windmill in a meadow at sunset", "windmill", "meadow", "sunset"),
    (
        "a ringed planet over the mountains at night, purple",
        "planet",
        "mountains",
        "night",
        "purple",
    ),
    (
        "city skyline at night, teal and orange, matte painting",
        "city",
        "night",
        "teal and orange",
        "digital",
    ),
    ("a misty forest at dawn, watercolor", "forest", "dawn", "watercolor"),
    (
        "a lighthouse by the sea at sunset, woodblock print by hokusai",
        "lighthouse",
        "sea",
        "sunset",
        "woodblock",
    ),
    (
        "black and white castle in the snow, oil painting",
        "castle",
        "snow",
        "monochrome",
        "oil",
    ),
    ("a sailboat in a storm, oil painting", "sailboat", "sea", "storm", "oil"),
    ("a balloon above the mountains at dawn", "balloon", "mountains", "dawn"),
    ("a house in the forest at night", "house", "forest", "night"),
    ("a windmill in the snow, watercolor", "windmill", "snow", "watercolor"),
    ("a castle in a meadow on a sunny day", "castle", "meadow", "day"),
    ("a tree in the snow, blue", "tree", "snow", "blue"),
    ("a planet above the desert at sunset, digital art", "planet", "desert", "sunset", "digital"),
    ("a lighthouse at night, purple", "lighthouse", "night", "purple"),
    ("the desert at dawn, golden, oil painting", "desert", "dawn", "golden", "oil"),
    ("mountains in a storm, woodblock print", "mountains", "storm", "woodblock"),
    ("a red sea at sunset, watercolor", "sea", "sunset", "red", "watercolor"),
    ("a meadow on a sunny day, oil painting", "meadow", "day", "oil"),
    ("a snowy forest, black and white, woodblock print", "monochrome", "woodblock"),
    ("a sailboat at sunset, teal and orange", "sailboat", "sunset", "teal and orange"),
    ("a house by the sea at dawn, digital art", "house", "sea", "dawn", "digital"),
    ("a tree in the desert at sunset, woodblock print", "tree", "desert", "sunset", "woodblock"),
    ("a balloon over a city, digital art", "balloon", "city", "digital"),
    ("a windmill in a storm, oil painting", "windmill", "storm", "oil"),
)

UNTOUCHED = _asked(
    ("a windmill by the sea at dawn, oil painting", "windmill", "sea", "dawn", "oil"),
    ("a castle in the desert at night, blue", "castle", "desert", "night", "blue"),
    ("a lighthouse in the snow, watercolor", "lighthouse", "snow", "watercolor"),
    ("a sailboat on a sunny day, woodblock print", "sailboat", "sea", "day", "woodblock"),
    ("a house in a meadow at sunset, red", "house", "meadow", "sunset", "red"),
    ("a tree in the mountains in a storm", "tree", "mountains", "storm"),
    ("a balloon over the forest at sunset, digital art", "balloon", "forest", "sunset", "digital"),
    ("a planet above the sea at night, oil painting", "planet", "sea", "night", "oil"),
    ("a house in the mountains at dawn, purple", "house", "mountains", "dawn", "purple"),
    ("a castle in the city on a sunny day, watercolor", "castle", "city", "day", "watercolor"),
)
