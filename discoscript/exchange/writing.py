"""What an importer found -> the text of a script, as a person would write it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from discoscript.exchange.keyframes import number
from discoscript.exchange.values import quoted
from discoscript.parameters import GROUPS
from discoscript.syntax.formatting import formatted
from discoscript.text.source import Source

MARGIN = "    "


@dataclass(frozen=True)
class Fact:
    """One line of a group, and a comment above it."""

    line: str
    comment: str = ""


@dataclass(frozen=True)
class Prompt:
    """A prompt line; `image` for a picture. `everywhere`: through all sets."""

    text: str
    weight: float = 1.0
    image: bool = False

    @property
    def line(self) -> str:
        """`prompt "text" 2`."""
        weight = "" if self.weight == 1 else f" {number(self.weight)}"
        return f"prompt {'image ' if self.image else ''}{quoted(self.text)}{weight}"


@dataclass
class Draft:
    """A script in the making. `sets` maps frames to the prompts that hold from there on;
    `lasting` prompts stay through all sets."""

    header: list[str] = field(default_factory=list)
    title: str = ""
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    sets: dict[int, list[Prompt]] = field(default_factory=dict)
    lasting: list[Prompt] = field(default_factory=list)

    def add(self, group: str, fact: Fact) -> None:
        """One more line of a group."""
        self.facts.setdefault(group, []).append(fact)


def script(draft: Draft) -> str:
    """The text in canonical form: scene, prompts, camera, then the groups in the table's order."""
    head = "scene" if not draft.title else f"scene {quoted(draft.title)}"
    parts = [
        ["disco 1"],
        [f"# {line}" for line in draft.header],
        list(_block(head, draft.facts.get("scene", []))),
        [f"{prompt.line} @ 0..end" for prompt in draft.lasting],
        *(list(_set(frame, prompts)) for frame, prompts in sorted(draft.sets.items())),
        *(list(_block(group, draft.facts.get(group, []))) for group in _order(draft.facts)),
    ]
    text = "\n\n".join("\n".join(part) for part in parts if part) + "\n"
    return formatted(Source("imported.disco", text))


def _order(facts: Mapping[str, object]) -> Iterable[str]:
    first = "camera"
    return [first, *(g for g in GROUPS if g not in (first, "scene"))] if facts else ()


def _set(frame: int, prompts: list[Prompt]) -> Iterator[str]:
    return _block(f"frame {frame}", [Fact(prompt.line) for prompt in prompts])


def _block(head: str, facts: list[Fact]) -> Iterator[str]:
    """The lines of a block; one fact alone stands behind its head."""
    if not facts:
        return
    if len(facts) == 1 and not facts[0].comment and '"' not in head:
        yield f"{head}: {facts[0].line}"
        return
    yield f"{head}:"
    for fact in facts:
        yield from (f"{MARGIN}# {line}" for line in fact.comment.splitlines())
        yield f"{MARGIN}{fact.line}"


def curve(name: str, keys: Mapping[int, float], unit: str = "") -> Fact:
    """One value, a journey between two keys, or a list of keys. `unit` follows each value."""
    points = sorted(keys.items())
    texts = [f"{number(value)}{unit}" for _, value in points]
    if len(points) == 1:
        return Fact(f"{name} {texts[0]}")
    if len(points) == 2:
        (begin, _), (end, _) = points
        return Fact(f"{name} {texts[0]} -> {texts[1]} @ {begin}..{end}")
    entries = (f"{frame}: {text}" for (frame, _), text in zip(points, texts, strict=True))
    return Fact(f"{name} [{', '.join(entries)}]")
