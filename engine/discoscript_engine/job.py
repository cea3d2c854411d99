"""FrameJob: everything that is asked of a renderer for one frame, as plain values.

A parameter reaches the renderer only through the job, and the frame key is the hash of the job
(with the predecessor's output digest): so nothing can change a picture without changing its key.
The field names of `Diffusion`, `Guidance`, `Cutouts` and the cameras are those of the language's
parameter table. Torch is not imported here.

A field with a default is not part of the key while it holds it: what came later than the first
stored frames is added like that, and frames that do not use it keep their keys. A field that is not
compared is never part of it.
"""

from dataclasses import dataclass, field

#: A value for each of the 1000 steps of diffusion progress, as runs `(end, value)`: the value
#: holds up to but not including step `end`; ends rise and the last one is 1000.
StepRuns = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Prompt:
    """One text and its weight at this frame. Weights are divided by |sum| in the engine."""

    text: str
    weight: float

    @property
    def label(self) -> str:
        """What people know it by."""
        return self.text


@dataclass(frozen=True)
class PicturePrompt:
    """One picture to resemble, a file known by its content, and its weight at this frame."""

    sha256: str
    weight: float

    @property
    def label(self) -> str:
        """What people know it by: `picture 3f5a`."""
        return f"picture {self.sha256[:4]}"


@dataclass(frozen=True)
class OwnFile:
    """A file known by its content. What a script calls it is for messages alone: another name makes
    no other file."""

    sha256: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Models:
    """Names of rows of the model table. `depth` is None where no camera moves in space, and `flow`
    where no motion of a video is followed, so that another one renders nothing again there. `file`
    is a checkpoint of somebody's own, whose weights take the place of the diffusion model's
    published ones. `mixed` is off where no frame mixes anything into the depth of a model that is
    mixed as a rule."""

    diffusion: str
    secondary: bool
    clip: tuple[str, ...]
    depth: str | None
    flow: str | None = None
    file: OwnFile | None = None
    mixed: bool = True


@dataclass(frozen=True)
class Diffusion:
    """How this frame is sampled; `skip_steps` is resolved for this frame."""

    steps: int
    skip_steps: int
    eta: float
    sampler: str
    cutn_batches: int
    skip_augs: bool
    fuzzy_prompt: bool
    rand_mag: float
    randomize_class: bool
    clip_denoised: bool


@dataclass(frozen=True)
class Guidance:
    """Weights of the losses, and the limit on the gradient's root mean square."""

    clip_guidance_scale: float
    tv_scale: float
    range_scale: float
    sat_scale: float
    clamp_grad: bool
    clamp_max: float


@dataclass(frozen=True)
class Cutouts:
    """What CLIP looks at, over diffusion progress."""

    overview: StepRuns
    inner: StepRuns
    ic_pow: StepRuns
    icgray_p: StepRuns


@dataclass(frozen=True)
class Symmetry:
    """The noisy picture is mirrored left to right (`horizontal`), top to bottom (`vertical`) or
    both, when the percentages `at` of this frame's steps are done."""

    horizontal: bool
    vertical: bool
    at: tuple[float, ...]


@dataclass(frozen=True)
class Camera2D:
    """The move from the previous frame: degrees, scale, pixels. `edges` is what lies outside of the
    picture: wrap, border, reflection or zeros."""

    angle: float
    zoom: float
    translate_x: float
    translate_y: float
    edges: str = "wrap"


@dataclass(frozen=True)
class Camera3D:
    """The move from the previous frame: 1/200 scene units and degrees."""

    translate_x: float
    translate_y: float
    translate_z: float
    rotate_x: float
    rotate_y: float
    rotate_z: float
    fov: float
    padding: str
    sampling: str
    midas_weight: float


@dataclass(frozen=True)
class FromNoise:
    """A segment starts here, from pure noise."""


@dataclass(frozen=True)
class FromPicture:
    """A segment starts here, from a picture file known by its content."""

    sha256: str
    scale: float


@dataclass(frozen=True)
class FromPerlin:
    """The frame starts from Perlin noise, drawn with its seed; `mode` is mixed, color or gray."""

    mode: str
    scale: float


@dataclass(frozen=True)
class FromPrevious:
    """The frame starts from its predecessor's stored picture, moved by the camera."""

    camera: Camera2D | Camera3D
    scale: float


@dataclass(frozen=True)
class FromVideo:
    """The frame starts from a frame of the input video.

    `frame` is the SHA-256 of its pixels, scaled to the size of the job: raw RGB, row by row.
    """

    frame: str
    scale: float


@dataclass(frozen=True)
class Motion:
    """The motion from one frame of the input video to the next, each known by its pixels as in
    `FromVideo`. `checked`: it is not trusted where following it back leads elsewhere."""

    before: str
    frame: str
    checked: bool


@dataclass(frozen=True)
class FromFlow:
    """The frame starts from its predecessor's stored picture, carried along by the motion of the
    input video: `blend` of it, and the rest of the video's frame."""

    motion: Motion
    blend: float
    scale: float


Start = FromNoise | FromPicture | FromPerlin | FromPrevious | FromVideo | FromFlow


@dataclass(frozen=True)
class Move:
    """A picture as the camera sees it after its move, with nothing diffused; `depth` names the
    depth model."""

    width: int
    height: int
    depth: str | None
    camera: Camera3D


@dataclass(frozen=True)
class Carry:
    """A picture covered by `share` of the one before it, which the motion of the input video has
    carried along; `flow` names the model that measures the motion."""

    width: int
    height: int
    flow: str
    motion: Motion
    share: float


@dataclass(frozen=True)
class StereoCamera:
    """Two eyes beside each other: `ipd` apart, in 1/200 scene units, each turned inward by
    `eye_angle` degrees. The other values are those of the camera."""

    eye_angle: float
    ipd: float
    fov: float
    padding: str
    sampling: str
    midas_weight: float


@dataclass(frozen=True)
class Eyes:
    """A picture as a left and a right eye see it, side by side in one picture, so that its depth
    is estimated once and no eye is ever without the other.

    `width` and `height` are those of the picture that is made: the width is twice that of an eye.
    """

    width: int
    height: int
    depth: str | None
    camera: StereoCamera


@dataclass(frozen=True)
class Mix:
    """Two pictures in one: `share` of the first, the rest of the second."""

    share: float


@dataclass(frozen=True)
class ColorMatch:
    """A picture in the colours of another one: `strength` of the way there, 0 to 1. `method` is
    mean (brightness, contrast and tint) or histogram (the share of every colour)."""

    method: str
    strength: float


@dataclass(frozen=True)
class FrameJob:
    """One frame: size in pixels, seed of this frame, and the groups above. `augmentations` says how
    strongly cuts are: as for a still, a moving camera or a video. `checkpoint` trades speed for
    memory, and changes no picture."""

    width: int
    height: int
    seed: int
    prompts: tuple[Prompt | PicturePrompt, ...]
    models: Models
    diffusion: Diffusion
    guidance: Guidance
    cutouts: Cutouts
    start: Start
    symmetry: Symmetry | None = None
    augmentations: str = "still"
    checkpoint: bool = field(default=False, compare=False)


#: What makes one picture of the store.
PictureJob = FrameJob | Move | Mix | ColorMatch | Eyes
