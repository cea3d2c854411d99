"""THE table: every parameter of the language, once.

Checks, docs, hover, importers, frame keys and the command line derive from these rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache


class Kind(StrEnum):
    """What a value is. A PATH is text or the word `none`; a SIZE is (width, height)."""

    NUMBER = "number"
    WHOLE = "whole number"
    TRUTH = "on or off"
    CHOICE = "choice"
    CHOICES = "list of choices"
    SIZE = "size"
    TIME = "time"
    PERCENT = "percent"
    PERCENTS = "list of percents"
    SEED = "whole number or random"
    PATH = "path"
    TEXT = "text"
    STEPS_OR_LIST = "whole number or list"
    STEPS_OR_PERCENT = "whole number or percent"


class Axis(StrEnum):
    """Over what a parameter may change."""

    FIXED = "fixed for the whole render"
    FRAMES = "frames"
    SEGMENT = "segment starts"
    PROGRESS = "diffusion progress, 0 to 1000"


class Mode(StrEnum):
    """Animation systems."""

    STILL = "still"
    D2 = "2d"
    D3 = "3d"
    VIDEO = "video"


class FileKind(StrEnum):
    """What a PATH leads to."""

    PICTURE = "picture"
    VIDEO = "video"
    SOUND = "sound"
    TABLE = "table"
    MODEL = "model"
    CHECKPOINT = "checkpoint"
    SCRIPT = "script"


#: A resolved value of a parameter.
Resolved = (
    bool
    | int
    | float
    | str
    | Fraction
    | tuple[int, int]
    | tuple[str, ...]
    | tuple[float, ...]
    | None
)

#: The default of a PROGRESS parameter: runs `(end, value)`, the last one ending at 1000.
Runs = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Parameter:
    """One row.

    - `default`: the value when neither script nor model says otherwise; None where it follows from
      something else (the doc says what). `video_default` replaces it in video mode.
    - `typical`, `hard`: (low, high). Outside `typical` a value is unusual (D801), outside `hard` it
      is an error (D203). `open_low` excludes the lower hard bound itself. For a SIZE they hold for
      each side.
    - `choices`: the words allowed. A CHOICE or CHOICES row without words names models: the model
      table knows them.
    - `per_frame`: an amount that a camera moves per frame (`/s`, `/b` and `by` are allowed);
      `factor`: such an amount multiplies instead of adding.
    - `file`: what a PATH leads to.
    - `pixels`: it can change a picture.
    - `disco`: what it is called in Disco Diffusion's settings.
    - `serves`: the settings that it shapes: it acts only where one of them is on; with `only_with`,
      where it has one of these values.
    - `without_effect`: why it never acts, for a setting that Disco Diffusion's scripts may hold.
    """

    group: str
    name: str
    kind: Kind
    default: Resolved | Runs
    doc: str
    unit: str = ""
    typical: tuple[float, float] | None = None
    hard: tuple[float | None, float | None] | None = None
    open_low: bool = False
    choices: tuple[str, ...] = ()
    axis: Axis = Axis.FRAMES
    modes: frozenset[Mode] = frozenset(Mode)
    video_default: Resolved = None
    per_frame: bool = False
    factor: bool = False
    file: FileKind = FileKind.PICTURE
    pixels: bool = True
    disco: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()
    without_effect: str = ""

    @cached_property
    def key(self) -> str:
        """`group.name`."""
        return f"{self.group}.{self.name}"

    @property
    def meaning(self) -> str:
        """The doc, and that the setting never acts where it does not."""
        reason = self.without_effect
        return f"{self.doc} It has no effect: {reason}." if reason else self.doc

    @property
    def off(self) -> Resolved:
        """The value at which it does nothing, and what serves it neither: `off`, the first choice,
        no file, the least number."""
        if self.kind is Kind.TRUTH:
            return False
        if self.choices:
            return self.choices[0]
        return self.hard[0] if self.hard else None

    @property
    def glides(self) -> bool:
        """Whether values between two values make sense; whole numbers are then rounded."""
        return self.kind in _GLIDING and self.axis in (Axis.FRAMES, Axis.PROGRESS)


_GLIDING = frozenset({Kind.NUMBER, Kind.WHOLE, Kind.PERCENT})

_ANIMATION = frozenset({Mode.D2, Mode.D3, Mode.VIDEO})
_2D_3D = frozenset({Mode.D2, Mode.D3})
_2D = frozenset({Mode.D2})
_3D = frozenset({Mode.D3})
_STILL = frozenset({Mode.STILL})
_VIDEO_INPUT = frozenset({Mode.VIDEO})
# A row takes two or three lines, so the formatter stays away.
# fmt: off
_EFFORTS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"
)

#: The codecs that have a quality and an effort to choose.
_OF_QUALITY = ("h264", "h265", "vp9")

_OPEN_CLIP = (
    "ViTB32_laion2b_e16", "ViTB32_laion400m_e31", "ViTB32_laion400m_32",
    "ViTB32quickgelu_laion400m_e31", "ViTB32quickgelu_laion400m_e32", "ViTB16_laion400m_e31",
    "ViTB16_laion400m_e32", "RN50_yffcc15m", "RN50_cc12m", "RN50_quickgelu_yfcc15m",
    "RN50_quickgelu_cc12m", "RN101_yfcc15m", "RN101_quickgelu_yfcc15m",
)

_SCENE = (
    Parameter("scene", "size", Kind.SIZE, (1280, 768),
              "Width and height of the picture; sides are multiples of what the model needs.",
              unit="pixels", typical=(512, 1280), hard=(16, None), axis=Axis.FIXED,
              disco=("width_height", "width", "height", "width_height_for_512x512_models",
                     "width_height_for_256x256_models")),
    Parameter("scene", "fps", Kind.NUMBER, 12.0,
              "Frames per second: turns seconds into frames.",
              typical=(12, 60), hard=(0, 1000), open_low=True, axis=Axis.FIXED,
              disco=("fps",)),
    Parameter("scene", "frames", Kind.WHOLE, None,
              "Length in frames; follows from the timeline when absent.",
              unit="frames", hard=(1, 100_000), axis=Axis.FIXED, modes=_ANIMATION,
              disco=("max_frames",)),
    Parameter("scene", "duration", Kind.TIME, None, "Length as a time, instead of `frames`.",
              axis=Axis.FIXED, modes=_ANIMATION),
    Parameter("scene", "images", Kind.WHOLE, 1, "How many stills to make.",
              typical=(1, 100), hard=(1, 10_000), axis=Axis.FIXED, modes=_STILL,
              disco=("n_batches",)),
    Parameter("scene", "mode", Kind.CHOICE, None,
              "Animation system; follows from the camera settings used when absent.",
              choices=("still", "2d", "3d", "video"), axis=Axis.FIXED,
              disco=("animation_mode",)),
    Parameter("scene", "seed", Kind.SEED, "random",
              "Seed of the first frame; `random` is drawn once and kept in the lock file.",
              hard=(0, 2**32 - 1), axis=Axis.FIXED, disco=("set_seed", "seed")),
    Parameter("scene", "seed_step", Kind.WHOLE, 1, "Added to the seed on every frame.",
              typical=(0, 1), hard=(1 - 2**32, 2**32 - 1), axis=Axis.FIXED,
              disco=("video_init_seed_continuity",)),
    Parameter("scene", "bpm", Kind.NUMBER, None, "Tempo: enables beats (`4b`).",
              unit="beats per minute", typical=(40, 240), hard=(0, None), open_low=True,
              axis=Axis.FIXED),
    Parameter("scene", "beat_offset", Kind.TIME, Fraction(0), "Where beat 0 lies.",
              axis=Axis.FIXED),
    Parameter("scene", "model", Kind.CHOICE, "tiny",
              "Diffusion model; it brings defaults for other settings.",
              axis=Axis.FIXED, disco=("diffusion_model",)),
    Parameter("scene", "model_file", Kind.PATH, None,
              "Checkpoint of your own, laid out as `model` is; its weights replace the published.",
              axis=Axis.FIXED, file=FileKind.CHECKPOINT, disco=("custom_path",)),
    Parameter("scene", "secondary", Kind.TRUTH, True,
              "Judge interim pictures with a small second model, which is faster.",
              axis=Axis.FIXED, disco=("use_secondary_model",)),
    Parameter("scene", "checkpoint", Kind.TRUTH, True,
              "Trade speed for memory; does not change the picture.",
              axis=Axis.FIXED, pixels=False, disco=("use_checkpoint",)),
    Parameter("scene", "clip", Kind.CHOICES, ("ViTB32", "ViTB16", "RN50"),
              "CLIP models that judge the picture.",
              axis=Axis.FIXED,
              disco=("ViTB32", "ViTB16", "ViTL14", "ViTL14_336px", "RN101", "RN50", "RN50x4",
                     "RN50x16", "RN50x64", *_OPEN_CLIP)),
    Parameter("scene", "vr", Kind.TRUTH, False, "Render a left and a right eye.",
              axis=Axis.FIXED, modes=_3D, disco=("vr_mode",)),
    Parameter("scene", "title", Kind.TEXT, None, "Title, for sharing.",
              axis=Axis.FIXED, pixels=False, disco=("batch_name",)),
    Parameter("scene", "author", Kind.TEXT, None, "Author, for sharing.",
              axis=Axis.FIXED, pixels=False),
    Parameter("scene", "license", Kind.TEXT, None, "Licence, for sharing.",
              axis=Axis.FIXED, pixels=False),
    Parameter("scene", "notes", Kind.TEXT, None, "Remarks, for sharing.",
              axis=Axis.FIXED, pixels=False),
)

_DIFFUSION = (
    Parameter("diffusion", "steps", Kind.WHOLE, 250, "Diffusion steps of a frame.",
              typical=(50, 500), hard=(1, 10_000), video_default=100,
              disco=("steps", "video_init_steps")),
    Parameter("diffusion", "skip_steps", Kind.STEPS_OR_PERCENT, 10,
              "Steps left out where a segment starts (or their share); half for a start picture.",
              hard=(0, None), axis=Axis.SEGMENT, video_default=50,
              disco=("skip_steps", "video_init_skip_steps")),
    Parameter("diffusion", "eta", Kind.NUMBER, 0.8, "Noise mixed in at every step.",
              typical=(0, 1), hard=(0, None), disco=("eta",)),
    Parameter("diffusion", "sampler", Kind.CHOICE, "ddim", "Sampling method.",
              choices=("ddim", "plms", "dpmpp_2m", "unipc"), disco=("diffusion_sampling_mode",)),
    Parameter("diffusion", "cutn_batches", Kind.WHOLE, 4,
              "Batches of cuts per step; more are steadier and slower.",
              typical=(1, 8), hard=(1, 64), disco=("cutn_batches", "video_init_cutn_batches")),
    Parameter("diffusion", "skip_augs", Kind.TRUTH, False,
              "Leave out the augmentations of the cuts.",
              disco=("skip_augs",)),
    Parameter("diffusion", "fuzzy_prompt", Kind.TRUTH, False,
              "Use 25 noisy copies of every prompt.",
              disco=("fuzzy_prompt",)),
    Parameter("diffusion", "rand_mag", Kind.NUMBER, 0.05, "Noise of `fuzzy_prompt`.",
              typical=(0, 1), hard=(0, None), disco=("rand_mag",),
              serves=("diffusion.fuzzy_prompt",)),
    Parameter("diffusion", "randomize_class", Kind.TRUTH, True,
              "Draw a new class at every step.",
              disco=("randomize_class",),
              without_effect="no model of the table has classes to draw"),
    Parameter("diffusion", "clip_denoised", Kind.TRUTH, False,
              "Limit the estimate of the finished picture to the colours there are.",
              disco=("clip_denoised",)),
)

_GUIDANCE = (
    Parameter("guidance", "clip_guidance_scale", Kind.NUMBER, 5000.0, "Pull of the prompts.",
              typical=(1500, 100_000), video_default=1000.0,
              disco=("clip_guidance_scale", "video_init_clip_guidance_scale")),
    Parameter("guidance", "tv_scale", Kind.NUMBER, 0.0, "Pull towards smoothness.",
              typical=(0, 1000), hard=(0, None), video_default=0.1,
              disco=("tv_scale", "video_init_tv_scale")),
    Parameter("guidance", "range_scale", Kind.NUMBER, 150.0,
              "Pull away from values beyond black and white.",
              typical=(0, 1000), hard=(0, None), video_default=150.0,
              disco=("range_scale", "video_init_range_scale")),
    Parameter("guidance", "sat_scale", Kind.NUMBER, 0.0, "Pull away from glaring colours.",
              typical=(0, 20_000), hard=(0, None), video_default=300.0,
              disco=("sat_scale", "video_init_sat_scale")),
    Parameter("guidance", "clamp_grad", Kind.TRUTH, True, "Limit the pull at every step.",
              disco=("clamp_grad",)),
    Parameter("guidance", "clamp_max", Kind.NUMBER, 0.05, "That limit.",
              typical=(0, 0.3), hard=(0, None), disco=("clamp_max",),
              serves=("guidance.clamp_grad",)),
)

_CUTOUTS = (
    Parameter("cutouts", "overview", Kind.WHOLE, ((400, 12), (1000, 4)),
              "Cuts of the whole picture.",
              typical=(0, 20), hard=(0, 64), axis=Axis.PROGRESS, disco=("cut_overview",)),
    Parameter("cutouts", "inner", Kind.WHOLE, ((400, 4), (1000, 12)),
              "Cuts of parts of the picture.",
              typical=(0, 20), hard=(0, 64), axis=Axis.PROGRESS, disco=("cut_innercut",)),
    Parameter("cutouts", "ic_pow", Kind.NUMBER, ((1000, 1.0),),
              "How small the inner cuts are; higher is smaller.",
              typical=(0.5, 100), hard=(0, None), open_low=True, axis=Axis.PROGRESS,
              disco=("cut_ic_pow",)),
    Parameter("cutouts", "icgray_p", Kind.NUMBER, ((400, 0.2), (1000, 0.0)),
              "Share of gray inner cuts.",
              hard=(0, 1), axis=Axis.PROGRESS, disco=("cut_icgray_p",)),
    Parameter("cutouts", "preset", Kind.CHOICE, None,
              "Schedule to start from; follows from the model when absent.",
              choices=("default", "pad_or_pulp", "watercolor"), axis=Axis.FIXED),
)

_INIT = (
    Parameter("init", "image", Kind.PATH, None, "Start picture.",
              axis=Axis.SEGMENT, disco=("init_image",)),
    Parameter("init", "scale", Kind.NUMBER, 1000.0, "Pull of the start picture.",
              typical=(10, 20_000), hard=(0, None), axis=Axis.SEGMENT, disco=("init_scale",),
              serves=("init.image", "init.perlin")),
    Parameter("init", "perlin", Kind.CHOICE, "off", "Start from Perlin noise.",
              choices=("off", "mixed", "color", "gray"), axis=Axis.SEGMENT,
              modes=frozenset({Mode.STILL, Mode.D2, Mode.D3}),
              disco=("perlin_init", "perlin_mode")),
    Parameter("init", "every_frame", Kind.TRUTH, False,
              "Perlin noise on every frame instead of at segment starts: rainbow flicker.",
              axis=Axis.FIXED, modes=_2D_3D, serves=("init.perlin",)),
)

_SYMMETRY = (
    Parameter("symmetry", "horizontal", Kind.TRUTH, False, "Mirror left to right.",
              disco=("use_horizontal_symmetry",)),
    Parameter("symmetry", "vertical", Kind.TRUTH, False, "Mirror top to bottom.",
              disco=("use_vertical_symmetry",)),
    Parameter("symmetry", "at", Kind.PERCENTS, (9.0,), "When during the diffusion.",
              unit="%", hard=(0, 100), disco=("transformation_percent",),
              serves=("symmetry.horizontal", "symmetry.vertical")),
)

_CAMERA = (
    Parameter("camera", "angle", Kind.NUMBER, 0.0,
              "Turn of the picture; positive is counter-clockwise.",
              unit="degrees per frame", typical=(-3, 3), modes=_2D, per_frame=True,
              disco=("angle",)),
    Parameter("camera", "zoom", Kind.NUMBER, 1.0, "Scale; above 1 moves in.",
              unit="times per frame", typical=(0.8, 1.25), hard=(0, None), open_low=True,
              modes=_2D, per_frame=True, factor=True, disco=("zoom",)),
    Parameter("camera", "edges", Kind.CHOICE, "wrap",
              "What fills the edges that a move uncovers: `wrap` is what left on the other side.",
              choices=("wrap", "border", "reflection", "zeros"), modes=_2D),
    Parameter("camera", "translate_x", Kind.NUMBER, 0.0, "Move to the right.",
              unit="pixels (2d) or units (3d) per frame", typical=(-10, 10), modes=_2D_3D,
              per_frame=True, disco=("translation_x",)),
    Parameter("camera", "translate_y", Kind.NUMBER, 0.0, "Move down.",
              unit="pixels (2d) or units (3d) per frame", typical=(-10, 10), modes=_2D_3D,
              per_frame=True, disco=("translation_y",)),
    Parameter("camera", "translate_z", Kind.NUMBER, 0.0, "Move forward.",
              unit="units per frame", typical=(-10, 10), modes=_3D, per_frame=True,
              disco=("translation_z",)),
    Parameter("camera", "rotate_x", Kind.NUMBER, 0.0, "Pitch: look up or down.",
              unit="degrees per frame", typical=(-3, 3), modes=_3D, per_frame=True,
              disco=("rotation_3d_x",)),
    Parameter("camera", "rotate_y", Kind.NUMBER, 0.0, "Pan: look left or right.",
              unit="degrees per frame", typical=(-3, 3), modes=_3D, per_frame=True,
              disco=("rotation_3d_y",)),
    Parameter("camera", "rotate_z", Kind.NUMBER, 0.0, "Roll.",
              unit="degrees per frame", typical=(-3, 3), modes=_3D, per_frame=True,
              disco=("rotation_3d_z",)),
    Parameter("camera", "fov", Kind.NUMBER, 40.0, "Field of view.",
              unit="degrees", typical=(20, 120), hard=(1, 179), modes=_3D, disco=("fov",)),
    Parameter("camera", "near", Kind.NUMBER, 200.0, "Near plane.",
              hard=(0, None), open_low=True, modes=_3D, disco=("near_plane",),
              without_effect="the planes cancel out where the depth is used"),
    Parameter("camera", "far", Kind.NUMBER, 10_000.0, "Far plane.",
              hard=(0, None), open_low=True, modes=_3D, disco=("far_plane",),
              without_effect="the planes cancel out where the depth is used"),
    Parameter("camera", "padding", Kind.CHOICE, "border",
              "What fills the edges that a move uncovers.",
              choices=("border", "zeros", "reflection"), modes=_3D, disco=("padding_mode",)),
    Parameter("camera", "sampling", Kind.CHOICE, "bicubic",
              "How a moved picture is resampled.",
              choices=("bicubic", "bilinear", "nearest"), modes=_3D, disco=("sampling_mode",)),
)

_DEPTH = (
    Parameter("depth", "model", Kind.CHOICE, "dpt_large", "Depth model.",
              axis=Axis.FIXED, modes=_3D, disco=("midas_depth_model",)),
    Parameter("depth", "midas_weight", Kind.NUMBER, 0.3,
              "Share of MiDaS in the mix with AdaBins.",
              hard=(0, 1), modes=_3D, disco=("midas_weight",)),
)

_COHERENCE = (
    Parameter("coherence", "frames_scale", Kind.NUMBER, 1500.0, "Pull of the previous frame.",
              typical=(0, 50_000), hard=(0, None), modes=_ANIMATION, video_default=15_000.0,
              disco=("frames_scale", "video_init_frames_scale")),
    Parameter("coherence", "frames_skip_steps", Kind.PERCENT, 60.0,
              "Share of the steps left out on frames that follow another.",
              unit="%", typical=(40, 80), hard=(0, 99), modes=_ANIMATION, video_default=70.0,
              disco=("frames_skip_steps", "video_init_frames_skip_steps")),
    Parameter("coherence", "color_match", Kind.CHOICE, "off",
              "Keep the colours of the first frame after a cut: its tint, or all shares.",
              choices=("off", "mean", "histogram"), modes=_ANIMATION),
    Parameter("coherence", "color_strength", Kind.NUMBER, 1.0,
              "How much of `color_match`: 1 is all of it.",
              hard=(0, 1), modes=_ANIMATION, serves=("coherence.color_match",)),
)

_TURBO = (
    Parameter("turbo", "steps", Kind.WHOLE, 1, "Diffuse every n-th frame.",
              typical=(2, 6), hard=(1, 30), modes=_3D, disco=("turbo_steps", "turbo_mode")),
    Parameter("turbo", "preroll", Kind.WHOLE, 10, "Normal frames before turbo begins.",
              typical=(1, 10), hard=(1, None), axis=Axis.FIXED, modes=_3D,
              disco=("turbo_preroll",), serves=("turbo.steps",)),
)

_VR = (
    Parameter("vr", "eye_angle", Kind.NUMBER, 0.5, "How far the eyes look inward.",
              unit="degrees", typical=(0, 1), modes=_3D, disco=("vr_eye_angle",),
              serves=("scene.vr",)),
    Parameter("vr", "ipd", Kind.NUMBER, 5.0, "Distance of the eyes.",
              typical=(1, 20), hard=(0, None), open_low=True, modes=_3D, disco=("vr_ipd",),
              serves=("scene.vr",)),
    Parameter("vr", "layout", Kind.CHOICE, "side_by_side",
              "How the eyes share a picture of the stereo video.",
              choices=("side_by_side", "top_bottom"), axis=Axis.FIXED, modes=_3D, pixels=False,
              serves=("scene.vr",)),
)

_VIDEO = (
    Parameter("video", "source", Kind.PATH, None, "Input video.",
              axis=Axis.FIXED, modes=_VIDEO_INPUT, file=FileKind.VIDEO, disco=("video_init_path",)),
    Parameter("video", "every", Kind.WHOLE, 2, "Use every n-th frame.",
              typical=(1, 6), hard=(1, None), axis=Axis.FIXED, modes=_VIDEO_INPUT,
              disco=("extract_nth_frame",)),
    Parameter("video", "flow_warp", Kind.TRUTH, True,
              "Warp the previous frame by optical flow.",
              axis=Axis.FIXED, modes=_VIDEO_INPUT, disco=("video_init_flow_warp",)),
    Parameter("video", "flow_blend", Kind.NUMBER, 0.999,
              "Mix: 1 is the warped previous frame, 0 the next video frame.",
              hard=(0, 1), modes=_VIDEO_INPUT, disco=("video_init_flow_blend",),
              serves=("video.flow_warp",)),
    Parameter("video", "flow_check", Kind.TRUTH, False, "Check the flow for consistency.",
              axis=Axis.FIXED, modes=_VIDEO_INPUT, disco=("video_init_check_consistency",),
              serves=("video.flow_warp", "video.blend_mode")),
    Parameter("video", "blend_mode", Kind.CHOICE, "optical_flow",
              "How the output video blends frames.",
              choices=("none", "linear", "optical_flow"), axis=Axis.FIXED, modes=_VIDEO_INPUT,
              pixels=False, disco=("video_init_blend_mode",)),
)

_SAVE = (
    Parameter("save", "intermediates", Kind.STEPS_OR_LIST, 0,
              "Pictures kept from inside the diffusion of a frame: so many, or after these steps.",
              hard=(0, 10_000), axis=Axis.FIXED, pixels=False, disco=("intermediate_saves",)),
    Parameter("save", "in_subfolder", Kind.TRUTH, True,
              "Put them into `partials/`, not among the frames.",
              axis=Axis.FIXED, pixels=False, disco=("intermediates_in_subfolder",),
              serves=("save.intermediates",)),
    Parameter("save", "display_rate", Kind.WHOLE, 20,
              "While a frame is made, `preview.jpg` shows it every n steps.",
              typical=(5, 500), hard=(1, None), axis=Axis.FIXED, pixels=False,
              disco=("display_rate",)),
)

_OUTPUT = (
    Parameter("output", "video", Kind.TRUTH, None,
              "Make the video; on for an animation when absent.",
              axis=Axis.FIXED, modes=_ANIMATION, pixels=False,
              disco=("skip_video_for_run_all",)),
    Parameter("output", "fps", Kind.NUMBER, None,
              "Speed of the video file; the scene's when absent.",
              typical=(12, 60), hard=(0, 1000), open_low=True, axis=Axis.FIXED,
              modes=_ANIMATION, pixels=False),
    Parameter("output", "first_frame", Kind.TIME, Fraction(0), "Where the video starts.",
              axis=Axis.FIXED, modes=_ANIMATION, pixels=False, disco=("init_frame",)),
    Parameter("output", "last_frame", Kind.TIME, None,
              "Where the video ends; the scene's end when absent.",
              axis=Axis.FIXED, modes=_ANIMATION, pixels=False, disco=("last_frame",)),
    Parameter("output", "blend", Kind.NUMBER, 0.5, "Strength of `video.blend_mode`.",
              hard=(0, 1), axis=Axis.FIXED, modes=_VIDEO_INPUT, pixels=False, disco=("blend",),
              serves=("video.blend_mode",)),
    Parameter("output", "upscale", Kind.NUMBER, None,
              "How much larger pictures and video are written; what the model makes when absent.",
              unit="times", typical=(1, 4), hard=(0, 16), open_low=True, axis=Axis.FIXED,
              pixels=False),
    Parameter("output", "upscale_model", Kind.PATH, None,
              "Network that makes them larger, instead of Lanczos: safetensors, for `spandrel`.",
              axis=Axis.FIXED, file=FileKind.MODEL, pixels=False),
    Parameter("output", "codec", Kind.CHOICE, "h264", "Video codec.",
              choices=("h264", "h265", "vp9", "prores", "gif"), axis=Axis.FIXED,
              modes=_ANIMATION, pixels=False),
    Parameter("output", "crf", Kind.WHOLE, 17,
              "Quality of the video; lower is better and larger.",
              typical=(15, 28), hard=(0, 51), axis=Axis.FIXED, modes=_ANIMATION, pixels=False,
              serves=("output.codec",), only_with=_OF_QUALITY),
    Parameter("output", "preset", Kind.CHOICE, "slow",
              "Effort of the encoder; slower is smaller.",
              choices=_EFFORTS, axis=Axis.FIXED, modes=_ANIMATION, pixels=False,
              serves=("output.codec",), only_with=_OF_QUALITY),
    Parameter("output", "audio", Kind.PATH, None, "Sound track.",
              axis=Axis.FIXED, modes=_ANIMATION, file=FileKind.SOUND, pixels=False),
)
# fmt: on

PARAMETERS: tuple[Parameter, ...] = (
    *_SCENE,
    *_DIFFUSION,
    *_GUIDANCE,
    *_CUTOUTS,
    *_INIT,
    *_SYMMETRY,
    *_CAMERA,
    *_DEPTH,
    *_COHERENCE,
    *_TURBO,
    *_VR,
    *_VIDEO,
    *_SAVE,
    *_OUTPUT,
)

BY_KEY: Mapping[str, Parameter] = {row.key: row for row in PARAMETERS}

#: The groups, in the table's order, each with its rows by name.
GROUPS: Mapping[str, Mapping[str, Parameter]] = {
    group: {row.name: row for row in PARAMETERS if row.group == group}
    for group in dict.fromkeys(row.group for row in PARAMETERS)
}

_BY_DISCO_NAME: Mapping[str, Parameter] = {
    old: row for row in reversed(PARAMETERS) for old in row.disco
}


def find(group: str, name: str) -> Parameter | None:
    """The row `group.name`, None if there is none."""
    return BY_KEY.get(f"{group}.{name}")


def with_name(name: str) -> tuple[Parameter, ...]:
    """All rows of this name, whatever their group."""
    return tuple(row for row in PARAMETERS if row.name == name)


def by_disco_name(name: str) -> Parameter | None:
    """The row that Disco Diffusion's settings call `name`, None if there is none."""
    return _BY_DISCO_NAME.get(name)


@lru_cache(maxsize=1 << 12)
def resolve(group: str | None, parts: tuple[str, ...]) -> Parameter | None:
    """The row that the dotted name `parts` means inside `group`, built or not; None if unknown.

    `camera.zoom` may stand outside the groups and inside its own. A name of Disco Diffusion counts
    in the right group.
    """
    *groups, word = parts
    own = ".".join(groups) or group
    if own is None or group not in (None, own):
        return None
    old = by_disco_name(word)
    return find(own, word) or (old if old and old.group == own else None)
