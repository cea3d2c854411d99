"""What a script was rendered with, and what differs here: models, files, engine, machine.

All of it but the machine decides what the pictures show; another class of machine computes the same
pictures, but not the same bits.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from discoscript_engine.identity import Identity


@dataclass(frozen=True)
class Pinned:
    """`engine` is the renderer and its version, `numeric` the class of machines; `models` maps a
    role and a name to the SHA-256 of the weights, `assets` a path to that of the content."""

    engine: str
    numeric: str
    models: Mapping[str, str]
    assets: Mapping[str, str]


@dataclass(frozen=True)
class Unlike:
    """Something that is not as it was pinned; `kept` or `here` is empty where it is only in one of
    the two. `closely`: the pictures are the same but for the last bits."""

    what: str
    kept: str
    here: str
    closely: bool = False


def pinned(identities: Iterable[Identity], files: Iterable[Mapping[str, str]]) -> Pinned:
    """What some renders of one script use, all together: there is at least one."""
    every = list(identities)
    models = {name: digest for identity in every for name, digest in identity.models}
    assets = {path: digest for each in files for path, digest in each.items()}
    return Pinned(every[0].epoch, every[0].numeric, models, assets)


def from_entries(values: Mapping[str, Any]) -> Pinned | None:
    """What the entries of a lock file pin; None if they pin nothing, or what they say is broken."""
    engine, numeric = values.get("engine"), values.get("numeric")
    models, assets = values.get("models"), values.get("assets")
    maps = isinstance(models, dict) and isinstance(assets, dict)
    if not (isinstance(engine, str) and isinstance(numeric, str) and maps):
        return None
    return Pinned(engine, numeric, _texts(models), _texts(assets))


def _texts(values: Any) -> Mapping[str, str]:
    return {str(key): str(value) for key, value in values.items()}


def to_entries(what: Pinned) -> Mapping[str, Any]:
    """The entries of a lock file."""
    return {**vars(what), "models": dict(what.models), "assets": dict(what.assets)}


def unlike(kept: Pinned, here: Pinned) -> tuple[Unlike, ...]:
    """What is not as it was pinned, what changes most first."""
    return tuple(_unlike(kept, here))


def _unlike(kept: Pinned, here: Pinned) -> Iterator[Unlike]:
    if kept.engine != here.engine:
        yield Unlike("engine", kept.engine, here.engine)
    for kind, was, now in (("model", kept.models, here.models), ("file", kept.assets, here.assets)):
        for name in sorted({*was, *now}):
            before, after = was.get(name, ""), now.get(name, "")
            if before != after:
                yield Unlike(f"{kind} {name}", before, after)
    if kept.numeric != here.numeric:
        yield Unlike("machine", kept.numeric, here.numeric, closely=True)


def grown(kept: Pinned, here: Pinned) -> Pinned:
    """What is pinned after the script has changed: what it uses anew is added, what it uses no
    longer is dropped, the rest stays as it was pinned."""
    return Pinned(
        kept.engine,
        kept.numeric,
        {name: kept.models.get(name, digest) for name, digest in here.models.items()},
        {path: kept.assets.get(path, digest) for path, digest in here.assets.items()},
    )
