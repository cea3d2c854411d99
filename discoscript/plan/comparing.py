"""A frame as it was asked for and as it is asked for now -> the reason why it is rendered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from discoscript.plan.asked import Difference, Past, Plain, differences
from discoscript.plan.lines import Line, Lines
from discoscript.plan.plan import GROUP_OF, parameter_of
from discoscript.plan.reasons import Cause, Files, Reason


def reason(
    frame: int, before: Past, after: Past, old: Files, new: Files, lines: Lines
) -> Reason | None:
    """The first thing that decides the pictures of `frame` and is not as it was; None if there is
    none. `lines` are those of the script as it is now. Other values follow from what a frame
    starts from, so that comes first; what is mixed into the depth follows from all of them."""
    compare = _Comparison(frame, old, new, lines)
    for difference in differences(before.identity, after.identity):
        said = compare.identity(difference)
        if said is not None:
            return said
    if ("width" in before.values) != ("width" in after.values):
        return compare.parameter("turbo.steps", *_turned(before, after))
    found = differences(before.values, after.values)
    first = sorted(found, key=lambda one: (one.path not in _FIRST, one.path == _LAST))
    return compare.value(first[0]) if first else None


def _turned(before: Past, after: Past) -> tuple[str, str]:
    words = {True: "diffused", False: "moved only"}
    return words["width" in before.values], words["width" in after.values]


@dataclass(frozen=True)
class _Comparison:
    """Differences of one frame in words, with their lines."""

    frame: int
    old: Files
    new: Files
    lines: Lines

    # ───────────── the renderer ─────────────

    def identity(self, found: Difference) -> Reason | None:
        """None where other models are named: then the script says so."""
        if found.name == "epoch":
            one, other = str(found.before), str(found.after)
            name, _, epoch = other.partition(" ")
            if one.startswith(f"{name} "):
                return Reason(Cause.ENGINE, f"{name} epoch", one.partition(" ")[2], epoch)
            return Reason(Cause.ENGINE, "renderer", one, other)
        if found.name == "numeric":
            return Reason(Cause.MACHINE, "", str(found.before), str(found.after))
        return self._weights(found.before, found.after)

    def _weights(self, before: Iterable[Plain], after: Iterable[Plain]) -> Reason | None:
        digests = {str(role): str(digest) for role, digest in before}
        for role, digest in after:
            if digests.get(str(role), digest) != digest:
                return Reason(Cause.MODEL, f"{role} changed")
        return None

    # ───────────── the values ─────────────

    def value(self, found: Difference) -> Reason:
        """The reason that a difference is."""
        special = _SPECIAL.get((found.group, found.name)) or _SPECIAL.get((found.path[0], ""))
        if special is not None:
            return special(self, found)
        return self.parameter(parameter_of(_CLASSES[found.group], found.name), *_values(found))

    def parameter(self, key: str, before: str, after: str) -> Reason:
        """A parameter that is not as it was."""
        return self._placed(
            Reason(Cause.PARAMETER, key, before, after), self.lines.parameter(key, self.frame)
        )

    def _placed(self, reason: Reason, line: Line | None) -> Reason:
        return replace(reason, path=line.path, line=line.number) if line else reason

    def size(self, found: Difference) -> Reason:
        """One side of the picture."""
        one, other = _values(found)
        return self.parameter("scene.size", f"{found.name} {one}", other)

    def seed(self, found: Difference) -> Reason:
        """The seed of the frame."""
        reason = Reason(Cause.PARAMETER, "scene.seed", *_values(found))
        return self._placed(reason, self.lines.seed(self.frame))

    def skipped(self, found: Difference) -> Reason:
        """How many steps are left out; another parameter says so where a segment goes on."""
        keys = ("diffusion.skip_steps", "coherence.frames_skip_steps")
        places = [(key, self.lines.parameter(key, self.frame)) for key in keys]
        follows = self.lines.follows(self.frame)
        key, line = places[1] if follows else places[0]
        before, after = (f"{_word(v)} steps" for v in (found.before, found.after))
        return self._placed(Reason(Cause.PARAMETER, key, before, after), line)

    def prompts(self, found: Difference) -> Reason:
        """The first prompt that is not as it was."""
        pairs = zip_longest(found.before, found.after)
        one, other = next(pair for pair in pairs if pair[0] != pair[1])
        gone = one is not None and _pull(one) not in map(_pull, found.after)
        come = other is not None and _pull(other) not in map(_pull, found.before)
        if gone and come:
            return self._swapped(one, other)
        if other is None or gone:
            return Reason(Cause.PROMPT, f"{self._named(one, self.old)} removed")
        name = self._named(other, self.new)
        if one is None or come:
            return self._at_prompt(Reason(Cause.PROMPT, f"{name} added"), other)
        if _pull(one) == _pull(other):
            weights = _change(one["weight"], other["weight"])
            return self._at_prompt(Reason(Cause.PROMPT, name, *weights), other)
        return self._at_prompt(Reason(Cause.PROMPT, f"{name} moved"), other)

    def _at_prompt(self, reason: Reason, prompt: Plain) -> Reason:
        return self._placed(reason, self.lines.prompt(self._text(prompt), self.frame))

    def _swapped(self, one: Plain, other: Plain) -> Reason:
        """Another prompt in place of one, or the same picture file with other content."""
        path = self.old.paths.get(one.get("sha256", ""))
        if path is not None and path == self.new.paths.get(other.get("sha256", "")):
            return Reason(Cause.ASSET, path)
        names = self._named(one, self.old), self._named(other, self.new)
        return self._at_prompt(Reason(Cause.PROMPT, "", *names), other)

    def _named(self, prompt: Plain, files: Files) -> str:
        if "sha256" in prompt:
            return files.paths.get(prompt["sha256"], f"picture {prompt['sha256'][:4]}")
        return f'"{prompt["text"]}"'

    def _text(self, prompt: Plain) -> str:
        digest = prompt.get("sha256")
        return self.new.paths.get(digest, "") if digest else str(prompt["text"])

    def model(self, found: Difference) -> Reason:
        """Another model is named, or none for the depth: then the mode is another one."""
        if found.name == "depth" and None in (found.before, found.after):
            before, after = ("not 3d" if v is None else "3d" for v in (found.before, found.after))
            return self.parameter("scene.mode", before, after)
        key = "flow" if found.name == "flow" else parameter_of(_CLASSES["Models"], found.name)
        reason = Reason(Cause.MODEL, key, *_values(found))
        return self._placed(reason, self.lines.parameter(key, self.frame))

    def mixed(self, found: Difference) -> Reason:
        """The first frame whose depth is mixed comes, or the last one goes."""
        words = ("below 1 somewhere" if v else "1 throughout" for v in (found.before, found.after))
        return self.parameter("depth.midas_weight", *words)

    def checkpoint(self, found: Difference) -> Reason:
        """The model of one's own, or that there is one."""
        one, other = _checkpoint(found.before, self.old), _checkpoint(found.after, self.new)
        if one == other:
            return Reason(Cause.ASSET, other)
        reason = Reason(Cause.MODEL, "scene.model_file", one, other)
        return self._placed(reason, self.lines.parameter("scene.model_file", self.frame))

    def picture(self, found: Difference) -> Reason:
        """The picture that a segment starts from."""
        one, other = self.old.paths.get(found.before), self.new.paths.get(found.after)
        if one == other and other is not None:
            return Reason(Cause.ASSET, other)
        return self.parameter("init.image", one or "another picture", other or "another picture")

    def footage(self, found: Difference) -> Reason:
        """The frame of the input video."""
        if self.old.video is None or self.new.video is None:
            return Reason(
                Cause.ASSET, self.new.video[0] if self.new.video else "of the input video"
            )
        (path, digest, every), (new_path, new_digest, new_every) = self.old.video, self.new.video
        if path != new_path:
            return self.parameter("video.source", path, new_path)
        if digest == new_digest and every != new_every:
            return self.parameter("video.every", str(every), str(new_every))
        return Reason(Cause.ASSET, new_path)

    def start(self, found: Difference) -> Reason:
        """The frame starts from something else, or is moved by another camera."""
        kinds = [str(v["is"]) for v in (found.before, found.after)]
        if kinds[0] in _CAMERAS and kinds[1] in _CAMERAS:
            return self.parameter("scene.mode", _CAMERAS[kinds[0]], _CAMERAS[kinds[1]])
        reason = Reason(Cause.START, "", _STARTS[kinds[0]], _STARTS[kinds[1]])
        return self._placed(reason, self.lines.start(self.frame))

    def augmented(self, found: Difference) -> Reason:
        """The cuts are augmented as in another mode."""
        modes = (_MODES.get(str(v), str(v)) for v in (found.before, found.after))
        return self.parameter("scene.mode", *modes)

    def mirror(self, found: Difference) -> Reason:
        """The symmetry comes or goes."""
        group = found.after or found.before
        name = next((n for n in ("horizontal", "vertical") if group[n]), "horizontal")
        return self.parameter(f"symmetry.{name}", _switch(found.before), _switch(found.after))

    def turbo(self, found: Difference) -> Reason:
        """Turbo comes, goes, or mixes otherwise; its camera is that of the frame."""
        shares = [1.0 if v is None else v["share"] if isinstance(v, Mapping) else v
                  for v in (found.before, found.after)]  # fmt: skip
        if all(isinstance(share, float) for share in shares) and shares[0] != shares[1]:
            words = (f"{share:.0%} of the picture" for share in shares)
            return self.parameter("turbo.steps", *words)
        return self.parameter("turbo.steps", _switch(found.before), _switch(found.after))

    def colors(self, found: Difference) -> Reason:
        """The colours of the first frame of the segment are taken, or no longer."""
        methods = ("off" if v is None else str(v["method"]) for v in (found.before, found.after))
        return self.parameter("coherence.color_match", *methods)

    def partials(self, found: Difference) -> Reason:
        """Pictures of the frame in the making are kept after other steps."""
        steps = (", ".join(map(str, v or ())) or "none" for v in (found.before, found.after))
        return self.parameter("save.intermediates", *(f"steps {s}" for s in steps))

    def eyes(self, found: Difference) -> Reason:
        """The scene has eyes, or no longer."""
        return self.parameter("scene.vr", _switch(found.before), _switch(found.after))


