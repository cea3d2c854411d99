"""Scripts by chance: mostly right (`wild` 0) up to mostly nonsense (`wild` 1).

Half of them have shots, moves and marks, and times in beats.
"""

from itertools import pairwise
from random import Random

from discoscript.expressions.easing import EASINGS
from discoscript.parameters import PARAMETERS, Axis, Kind, Mode, Parameter

FRAMES = 48
#: At 24 fps and 120 bpm.
BEAT = 12
# fmt: off
ODD_TIMES = (
    "150%", "-3", "4b", "end", "end - 9s", "zz", "frame", "10s/0", '"x"', "1e300", "1/s", "b",
    "drop", "chorus", "here", "previous",
)
ODD_VALUES = (
    "zz", '"text"', "1e300", "2s", "25%", "3/s", "on", "640x448", "2d", "sin()", "b", "1 / 0",
    "foo(1)", "audio(3)", "moves.x", "none", "(-1) ** 0.5", "wave(0)", "beats", "1/b", "previous",
    "drop", "speed", "border",
)
ODD_LINES = (
    "mark m @ 3", 'import "x.disco"', "use foo(1)", 'shot "x" 3s: prompt "b"', "fps = 24", "zoom",
    "cut @ 3..4", "let frame = 2", "camera zoom 2", "study: diffusion.steps in [1, 2]",
    "camera: angle [0: 1, 2]", 'prompt "a:2"', "frame 12 morph 99: cut", "scene: frames 3",
    "frame 0 morph 2s: cut", 'frame 9 morph 1s: prompt "{zz}"', "mark drop @ drop + 2",
    'shot "x" to drop: cut', "move lone(x): camera: fov x", "use glide(1)",
    "use glide(speed=2) @ 3",
    "move round(x): use round(x)", "scene.seed 9", "frame chorus: cut", 'shot "open": cut',
)
# fmt: on
CAMERA = [row for row in PARAMETERS if row.group == "camera" and row.kind is Kind.NUMBER]
CAMERA = [row for row in CAMERA if Mode.D3 in row.modes]
SPEED = next(row for row in CAMERA if row.name == "translate_x")
ROWS = [row for row in PARAMETERS if row.modes & {Mode.D3} and row.group != "scene"]


