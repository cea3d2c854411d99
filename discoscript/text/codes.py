"""THE table of diagnostics: every code, once.

Codes never change their meaning and are never used again. D0 text and layout, D1 names, D2 values,
D3 time, D4 modes, D5 files, D6 prompts, D7 limits, D8 advice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """error: nothing renders; warning: what is written has no effect; hint: works, but unusual."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


E, W, H = Severity.ERROR, Severity.WARNING, Severity.HINT


@dataclass(frozen=True)
class Code:
    """One row: `slug` names the code in words, `title` says in one line what is wrong."""

    code: str
    slug: str
    severity: Severity
    title: str


CODES: tuple[Code, ...] = (
    # D0: text and layout
    Code("D001", "unsupported-version", E, "the script asks for another version of the language"),
    Code("D002", "tab-indent", E, "indentation uses tabs"),
    Code("D003", "unterminated-string", E, "text in quotes is not closed on its line"),
    Code("D004", "unterminated-long-string", E, 'text in `"""` is never closed'),
    Code("D005", "unclosed-bracket", E, "a bracket is never closed"),
    Code("D006", "unexpected-character", E, "a character that the language does not use"),
    Code("D007", "unfinished-statement", E, "the statement ends too early"),
    Code("D008", "unexpected-token", E, "something stands where it can not stand"),
    Code("D009", "unexpected-indent", E, "a line is indented but no block is open"),
    Code("D010", "inconsistent-indent", E, "a line does not line up with its neighbours"),
    Code("D011", "empty-block", E, "a block has no lines in it"),
    Code("D012", "missing-colon", E, "the head of a block lacks its colon"),
    Code("D013", "version-not-first", E, "the version line is not the first statement"),
    Code("D014", "missing-version", H, "the script has no version line"),
    Code("D015", "old-keyframe-string", E, "keyframes are written as a Disco Diffusion string"),
    # D1: names
    Code("D101", "unknown-parameter", E, "there is no such group or setting"),
    Code("D102", "wrong-group", E, "the setting belongs to another group"),
    Code("D103", "disco-name", H, "a setting goes by its Disco Diffusion name"),
    Code("D104", "unknown-name", E, "nothing has this name"),
    Code("D105", "unknown-function", E, "there is no such function"),
    Code("D106", "unknown-move", E, "there is no such move"),
    Code("D107", "unknown-curve", E, "there is no such curve"),
    Code("D108", "unknown-value", E, "the setting has no such choice"),
    Code("D109", "duplicate-definition", E, "a name is defined twice"),
    Code("D110", "unused-variable", W, "a defined name is never used"),
    Code("D111", "unused-import", W, "nothing of an import is used"),
    Code("D112", "reserved-name", E, "a built-in word can not be defined anew"),
    Code("D113", "definition-cycle", E, "a name is defined by itself"),
    Code("D114", "wrong-arguments", E, "a call has too many or too few values"),
    Code("D115", "not-in-a-library", E, "an imported script holds more than definitions"),
    Code("D116", "duplicate-scene", E, "a setting of the scene is set twice"),
    Code("D117", "move-recursion", E, "a move uses itself"),
    Code("D118", "misplaced-statement", E, "a statement stands where it has no meaning"),
    # D2: values
    Code("D201", "wrong-type", E, "a value is of the wrong kind"),
    Code("D202", "size-not-multiple-of-64", E, "the picture's sides do not suit the model"),
    Code("D203", "out-of-range", E, "a value lies outside what is possible"),
    Code("D204", "not-a-whole-number", E, "a setting takes whole numbers only"),
    Code("D205", "cannot-change-over-time", E, "a fixed setting is given a range"),
    Code("D206", "cannot-glide", E, "a setting has no values between two values"),
    Code("D207", "not-finite", E, "an expression has no finite value"),
    Code("D208", "frames-and-duration", E, "the length is set twice"),
    Code("D209", "mixed-list", E, "a list mixes keys with plain values"),
    Code("D211", "rate-not-allowed", E, "`/s` on a setting that is no speed"),
    Code("D212", "unit-mismatch", E, "a value has the wrong unit"),
    Code("D213", "bool-as-number", E, "a number where `on` or `off` is meant"),
    # D3: time
    Code("D301", "overlapping-ranges", E, "two lines set one setting on the same frames"),
    Code("D302", "backward-range", E, "a range ends before it begins"),
    Code("D303", "beyond-the-end", E, "a frame lies beyond the end"),
    Code("D304", "duplicate-key", E, "two keys stand at one frame"),
    Code("D305", "beats-without-bpm", E, "beats are used but the scene has no tempo"),
    Code("D306", "wrong-axis", E, "a time where diffusion progress is meant"),
    Code("D307", "arrow-needs-a-range", E, "a journey has no range"),
    Code("D308", "minus-is-not-a-range", E, "a range is written with a minus"),
    Code("D309", "shots-do-not-fill-the-scene", E, "shots and scene differ in length"),
    Code("D310", "step-inside-a-journey", E, "a value is set while it is moving"),
    Code("D311", "no-effect-at-a-start", W, "the camera has no effect where a segment starts"),
    Code("D312", "empty-after-rounding", E, "a range holds no frame"),
    Code("D313", "shot-without-length", E, "a shot's length is not known"),
    Code("D314", "cut-during-a-morph", W, "a cut falls inside a morph"),
    Code("D315", "never-used-range", W, "a line has no effect: inner lines win"),
    Code("D316", "gap-in-cuts", E, "a part of the diffusion has no cuts"),
    Code("D317", "mark-beyond-the-end", E, "a mark lies beyond the end"),
    Code("D318", "jump", H, "a value jumps where a journey begins"),
    Code("D319", "late-key-holds-back", H, "the first key also holds before its frame"),
    Code("D320", "no-length", E, "an animation whose length can not be known"),
    Code("D321", "no-movement", E, "`by` on a setting that is no movement"),
    Code("D322", "nothing-to-ease", E, "an ease, a fade or a morph has nothing to act on"),
    Code("D323", "start-not-said", W, "a shot does not say where a journey starts from"),
    # D4: modes and features
    Code("D401", "mixed-camera", E, "2D and 3D camera settings are mixed"),
    Code("D402", "turbo-needs-3d", E, "turbo outside 3D"),
    Code("D403", "vr-needs-3d", E, "VR outside 3D"),
    Code("D404", "animation-in-a-still", E, "a still has no camera"),
    Code("D405", "length-follows-the-video", W, "the input video sets the length"),
    Code("D406", "perlin-on-every-frame", W, "Perlin noise replaces every previous frame"),
    Code("D407", "start-picture-without-a-start", E, "no segment starts where this is set"),
    Code("D408", "perlin-replaces-the-picture", W, "Perlin noise replaces the start picture"),
    Code("D409", "eta-without-ddim", W, "`eta` without `ddim`"),
    Code("D410", "without-what-it-serves", W, "a setting without the one that it serves"),
    Code("D411", "images-in-an-animation", W, "`images` in an animation"),
    Code("D412", "change-on-a-skipped-frame", W, "a change falls on a frame that turbo skips"),
    Code("D413", "preroll-covers-everything", W, "turbo never starts"),
    Code("D414", "camera-in-video-mode", W, "the camera in video mode"),
    Code("D415", "perlin-at-starts-only", H, "Perlin noise is used at segment starts only"),
    Code("D416", "turbo-under-perlin", W, "turbo where Perlin noise comes on every frame"),
    Code("D417", "intermediates-never-reached", W, "pictures of steps that no frame takes"),
    Code("D418", "setting-that-never-acts", W, "a setting that never has an effect"),
    # D5: files and safety
    Code("D501", "missing-file", E, "a file is missing"),
    Code("D502", "outside-the-project", E, "a path leaves the project folder"),
    Code("D503", "unsupported-file", E, "a file is of a kind that can not be read"),
    Code("D504", "remote-file", E, "a file on the network"),
    Code("D505", "import-cycle", E, "files import each other"),
    Code("D506", "wrong-case", W, "a path differs from the file's name in case"),
    Code("D507", "file-too-large", E, "a file is too large"),
    Code("D508", "bad-video", E, "a video can not be read"),
    Code("D509", "no-checkpoint", E, "a model of your own lacks its file"),
    # D6: prompts
    Code("D601", "weights-sum-to-zero", E, "the weights of the prompts add up to 0"),
    Code("D602", "weight-in-the-text", E, "a weight is written inside the text"),
    Code("D603", "duplicate-prompt", E, "the same prompt twice"),
    Code("D604", "empty-prompt", E, "a prompt without text"),
    Code("D605", "prompt-too-long", W, "a prompt is longer than CLIP reads"),
    Code("D606", "no-prompt", E, "frames without a prompt"),
    Code("D607", "never-visible", W, "a prompt is replaced before it shows"),
    Code("D608", "negative-sum", W, "the weights add up to less than 0"),
    Code("D609", "unknown-name-in-text", E, "a `{name}` in a text is not defined"),
    Code("D610", "zero-weight", W, "a weight of 0 has no effect"),
    Code("D611", "morph-too-long", E, "a morph runs into the next prompts"),
    # D7: cost and limits
    Code("D701", "nothing-left-to-diffuse", E, "no diffusion steps are left"),
    Code("D702", "too-few-steps-left", W, "hardly any diffusion steps are left"),
    Code("D703", "too-many-frames", E, "more frames than the limit"),
    Code("D704", "too-many-renders", E, "a study makes more renders than the limit"),
    Code("D705", "too-big", E, "a picture above the limit"),
    Code("D706", "too-many-cuts", W, "more cuts than memory is likely to hold"),
    Code("D707", "heavy-models", W, "more CLIP models than memory is likely to hold"),
    Code("D708", "expression-too-large", E, "an expression or block is nested too deep"),
    Code("D709", "timeline-too-large", E, "a script asks for too much"),
    Code("D710", "skip-of-other-steps", W, "more steps are skipped than the model takes"),
    # D8: advice
    Code("D801", "unusual-value", H, "an unusual value"),
    Code("D802", "small-for-clip", H, "a small picture for this model"),
    Code("D803", "start-picture-needs-skipping", H, "little of the start picture will remain"),
    Code("D804", "guidance-for-this-size", H, "much guidance for this size"),
    Code("D805", "too-few-steps-for-eta", H, "few steps for this `eta`"),
    Code("D806", "turbo-too-fast", H, "turbo and speed together look torn"),
    Code("D807", "speed-depends-on-fps", H, "a speed per frame changes with fps"),
    Code("D808", "frame-numbers-with-music", H, "frame numbers where beats are meant"),
)

BY_CODE: Mapping[str, Code] = {row.code: row for row in CODES}


def code_of(word: str) -> Code | None:
    """The row of a code or slug, as it may stand in `# disco: ignore D812`; None if unknown."""
    return BY_CODE.get(word.upper()) or next((row for row in CODES if row.slug == word), None)
