"""A batch of stills: one segment for each picture, all alike but for their seeds."""

from schedule.schedules import schedule

from discoscript.parameters import Mode
from discoscript.pipeline import compile_text
from discoscript.schedule.batch import batch
from discoscript.views.overview import Part, parts

SCRIPT = """disco 1
scene:
    mode still
    images 3
    seed 7
    seed_step 5
prompt "a lighthouse" 2
cutouts: inner 8 @ 0..50%
diffusion: eta 0.5
"""


def test_the_stills_differ_in_their_seeds_alone() -> None:
    made = compile_text(SCRIPT).schedule
    assert made is not None and made.frames == 3 and made.starts == (0, 1, 2)
    assert made.seeds.tolist() == [0, 5, 10] and not made.seeded.any()
    assert all(len(values) == 3 for values in made.frames_of.values())
    assert made.frames_of["diffusion.eta"].tolist() == [0.5, 0.5, 0.5]
    assert made.prompts[0].weight.tolist() == [2.0, 2.0, 2.0] and made.prompts[0].present.all()
    assert made.origins["diffusion.eta"].owner.tolist() == [0, 0, 0]
    assert len(made.origins["cutouts.inner"].owner) == 1000


def test_one_still_and_animations_come_back_as_they_are() -> None:
    still = schedule(frames=1, mode=Mode.STILL, scene__images=1)
    moving = schedule(frames=4, mode=Mode.D2, scene__images=3)
    assert batch(still) is still and batch(moving) is moving


def test_values_stay_arrays_of_their_kinds() -> None:
    one = schedule(frames=1, mode=Mode.STILL, scene__images=2)
    many = batch(one)
    for key, values in many.frames_of.items():
        assert values.dtype == one.frames_of[key].dtype
        assert values.tolist() == one.frames_of[key].tolist() * 2, key


def test_the_plan_names_the_stills_once() -> None:
    many = batch(schedule(frames=1, mode=Mode.STILL, scene__images=50))
    assert parts(many) == (Part("stills", 0, 50),)
