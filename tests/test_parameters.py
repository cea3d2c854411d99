"""The table of parameters is complete and consistent."""

from fractions import Fraction

import pytest

from discoscript.parameters import (
    BY_KEY,
    GROUPS,
    PARAMETERS,
    Axis,
    Kind,
    Mode,
    Parameter,
    by_disco_name,
    find,
    resolve,
    with_name,
)
from discoscript.video.video import CODECS
from discoscript_engine.model_table import MODELS, PRESETS

each = pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.key)

#: What a default may be.
TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.NUMBER: float,
    Kind.WHOLE: int,
    Kind.TRUTH: bool,
    Kind.CHOICE: str,
    Kind.CHOICES: tuple,
    Kind.SIZE: tuple,
    Kind.TIME: Fraction,
    Kind.PERCENT: float,
    Kind.PERCENTS: tuple,
    Kind.SEED: (int, str),
    Kind.PATH: str,
    Kind.TEXT: str,
    Kind.STEPS_OR_LIST: (int, tuple),
    Kind.STEPS_OR_PERCENT: int,
}

#: The settings of Disco Diffusion 5.7's notebook that are parameters here.
DISCO = """
    ViTB32 angle animation_mode batch_name blend clamp_grad clamp_max clip_denoised
    clip_guidance_scale custom_path cut_ic_pow cut_icgray_p cut_innercut cut_overview cutn_batches
    diffusion_model diffusion_sampling_mode display_rate eta extract_nth_frame far_plane fov fps
    frames_scale frames_skip_steps fuzzy_prompt init_frame init_image init_scale
    intermediate_saves intermediates_in_subfolder last_frame max_frames midas_depth_model
    midas_weight n_batches near_plane padding_mode perlin_init perlin_mode rand_mag
    randomize_class range_scale rotation_3d_x rotation_3d_y rotation_3d_z sampling_mode sat_scale
    set_seed skip_augs skip_steps skip_video_for_run_all steps transformation_percent
    translation_x translation_y translation_z turbo_mode turbo_preroll turbo_steps tv_scale
    use_checkpoint use_horizontal_symmetry use_secondary_model use_vertical_symmetry
    video_init_blend_mode video_init_check_consistency video_init_clip_guidance_scale
    video_init_cutn_batches video_init_flow_blend video_init_flow_warp video_init_frames_scale
    video_init_frames_skip_steps video_init_path video_init_range_scale video_init_sat_scale
    video_init_skip_steps video_init_steps video_init_tv_scale vr_eye_angle vr_ipd vr_mode
    width_height zoom
"""


def values_of(row: Parameter) -> list[object]:
    """The default as single values."""
    value = row.default
    if row.axis is Axis.PROGRESS and isinstance(value, tuple):
        return [run[1] for run in value if isinstance(run, tuple)]
    return list(value) if isinstance(value, tuple) else [value]


@each
def test_every_row_is_documented(row: Parameter) -> None:
    assert row.doc.endswith(".")
    assert row.doc[0].isupper()
    assert len(row.doc) < 90


@each
def test_defaults_are_of_their_kind(row: Parameter) -> None:
    default = row.default
    if row.axis is Axis.PROGRESS and default is not None:
        assert isinstance(default, tuple)
        ends = [run[0] for run in default if isinstance(run, tuple)]
        assert ends == sorted(ends)
        assert ends[-1] == 1000
    elif default is not None:
        assert isinstance(default, TYPES[row.kind])
        assert isinstance(default, bool) == (row.kind is Kind.TRUTH)


@each
def test_defaults_are_possible(row: Parameter) -> None:
    low, high = row.hard or (None, None)
    for value in values_of(row):
        if isinstance(value, int | float):
            assert low is None or value > low or (value == low and not row.open_low)
            assert high is None or value <= high


@each
def test_typical_values_are_possible(row: Parameter) -> None:
    if row.typical and row.hard:
        low, high = row.hard
        assert low is None or row.typical[0] >= low
        assert high is None or row.typical[1] <= high


def test_the_samplers_are_those_of_the_engine() -> None:
    from discoscript_engine.diffusion.samplers import SAMPLERS

    assert BY_KEY["diffusion.sampler"].choices == tuple(SAMPLERS)


@each
def test_choices(row: Parameter) -> None:
    if row.choices:
        assert row.kind in (Kind.CHOICE, Kind.CHOICES)
        assert row.default is None or row.default in row.choices


