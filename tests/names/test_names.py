"""Names: what the table-driven checks find, beyond the cases in `tests/checks`."""

import pytest
from syntax.scripts import SAMPLES

from discoscript.names.names import check_names, known
from discoscript.syntax.parse import parse
from discoscript.syntax.suppressions import suppressed
from discoscript.syntax.syntax import Name
from discoscript.text.source import Source, Span
from discoscript.text.suggest import closest, did_you_mean, one_of


def found(text: str) -> list[tuple[str, str]]:
    """Codes of a script's names and the words they point at."""
    source = Source("a.disco", text)
    syntax, mistakes = parse(source)
    assert mistakes == ()
    return [(d.code, source.at(d.span)) for d in check_names(syntax)]


def name(text: str) -> Name:
    return Name(tuple(text.split(".")), Span(0, len(text)))


def test_known() -> None:
    zoom = known("camera", name("zoom"))
    assert zoom is not None
    assert zoom is known(None, name("camera.zoom"))
    steps = known("turbo", name("steps"))
    assert steps is not None
    assert steps.key == "turbo.steps"
    assert known("camera", name("tv_scale")) is None


def test_samples_only_lack_what_is_not_built() -> None:
    for path in SAMPLES:
        codes = {code for code, _ in found(path.read_text(encoding="utf-8"))}
        assert codes <= {"D014"}, path.name


def test_lines_of_a_broken_head_are_not_reported() -> None:
    source = Source("a.disco", "disco 1\n)):\n    zoom 1\n    prompt 'x'\n")
    syntax, _ = parse(source)
    assert check_names(syntax) == ()


def test_lines_of_a_misspelt_group_are_checked_in_the_group_that_was_meant() -> None:
    assert found("disco 1\ncamra:\n    zoom 1\n    tv_scale 2\n") == [
        ("D101", "camra"),
        ("D102", "tv_scale"),
    ]


def test_long_circles_are_found_quickly() -> None:
    lines = [f"let a{n} = a{n + 1}" for n in range(3000)]
    text = "disco 1\n" + "\n".join(lines) + "\nlet a3000 = a0\n"
    source = Source("a.disco", text)
    (circle,) = check_names(parse(source)[0])
    assert circle.message == "`a0` is defined by itself: a0 -> a1 -> a2 -> a3 -> a4 -> a5 -> ..."


# ───────────── suggestions ─────────────


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("TV_SCALE", "tv_scale"),
        ("tv_scael", "tv_scale"),
        ("scale_tv", "tv_scale"),
        ("zom", "zoom"),
        ("ozom", "zoom"),
        ("weather", None),
        ("", None),
    ],
)
def test_closest(word: str, near: str | None) -> None:
    assert closest(word, ["angle", "zoom", "tv_scale", "fov"]) == near


def test_words() -> None:
    assert did_you_mean("zom", ["zoom"]) == "did you mean `zoom`?"
    assert did_you_mean("wave.pgn", ["wave.png"], quote='"') == 'did you mean "wave.png"?'
    assert did_you_mean("x", ["zoom"]) == ""
    assert one_of(["a"]) == "`a`"
    assert one_of(["a", "b", "c"]) == "`a`, `b` or `c`"


# ───────────── suppressions ─────────────


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("camera: rotation_3d_y 2", ["D103"]),
        ("camera: rotation_3d_y 2  # disco: ignore D103", []),
        ("camera: rotation_3d_y 2  # disco: ignore disco-name", []),
        ("camera: rotation_3d_y 2  # disco: ignore D801, D103", []),
        ("camera: rotation_3d_y 2  # disco: ignore D801", ["D103"]),
        ("# disco: ignore D103\ncamera: rotation_3d_y 2", []),
        ("# disco: ignore D103\n# why\n\ncamera: rotation_3d_y 2", []),
        ("# disco: ignore D103\nscene: fps 12\ncamera: rotation_3d_y 2", ["D103"]),
        ("camera: rotation_3d_y 2\n# disco: ignore D103", ["D103"]),
        ("camera: tranlate_z 2  # disco: ignore D101", ["D101"]),
    ],
)
def test_suppressed(text: str, left: list[str]) -> None:
    syntax, _ = parse(Source("a.disco", f"disco 1\n{text}\n"))
    assert [d.code for d in suppressed(syntax, check_names(syntax))] == left
