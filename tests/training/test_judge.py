"""The judge and its prompts: what the figures of the model card rest on."""

from __future__ import annotations

import numpy as np
import pytest

from discoscript_training.captions import known_words
from discoscript_training.evaluate import hits, rates
from discoscript_training.judge_prompts import CHOOSING, UNTOUCHED
from discoscript_training.scene_generator import generate
from discoscript_training.scene_parts import make_banks
from discoscript_training.train_judge import load_judge
from discoscript_training.world import ATTRIBUTES

ALL = {**CHOOSING, **UNTOUCHED}


def test_there_are_forty_prompts_and_ten_of_them_choose_nothing() -> None:
    assert len(CHOOSING) >= 30 and len(UNTOUCHED) == 10 and len(ALL) >= 40
    assert set(CHOOSING).isdisjoint(UNTOUCHED)


@pytest.mark.parametrize("prompt", ALL)
def test_a_prompt_asks_for_what_the_world_has(prompt: str) -> None:
    wanted = ALL[prompt]
    assert wanted and all(value in ATTRIBUTES[name] for name, value in wanted.items())
    words = {word.strip(",") for word in prompt.split()}
    assert words <= set(known_words()), "a word that no model was taught"


def test_every_untouched_prompt_asks_for_an_object() -> None:
    assert all("object" in wanted for wanted in UNTOUCHED.values())


def test_the_judge_sees_what_was_painted() -> None:
    """Scenes that it was not trained on: 8 of each untouched prompt."""
    judge, banks, rng = load_judge(), make_banks(), np.random.default_rng(1)
    found = [
        hits(judge, [generate(banks, rng, **wanted).image for _ in range(8)], wanted)
        for wanted in UNTOUCHED.values()
    ]
    assert rates(found)["all"] >= 0.9 and rates(found)["object"] >= 0.8


def test_the_judge_does_not_see_what_was_not_painted() -> None:
    judge, banks, rng = load_judge(), make_banks(), np.random.default_rng(2)
    empty = [generate(banks, rng, object="none").image for _ in range(16)]
    assert np.mean(hits(judge, empty, {"object": "castle"})["object"]) <= 0.1
