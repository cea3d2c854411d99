"""Prompts, morphs, cuts and seeds across shots (rulings 4 and 9)."""

import pytest
from scene.played import looked_at, played, said, values

#: Script -> the weights of its prompts, divided by nothing.
TABLE = {
    "a shot without prompts uses those of the file": (
        'prompt "file" 2\nshot "a" 4: prompt "a"\nshot "b" 4: camera: fov 50\n'
        'shot "c" 4: prompt "c"\nshot "d" 4: camera: fov 60',
        {'"file"': "0*4 2*4 0*4 2*4", '"a"': "1*4 0*12", '"c"': "0*8 1*4 0*4"},
    ),
    "sets of the file go on under the shots": (
        'frame 0: prompt "one"\nframe 6: prompt "two"\nshot "a" 4: prompt "a"\n'
        'shot "b" 8: camera: fov 50',
        {'"a"': "1*4 0*8", '"one"': "0*4 1*2 0*6", '"two"': "0*6 1*6"},
    ),
    "a ranged prompt does not count as bringing prompts": (
        'prompt "file"\nshot "a" 4: prompt "fog" 2 @ 0..2\nshot "b" 2: prompt "b"',
        {'"file"': "1*4 0*2", '"fog"': "2*2 0*4", '"b"': "0*4 1*2"},
    ),
    "a ranged prompt of the file crosses the shots": (
        'prompt "mark" 0.5 @ 2..end\nshot "a" 4: prompt "a"\nshot "b" 4: prompt "b"',
        {'"a"': "1*4 0*4", '"b"': "0*4 1*4", '"mark"': "0*2 0.5*6"},
    ),
    "a ranged prompt of a shot ends with it": (
        'prompt "file"\nshot "a" 4: prompt "fog" @ 50%..end\nshot "b" 4: camera: fov 50',
        {'"file"': "1*8", '"fog"': "0*2 1*2 0*4"},
    ),
    "frame blocks in a shot replace its prompts": (
        'shot "a" 4: prompt "a"\nshot "b" 8:\n    prompt "b"\n    frame 4: prompt "later"',
        {'"a"': "1*4 0*8", '"b"': "0*4 1*4 0*4", '"later"': "0*8 1*4"},
    ),
    "the prompts of the file last until a frame block of a shot brings some": (
        'prompt "file"\nshot "a" 8: frame 4: prompt "later"',
        {'"file"': "1*4 0*4", '"later"': "0*4 1*4"},
    ),
    "a morph from shot to shot": (
        # at e the old set is (1 - e) and the new one e of the sum between 1 and 3
        'shot "a" 2: prompt "a"\nshot "b" 6 morph 4: prompt "b" 3',
        {
            '"a"': "1*3 1.125*1 1*1 0.625*1 0*2",
            '"b"': "0*3 0.375*1 1*1 1.875*1 3*2",
        },
    ),
    "the old set keeps running while it fades": (
        # at 0.5: "a" has grown to 3, the sum is between 3 and 1
        'shot "a" 2: prompt "a" frame + 1\nshot "b" 6 morph 2: prompt "b"',
        {'"a"': "1*1 2*1 3*1 1.25*1 0*4", '"b"': "0*3 1.25*1 1*4"},
    ),
    "a morph back to the prompts of the file": (
        'prompt "file"\nshot "a" 2: prompt "a"\nshot "b" 4 morph 2: camera: fov 50',
        {'"a"': "1*3 0.5*1 0*2", '"file"': "0*3 0.5*1 1*2"},
    ),
    "several prompts keep their proportions": (
        'shot "a" 2:\n    prompt "a" 3\n    prompt "aa" 1\nshot "b" 4 morph 2: prompt "b" 4',
        {'"a"': "3*3 1.5*1 0*2", '"aa"': "1*3 0.5*1 0*2", '"b"': "0*3 2*1 4*2"},
    ),
    "a journey of a shot's prompt counts from the shot": (
        'shot "a" 2: prompt "a"\nshot "b" 6: prompt "b" 1 -> 5 @ 0..4',
        {'"a"': "1*2 0*6", '"b"': "0*2 1*1 2*1 3*1 4*1 5*2"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_prompts_across_shots(name):
    script, expected = TABLE[name]
    schedule = played(script)
    assert {prompt: values(schedule, prompt) for prompt in expected} == expected
    assert {f'"{row.text}"' for row in schedule.prompts} == set(expected)


MISTAKES = {
    "a shot without prompts": (
        'shot "a" 4: prompt "a"\nshot "b" 4: camera: fov 50',
        [("D606", 'shot "b" 4')],
    ),
    "prompts of the file that no shot leaves room for": (
        'prompt "file"\nshot "a" 4: prompt "a"\nshot "b" 4: prompt "b"',
        [("D607", '"file"')],
    ),
    "a morph of prompts that shots cover": (
        'prompt "file"\nframe 2 morph 1: prompt "two"\nshot "a" 4: prompt "a"',
        [("D607", '"file"'), ("D607", '"two"')],
    ),
    "a morph through 0": (
        'shot "a" 4: prompt "a"\nshot "b" 8 morph 4: prompt "b" -1',
        [("D601", '"a"')],
    ),
    "a morph into nothing new": (
        'prompt "file"\nshot "a" 4: camera: fov 50\nshot "b" 4 morph 2: camera: fov 60',
        [("D322", "morph 2")],
    ),
    "a morph that is longer than its shot": (
        'shot "a" 4: prompt "a"\nshot "b" 4 morph 6: prompt "b"\nshot "c" 4: prompt "c"',
        [("D611", "morph 6")],
    ),
    "a cut in a morph": (
        'shot "a" 4: prompt "a"\nshot "b" 4 morph 4:\n    prompt "b"\n    cut @ 2',
        [("D314", "cut @ 2")],
    ),
    "the same prompt twice in a shot": (
        'shot "a" 4:\n    prompt "a"\n    prompt "a" 2',
        [("D603", '"a"')],
    ),
    "the same prompt in two shots": ('shot "a" 4: prompt "a"\nshot "b" 4: prompt "a"', []),
    "a seed where nothing starts": (
        'shot "a" 4: prompt "a"\nshot "b" 4:\n    scene.seed 5\n    prompt "b"',
        [("D407", "scene.seed 5")],
    ),
    "two seeds for one segment": (
        'prompt "x"\nshot "a" 4:\n    cut\n    scene.seed 5\n    scene.seed 6',
        [("D301", "scene.seed 6")],
    ),
    "a seed by chance": (
        'prompt "x"\nshot "a" 4: scene.seed random',
        [("D201", "random")],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_said_about_prompts_and_seeds(name):
    script, expected = MISTAKES[name]
    assert sorted(said(looked_at(script))) == sorted(expected)


def test_segments_start_in_shots_and_have_seeds_of_their_own():
    schedule = played(
        'scene.seed 9\nprompt "x"\nshot "a" 4: camera: fov 50\n'
        'shot "b" 8:\n    cut\n    scene.seed 100\n    frame 4:\n        cut\n'
        'shot "c" 4:\n    cut @ 2\n    frame 2: scene.seed 200'
    )
    assert schedule.starts == (0, 4, 8, 14)
    own = [(int(s), bool(k)) for s, k in zip(schedule.seeds, schedule.seeded, strict=True)]
    assert own[4:8] == [(100, True), (101, True), (102, True), (103, True)]
    assert own[14:] == [(200, True), (201, True)]
    # without one the count goes on by absolute frame
    assert own[:4] == [(n, False) for n in range(4)]
    assert own[8:14] == [(n, False) for n in range(8, 14)]


def test_the_step_of_the_seeds_counts_in_segments():
    schedule = played('scene.seed_step 0\nprompt "x"\nshot "a" 4:\n    cut\n    scene.seed 100')
    assert [int(seed) for seed in schedule.seeds] == [100] * 4