@each
def test_video_defaults_are_of_the_same_type(row: Parameter) -> None:
    if row.video_default is not None:
        assert type(row.video_default) is type(row.default)
        assert Mode.VIDEO in row.modes


@each
def test_camera_amounts(row: Parameter) -> None:
    if row.per_frame:
        assert row.group == "camera"
        assert row.default == (1.0 if row.factor else 0.0), "what is not written does not move"
        assert "per frame" in row.unit


@each
def test_a_setting_serves_one_that_asks_for_itself(row: Parameter) -> None:
    for key in row.serves:
        assert BY_KEY[key].serves == ()
    if row.serves:
        assert row.modes <= frozenset().union(*(BY_KEY[key].modes for key in row.serves))


@each
def test_what_is_served_can_be_on(row: Parameter) -> None:
    """`off` is one of its values, and `only_with` names values of the one setting served."""
    for key in row.serves:
        served = BY_KEY[key]
        assert served.off == row_default_off(served)
    if row.only_with:
        (key,) = row.serves
        assert set(row.only_with) < set(BY_KEY[key].choices)


def row_default_off(row: Parameter) -> object:
    """What is off: the default of everything that a script has to ask for."""
    return False if row.kind is Kind.TRUTH else row.off if row.key in ON else row.default


#: Served settings other than truths that are on by default.
ON = frozenset({"video.blend_mode", "output.codec"})


@pytest.mark.parametrize("name", [row.name for row in PARAMETERS if row.only_with])
def test_a_codec_has_the_options_that_the_table_says(name: str) -> None:
    """A codec that makes the same of two values is not among those that a setting acts with."""
    usual = {"crf": 17, "preset": "slow"}
    other = {"crf": 30, "preset": "fast"}
    acting = {
        codec.name
        for codec in CODECS.values()
        if codec.options(**usual) != codec.options(**(usual | {name: other[name]}))
    }
    assert acting == set(BY_KEY[f"output.{name}"].only_with)


def test_a_model_ignores_settings_of_the_table() -> None:
    assert {key for model in MODELS for key in model.ignores} <= set(BY_KEY)


def test_the_presets_are_those_of_the_model_table() -> None:
    row = BY_KEY["cutouts.preset"]
    assert tuple(PRESETS) == row.choices
    for preset in PRESETS.values():
        assert {BY_KEY[key].axis for key in preset} <= {Axis.PROGRESS}


def test_names_are_unique() -> None:
    assert len(BY_KEY) == len(PARAMETERS)
    assert sum(len(rows) for rows in GROUPS.values()) == len(PARAMETERS)


def test_disco_diffusion_names() -> None:
    assert not [name for name in DISCO.split() if by_disco_name(name) is None]


def test_lookup() -> None:
    row = find("camera", "zoom")
    assert row is not None
    assert row.key == "camera.zoom"
    assert find("camera", "tv_scale") is None
    assert by_disco_name("rotation_3d_y") is find("camera", "rotate_y")
    assert by_disco_name("rotate_y") is None
    assert [row.key for row in with_name("fps")] == ["scene.fps", "output.fps"]


@pytest.mark.parametrize(
    ("group", "name", "key"),
    [
        ("camera", "zoom", "camera.zoom"),
        (None, "camera.zoom", "camera.zoom"),
        ("camera", "camera.zoom", "camera.zoom"),
        ("camera", "translation_x", "camera.translate_x"),
        ("turbo", "steps", "turbo.steps"),
        ("guidance", "camera.zoom", None),
        ("guidance", "zoom", None),
        ("guidance", "translation_x", None),
        (None, "zoom", None),
        ("moves", "dolly", None),
        (None, "a.b.c", None),
    ],
)
def test_resolve(group: str | None, name: str, key: str | None) -> None:
    row = resolve(group, tuple(name.split(".")))
    assert (row and row.key) == key


def test_gliding_follows_from_kind_and_axis() -> None:
    assert BY_KEY["camera.fov"].glides
    assert BY_KEY["diffusion.steps"].glides
    assert BY_KEY["cutouts.ic_pow"].glides
    assert not BY_KEY["diffusion.sampler"].glides
    assert not BY_KEY["diffusion.skip_steps"].glides
    assert not BY_KEY["scene.fps"].glides
