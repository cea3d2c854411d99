"""A settings file of Disco Diffusion (v5.0 to v5.7) -> a draft of a script.

The parameter table says what each setting is called here. What is left of this module is where a
setting is more than a name: the mode, which the files do not hold; the size in two numbers; cut
schedules; settings that are two in the notebook and one here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import PurePath

from discoscript.exchange import cut_schedules, prompts
from discoscript.exchange.keyframes import Keys, NoKeys, number, read_keys
from discoscript.exchange.notes import Fate, Notes
from discoscript.exchange.settings_file import Entry, SettingsFile
from discoscript.exchange.splines import DEGREES, splined
from discoscript.exchange.values import (
    Carried,
    NotCarried,
    carried,
    checked,
    clean,
    letters,
    name_text,
    numeric,
    shown,
    truth,
    unusual,
)
from discoscript.exchange.writing import Draft, Fact, Prompt, curve
from discoscript.parameters import BY_KEY, PARAMETERS, Axis, Kind, Mode, Parameter, by_disco_name
from discoscript_engine.model_table import Model, models

#: Settings of the notebook that have no place in the language, each with the reason. An empty
#: reason: it follows from other settings, or does nothing there either.
NO_PLACE: Mapping[str, str] = {
    "key_frames": "",
    "timestep_respacing": "",
    "diffusion_steps": "",
    "interp_spline": "",
    "side_x": "",
    "side_y": "",
    "batch_size": "",
    "batchNum": "",
    "start_frame": "",
    "skip_step_ratio": "",
    "calc_frames_skip_steps": "",
    "prompts_series": "",
    "image_prompts_series": "",
    "sharpen_preset": "gone since v5.1: sharpen the finished pictures",
    "keep_unsharp": "gone since v5.1: sharpen the finished pictures",
    "turbo_blend": "gone since v5.2: turbo always blends",
    "SLIPB16": "SLIP models are not known here",
    "SLIPL16": "SLIP models are not known here",
    "resume_run": "resuming needs no setting: finished frames are kept",
    "run_to_resume": "resuming needs no setting: finished frames are kept",
    "resume_from_frame": "resuming needs no setting: finished frames are kept",
    "retain_overwritten_frames": "resuming needs no setting: finished frames are kept",
    "video_init_flow_check": "",
}

#: Settings with a meaning of their own here, beside those of the table.
TEXTS, IMAGES = "text_prompts", "image_prompts"

#: CLIP models whose name in the notebook has a slip of the pen.
_SLIPS = {"ViTB32_laion400m_32": "ViT-B-32/laion400m_e32"}

#: How the notebook calls the modes.
MODES: Mapping[Mode, str] = {
    Mode.STILL: "None",
    Mode.D2: "2D",
    Mode.D3: "3D",
    Mode.VIDEO: "Video Input",
}
_MODES = {name.lower(): mode for mode, name in MODES.items()}

#: What the notebook's camera does where nobody has touched it.
_UNTOUCHED: Mapping[str, Mapping[int, float]] = {
    "zoom": {0: 1.0, 10: 1.05},
    "translation_z": {0: 10.0},
}

#: `max_frames` as the notebook comes.
_MANY_FRAMES = 10_000

#: How the settings begin that count in place of others in video mode.
OF_VIDEO = "video_init_"


def clip_model(name: str) -> str | None:
    """The CLIP model that the notebook calls `name`, None if it is not known here."""
    known = {letters(model.name): model.name for model in models("clip")}
    return _SLIPS.get(name) or known.get(letters(name.replace("yffcc", "yfcc")))


def draft_of(
    settings: SettingsFile, path: str, notes: Notes, mode: Mode | None = None
) -> "Imported":
    """The draft of a script; `mode` where the user has named it."""
    importer = _Importer(settings.entries, notes)
    importer.mode = mode or importer.found_mode()
    importer.run(path)
    return Imported(importer.draft, importer.mode, importer.written, importer.usual)


@dataclass(frozen=True)
class Imported:
    """A draft, its mode, and how many settings are written or stand at the defaults here."""

    draft: Draft
    mode: Mode
    written: int
    usual: int


def looks_like(settings: SettingsFile) -> int:
    """How much the names of a file are the notebook's; those that Deforum dropped count most."""
    rows = [row for name in settings.entries if (row := by_disco_name(name))]
    own = sum(row.group in _OWN_GROUPS for row in rows) + (TEXTS in settings.entries)
    return 10 * own + len(rows)


