"""Scripts that are made to be expensive end in a message, in little time and memory."""

from collections.abc import Callable

import pytest
from fuzzing import LARGEST, MEBIBYTES, TOO_SLOW, measured

DEEP = 100_000
LONG = 'disco 1\nscene:\n    mode 2d\n    frames 100000\nprompt "a"\n'


def many(line: Callable[[int], str], before: str = "disco 1\n") -> str:
    """As many lines as fit into 64 KiB."""
    written, size, number = [before], len(before), 0
    while size + len(line(number)) < LARGEST - 1:
        written.append(line(number) + "\n")
        size += len(written[-1])
        number += 1
    return "".join(written)


SMALL = {
    "brackets": ("zoom " + "(" * (LARGEST - 9), "D005"),
    "closed brackets": ("camera: zoom " + "(" * 32_000 + "1" + ")" * 32_000, "D606"),
    "calls": ("zoom " + "sin(" * 12_000 + "1" + ")" * 12_000, "D708"),
    "minus": ("zoom " + "-" * 65_000 + "1", "D708"),
    "powers": ("zoom " + "2**" * 20_000 + "1", "D708"),
    "a long sum": ("zoom " + "1+" * 32_000 + "1", "D708"),
    "heads": ("frame 0: " * 7_000 + "cut", "D708"),
    "steps of indentation": (many(lambda n: " " * n + "frame 0:"), "D708"),
    "a long number": ("zoom " + "9" * 65_000, "D708"),
    "a huge time": ("camera: zoom 1 -> 2 @ 0..1e300", "D703"),
    "a huge length": ("scene: duration 99999999999999999999s", "D703"),
    "a tower of powers": ("camera: zoom 9 ** 9 ** 9 ** 9", "D207"),
    "lets in lets": (many(lambda n: f"let a{n + 1} = a{n} + a{n}", "let a0 = 1\n"), "D014"),
    "times in times": (
        many(lambda n: f"let a{n + 1} = a{n} * a{n}\ncut @ a{n}", "let a0 = 3\n"),
        "D207",
    ),
    "a circle of lets": (many(lambda n: f"let a{n} = a{n + 1}"), "D104"),
    "texts in texts": (
        many(lambda n: f'let a{n + 1} = "{{a{n}}}{{a{n}}}"', 'let a0 = "x"\n')[: LARGEST - 40]
        + '"\nprompt "{a60}"\n',
        "D708",
    ),
    "unknown names": (many(lambda n: f"let a{n} = b{n}"), "D104"),
    "unknown settings": (many(lambda n: f"zoo{n}m 1"), "D101"),
    "prompts on all frames": (many(lambda n: f'prompt "{n}" t', LONG), "D709"),
    "ranged prompts": (many(lambda n: f'prompt "{n}" t @ 0..end', LONG), "D709"),
    "layers of noise": (many(lambda n: "zoom += noise(3)", LONG + "camera:\n"), "D709"),
    "layers": (many(lambda n: "camera: zoom += noise(3)", LONG), "D709"),
    "noise in noise": (
        many(lambda n: f"let a{n + 1} = noise(a{n})", LONG + "let a0 = 3\n")[: LARGEST - 900]
        + "\ncamera: zoom a1000\n",
        "D709",
    ),
    "unknown names in a text": (
        'prompt "' + "".join(f"{{t{n}}}" for n in range(9_000)) + '"',
        "D609",
    ),
    "keys that change": (
        LONG + "camera: zoom [" + "".join(f"{n * 9}: t ease smooth, " for n in range(3_000)) + "]",
        "D203",
    ),
    "many shots": (
        many(lambda n: f'shot "s{n}" 1s: prompt "p{n}"', "disco 1\nscene: mode 2d\nzoo 1\n"),
        "D101",
    ),
    "many visits": (
        many(lambda n: f" zoom 1.01 @ {n * 7}..{n * 7 + 8}", LONG + "camera:\n"),
        "D301",
    ),
    "many steps": (many(lambda n: " zoom 1.01 @ 5", LONG + "camera:\n"), "D301"),
    "a library of itself": (many(lambda n: f'import "itself.disco" as m{n}'), "D505"),
    "open quotes": (many(lambda n: 'prompt "a'), "D003"),
    "wrong characters": (many(lambda n: "!"), "D006"),
}


@pytest.mark.parametrize("name", SMALL)
def test_small_scripts_stay_small(name: str) -> None:
    text, code = SMALL[name]
    assert len(text) <= LARGEST
    seconds, mebibytes, codes = measured(text)
    assert code in codes
    assert seconds < TOO_SLOW and mebibytes < MEBIBYTES


@pytest.mark.parametrize(
    "text",
    ["zoom " + "(" * DEEP, "zoom " + "[" * DEEP, "zoom " + "-" * DEEP + "1", "frame 0: " * DEEP,
     " " * DEEP + "zoom 1", "{" * DEEP, '"' * DEEP, "zoom " + "sin(" * DEEP + "1" + ")" * DEEP],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_depth(text: str) -> None:
    """100,000 deep: a message, not an exception."""
    _, _, codes = measured(text)
    assert codes - {"D014"}
