"""The scripts whose speed is measured: made up, the same on every machine, and free of mistakes."""

from random import Random

SUBJECTS = ("lighthouse", "harbour", "forest", "desert", "glacier", "market", "cathedral", "reef")
LIGHTS = ("at dawn", "in fog", "at night", "under a storm", "in winter", "by the sea")
EASES = ("", "", "", " ease in-out", " ease smooth", " ease out-cubic")

#: Twenty settings that change in the long script: group, name, range of values, digits, unit.
CHANNELS = (
    ("camera", "translate_x", -5, 5, 3, ""),
    ("camera", "translate_y", -5, 5, 3, ""),
    ("camera", "translate_z", -5, 5, 3, ""),
    ("camera", "rotate_x", -1, 1, 3, ""),
    ("camera", "rotate_y", -1, 1, 3, ""),
    ("camera", "rotate_z", -1, 1, 3, ""),
    ("camera", "fov", 30, 90, 2, ""),
    ("vr", "eye_angle", 0.3, 0.7, 3, ""),
    ("vr", "ipd", 4, 8, 3, ""),
    ("depth", "midas_weight", 0.3, 0.7, 3, ""),
    ("guidance", "clip_guidance_scale", 3000, 9000, 0, ""),
    ("guidance", "tv_scale", 500, 900, 1, ""),
    ("guidance", "range_scale", 100, 300, 1, ""),
    ("guidance", "sat_scale", 500, 900, 1, ""),
    ("guidance", "clamp_max", 0.03, 0.1, 4, ""),
    ("diffusion", "eta", 0.4, 0.8, 3, ""),
    ("diffusion", "steps", 100, 250, 0, ""),
    ("diffusion", "cutn_batches", 3, 6, 0, ""),
    ("coherence", "frames_scale", 1000, 2000, 0, ""),
    ("coherence", "frames_skip_steps", 50, 70, 0, "%"),
)


def short(lines: int = 100) -> str:
    """A script of `lines` lines as one writes it by hand: prompts, camera moves, comments."""
    random = Random(lines)
    written = ["disco 1", "", 'scene "A walk":', "    mode 3d", "    fps 24", "    size 640x448"]
    count = (lines - 14) // 7
    written += [f"    frames {24 * count}", "", 'let style = "oil on canvas"', "let pace = 4", ""]
    written += [f'prompt "{SUBJECTS[0]}, {{style}}"', "guidance: clip_guidance_scale 5000", ""]
    for part in range(count):
        written += _part(part, random)
    while len(written) < lines:
        written.append(f"# the end, {lines - len(written)} more")
    return "\n".join(written) + "\n"


def _part(part: int, random: Random) -> list[str]:
    """Seven lines about one second."""
    begin, end = 24 * part, 24 * part + 24
    subject, light = random.choice(SUBJECTS), random.choice(LIGHTS)
    if part == 0:
        head = ["frame 12:", f'    prompt "a {subject} {light}, {{style}}" 2']
    else:
        head = [f"frame {begin} morph 6:", f'    prompt "a {subject} {light}, {{style}}" 2']
    turn, speed = random.uniform(-30, 30), random.uniform(-2, 2)
    return [
        f"# second {part}: the {subject}",
        *head,
        "camera:",
        f"    rotate_y by {turn:.1f} @ {begin}..{end} ease in-out",
        f"    translate_z -> {speed:.2f} * pace @ {part}s for 1s{random.choice(EASES)}",
        f"    fov {random.uniform(40, 60):.1f} @ {begin + 4}..{end - 4} fade 4",
    ]


def long(frames: int = 100_000, keys: int = 10_000, prompts: int = 1_000) -> str:
    """A script of 20 settings with `keys` keys together and `prompts` prompts, each in a block."""
    random = Random(frames)
    written = ["disco 1", 'scene "Long":', "    mode 3d", "    fps 24", f"    frames {frames}"]
    written += ["    vr on", "", "depth: model dpt_large", ""]
    each = keys // len(CHANNELS)
    for group, name, low, high, digits, unit in CHANNELS:
        written += [f"{group}: {name} ["]
        for key in range(each):
            value = f"{random.uniform(low, high):.{digits}f}{unit}"
            written.append(f"    {key * frames // each}: {value}{random.choice(EASES)},")
        written += ["]", ""]
    for number in range(prompts):
        subject, light = random.choice(SUBJECTS), random.choice(LIGHTS)
        written.append(f'frame {number * frames // prompts}: prompt "a {subject} {light} {number}"')
    return "\n".join(written) + "\n"
