"""A settings file of Deforum, the notebook or the extension -> a draft of a script.

Deforum grew out of Disco Diffusion: its camera and its schedules are the same, and the names of the
parameter table serve for both. What belongs to Stable Diffusion has no counterpart.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from discoscript.exchange.disco_diffusion import MODES, Imported
from discoscript.exchange.formulas import Formula, formula, value
from discoscript.exchange.keyframes import number, percent
from discoscript.exchange.notes import Fate, Notes
from discoscript.exchange.prompts import merged, shown_sets
from discoscript.exchange.settings_file import Entry, SettingsFile
from discoscript.exchange.values import (
    Carried,
    NotCarried,
    carried,
    checked,
    clean,
    numeric,
    shown,
    text_of,
    truth,
    unusual,
)
from discoscript.exchange.writing import Draft, Fact, Prompt, curve
from discoscript.parameters import BY_KEY, Kind, Mode, Parameter, by_disco_name
from discoscript_engine.model_table import DEFAULT, by_name

#: Rows whose name in Disco Diffusion means the same in Deforum.
SHARED = frozenset(
    {
        "scene.fps",
        "camera.angle",
        "camera.zoom",
        "camera.translate_x",
        "camera.translate_y",
        "camera.translate_z",
        "camera.rotate_x",
        "camera.rotate_y",
        "camera.rotate_z",
        "camera.fov",
        "camera.near",
        "camera.far",
        "camera.padding",
        "camera.sampling",
        "depth.midas_weight",
        "video.every",
    }
)

#: Deforum's own names of rows.
OWN: Mapping[str, str] = {
    "fov_schedule": "camera.fov",
    "near_schedule": "camera.near",
    "far_schedule": "camera.far",
    "diffusion_cadence": "turbo.steps",
    "strength_schedule": "coherence.frames_skip_steps",
}

#: Settings that the importer reads on its own.
READ = frozenset(
    {"W", "H", "seed", "seed_behavior", "max_frames", "animation_mode", "batch_name", "prompts",
     "animation_prompts", "animation_prompts_positive", "animation_prompts_negative", "use_init",
     "init_image", "video_init_path", "skip_video_creation", "add_soundtrack", "soundtrack_path",
     "color_coherence", "border"}
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """Why settings whose names match have no place; they matter only where `active` is on."""

    names: str
    text: str
    active: str = ""


REASONS = (
    Reason(r"mask_file|use_alpha_as_mask|invert_mask|mask_\w+|overlay_mask|fill|full_res_mask\w*|"
           r"use_mask", "masks", "use_mask"),
    Reason(r"use_noise_mask|noise_mask_schedule", "masks", "use_noise_mask"),
    Reason(r"use_mask_video|video_mask_path", "masks", "use_mask_video"),
    Reason(r"hybrid_flow_\w+|hybrid_motion\w*", "motion from a second video", "hybrid_motion"),
    Reason(r"hybrid_\w+", "compositing with a second video", "hybrid_composite"),
    Reason(r"cn_\d\w*", "ControlNet"),
    Reason(r"parseq_\w+|use_parseq", "Parseq: curves that are not in this file"),
    Reason(r"use_looper|init_images|image_strength_schedule|blendFactor\w+|tweening_frames\w*|"
           r"color_correction_factor|loop_args", "guided images", "use_looper"),
    Reason(r"perspective_flip_\w+|enable_perspective_flip|flip_2d_perspective", "the 2D flip",
           "enable_perspective_flip"),
    Reason(r"(enable_)?subseed\w*", "Stable Diffusion's own", "enable_subseed_scheduling"),
    Reason(r"(enable_)?sampler_sched\w*", "Stable Diffusion's own", "enable_sampler_scheduling"),
    Reason(r"(enable_)?checkpoint_sched\w*", "Stable Diffusion's own",
           "enable_checkpoint_scheduling"),
    Reason(r"(enable_)?clipskip_sched\w*", "Stable Diffusion's own", "enable_clipskip_scheduling"),
    Reason(r"(enable_)?noise_multiplier\w*", "Stable Diffusion's own",
           "enable_noise_multiplier_scheduling"),
    Reason(r"(enable_)?(ddim|ancestral)_eta\w*", "Stable Diffusion's own",
           "enable_ddim_eta_scheduling"),
    Reason(r"(enable_)?steps_schedul\w*", "Stable Diffusion's own", "enable_steps_scheduling"),
    Reason(r"steps|sampler|scheduler|scale|cfg_scale\w*|distilled_cfg\w*|pix2pix\w*|sd_model\w*|"
           r"n_samples|n_batch|precision|C|f|tiling|restore_faces|seed_resize\w*|clip_\w+|"
           r"seed_enable_extras|prompt_weighting|normalize_prompt_weights|log_weighted_subprompts|"
           r"strength|strength_0_no_init|reroll_\w+|init_latent|init_sample|init_c|"
           r"keyframe_strength\w*|motion_preview_mode", "Stable Diffusion's own"),
    Reason(r"seed_iter_N|seed_schedule|seed_internal", "seeds follow `seed` and `seed_step`"),
    Reason(r"noise_\w+|perlin_\w+|kernel_schedule|sigma_schedule|amount_schedule|"
           r"threshold_schedule|contrast_schedule",
           "noise, contrast and sharpening between frames"),
    Reason(r"color_\w+|legacy_colormatch", "colours are matched in one way only"),
    Reason(r"optical_flow_\w+|redo_flow\w*|diffusion_redo|cadence_flow\w*",
           "optical flow between frames"),
    Reason(r"transform_center_\w+|aspect_ratio\w*", "the camera turns about the middle"),
    Reason(r"depth_algorithm|midas_model|use_depth_warping|save_depth_maps|leres\w*",
           "the depth model is `depth: model`"),
    Reason(r"extract_from_frame|extract_to_frame|overwrite_extracted_frames|video_same_size",
           "video input"),
    Reason(r"r_upscale\w*|frame_interpolation\w*|make_gif|delete_imgs|delete_input_frames|"
           r"store_frames_in_ram|save_\w+|image_path|mp4_path|render_steps|path_name_modifier|"
           r"x0_image_path|output_format|ffmpeg\w*", "finishing and saving"),
    Reason(r"resume_\w+", "resuming needs no setting: finished frames are kept"),
    Reason(r"deforum_git\w*|timestring|outdir|show_\w+|display_\w+|filename_format|make_grid|"
           r"grid_rows|override_\w*|ckpt|models_path|seed_gen|interpolate_\w+|device|strength_\w+",
           "about the program, not the pictures"),
)  # fmt: skip

_COMPILED = tuple((re.compile(reason.names), reason) for reason in REASONS)

_MODES = {name.lower(): mode for mode, name in MODES.items()}

#: Values that are the same here.
_AS_HERE = frozenset({("use_depth_warping", True)})

#: The weight of what Deforum wants to avoid. A set may have two of them beside a prompt of
#: weight 1, and its sum must not come near 0.
AVOIDED = -0.25


def looks_like(settings: SettingsFile) -> int:
    """How much the names of a file are Deforum's; those of its own count most."""
    own = {name for name in settings.entries if name in OWN or name in READ or "_schedule" in name}
    old = sum(by_disco_name(name) is not None for name in settings.entries)
    return 10 * sum(by_disco_name(name) is None for name in own) + old


