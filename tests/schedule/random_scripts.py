"""Scripts by chance: mostly right (`wild` 0) up to mostly nonsense (`wild` 1)."""

from random import Random

from discoscript.expressions.easing import EASINGS
from discoscript.parameters import PARAMETERS, Axis, Kind, Mode, Parameter

FRAMES = 48
# fmt: off
ODD_TIMES = (
    "150%", "-3", "4b", "end", "end - 9s", "zz", "frame", "10s/0", '"x"', "1e300", "1/s", "b",
)
ODD_VALUES = (
    "zz", '"text"', "1e300", "2s", "25%", "3/s", "on", "640x448", "2d", "sin()", "b", "1 / 0",
    "foo(1)", "audio(3)", "moves.x", "none", "(-1) ** 0.5", "wave(0)", "beats", "1/b",
)
ODD_LINES = (
    "mark m @ 3", 'import "x.disco"', "use foo(1)", 'shot "x" 3s: prompt "b"', "fps = 24", "zoom",
    "cut @ 3..4", "let frame = 2", "camera zoom 2", "study: diffusion.steps in [1, 2]",
    "camera: angle [0: 1, 2]", 'prompt "a:2"', "frame 12 morph 99: cut", "scene: frames 3",
    "frame 0 morph 2s: cut", 'frame 9 morph 1s: prompt "{zz}"',
)
# fmt: on
ROWS = [row for row in PARAMETERS if row.modes & {Mode.D3} and row.group != "scene"]


class Scribe:
    """Writes one script."""

    def __init__(self, seed: int, wild: float) -> None:
        self.random, self.wild = Random(seed), wild

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
            f"{frame * 100}% / {FRAMES}",
            f"a + {frame - 5}",
        )
        return self.pick(forms)

    def range(self, row: Parameter) -> str:
        if row.axis is Axis.PROGRESS:
            return self.pick(("0..1000", "0..40%", "250..75%", "40%..100%"))
        begin, end = sorted(self.random.sample(range(FRAMES + 1), 2))
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
            times = sorted(self.random.sample(range(FRAMES + 1), 3))
            keys = ", ".join(
                f"{self.time(f)}: {v(row)}{self.pick(('', self.ease()))}" for f in times
            )
            forms.append(f"{row.name} [{keys}]")
        if row.per_frame or self.odd():
            forms += [
                f"{row.name} by {v(row)} @ {self.range(row)}",
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

    def script(self) -> str:
        lines = [
            "disco 1",
            "scene:",
            "    mode 3d",
            "    fps 24",
            f"    frames {FRAMES}",
            "let a = 5",
        ]
        lines += ['let style = "oil"', "" if self.odd() else 'prompt "a boat"']
        for row in self.random.sample(ROWS, self.random.randint(1, 6)):
            head = f"{row.group} @ {self.range(row)}" if self.odd() else row.group
            lines.append(f"{head}: {self.setting(row)}")
        for frame in self.random.sample(range(1, FRAMES), self.random.randint(0, 2)):
            lines.append(f"frame {self.time(frame)}{self.pick(('', ' morph 1'))}:")
            lines += [f"    {self.prompt(word)}" for word in ("a sea", "a sky")]
            lines += ["    cut"] if self.odd() else []
        lines += [self.pick(ODD_LINES) for _ in range(3) if self.odd()]
        lines += [] if self.odd() else [self.prompt("fog")]
        text = "\n".join(lines) + "\n"
        if self.odd():
            at = self.random.randrange(len(text))
            text = text[:at] + self.pick(('"', ":", "[", ")", "→", "\t", "..", "")) + text[at + 1 :]
        return text