class Scribe:
    """Writes one script."""

    def __init__(self, seed: int, wild: float) -> None:
        self.random, self.wild = Random(seed), wild
        self.length, self.sections = FRAMES, True
        self.musical = self.random.random() < 0.5

    def odd(self) -> bool:
        return self.random.random() < self.wild

    def pick(self, options):
        return self.random.choice(list(options))

    def time(self, frame: int) -> str:
        if self.odd():
            return self.pick(ODD_TIMES)
        forms = (
            f"{frame}",
            f"{frame}",
            f"{frame / 24:.6f}s",
            f"{frame * 100}% / {self.length}",
            f"a + {frame - 5}",
            f"start + {frame}",
        )
        beats = (f"{frame / BEAT:.6f}b",) if self.musical else ()
        return self.pick((*forms, *beats))

    def range(self, row: Parameter) -> str:
        if row.axis is Axis.PROGRESS:
            return self.pick(("0..1000", "0..40%", "250..75%", "40%..100%"))
        if self.musical and self.sections and self.random.random() < 0.1:
            return self.pick(("chorus", "drop..end", "chorus + 2 for 6", "0..drop"))
        begin, end = sorted(self.random.sample(range(self.length + 1), 2))
        return self.pick(
            (f"{self.time(begin)}..{self.time(end)}", f"{self.time(begin)} for {end - begin}")
        )

    def number(self, row: Parameter) -> str:
        if self.odd():
            return self.pick(ODD_VALUES)
        low, high = row.typical or row.hard or (0, 10)
        value = self.random.uniform(low or 0, 10 if high is None else high)
        if row.kind in (Kind.WHOLE, Kind.STEPS_OR_PERCENT):
            return str(int(value))
        if row.kind is Kind.PERCENT:
            return f"{value:.0f}%"
        shown = f"{value:.3f}"
        forms = (
            shown,
            shown,
            f"({shown} + 0 * seconds)",
            f"mix({shown}, {shown}, t)",
            f"{shown} * a / 5",
        )
        return self.pick(forms)

    def value(self, row: Parameter) -> str:
        match row.kind:
            case Kind.TRUTH:
                return self.pick(("on", "off", "1") if self.odd() else ("on", "off"))
            case Kind.CHOICE:
                return "zz" if self.odd() else self.pick(row.choices or ("tiny",))
            case Kind.PATH:
                return '"../x.png"' if self.odd() else "none"
            case Kind.TIME:
                return self.time(12)
            case Kind.PERCENTS:
                return self.pick(("12%", "[9%, 40%]", "[9]" if self.odd() else "[50%]"))
            case Kind.STEPS_OR_LIST:
                return self.pick(("3", "[4, 5]", "[4, 5.5]" if self.odd() else "[4]"))
            case _:
                return self.number(row)

    def ease(self) -> str:
        name = "nope" if self.odd() else self.pick(EASINGS)
        arguments = {"steps": "(3)", "bezier": "(0.4, 0, 0.6, 1)"}.get(name, "")
        return f" ease {name}{arguments}"

    def setting(self, row: Parameter) -> str:
        v = self.value
        if row.axis is Axis.FIXED and not self.odd():
            return f"{row.name} {v(row)}"
        forms = [f"{row.name} {v(row)}"]
        if row.axis is not Axis.SEGMENT or self.odd():
            forms.append(f"{row.name} {v(row)} @ {self.range(row)}")
        if row.glides or self.odd():
            forms.append(f"{row.name} {v(row)} -> {v(row)} @ {self.range(row)}{self.ease()}")
            forms.append(f"{row.name} -> {v(row)} @ {self.range(row)}")
            forms.append(f"{row.name} {v(row)} @ {self.range(row)}{self.ease()} fade 2")
        if (row.glides and row.axis is Axis.FRAMES) or self.odd():
            times = sorted(self.random.sample(range(self.length + 1), 3))
            keys = ", ".join(
                f"{self.time(f)}: {v(row)}{self.pick(('', self.ease()))}" for f in times
            )
            forms.append(f"{row.name} [{keys}]")
        if row.per_frame or self.odd():
            forms += [
                f"{row.name} by {self.random.uniform(0.1, 2):.3f} @ {self.range(row)}",
                f"{row.name} *= 1 + 0.1 * wave(1s)",
            ]
        return self.pick(forms)

    def prompt(self, word: str) -> str:
        weight = self.number(Parameter("p", "p", Kind.NUMBER, 1.0, "", typical=(0.5, 3)))
        row = ROWS[0]
        forms = (
            "",
            f" {weight}",
            f" {weight} @ {self.range(row)}",
            f" 0 -> {weight} @ {self.range(row)}",
        )
        return f'prompt "{word} {{style}}"{self.pick(forms)}'

    def block(self, length: int, count: int) -> list[str]:
        """Lines of a shot or a move that is `length` frames long."""
        whole = self.length, self.sections
        self.length, self.sections = length, False
        rows = self.random.sample([row for row in ROWS if self.moves(row)], count)
        lines = [f"{row.group}: {self.setting(row)}" for row in rows]
        lines += [self.prompt(self.pick(("fog", "rain")))] if self.random.random() < 0.4 else []
        lines += ["cut"] if self.random.random() < 0.2 else []
        if length > 8 and self.random.random() < 0.4:
            lines.append(f"frame {self.time(self.random.randrange(1, length - 4))}:")
            self.length = 4
            lines.append(f"    camera: {self.setting(self.pick(CAMERA))}")
        self.length, self.sections = whole
        return lines

    def moves(self, row: Parameter) -> bool:
        """Whether a shot may speak of a setting."""
        return row.axis is Axis.FRAMES or self.odd()

    def use(self) -> str:
        at = self.pick(("", f" @ {self.range(CAMERA[0])}"))
        return self.pick(
            (
                f"use glide({self.number(SPEED)}){at}",
                f"use glide({self.number(SPEED)}, until=75%){at}",
                f"use turn(amount={self.number(SPEED)}){at}",
            )
        )

    def move_lines(self) -> list[str]:
        """Two moves, one of them using the other; in percents, so that they fit."""
        speed = self.pick(("speed", "speed -> 0 @ 25%..until", "speed * t @ 0..until"))
        words = self.pick(("", '    prompt "haze {style}" 0 -> speed @ 0..50%'))
        return [
            "move glide(speed, until=50%):",
            f"    camera: translate_x {speed}",
            words,
            "move turn(amount = 1):",
            "    camera: rotate_z += amount * wave(1s)",
            "    use glide(amount) @ 0..50%",
        ]

    def shots(self) -> list[str]:
        """Shots that fill the scene."""
        cuts = sorted(self.random.sample(range(6, FRAMES - 5), self.random.randint(0, 3)))
        ends = [*(b for a, b in pairwise([0, *cuts]) if b - a > 5), FRAMES]
        lines, begin = [], 0
        for number, end in enumerate(ends):
            length = end - begin
            morph = self.pick(("", f" morph {self.random.randint(1, 5)}")) if number else ""
            written = self.pick((f"{length}", f"{length / 24:.6f}s"))
            lines.append(f'shot "s{number}" {written}{morph}:')
            body = [f'prompt "place {number} {{style}}"', *self.block(length, 2)]
            self.length, self.sections = length, False
            body += [self.use()] if self.random.random() < 0.6 else []
            body += ["camera: fov previous"] if number and self.random.random() < 0.3 else []
            body += [f"mark here{number} @ 2"] if self.random.random() < 0.2 else []
            self.length, self.sections = FRAMES, True
            lines += [f"    {line}" for line in body]
            begin = end
        return lines

    def music(self) -> list[str]:
        """Everything that makes a script long: marks, moves, shots."""
        lines = [
            f"mark drop @ {self.time(self.random.randrange(4, 40))}",
            "mark chorus @ 24..36",
            *self.move_lines(),
        ]
        lines += [self.use()] if self.odd() else []
        lines += self.shots() if self.random.random() < 0.7 else [self.use()]
        return lines

    def script(self) -> str:
        lines = [
            "disco 1",
            "scene:",
            "    mode 3d",
            "    fps 24",
            f"    frames {FRAMES}",
            *(["    bpm 120"] if self.musical else []),
            "let a = 5",
        ]
        lines += ['let style = "oil"', "" if self.odd() else 'prompt "a boat"']
        for row in self.random.sample(ROWS, self.random.randint(1, 6)):
            head = f"{row.group} @ {self.range(row)}" if self.odd() else row.group
            lines.append(f"{head}: {self.setting(row)}")
        for frame in self.random.sample(range(1, FRAMES - 4), self.random.randint(0, 2)):
            lines.append(f"frame {self.time(frame)}{self.pick(('', ' morph 1'))}:")
            self.length, self.sections = FRAMES - frame, False
            lines += [f"    {self.prompt(word)}" for word in ("a sea", "a sky")]
            lines += ["    cut"] if self.odd() else []
            self.length, self.sections = FRAMES, True
        lines += self.music() if self.musical else []
        lines += [self.pick(ODD_LINES) for _ in range(3) if self.odd()]
        lines += [] if self.odd() else [self.prompt("fog")]
        text = "\n".join(lines) + "\n"
        if self.odd():
            at = self.random.randrange(len(text))
            text = text[:at] + self.pick(('"', ":", "[", ")", "→", "\t", "..", "")) + text[at + 1 :]
        return text


def shuffled(text: str, seed: int) -> str:
    """The same script with the lines of every block in another order; shots keep theirs."""
    random = Random(seed)
    lines = [line for line in text.splitlines() if line.strip()]

    def depth(line: str) -> int:
        return len(line) - len(line.lstrip())

    def mixed(lines: list[str]) -> list[str]:
        if not lines:
            return []
        outer = depth(lines[0])
        starts = [n for n, line in enumerate(lines) if depth(line) <= outer] + [len(lines)]
        parts = [[lines[a], *mixed(lines[a + 1 : b])] for a, b in pairwise(starts)]
        fixed = [part for part in parts if part[0].lstrip().startswith(("shot ", "disco "))]
        random.shuffle(parts)
        order = iter(fixed)
        parts = [next(order) if part in fixed else part for part in parts]
        return [line for part in parts for line in part]

    head, *rest = lines
    return "\n".join([head, *mixed(rest)]) + "\n"
