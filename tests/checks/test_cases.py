"""Every diagnostic fires where it should, with these words, and is silent where it should be."""

from collections.abc import Iterable

import pytest
from checks.cases import (
    FOLDER,
    TAKEN_FOR_GRANTED,
    Case,
    Expected,
    all_cases,
    columns,
    fixed_lines,
    place,
)
from checks.diagnose import diagnose

from discoscript.text.codes import BY_CODE, CODES, Severity
from discoscript.text.diagnostics import Diagnostic
from discoscript.text.source import Source

CASES = all_cases()


@pytest.mark.parametrize("case", [c for c in CASES if c.fires], ids=lambda case: case.name)
def test_fires(case: Case) -> None:
    """The block's script gives exactly what the block says."""
    source, found = diagnose(case.script, case.files)
    asserted = {expected.code for expected in case.expected}
    found = tuple(d for d in found if not _is_ignored(d.code, asserted, case))
    assert sorted(place(source, d) for d in found) == sorted(
        (e.code, e.line, e.start, e.end) for e in case.expected
    ), "\n".join(f"{place(source, d)} {d.message}" for d in found)
    for expected in case.expected:
        compare(source, found, expected)


def _is_ignored(code: str, asserted: set[str], case: Case) -> bool:
    """What a firing block need not list."""
    return code not in asserted and (case.loose or code in TAKEN_FOR_GRANTED - {case.code})


def compare(source: Source, found: Iterable[Diagnostic], expected: Expected) -> None:
    """The diagnostic at the expected place says what it should."""
    here = (expected.code, expected.line, expected.start, expected.end)
    match = next(d for d in found if place(source, d) == here)
    assert match.message == expected.message
    assert expected.label in (None, match.label)
    assert expected.help in (None, match.help)
    assert (expected.help_part or "") in match.help
    if expected.fix:
        assert fixed_lines(source, match, len(expected.fix)) == expected.fix
    if expected.related:
        related = [(*columns(source, r.span.start, r.span.end), r.label) for r in match.related]
        assert related == expected.related


@pytest.mark.parametrize("case", [c for c in CASES if not c.fires], ids=lambda case: case.name)
def test_is_silent(case: Case) -> None:
    """The block's script is right."""
    _, found = diagnose(case.script, case.files)
    codes = {d.code for d in found}
    assert case.code not in codes
    if not case.loose:
        errors = {c for c in codes if BY_CODE[c].severity is Severity.ERROR}
        assert not errors - TAKEN_FOR_GRANTED, [d.message for d in found]


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code)
def test_has_cases(row: object) -> None:
    """Every code fires in a block of its file and is silent in another."""
    code = getattr(row, "code", "")
    own = [case for case in CASES if case.code == code]
    assert any(e.code == code for case in own if case.fires for e in case.expected)
    assert any(not case.fires for case in own)


def test_files_belong_to_codes() -> None:
    """No file is left over from a code that is gone, and each names its code and slug."""
    for path in FOLDER.glob("D*.md"):
        row = BY_CODE[path.stem]
        assert path.read_text(encoding="utf-8").startswith(f"# {row.code} {row.slug}\n"), path.name
