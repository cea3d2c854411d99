"""The toy world: scenes follow their wanted attributes and their seed, captions tell the truth."""

from __future__ import annotations

import numpy as np
import pytest

from discoscript_training.captions import PHRASES, caption, known_words, matches
from discoscript_training.scene_generator import generate
from discoscript_training.scene_parts import make_banks
from discoscript_training.vocabulary import learn_merges
from discoscript_training.world import ATTRIBUTES, HEIGHT, OBJECTS, PALETTES_AT, WIDTH, draw_spec

BANKS = make_banks()


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("thing", OBJECTS)
def test_scenes_show_what_is_wanted(thing: str) -> None:
    picture = generate(BANKS, rng(), object=thing)
    assert picture.spec.object == thing
    assert picture.image.shape == (HEIGHT, WIDTH, 3) and picture.image.dtype == np.uint8
    assert picture.disparity.shape == (HEIGHT, WIDTH)


def test_the_same_seed_paints_the_same_scene() -> None:
    first, second = generate(BANKS, rng(5)), generate(make_banks(), rng(5))
    assert np.array_equal(first.image, second.image) and first.spec == second.spec


def test_the_ground_is_nearer_than_the_sky() -> None:
    for seed in range(10):
        disparity = generate(BANKS, rng(seed), object="none").disparity
        assert disparity[-4:].mean() > disparity[:4].mean() + 80


def test_unreadable_combinations_are_not_drawn() -> None:
    for seed in range(300):
        spec = draw_spec(rng(seed))
        assert spec.palette in PALETTES_AT.get(spec.time, (spec.palette,))
        assert spec.object != "sailboat" or spec.terrain == "sea"


def test_a_misspelt_attribute_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such attribute: colour"):
        draw_spec(rng(), colour="red")


def test_captions_fit_their_scene() -> None:
    for seed in range(200):
        codes = draw_spec(rng(seed)).codes()
        said = caption(codes, rng(seed))
        assert said.text and (said.mentions >= 0).any()
        assert matches(said.mentions[None], codes[None]).all()


def test_colourless_captions_leave_the_palette_out() -> None:
    palette = list(ATTRIBUTES).index("palette")
    for seed in range(100):
        codes = draw_spec(rng(seed), palette="red").codes()
        assert caption(codes, rng(seed), colourless=True).mentions[palette] == -1


def test_a_caption_rules_out_other_scenes() -> None:
    first = draw_spec(rng(), object="castle").codes()
    second = draw_spec(rng(), object="planet").codes()
    mentions = np.full(len(ATTRIBUTES), -1)
    mentions[2] = first[2]
    assert matches(mentions[None], np.stack([first, second])).tolist() == [[True, False]]


def test_every_attribute_value_can_be_said() -> None:
    for name, values in ATTRIBUTES.items():
        silent = [value for value in values if value not in PHRASES[name]]
        assert silent in ([], ["none"], ["no"]), name


def test_merges_join_every_word() -> None:
    words = known_words()
    pieces = {word: (*word[:-1], word[-1] + "</w>") for word in words}
    joined = {"".join(pair) for pair in learn_merges(words)}
    assert all(word + "</w>" in joined or len(pieces[word]) == 1 for word in words)
