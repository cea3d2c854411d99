"""One try at one address: ask for what is missing of a file, and keep what comes."""

from dataclasses import dataclass

from discoscript.models.clock import Clock
from discoscript.models.offer import Offer, offered, refuse_page
from discoscript.models.part import Origin, Part
from discoscript.models.progress import Progress
from discoscript.models.sizes import size_text
from discoscript.models.web import Answer, Web, WebTrouble, followed, host


@dataclass(frozen=True)
class Patience:
    """How long fetching tries. After each round of all addresses it waits, `waits_s` in turn. An
    address that breaks off is asked again at once if `much` bytes have come; one that sends less
    than `least` bytes in `slow_s` is as good as silent."""

    waits_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 15.0)
    much: int = 64 * 2**10
    least: int = 64 * 2**10
    slow_s: float = 60.0


@dataclass(frozen=True)
class Means:
    """What fetching works with."""

    web: Web
    clock: Clock
    patience: Patience
    progress: Progress


def transfer(part: Part, url: str, means: Means) -> None:
    """Ask one address, once, for the rest of the file. WebTrouble where not all of it comes; what
    came is kept."""
    with followed(means.web, url, _asking(part, url)) as answer:
        if answer.status == 416 and part.size:
            raise _another(part, url, "has a shorter file")
        offer = offered(answer, part.size, part.file.size)
        _settle(part, Origin(url, offer.tag, offer.total), offer, means.progress)
        part.library.refuse_full((offer.total or part.size) - part.size, part.file.name)
        means.progress.started(host(url), part.size, offer.total)
        _receive(part, answer, offer, means)


def _asking(part: Part, url: str) -> dict[str, str]:
    """The headers that ask for the missing bytes: those of the same version, if it is known."""
    if not part.size:
        return {}
    known = part.origin if part.origin and part.origin.url == url else None
    same = {"If-Range": known.tag} if known and known.tag else {}
    return {"Range": f"bytes={part.size}-", **same}


def _settle(part: Part, origin: Origin, offer: Offer, progress: Progress) -> None:
    """Begin anew, or go on where the same file is offered."""
    before = part.origin.total if part.origin else None
    if offer.start and offer.total not in (None, before) and before is not None:
        raise _another(part, origin.url, "has a file of another length")
    if offer.start:
        part.go_on(origin)
        return
    if part.size:
        progress.note(f"{host(origin.url)} sends the file from its beginning again")
    part.begin(origin)


def _another(part: Part, url: str, message: str) -> WebTrouble:
    """What is offered can not go on from the part. If the part is from there, its file has
    changed; what another address gave is kept."""
    if part.origin is None or part.origin.url != url:
        return WebTrouble(message, lasting=True)
    part.clear()
    return WebTrouble(f"{message} now; begins anew")


def _receive(part: Part, answer: Answer, offer: Offer, means: Means) -> None:
    clock, patience = means.clock, means.patience
    since, then = clock.now_s(), part.size
    for piece in answer.pieces:
        if not part.size:
            refuse_page(piece)
        if part.size + len(piece) > offer.most:
            raise WebTrouble(f"sends more than {size_text(offer.most)}", lasting=True)
        part.append(piece)
        means.progress.got(part.size)
        if clock.now_s() - since > patience.slow_s:
            if part.size - then < patience.least:
                raise WebTrouble("is slower than a kilobyte a second")
            since, then = clock.now_s(), part.size
    if offer.total is not None and part.size < offer.total:
        raise WebTrouble(f"broke off after {size_text(part.size)} of {size_text(offer.total)}")
