"""What an answer promises is judged before a byte of it is kept; redirects stay safe."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discoscript.models.offer import LARGEST, Offer, offered, refuse_page
from discoscript.models.sizes import size_text
from discoscript.models.web import Answer, WebTrouble, followed


def answer(status: int, **headers: object) -> Answer:
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Answer(status, named, iter(()))


@pytest.mark.parametrize(
    ("given", "here", "size", "expected"),
    [
        (answer(200, content_length=90), 0, None, Offer(0, 90, "")),
        (answer(200), 0, None, Offer(0, None, "")),
        (answer(200), 0, 70, Offer(0, 70, "")),
        (answer(200, content_length=90), 20, 90, Offer(0, 90, "")),
        (answer(206, content_range="bytes 20-89/90"), 20, 90, Offer(20, 90, "")),
        (answer(206, content_range="bytes 20-89/*"), 20, None, Offer(20, None, "")),
        (answer(200, etag='"a"', last_modified="May"), 0, 9, Offer(0, 9, '"a"')),
        (answer(200, etag='W/"a"', last_modified="May"), 0, 9, Offer(0, 9, "May")),
    ],
)  # fmt: skip
def test_offers(given: Answer, here: int, size: int | None, expected: Offer) -> None:
    assert offered(given, here, size) == expected


@pytest.mark.parametrize(
    ("given", "here", "message"),
    [
        (answer(206, content_range="bytes 10-89/90"), 20, "from 10 on, not those from 20 on"),
        (answer(206), 20, "does not say which part"),
        (answer(206, content_range="lines 20-89/90"), 20, "does not say which part"),
        (answer(200, content_length=91), 0, "has another file: 91 bytes, expected 90 bytes"),
        (answer(206, content_range="bytes 20-90/91"), 20, "has another file"),
        (answer(200, content_encoding="gzip"), 0, "another encoding"),
        (answer(200, content_type="Text/HTML"), 0, "web page"),
        (answer(204), 0, "refuses it: 204 No Content"),
        (answer(418), 0, "refuses it: 418"),
        (answer(799), 0, "is busy: 799"),
    ],
)
def test_what_is_not_the_file(given: Answer, here: int, message: str) -> None:
    with pytest.raises(WebTrouble, match=message):
        offered(given, here, 90)


def test_no_model_is_larger_than_the_largest() -> None:
    with pytest.raises(WebTrouble, match="no model is so large"):
        offered(answer(200, content_length=LARGEST + 1), 0, None)


@settings(deadline=None)
@given(
    st.integers(100, 999),
    st.dictionaries(
        st.sampled_from(
            ["content-length", "content-range", "etag", "retry-after", "content-type",
             "content-encoding", "last-modified"]
        ),
        st.lists(st.sampled_from('0123456789²٣ -/*"Wx'), max_size=12).map("".join)
        | st.sampled_from(["bytes 20-89/90", "bytes 9-9/9", "9" * 5000, f"bytes 0-1/{'9' * 5000}"]),
    ),
    st.integers(0, 100),
    st.none() | st.integers(1, 100),
)  # fmt: skip
def test_any_head_is_an_offer_or_a_reason(
    status: int, headers: Mapping[str, str], here: int, size: int | None
) -> None:
    try:
        found = offered(Answer(status, headers, iter(())), here, size)
    except WebTrouble as trouble:
        assert str(trouble)
    else:
        assert found.start in (0, here)
        assert size is None or found.total == size


@pytest.mark.parametrize("first", [b"<!DOCTYPE html>", b"\n <html lang='en'>", b"<HEAD>"])
def test_pages_are_known_by_their_beginning(first: bytes) -> None:
    with pytest.raises(WebTrouble, match="web page"):
        refuse_page(first)


@pytest.mark.parametrize("first", [b"", b"PK\x03\x04", b"\x80\x02}", b"<htmlx"])
def test_other_beginnings_are_no_pages(first: bytes) -> None:
    refuse_page(first)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (300_000, "300 kB"),
     (353_976_522, "354 MB"), (1_376_378_527, "1.38 GB")],
)  # fmt: skip
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


class Signs:
    """A web of redirects."""

    def __init__(self, **to: str) -> None:
        self.to = {f"https://{host}": target for host, target in to.items()}
        self.asked: list[str] = []

    @contextmanager
    def ask(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        self.asked.append(url)
        target = self.to.get(url)
        yield answer(200) if target is None else answer(302, location=target)


@pytest.mark.parametrize(
    "target", ["http://b/file", "ftp://b/file", "file:///etc/passwd", "data:,x", ""]
)
def test_unsafe_redirects_are_refused(target: str) -> None:
    signs = Signs(a=target)
    with pytest.raises(WebTrouble, match="redirects") as trouble, followed(signs, "https://a", {}):
        pass
    assert trouble.value.lasting and signs.asked == ["https://a"]


def test_safe_redirects_are_followed() -> None:
    signs = Signs(a="https://b", b="//c")
    with followed(signs, "https://a", {}) as end:
        assert end.status == 200
    assert signs.asked == ["https://a", "https://b", "https://c"]