def draft_of(settings: SettingsFile, path: str, notes: Notes, mode: Mode | None = None) -> Imported:
    """The draft of a script; `mode` where the user has named it."""
    importer = _Importer(settings.entries, notes)
    importer.run(mode)
    return Imported(importer.draft, importer.mode, importer.written, importer.usual)


@dataclass
class _Importer:
    entries: Mapping[str, Entry]
    notes: Notes
    draft: Draft = field(default_factory=Draft)
    mode: Mode = Mode.STILL
    written: int = 0
    usual: int = 0

    def run(self, mode: Mode | None) -> None:
        """Everything, in the order of the script."""
        self.extension = any(n in self.entries for n in ("sd_model_name", "cfg_scale_schedule"))
        self.mode = mode or self.found_mode()
        self.frames = self.whole("max_frames", 1) if self.mode is not Mode.STILL else 1
        self.variables = {"max_f": float(self.frames - 1), "s": float(self.whole("seed", -1))}
        self.scene()
        for name, entry in self.entries.items():
            self.guarded(name, entry)
        self.prompts()
        text = "Stable Diffusion is no model here: without a `model` line it is the embedded `tiny`"
        self.notes.changed(0, "model", text)

    # ───────────── the scene ─────────────

    def found_mode(self) -> Mode:
        entry = self.entries.get("animation_mode")
        word = entry.value.lower() if entry and isinstance(entry.value, str) else ""
        if entry and word not in _MODES:
            text = f"{shown(entry)} has no counterpart; 2d is written"
            self.notes.changed(entry.line, "animation_mode", text)
            return Mode.D2
        return _MODES[word] if entry else Mode.D2

    def whole(self, name: str, otherwise: int) -> int:
        """A whole number of the file within the language's limits, or `otherwise`."""
        entry = self.entries.get(name)
        low, high = BY_KEY["scene.frames"].hard or (1, 1)
        try:
            found = int(numeric(entry)) if entry else otherwise
        except NotCarried:
            return otherwise
        return int(min(max(found, low or 1), high or 1)) if name == "max_frames" else found

    def scene(self) -> None:
        """Size, length, mode and seed."""
        try:
            sides = [int(numeric(self.entries[side])) for side in ("W", "H")]
            made = [min(max(64, side // 64 * 64), 100_000) for side in sides]
            self.draft.add("scene", Fact(f"size {made[0]}x{made[1]}"))
            self.written += 2
            if made != sides:
                text = f"{sides[0]}x{sides[1]} becomes {made[0]}x{made[1]}: multiples of 64"
                self.notes.changed(self.entries["W"].line, "W, H", text)
        except (KeyError, NotCarried):
            pass
        if self.mode is not Mode.STILL:
            self.draft.add("scene", Fact(f"frames {self.frames}"))
        self.draft.add("scene", Fact(f"mode {self.mode}"))
        seed = self.whole("seed", -1)
        if 0 <= seed < 2**32:
            self.draft.add("scene", Fact(f"seed {seed}"))
        behavior = self.entries.get("seed_behavior")
        if behavior and behavior.value == "fixed":
            self.draft.add("scene", Fact("seed_step 0"))
        elif behavior and behavior.value != "iter":
            text = f"{shown(behavior)} has no counterpart: 1 is added on every frame"
            self.notes.left_out(behavior.line, "seed_behavior", text)
        title = self.entries.get("batch_name")
        if title and isinstance(title.value, str) and "{" not in title.value:
            self.draft.title = clean(title.value)

    # ───────────── one setting ─────────────

    def guarded(self, name: str, entry: Entry) -> None:
        try:
            self.setting(name, entry)
        except NotCarried as problem:
            self.notes.left_out(entry.line, name, str(problem))

    def setting(self, name: str, entry: Entry) -> None:
        """One setting, to its row or to the reason why it has none."""
        old = by_disco_name(name)
        row = BY_KEY[OWN[name]] if name in OWN else old
        if name in OWN or (old is not None and old.key in SHARED):
            assert row is not None
            if self.mode in row.modes:
                self.row(row, name, entry)
            else:
                self.notes.add(
                    Fate.MODE, entry.line, name, f"no effect in mode {self.mode}, there or here"
                )
        elif name in READ:
            self.special(name, entry)
        else:
            self.without_place(name, entry)

    def row(self, row: Parameter, name: str, entry: Entry) -> None:
        text = entry.value
        if isinstance(text, str) and ":" in text and row.kind in (Kind.NUMBER, Kind.PERCENT):
            self.schedule(row, name, entry, text)
            return
        share = row.kind is Kind.PERCENT
        found = self.share(numeric(entry)) if share else carried(row, entry)
        self.put(row, name, entry, found)

    def share(self, strength: float) -> Carried:
        share = round(100 * strength, 9)
        row = BY_KEY["coherence.frames_skip_steps"]
        return Carried(percent(checked(row, share)), share)

    def put(self, row: Parameter, name: str, entry: Entry, found: Carried) -> None:
        if found.note:
            self.notes.changed(entry.line, name, found.note)
        if isinstance(found.value, int | float) and not isinstance(found.value, bool):
            self.usually(row, name, entry, found.value)
        if found.value == row.default and type(found.value) is not bool:
            self.usual += 1
            return
        refuse_idle(row)
        self.fact(row, Fact(f"{row.name} {found.text}"))

    def fact(self, row: Parameter, *facts: Fact) -> None:
        self.written += 1
        for fact in facts:
            self.draft.add(row.group, fact)

    def usually(self, row: Parameter, name: str, entry: Entry, *values: float) -> None:
        hint = unusual(row, *values)
        if hint:
            found = number(max(values, key=abs))
            self.notes.add(Fate.UNUSUAL, entry.line, name, f"{found}; {hint}")

    def special(self, name: str, entry: Entry) -> None:
        """Settings that need others to be understood."""
        if name == "init_image" and self.is_on("use_init"):
            self.put(BY_KEY["init.image"], name, entry, carried(BY_KEY["init.image"], entry))
        elif name == "video_init_path" and self.mode is Mode.VIDEO:
            row = BY_KEY["video.source"]
            self.put(row, name, entry, carried(row, entry))
        elif name == "soundtrack_path" and self.is_on("add_soundtrack"):
            row = BY_KEY["output.audio"]
            self.put(row, name, entry, carried(row, entry))
        elif name == "skip_video_creation" and truth(entry):
            self.fact(BY_KEY["output.video"], Fact("video off"))
        elif name == "color_coherence":
            self.colors(name, entry)
        elif name == "border" and self.mode is Mode.D2 and entry.value == "replicate":
            self.fact(BY_KEY["camera.edges"], Fact("edges border"))

    def colors(self, name: str, entry: Entry) -> None:
        """`Match Frame 0 LAB`, `LAB`: histograms of the first frame. Other spaces become CIELAB."""
        kind = clean(str(entry.value or "None")).split()[-1].upper()
        if kind == "NONE" or self.mode is Mode.STILL:
            return
        if kind not in ("LAB", "HSV", "RGB"):
            raise NotCarried(f"{shown(entry)}: colours are matched to a first frame only")
        self.fact(BY_KEY["coherence.color_match"], Fact("color_match histogram"))
        if kind != "LAB":
            self.notes.changed(entry.line, name, f"colours are matched in CIELAB, not in {kind}")

    def is_on(self, name: str) -> bool:
        entry = self.entries.get(name)
        return entry is not None and entry.value not in (False, None, "", "None", 0)

    def without_place(self, name: str, entry: Entry) -> None:
        """Notes a setting that the language does not have, if it does anything."""
        reason = next((r for pattern, r in _COMPILED if pattern.fullmatch(name)), None)
        same = any((name, entry.value) == here for here in _AS_HERE)
        if same or entry.value in (False, None, "", "None", ()):
            return
        if reason is None:
            self.notes.left_out(entry.line, clean(name)[:60], "not known here")
        elif not reason.active or self.is_on(reason.active):
            self.notes.left_out(entry.line, name, reason.text)

    # ───────────── schedules ─────────────

    def schedule(self, row: Parameter, name: str, entry: Entry, text: str) -> None:
        """A schedule of numbers and formulas. Keys behind the end do nothing, as in Deforum."""
        percent = row.kind is Kind.PERCENT
        if percent:
            self.notes.changed(
                entry.line, name, "the strength is written as the share of steps that is left out"
            )
        points = self.points(name, entry, text)
        if any(isinstance(point, Formula) for point in points.values()):
            if percent:
                raise NotCarried("formulas are not carried over to percents")
            refuse_idle(row)
            self.fact(row, *self.stretches(row, points))
            return
        keys = {f: v for f, v in points.items() if not isinstance(v, Formula)}
        keys = {f: round(100 * v, 9) if percent else v for f, v in keys.items()}
        if len(set(keys.values())) == 1:
            keys = {0: next(iter(keys.values()))}
        for found in keys.values():
            checked(row, found)
        self.usually(row, name, entry, *keys.values())
        if keys == {0: row.default}:
            self.usual += 1
        else:
            refuse_idle(row)
            self.fact(row, curve(row.name, keys, "%" if percent else ""))

    def points(self, name: str, entry: Entry, text: str) -> dict[int, float | Formula]:
        """What holds from which frame on, in the order of the frames."""
        found: dict[int, float | Formula] = {}
        for part in _parts(text):
            key, colon, body = part.partition(":")
            if not colon:
                raise NotCarried(f"`{clean(part)[:40]}` is no key, it should be like `10: (1.05)`")
            frame = self.frame(name, entry, key.strip().strip("'\""))
            body = body.strip().strip("'\"")
            if re.fullmatch(r"\(?\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*\)?", body):
                found[frame] = float(body.strip("() \t\n"))
            else:
                found[frame] = formula(body, self.variables)
        inside = {f: found[f] for f in sorted(found) if f < self.frames}
        if len(inside) < len(found):
            text = f"keys behind the last frame ({self.frames - 1}) do nothing, as in Deforum"
            self.notes.left_out(entry.line, name, text)
        if not inside:
            raise NotCarried("it has no key in front of the end")
        return inside

    def frame(self, name: str, entry: Entry, key: str) -> int:
        if key.isascii() and key.isdigit():
            return int(key[:9])
        found = formula(key, self.variables)
        at = int(max(0, min(value(found, 0), 10**9)))
        if not self.extension:
            text = f"the key `{clean(key)[:40]}` is read as frame {at}"
            self.notes.changed(entry.line, name, f"{text}; the notebook takes its last digits only")
        return at

    def stretches(self, row: Parameter, points: Mapping[int, float | Formula]) -> Iterator[Fact]:
        """A line for each stretch: a formula holds to the next key, numbers are joined."""
        ordered = list(points.items())
        if len(ordered) == 1:
            yield Fact(f"{row.name} {ordered[0][1].text}")  # type: ignore[union-attr]
            return
        first, begin = ordered[0][1], ordered[0][0]
        if begin > 0 and not isinstance(first, Formula):
            yield Fact(f"{row.name} {number(first)} @ 0..{begin}")
        elif begin > 0:
            ordered[0] = (0, first)
        ends = [frame for frame, _ in ordered[1:]]
        for (start, here), end, after in zip(
            ordered, [*ends, None], [*(p for _, p in ordered[1:]), None], strict=True
        ):
            if isinstance(here, Formula):
                yield Fact(f"{row.name} {here.text} @ {start}..{end if end else 'end'}")
            elif end is None or after is None:
                yield Fact(f"{row.name} {number(here)} @ {start}..end")
            else:
                target = value(after, end) if isinstance(after, Formula) else after
                target = checked(row, float(f"{target:.12g}"))
                yield Fact(f"{row.name} {number(here)} -> {number(target)} @ {start}..{end}")

    # ───────────── prompts ─────────────

    def prompts(self) -> None:
        """The prompts by frame, what is added to all of them, and what is to be avoided."""
        name = "prompts" if "prompts" in self.entries else "animation_prompts"
        entry = self.entries.get(name)
        if entry is None:
            return
        groups = entry.value if isinstance(entry.value, dict) else None
        if isinstance(entry.value, str | tuple):
            lines = entry.value if isinstance(entry.value, tuple) else (entry,)
            groups = {"0": lines[0]} if lines else {}
            if len(lines) > 1:
                text = "several prompts without frames: the first one is taken"
                self.notes.left_out(lines[1].line, name, text)
        if groups is None:
            self.notes.left_out(entry.line, name, f"expected prompts by frame, got {shown(entry)}")
            return
        sets: dict[int, list[Prompt]] = {}
        for key, line in groups.items():
            try:
                frame = self.frame(name, line, key.strip())
                sets[frame] = self.prompt(name, line)
            except NotCarried as problem:
                self.notes.left_out(line.line, name, str(problem))
        self.draft.sets = shown_sets(sets, self.frames, entry.line, name, self.notes)
        self.avoided()

    def avoided(self) -> None:
        entry = self.entries.get("animation_prompts_negative")
        if entry and isinstance(entry.value, str) and clean(entry.value) and self.draft.sets:
            self.draft.lasting.append(Prompt(self.plain(entry.value, entry), AVOIDED))
            self.negative(entry)

    def negative(self, entry: Entry) -> None:
        text = f"what is to be avoided becomes a prompt of weight {AVOIDED:g}"
        self.notes.changed(entry.line, "prompts", text)

    def prompt(self, name: str, entry: Entry) -> list[Prompt]:
        """`a beach --neg people` -> two prompts."""
        wanted, _, unwanted = text_of(entry).partition("--neg")
        always = self.entries.get("animation_prompts_positive")
        if always and isinstance(always.value, str) and always.value.strip():
            wanted = f"{wanted.strip()}, {always.value.strip()}"
        found = [Prompt(self.plain(wanted, entry))]
        if self.plain(unwanted, entry):
            self.negative(entry)
            found.append(Prompt(self.plain(unwanted, entry), AVOIDED))
        return merged([p for p in found if p.text], entry.line, name, self.notes)

    def plain(self, text: str, entry: Entry) -> str:
        """The text without Stable Diffusion's own marks, which CLIP would read as words."""
        without = re.sub(r"<[^<>]*>", "", text)
        without = re.sub(r":?`[^`]*`", "", without)
        without = re.sub(r"\(([^()]*?)(?::[0-9.]+)?\)", r"\1", without)
        without = clean(without).replace(" ,", ",").strip(" ,")
        if len(without) < len(clean(text).strip(" ,")):
            note = "emphasis, LoRAs and formulas inside of the text are taken out"
            self.notes.changed(entry.line, "prompts", note)
        return without


def _parts(text: str) -> Iterator[str]:
    """The text split at the commas outside of brackets."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth <= 0:
            if text[start:at].strip():
                yield text[start:at]
            start = at + 1
    if text[start:].strip():
        yield text[start:]


def refuse_idle(row: Parameter) -> None:
    """NotCarried for a setting that would do nothing here, where the models are the embedded."""
    if row.without_effect:
        raise NotCarried(f"no effect: {row.without_effect}")
    if row.key in by_name("depth", DEFAULT).ignores:
        raise NotCarried(f"no effect: the depth of `{DEFAULT}` is mixed already")
