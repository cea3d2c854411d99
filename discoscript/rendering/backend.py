"""The renderers by name. The engine, and torch with it, is imported only when one is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from discoscript.errors import RenderFailure
from discoscript.rendering.renderer import Renderer
from discoscript_engine.identity import Identity
from discoscript_engine.job import Models

INSTALL = 'install it with: pip install "discoscript[engine]"'


@dataclass(frozen=True)
class Backend:
    """A renderer by name: `load` makes it, `identity` says what it would be without loading it."""

    name: str
    doc: str
    load: Callable[[], Renderer]
    identity: Callable[[Models], Identity]


def _engine() -> Renderer:
    try:
        from discoscript_engine.engine import Engine
    except ModuleNotFoundError as error:
        raise RenderFailure(f"the engine is not installed ({error.name})", INSTALL) from error
    return Engine()


def _engine_identity(models: Models) -> Identity:
    from discoscript_engine.identity import identity

    return identity(models)


def _test_cards() -> Renderer:
    from discoscript.rendering.testcard import TestCards

    return TestCards()


BACKENDS: Mapping[str, Backend] = {
    b.name: b
    for b in (
        Backend("engine", "CLIP-guided diffusion", _engine, _engine_identity),
        Backend(
            "testcard",
            "numbered cards in no time, without the engine",
            _test_cards,
            lambda models: _test_cards().identity(models),
        ),
    )
}