_OWN_GROUPS = frozenset({"guidance", "cutouts", "coherence"})


@dataclass
class _Importer:
    entries: dict[str, Entry]
    notes: Notes
    draft: Draft = field(default_factory=Draft)
    mode: Mode = Mode.STILL
    written: int = 0
    usual: int = 0

    def run(self, path: str) -> None:
        """Everything, in the order of the script."""
        self.model = self.found_model()
        self.frames = self.found_frames()
        self.degree = self.found_degree()
        self.draft.title = self.title(path)
        self.unknown_names()
        for row in PARAMETERS:
            found = {name: self.entries[name] for name in row.disco if name in self.entries}
            if row.key == "scene.mode":
                self.draft.add("scene", Fact(f"mode {self.mode}"))
            elif found and row.key != "scene.title":
                self.setting(row, found)
        self.prompts()

    # ───────────── the whole ─────────────

    def found_degree(self) -> int:
        """How smooth the curves through keys are: 1 for straight lines."""
        spline = self.entries.get("interp_spline")
        if spline is None or spline.value is None:
            return 1
        degree = DEGREES.get(str(spline.value).capitalize())
        if degree is None:
            text = f"{shown(spline)} is none of {', '.join(DEGREES)}: straight lines are written"
            self.notes.changed(spline.line, "interp_spline", text)
        elif degree > 1:
            text = "the curves are written as many keys; `ease smooth` comes near with few"
            self.notes.changed(spline.line, "interp_spline", text)
        return degree or 1

    def found_mode(self) -> Mode:
        """The mode that the file names, else a guess, which is noted."""
        named = self.entries.get("animation_mode")
        if named and isinstance(named.value, str) and named.value.lower() in _MODES:
            return _MODES[named.value.lower()]
        mode, why = self.guess()
        text = f"the file does not say which: {mode} because {why}; `--mode` says otherwise"
        self.notes.changed(0, "mode", text)
        self.draft.header.append(f"The mode is a guess: {why}.")
        return mode

    def guess(self) -> tuple[Mode, str]:
        """The likely mode, and why."""
        entries = self.entries
        for name in ("turbo_mode", "vr_mode"):
            if name in entries and entries[name].value is True:
                return Mode.D3, f"`{name}` is on"
        moved = [
            row for row in PARAMETERS if row.group == "camera" and row.disco and self.touched(row)
        ]
        for mode in (Mode.D3, Mode.D2):
            for row in moved:
                if row.modes == {mode}:
                    return mode, f"`{row.disco[0]}` is not the notebook's own"
        for row in PARAMETERS:
            for name in row.disco:
                if row.key == "scene.seed_step":  # its own value changed with v5.3
                    continue
                of_video = row.group == "video" or name.startswith(OF_VIDEO)
                if of_video and name in entries and not self.is_usual(row, entries[name]):
                    return Mode.VIDEO, f"`{name}` is not the notebook's own"
        if moved:
            return Mode.D2, f"`{moved[0].disco[0]}` moves"
        frames = entries.get("max_frames")
        if frames is None or frames.value in (1, _MANY_FRAMES):
            return Mode.STILL, "nothing moves"
        return Mode.D3, f"it has {shown(frames)} frames, and the notebook's camera flies"

    def touched(self, row: Parameter) -> bool:
        """Whether a camera setting is other than the notebook comes with."""
        entry = self.entries.get(row.disco[0])
        if entry is None:
            return False
        if not row.per_frame:
            return not self.is_usual(row, entry)
        try:
            keys = dict(read_keys(_keys_text(entry)).values)
        except (NoKeys, NotCarried):
            return False
        return keys != _UNTOUCHED.get(row.disco[0], {0: 0.0})

    def is_usual(self, row: Parameter, entry: Entry) -> bool:
        """Whether a value is the table's own; also one that means nothing."""
        try:
            usual = row.default if row.video_default is None else row.video_default
            if row.key == "video.source":
                return entry.value in (None, "", "init.mp4", "training.mp4", "/content/init.mp4")
            return _same(carried(row, entry).value, usual)
        except NotCarried:
            return True

    def found_model(self) -> Model | None:
        """The row of the diffusion model, None where it has none."""
        entry = self.entries.get("diffusion_model")
        try:
            name = carried(BY_KEY["scene.model"], entry).value if entry else None
        except NotCarried:
            return None
        return next((row for row in models("diffusion") if row.name == name), None)

    def found_frames(self) -> int:
        """How many frames the curves have."""
        entry = self.entries.get("max_frames")
        if self.mode is Mode.STILL:
            return 1
        if entry is None:
            return _MANY_FRAMES
        low, high = BY_KEY["scene.frames"].hard or (1, 1)
        try:
            return int(min(max(numeric(entry), low or 1), high or 1))
        except NotCarried:
            return 1

    def title(self, path: str) -> str:
        """The batch's name; it stands in the file's name where the file does not hold it."""
        named = self.entries.get("batch_name")
        if named and isinstance(named.value, str) and clean(named.value):
            return clean(named.value)
        stem, opened, _ = PurePath(path).name.partition("(")
        return clean(stem) if opened else ""

    def unknown_names(self) -> None:
        """Notes what has no place here."""
        for name, entry in self.entries.items():
            if name in (TEXTS, IMAGES) or by_disco_name(name):
                continue
            reason = NO_PLACE.get(name)
            if reason is None:
                self.notes.left_out(entry.line, clean(name)[:60], "not known here")
            elif reason and not (entry.value is False or entry.value in (None, "Off")):
                self.notes.left_out(entry.line, name, reason)

    # ───────────── one setting ─────────────

    def setting(self, row: Parameter, found: Mapping[str, Entry]) -> None:
        """One row, from the entry or the entries that speak of it."""
        names = dict(found)
        if len(row.disco) > 1 and any(name.startswith(OF_VIDEO) for name in row.disco):
            names = {
                name: entry
                for name, entry in found.items()
                if name.startswith(OF_VIDEO) == (self.mode is Mode.VIDEO)
            }
            for name in found.keys() - names.keys():
                self.other_mode(name, found[name])
        if self.mode not in row.modes:
            for name, entry in names.items():
                self.other_mode(name, entry)
        elif names:
            first = min(names.values(), key=lambda entry: entry.line)
            try:
                self.written_as(row, names)
            except (NotCarried, NoKeys, cut_schedules.NoSchedule) as problem:
                self.notes.left_out(first.line, next(iter(names)), str(problem))

    def other_mode(self, name: str, entry: Entry) -> None:
        self.notes.add(Fate.MODE, entry.line, name, f"no effect in mode {self.mode}, there or here")

    def written_as(self, row: Parameter, names: Mapping[str, Entry]) -> None:
        """Adds the row's line to the draft, if it is not what counts anyway."""
        name, entry = next(iter(names.items()))
        special = _SPECIAL.get(row.key)
        if special is not None:
            self.put(row, name, entry, special(self, row, names))
        elif row.per_frame:
            self.keys(row, name, entry)
        elif row.axis is Axis.PROGRESS:
            self.cuts(row, name, entry)
        else:
            self.put(row, name, entry, carried(row, entry))

    def put(self, row: Parameter, name: str, entry: Entry, found: Carried | None) -> None:
        """One value, unless it is the one that counts without a line."""
        if found is None:
            return
        if found.note:
            self.notes.changed(entry.line, name, found.note)
        if isinstance(found.value, int | float) and not isinstance(found.value, bool):
            self.usually(row, name, entry, found.value)
        if _same(found.value, self.in_force(row)) or found.value is None:
            self.usual += 1
            return
        if row.without_effect:
            self.notes.left_out(entry.line, name, f"no effect: {row.without_effect}")
            return
        self.fact(row, Fact(f"{row.name} {found.text}"))

    def fact(self, row: Parameter, *facts: Fact) -> None:
        self.written += 1
        for fact in facts:
            self.draft.add(row.group, fact)

    def usually(self, row: Parameter, name: str, entry: Entry, *values: float) -> None:
        hint = unusual(row, *values)
        if hint and not any(_same(value, self.in_force(row)) for value in values):
            found = number(max(values, key=abs))
            self.notes.add(Fate.UNUSUAL, entry.line, name, f"{found}; {hint}")

    def in_force(self, row: Parameter) -> object:
        """What counts where the script says nothing."""
        if self.model is not None and row.key in self.model.defaults:
            return self.model.defaults[row.key]
        video = self.mode is Mode.VIDEO and row.video_default is not None
        return row.video_default if video else row.default

    # ───────────── curves ─────────────

    def keys(self, row: Parameter, name: str, entry: Entry) -> None:
        """A keyframe string -> a value, a journey or keys with the notebook's values."""
        keys: Keys = read_keys(_keys_text(entry))
        for complaint in keys.complaints:
            self.notes.changed(entry.line, name, complaint)
        inside = splined(keys.values, self.frames, self.degree)
        for value in inside.values():
            checked(row, value)
        self.usually(row, name, entry, *inside.values())
        if inside == {0: row.default}:
            self.usual += 1
            return
        fact = curve(row.name, inside)
        last = max(keys.values)
        if last >= self.frames and len(inside) > 1:
            text = f"the key at frame {min(last, 10**9)} lies behind the last frame"
            self.notes.changed(entry.line, name, f"{text}: squeezed onto frame {self.frames - 1}")
            comment = f"{text}: Disco Diffusion\nreaches its value at frame {self.frames - 1}"
            fact = Fact(fact.line, comment)
        self.fact(row, fact)

    def cuts(self, row: Parameter, name: str, entry: Entry) -> None:
        """A cut schedule -> a line for each stretch of the diffusion."""
        values = self.schedule(row, name, entry)
        runs = cut_schedules.runs(values)
        if runs == cut_schedules.runs(_spread(self.in_force(row))):
            self.usual += 1
            return
        if len(runs) == 1:
            self.fact(row, Fact(f"{row.name} {number(runs[0][2])}"))
        elif len(runs) > _MANY_RUNS:
            entries = (f"{b}: {number(v)} ease hold" for b, _, v in runs[1:])
            keys = ", ".join((f"0: {number(runs[0][2])}", *entries))
            self.fact(row, Fact(f"{row.name} [{keys}]"))
        else:
            lines = (Fact(f"{row.name} {number(v)} @ {b}..{e}") for b, e, v in runs)
            self.fact(row, *lines)

    def schedule(self, row: Parameter, name: str, entry: Entry) -> list[float]:
        """The values of a cut schedule, as far as the row allows them."""
        if isinstance(entry.value, str):
            values = cut_schedules.read_schedule(entry.value)
        elif isinstance(entry.value, tuple) and entry.value:
            values = [numeric(item) for item in entry.value]
        else:
            values = [numeric(entry)]
        if 1 < len(values) < cut_schedules.STEPS:
            text = f"{len(values)} values for 1000 steps: the last one goes on to the end"
            self.notes.changed(entry.line, name, text)
        elif len(values) > cut_schedules.STEPS:
            text = f"{len(values)} values for 1000 steps: those behind the end are left out"
            self.notes.changed(entry.line, name, text)
        values = values[: cut_schedules.STEPS]
        if not all(isfinite(value) for value in values):
            raise NotCarried("a value is not finite")
        if row.kind is Kind.WHOLE:
            if any(not value.is_integer() for value in values):
                self.notes.changed(entry.line, name, "counts of cuts lose their fractions")
            values = [float(int(value)) for value in values]
        for value in values:
            checked(row, value)
        self.usually(row, name, entry, *values)
        return values

    # ───────────── prompts ─────────────

    def prompts(self) -> None:
        """The sets of both kinds of prompts."""
        found: list[dict[int, list[Prompt]]] = []
        for name, one in ((TEXTS, prompts.text_prompt), (IMAGES, prompts.image_prompt)):
            entry = self.entries.get(name)
            if entry is None:
                found.append({})
                continue
            sets = prompts.sets_of(entry, name, self.notes, one)
            found.append(prompts.shown_sets(sets, self.frames, entry.line, name, self.notes))
        self.draft.sets = prompts.together(found[0], found[1])