#: What a frame starts from and how it is moved: these decide which other values count.
_FIRST = {("start",), ("start", "camera")}

#: Whether a render mixes depths: where a frame's own share of them changed, that says more.
_LAST = ("models", "mixed")

_CLASSES = {kind.__name__: kind for kind in GROUP_OF}

_CAMERAS = {"Camera2D": "2d", "Camera3D": "3d"}

#: The modes that augment cuts alike, where they are not called like their augmentations.
_MODES = {"moving": "2d or 3d"}

_STARTS = {
    "FromNoise": "noise",
    "FromPicture": "a picture",
    "FromPerlin": "Perlin noise",
    "FromPrevious": "the frame before",
    "FromVideo": "the video",
    "FromFlow": "the frame before, moved like the video",
}

#: Differences that are not `group.name` of a parameter: by class and field, or by where they begin.
_SPECIAL: Mapping[tuple[str, str], Callable[[_Comparison, Difference], Reason]] = {
    ("FrameJob", "width"): _Comparison.size,
    ("", "width"): _Comparison.size,
    ("", "height"): _Comparison.size,
    ("Move", "width"): _Comparison.size,
    ("Move", "height"): _Comparison.size,
    ("Move", "depth"): lambda self, found: self.parameter("depth.model", *_values(found)),
    ("Eyes", "width"): _Comparison.size,
    ("Eyes", "height"): _Comparison.size,
    ("Eyes", "depth"): lambda self, found: self.parameter("depth.model", *_values(found)),
    ("Turbo", "share"): _Comparison.turbo,
    ("Turbo", "skipped"): _Comparison.turbo,
    ("", "seed"): _Comparison.seed,
    ("", "prompts"): _Comparison.prompts,
    ("", "start"): _Comparison.start,
    ("FromPrevious", "camera"): _Comparison.start,
    ("FromPicture", "sha256"): _Comparison.picture,
    ("FromVideo", "frame"): _Comparison.footage,
    ("Motion", "before"): _Comparison.footage,
    ("Motion", "frame"): _Comparison.footage,
    ("Diffusion", "skip_steps"): _Comparison.skipped,
    ("", "symmetry"): _Comparison.mirror,
    ("", "augmentations"): _Comparison.augmented,
    ("", "turbo"): _Comparison.turbo,
    ("", "colors"): _Comparison.colors,
    ("", "partials"): _Comparison.partials,
    ("", "eyes"): _Comparison.eyes,
    **{("Models", name): _Comparison.model
       for name in ("diffusion", "secondary", "clip", "depth", "flow")},
    ("Models", "file"): _Comparison.checkpoint,
    ("Models", "mixed"): _Comparison.mixed,
    ("OwnFile", "sha256"): _Comparison.checkpoint,
}  # fmt: skip


def _checkpoint(value: Plain, files: Files) -> str:
    """What a script calls a model of its own."""
    digest = value.get("sha256") if isinstance(value, Mapping) else value
    return "none" if digest is None else files.paths.get(str(digest), "another file")


def _pull(prompt: Plain) -> str:
    """What a prompt asks for, its weight left out."""
    return str(prompt.get("sha256") or prompt["text"])


def _switch(value: Plain) -> str:
    return "on" if value else "off"


def _values(found: Difference) -> tuple[str, str]:
    return _change(found.before, found.after)


def _change(before: Plain, after: Plain) -> tuple[str, str]:
    """Two values in words, with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 9, 17):
        one, other = _word(before, digits), _word(after, digits)
        if one != other:
            break
    return one, other


def _word(value: Plain, digits: int = 4) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return _switch(value)
        case float():
            return f"{value:.{digits}g}"
        case [[int(), float() | int()], *_]:
            return ", ".join(f"{_word(v, digits)} up to {end}" for end, v in value)
        case list():
            return ", ".join(_word(part, digits) for part in value) or "none"
    return str(value)
