"""Every code has a page, and the scripts of the page do what it says."""

from pathlib import Path

import pytest
from checks.diagnose import diagnose

from discoscript.explain.example import told
from discoscript.explain.pages import Page, all_pages, heading, read_page
from discoscript.text.codes import BY_CODE, CODES, Code, Severity

PAGES = all_pages()
BUILT = PAGES
by_code = {"ids": lambda page: page.code.code}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.code)
def test_has_a_page(code: Code) -> None:
    """A short page of that title: Markdown with prose and two scripts."""
    page = read_page(code)
    assert page is not None, f"discoscript/explain/{code.code}.md is missing"
    assert page.heading == heading(code)
    assert len(page.prose.split()) > 10


def test_pages_belong_to_codes() -> None:
    """No page is left over from a code that is gone."""
    folder = Path(__file__).parents[2] / "discoscript" / "explain"
    assert [path.stem for path in folder.glob("*.md") if path.stem not in BY_CODE] == []


@pytest.mark.parametrize("page", PAGES, **by_code)
def test_the_titles_are_those_of_the_table(page: Page) -> None:
    assert page.heading == heading(page.code)


@pytest.mark.parametrize("page", BUILT, **by_code)
def test_the_wrong_script_gives_this_code(page: Page) -> None:
    """This code and no other; hints aside."""
    _, found = diagnose(page.wrong, page.files)
    loud = {d.code for d in found if BY_CODE[d.code].severity is not Severity.HINT}
    assert page.code.code in {d.code for d in found}
    assert loud <= {page.code.code}, [f"{d.code}: {d.message}" for d in found]


@pytest.mark.parametrize("page", BUILT, **by_code)
def test_the_right_script_is_right(page: Page) -> None:
    """It does not give the code, and is a whole script without errors."""
    _, found = diagnose(page.right, page.files)
    errors = {d.code for d in found if BY_CODE[d.code].severity is Severity.ERROR}
    assert page.code.code not in {d.code for d in found}
    assert not errors, [f"{d.code}: {d.message}" for d in found]


@pytest.mark.parametrize("page", BUILT, **by_code)
def test_the_message_is_found_with_real_files(page: Page) -> None:
    """`discoscript explain` shows the message, from a folder on the disk."""
    shown = told(page)
    assert f"[{page.code.code}]" in shown
    assert shown.startswith(f"{page.code.severity}[") and "wrong.disco" in shown