#: With more stretches than this, a cut schedule is written as one list.
_MANY_RUNS = 12


def _keys_text(entry: Entry) -> str:
    if isinstance(entry.value, str):
        return entry.value
    return number(numeric(entry))


def _same(value: object, other: object) -> bool:
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    return value == other


def _spread(runs: object) -> list[float]:
    """Runs `(end, value)` of the parameter table -> a value per step."""
    values: list[float] = []
    if isinstance(runs, tuple):
        for end, value in runs:
            values += [value] * (end - len(values))
    return values or [0.0]


# ───────────── settings that are more than a name ─────────────

Names = Mapping[str, Entry]


def _size(at: _Importer, row: Parameter, names: Names) -> Carried:
    sides = [_sides(names)] if not ("width" in names and "height" in names) else []
    pair = sides[0] if sides else (numeric(names["width"]), numeric(names["height"]))
    multiple = at.model.size_multiple if at.model else 64
    smallest = at.model.size_minimum if at.model else 64
    made = [max(int(side) // multiple * multiple, smallest) for side in pair]
    if max(made) > 100_000:
        raise NotCarried(f"{made[0]}x{made[1]} is not possible")
    text = f"{made[0]}x{made[1]}"
    asked = f"{number(pair[0])}x{number(pair[1])}"
    note = f"{asked} becomes {text}: sides are multiples of {multiple}" if asked != text else ""
    return Carried(text, (made[0], made[1]), note)


def _sides(names: Names) -> tuple[float, float]:
    for name, entry in names.items():
        if isinstance(entry.value, tuple) and len(entry.value) == 2:
            return numeric(entry.value[0]), numeric(entry.value[1])
        if name not in ("width", "height"):
            raise NotCarried(f"expected width and height, found {shown(entry)}")
    raise NotCarried("one side of the picture is missing")


def _seed(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    entry = names.get("seed") or names["set_seed"]
    if entry.value in (None, "random_seed", ""):
        return None
    return carried(row, entry)


def _seed_step(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    if at.mode is not Mode.VIDEO or not truth(next(iter(names.values()))):
        return None
    return Carried("0", 0)


def _frames(at: _Importer, row: Parameter, names: Names) -> Carried:
    entry = names["max_frames"]
    asked = numeric(entry)
    note = "" if asked == at.frames else f"{number(asked)} frames become {at.frames}"
    return Carried(str(at.frames), at.frames, note)


def _clip(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    chosen = []
    for name, entry in names.items():
        if not truth(entry):
            continue
        model = clip_model(name)
        if model is None:
            at.notes.left_out(entry.line, name, "this CLIP model is not known here")
        else:
            chosen.append(model)
    at.usual += len(names) - max(1, len(chosen))
    if not chosen:
        return None
    entries = ", ".join(name_text(name) for name in chosen)
    if set(chosen) == set(at.in_force(row) or ()):  # type: ignore[call-overload]
        return Carried(entries, at.in_force(row))  # type: ignore[arg-type]
    at.written += len(chosen)
    at.draft.add("scene", Fact(f"clip [{entries}]"))
    return None


def _perlin(at: _Importer, row: Parameter, names: Names) -> Carried:
    on = names.get("perlin_init")
    mode = names.get("perlin_mode")
    if on is None or not truth(on):
        return Carried("off", "off")
    word = carried(row, mode) if mode else Carried("mixed", "mixed")
    if at.mode in (Mode.D2, Mode.D3):
        text = (
            "noise only where a segment starts; Disco Diffusion makes it on every frame: "
            "add `every_frame on` for that flicker"
        )
        at.notes.changed(on.line, "perlin_init", text)
    return word


def _turbo(at: _Importer, row: Parameter, names: Names) -> Carried:
    on = names.get("turbo_mode")
    if on is None or not truth(on) or "turbo_steps" not in names:
        return Carried("1", 1)
    return carried(row, names["turbo_steps"])


def _video(at: _Importer, row: Parameter, names: Names) -> Carried:
    skipped = truth(next(iter(names.values())))
    return Carried("off", False) if skipped else Carried("on", None)


def _preroll(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    on = at.entries.get("turbo_mode")
    return carried(row, names["turbo_preroll"]) if on and truth(on) else None


def _first_frame(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    found = numeric(names["init_frame"])
    return Carried(number(found), found) if 1 < found < at.frames else None


def _last_frame(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    entry = names["last_frame"]
    if entry.value in ("final_frame", None):
        return None
    found = numeric(entry)
    return Carried(number(found), found) if 0 < found < at.frames else None


def _custom(at: _Importer, row: Parameter, names: Names) -> Carried | None:
    named = at.entries.get("diffusion_model")
    if named is None or named.value != "custom":
        return None
    return carried(row, names["custom_path"])


def _model(at: _Importer, row: Parameter, names: Names) -> Carried:
    entry = names["diffusion_model"]
    return Carried("custom", "custom") if entry.value == "custom" else carried(row, entry)


_SPECIAL: Mapping[str, Callable[[_Importer, Parameter, Names], Carried | None]] = {
    "scene.size": _size,
    "scene.seed": _seed,
    "scene.seed_step": _seed_step,
    "scene.frames": _frames,
    "scene.clip": _clip,
    "scene.model": _model,
    "scene.model_file": _custom,
    "init.perlin": _perlin,
    "turbo.steps": _turbo,
    "turbo.preroll": _preroll,
    "output.video": _video,
    "output.first_frame": _first_frame,
    "output.last_frame": _last_frame,
}
