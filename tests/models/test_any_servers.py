"""Whatever servers do, in whatever order: the published file arrives, or nothing does."""

import random
from pathlib import Path

import pytest
from models.servers import (
    DATA,
    OTHER,
    Way,
    claiming,
    hangs_up,
    page,
    published,
    redirects,
    refuses,
    site,
    whole,
    without_ranges,
)
from models.test_fetching import arrived, means

from discoscript.models.fetching import FetchFailure, fetch
from discoscript.models.library import Library

RUNS = 60


def any_way(draw: random.Random) -> Way:
    """One way to answer, good or bad."""
    data = draw.choice([DATA, DATA, DATA, OTHER, DATA + OTHER, DATA[:1000], b""])
    cut = draw.choice([None, 0, 1, 70_000, 150_000, len(DATA) - 1])
    tag = draw.choice(['"1"', '"2"', 'W/"1"'])
    return draw.choice(
        [
            whole(data, cut, tag),
            whole(data, cut, tag),
            without_ranges(data, cut),
            claiming(draw.choice([None, 1, len(DATA), len(DATA) * 2]), data),
            page(draw.choice(["text/html", "application/octet-stream"])),
            refuses(draw.choice([403, 404, 416, 429, 500, 503, 206, 204])),
            redirects(draw.choice(["/0", "/1", "/nowhere", "ftp://x/", ""])),
            hangs_up,
        ]
    )


@pytest.mark.parametrize("sized", [True, False])
def test_the_published_file_or_nothing(tmp_path: Path, sized: bool) -> None:
    outcomes = []
    with site() as server:
        for run in range(RUNS):
            draw = random.Random(f"{run} {sized}")
            urls = [
                server.url(f"/{i}", *(any_way(draw) for _ in range(draw.randint(1, 6))))
                for i in range(draw.randint(1, 2))
            ]
            file = published(*urls, sized=sized)
            library = Library(tmp_path / str(run))
            used = means(waits_s=(1.0, 2.0))
            try:
                outcomes.append(fetch(library, file, used))
                assert arrived(library, file)
            except FetchFailure as failure:
                outcomes.append(False)
                assert failure.message and all(url in failure.help for url in urls)
                assert library.size(file) is None
            server.url("/0", whole())
            if fetch(library, file, means()):
                assert arrived(library, file)
    print(f"{sum(outcomes)} of {RUNS} arrived at once")
    assert 0 < sum(outcomes) < RUNS
