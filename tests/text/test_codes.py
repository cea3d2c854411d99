"""The table of diagnostics."""

import re

from discoscript.syntax.statements import STATEMENTS, WORDS
from discoscript.text.codes import BY_CODE, CODES, Severity, code_of


def test_codes_are_unique_and_in_order() -> None:
    codes = [row.code for row in CODES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"D[0-8]\d\d", code) for code in codes)


def test_slugs_are_unique() -> None:
    slugs = [row.slug for row in CODES]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


def test_titles() -> None:
    for row in CODES:
        assert row.title
        assert not row.title.endswith(".")
        assert len(row.title) < 80


def test_the_first_and_the_last_are_settled() -> None:
    assert BY_CODE["D001"].slug == "unsupported-version"
    assert BY_CODE["D014"].severity is Severity.HINT


def test_what_is_retired_never_comes_back() -> None:
    """D119 said that a setting was not rendered yet."""
    assert not {"D119"} & BY_CODE.keys()


def test_a_code_or_slug_finds_its_row() -> None:
    assert code_of("D806") is code_of("d806") is code_of("turbo-too-fast") is BY_CODE["D806"]
    assert code_of("D999") is None


def test_statements_are_documented() -> None:
    for row in STATEMENTS.values():
        assert row.doc.endswith(".")
        assert row.places
    assert len(set(WORDS)) == len(WORDS)
