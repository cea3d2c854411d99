"""What a script is rendered with, beside what its lock file pins."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from discoscript.commands._rendering import Job
from discoscript.errors import DiskFailure, UsageFailure
from discoscript.plan.lock import entries, keep, lock_path
from discoscript.plan.pinned import (
    Pinned,
    Unlike,
    from_entries,
    grown,
    pinned,
    to_entries,
    unlike,
)
from discoscript.terminal import printable

DIGITS = 12  #: of a digest that are shown


def in_use(jobs: Sequence[Job]) -> Pinned:
    """What the renders of a script use."""
    return pinned([job.identity for job in jobs], [job.assets.files for job in jobs])


def kept(script: Path, whole: bool = True) -> Pinned | None:
    """What the lock file of a script pins, None if nothing. If it need not be `whole`, two versions
    may be to merge."""
    return from_entries(entries(script, whole))


def differing(jobs: Sequence[Job], was: Pinned) -> tuple[Unlike, ...]:
    """What is not as it was pinned; a seed that is still to be drawn first."""
    undrawn = any(job.undrawn for job in jobs)
    seed = (Unlike("seed", "", "random"),) if undrawn else ()
    return (*seed, *unlike(was, in_use(jobs)))


def settle(jobs: Sequence[Job], locked: bool) -> Iterator[str]:
    """Pin what is not pinned yet; say, in lines, what differs from what is.

    With `locked`, UsageFailure where pictures may differ, and nothing is written.
    """
    script = jobs[0].script.path
    was, here = kept(script), in_use(jobs)
    if locked:
        yield from _refuse(jobs, was)
        return
    now = here if was is None else grown(was, here)
    if was is None or to_entries(now) != to_entries(was):
        try:
            keep(script, to_entries(now))
        except DiskFailure as failure:  # the script may lie where nothing can be written
            yield failure.message
    found = [each for each in unlike(now, here) if not each.closely]
    if found:
        yield f"{lock_path(script)} pins others than there are here:"
        yield from (f"  {line(each)}" for each in found)
        yield f"  to take what is here: discoscript lock {shlex.quote(str(script))} --update"


def _refuse(jobs: Sequence[Job], was: Pinned | None) -> Iterator[str]:
    script = jobs[0].script.path
    if was is None:
        raise UsageFailure(
            f"{lock_path(script)} pins nothing yet", "render once without --locked, and commit it"
        )
    found = differing(jobs, was)
    if any(not each.closely for each in found):
        lines = "\n    ".join(line(each) for each in found)
        raise UsageFailure(
            f"{script} would not render as it is locked:\n    {lines}",
            f"take what is here: discoscript lock {shlex.quote(str(script))} --update",
        )
    yield from (line(each) for each in found)


def line(found: Unlike) -> str:
    """`file refs/dog.png: 3f5a1c2e locked, 81c0ab77 here, pictures differ`."""
    there, here = (short(text) for text in (found.kept, found.here))
    agree = "agree" if precision(found.kept) == precision(found.here) else "are alike"
    effect = (
        f"pictures {agree}, but not to the last bit" if found.closely else "pictures may differ"
    )
    if not there:
        return f"{printable(found.what)}: not locked yet"
    if not here:
        return f"{printable(found.what)}: locked, but no longer used"
    return f"{printable(found.what)}: {there} locked, {here} here; {effect}"


def precision(numeric: str) -> str:
    """`fp32` of `cpu-x86_64-avx2 fp32 torch2.14`."""
    return next((word for word in numeric.split() if word.startswith(("fp", "bf"))), "")


def short(text: str) -> str:
    """The first digits of a digest; other words as they are."""
    digest = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return text[:DIGITS] if digest else printable(text)
