"""Claims sorted into the shots and moves that they are facts of."""

from collections.abc import Sequence
from dataclasses import dataclass

from discoscript.scene.placing import Scope
from discoscript.scene.scene import Claim, Play


@dataclass(frozen=True)
class Scoped:
    """A claim, and the shots and moves that it stands in, from outside."""

    scopes: tuple[Scope, ...]
    claim: Claim


def gathered(lines: Sequence[Scoped]) -> tuple[Claim, ...]:
    """The claims of one scope: what a move says is one claim."""
    own = [line.claim for line in lines if not line.scopes]
    played: dict[Scope, list[Scoped]] = {}
    for line in lines:
        if line.scopes:
            inside = Scoped(line.scopes[1:], line.claim)
            played.setdefault(line.scopes[0], []).append(inside)
    plays = (play(scope, gathered(inside)) for scope, inside in played.items())
    return (*own, *plays)


def play(scope: Scope, claims: tuple[Claim, ...]) -> Play:
    """What stands in a scope, on its frames only."""
    assert scope.span is not None
    return Play(claims, scope.begin, scope.end, scope.span)


def within(scopes: tuple[Scope, ...], claim: Claim) -> Claim:
    """A claim that ends with its scope."""
    return play(scopes[0], (claim,)) if scopes else claim
