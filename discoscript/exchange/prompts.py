"""The prompts of a settings file: sets by frame, each text with its weight."""

from collections.abc import Callable
from math import isfinite

from discoscript.exchange.notes import Notes
from discoscript.exchange.settings_file import Entry
from discoscript.exchange.values import NotCarried, clean, own_path, shown
from discoscript.exchange.writing import Prompt
from discoscript.parameters import FileKind
from discoscript.scene.files import SUFFIXES, suffix_of

#: Weights above this are no weights.
HEAVIEST = 1e6

Reader = Callable[[Entry, Notes], list[Prompt]]


def split_weight(text: str) -> tuple[str, float]:
    """`"fog:2"` -> `fog`, 2. NotCarried if what stands behind the colon is no number.

    The colon of `http://` is none; behind an address with a port the notebook needs a weight.
    """
    address = text.startswith(("http://", "https://"))
    parts = text.rsplit(":", 2 if address else 1)
    if address:
        parts = [f"{parts[0]}:{parts[1]}", *parts[2:]]
    if len(parts) == 1:
        return parts[0], 1.0
    try:
        weight = float(parts[1])
    except ValueError:
        raise NotCarried("what stands behind the last colon is no weight") from None
    if not isfinite(weight) or abs(weight) > HEAVIEST:
        raise NotCarried(f"the weight {parts[1].strip()[:20]} is not possible")
    return parts[0], weight


def text_prompt(entry: Entry, notes: Notes) -> Prompt | None:
    """One text prompt of Disco Diffusion; None after noting why it is none."""
    if not isinstance(entry.value, str):
        notes.left_out(entry.line, "text_prompts", f"expected a text, found {shown(entry)}")
        return None
    try:
        text, weight = split_weight(entry.value)
    except NotCarried as problem:
        text, weight = entry.value, 1.0
        notes.changed(entry.line, "text_prompts", f"{shown(entry)}: {problem}; kept as text")
    if not clean(text):
        notes.left_out(entry.line, "text_prompts", "a prompt without words")
        return None
    return Prompt(clean(text), weight)


def image_prompt(entry: Entry, notes: Notes) -> Prompt | None:
    """One image prompt of Disco Diffusion; None after noting why it is none."""
    if not isinstance(entry.value, str):
        notes.left_out(entry.line, "image_prompts", f"expected a path, found {shown(entry)}")
        return None
    try:
        path, weight = split_weight(entry.value)
    except NotCarried:
        path, weight = entry.value, 1.0
    own, note = own_path(clean(path))
    if suffix_of(own) not in SUFFIXES[FileKind.PICTURE]:
        notes.left_out(entry.line, "image_prompts", f"{shown(entry)} is no picture")
        return None
    if note:
        notes.changed(entry.line, "image_prompts", f'"{own}" {note}')
    return Prompt(own, weight, image=True)


def sets_of(
    entry: Entry, name: str, notes: Notes, one: Callable[[Entry, Notes], Prompt | None]
) -> dict[int, list[Prompt]]:
    """The prompts by the frame from which they hold, in the order of the file."""
    groups = entry.value
    if isinstance(groups, str | tuple):
        groups = {"0": entry}
    if not isinstance(groups, dict):
        if groups is not None:
            notes.left_out(entry.line, name, f"expected prompts by frame, found {shown(entry)}")
        return {}
    found: dict[int, list[Prompt]] = {}
    for key, group in groups.items():
        frame = key.strip()
        if not (frame.isascii() and frame.isdigit() and len(frame) <= 9):
            notes.left_out(group.line, name, f'"{clean(key)[:40]}" is no frame number')
            continue
        lines = group.value if isinstance(group.value, tuple) else (group,)
        prompts = [one(line, notes) for line in lines]
        found[int(frame)] = merged([p for p in prompts if p], group.line, name, notes)
    return found


def merged(prompts: list[Prompt], line: int, name: str, notes: Notes) -> list[Prompt]:
    """The prompts with each text once: weights of the same text are added."""
    together: dict[tuple[str, bool], float] = {}
    for prompt in prompts:
        key = prompt.text, prompt.image
        if key in together:
            notes.changed(line, name, f'"{prompt.text[:40]}" is there twice: the weights are added')
        together[key] = together.get(key, 0.0) + prompt.weight
    return [Prompt(text, weight, image) for (text, image), weight in together.items()]


def shown_sets(
    sets: dict[int, list[Prompt]], frames: int, line: int, name: str, notes: Notes
) -> dict[int, list[Prompt]]:
    """The sets that are ever seen: the first one from frame 0 on, none behind the end."""
    filled = {frame: prompts for frame, prompts in sets.items() if prompts}
    late = sorted(frame for frame in filled if frame >= frames)
    seen = {frame: filled[frame] for frame in sorted(filled) if frame < frames}
    if not seen and filled:
        seen = {0: next(iter(filled.values()))}
    elif late:
        listed = ", ".join(str(frame) for frame in late[:8])
        plural = "s" if len(late) > 1 else ""
        text = f"the set{plural} from frame {listed}: the last frame is {frames - 1}"
        notes.left_out(line, name, text)
    if seen and 0 not in seen:
        seen = {0: seen.pop(min(seen)), **seen}
    return seen


def together(
    texts: dict[int, list[Prompt]], images: dict[int, list[Prompt]]
) -> dict[int, list[Prompt]]:
    """Sets of texts and pictures in one: a frame's set replaces the previous one as a whole."""
    found: dict[int, list[Prompt]] = {}
    for frame in sorted({*texts, *images}):
        found[frame] = [*_held(texts, frame), *_held(images, frame)]
    return found


def _held(sets: dict[int, list[Prompt]], frame: int) -> list[Prompt]:
    before = [start for start in sets if start <= frame]
    return sets[max(before)] if before else []
