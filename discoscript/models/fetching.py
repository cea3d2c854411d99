"""Getting a file from its addresses: in their order, again where that may help, until its
SHA-256 is right."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from discoscript.errors import DiskFailure, Exit, Failure
from discoscript.models.library import Library, State
from discoscript.models.part import Part
from discoscript.models.progress import Progress
from discoscript.models.sizes import size_text
from discoscript.models.transfer import Means, transfer
from discoscript.models.web import WebTrouble, host
from discoscript_engine.model_row import ModelFile


class FetchFailure(Failure):
    """A model file can not be had, or is not the published one."""

    exit = Exit.MODEL


def fetch(library: Library, file: ModelFile, means: Means) -> bool:
    """Make sure that the published file is in the folder; whether anything was fetched.

    A file that is there is read, and set aside if it is damaged. FetchFailure where no address
    gives the file; what came of it is kept, and the next call goes on from there.
    """
    if not file.sha256:
        raise no_digest(file)
    if is_here(library, file, means.progress):
        return False
    with library.claimed(file, waiting(means.progress)):
        if is_here(library, file, means.progress):  # another process has just fetched it
            return False
        make_way(library, file, means.progress)
        part = Part(library, file, means.progress.checking)
        if not part.whole:
            _fill(part, means)
        library.place(file)
    return True


def no_digest(file: ModelFile) -> FetchFailure:
    """Why a file without a published digest is refused."""
    return FetchFailure(
        f"{file.name} is not fetched: its SHA-256 is not published, so no download can be checked",
        "take another model of the same role: `discoscript models list`",
    )


def is_here(library: Library, file: ModelFile, progress: Progress) -> bool:
    """Whether the published file is in the folder, which may be another user's; it is read."""
    if library.state(file) is not State.HERE:
        return False
    if library.digest(library.path(file), progress.checking) != file.sha256:
        return False
    with suppress(DiskFailure):  # what a process left that was killed when it was done
        library.forget_part(file)
    return True


def make_way(library: Library, file: ModelFile, progress: Progress) -> None:
    """Set a damaged file aside."""
    if library.size(file) is not None:
        aside = library.set_aside(file)
        progress.note(f"the file that was here is damaged; it is now {aside}")


def waiting(progress: Progress) -> Callable[[], None]:
    """Says that another process is at work on the same file."""
    return lambda: progress.note("another process is fetching it: waits")


def _fill(part: Part, means: Means) -> None:
    """Complete the part from the addresses in turn, with pauses that grow."""
    troubles: dict[str, WebTrouble] = {}
    before = part.size
    for turn, wait_s in enumerate((*means.patience.waits_s, None)):
        for url in part.file.urls:
            if url in troubles and troubles[url].lasting:
                continue
            try:
                return _from(part, url, means)
            except WebTrouble as trouble:
                troubles[url] = trouble
                means.progress.note(f"{host(url)} {trouble}")
        passing = [trouble.wait_s for trouble in troubles.values() if not trouble.lasting]
        offline = part.size == before and not any(t.heard for t in troubles.values())
        if not passing or wait_s is None or (offline and turn):
            break
        _wait(max(wait_s, min(passing)), means)
    raise _failure(part, troubles)


def _wait(seconds: float, means: Means) -> None:
    means.progress.note(f"tries again in {seconds:.0f} s")
    means.clock.sleep(seconds)


def _from(part: Part, url: str, means: Means) -> None:
    """Complete the part from one address; it is asked again at once as long as much comes."""
    anew = False
    while True:
        before = part.size
        try:
            transfer(part, url, means)
        except WebTrouble as trouble:
            if part.size and part.whole:  # its length was a lie, its bytes are right
                return
            if trouble.lasting or part.size - before < max(1, means.patience.much):
                raise
            means.progress.note(f"{host(url)} {trouble}; goes on from there")
            continue
        if part.whole:
            return
        mixed, digest = part.mixed, part.digest
        part.clear()
        if anew or not mixed:
            raise WebTrouble(f"sends another file: {digests(digest, part.file)}", lasting=True)
        means.progress.note("the pieces do not make the published file; begins anew")
        anew = True


def digests(found: str, file: ModelFile) -> str:
    """Both digests in full, for those who want to find out more."""
    return f"SHA-256 {found}, expected {file.sha256}"


def _failure(part: Part, troubles: Mapping[str, WebTrouble]) -> FetchFailure:
    file = part.file
    size = f" ({size_text(file.size)})" if file.size else ""
    reasons = "; ".join(f"{host(url)} {trouble}" for url, trouble in troubles.items())
    kept = f"; {size_text(part.size)} are kept for the next try" if part.size else ""
    return FetchFailure(
        f"cannot fetch {file.name}{size}: {reasons or 'no address is known'}{kept}",
        "download one of these with another program or machine, then give the file to "
        "`discoscript models add FILE`:\n    " + "\n    ".join(file.urls),
    )
