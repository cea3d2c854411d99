"""The renderers by name. The engine, and torch with it, is imported only when one is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from discoscript.errors import RenderFailure
from discoscript.frames.renderer import OnStep, Picture, Renderer
from discoscript_engine.identity import Identity
from discoscript_engine.job import Carry, Eyes, FrameJob, Models, Move

#: Is told what the user should know, and what stops nothing.
Note = Callable[[str], None]

INSTALL = 'install it with: pip install "discoscript[engine]"'


@dataclass(frozen=True)
class Backend:
    """A renderer by name: `load` makes it, given what it tells the user by; `identity` says what
    it would be without loading it."""

    name: str
    doc: str
    load: Callable[[Note], Renderer]
    identity: Callable[[Models], Identity]

    def lazy(self, note: Note) -> Renderer:
        """The renderer, loaded when the first frame is asked of it."""
        return _Lazy(self, note)


class _Lazy:
    def __init__(self, backend: Backend, note: Note) -> None:
        self._backend = backend
        self._note = note
        self._loaded: Renderer | None = None
        self.identity = backend.identity

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        self._loaded = self._loaded or self._backend.load(self._note)
        return self._loaded.render(job, previous, assets, on_step)

    def move(self, move: Move, picture: Picture) -> Picture:
        self._loaded = self._loaded or self._backend.load(self._note)
        return self._loaded.move(move, picture)

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        self._loaded = self._loaded or self._backend.load(self._note)
        return self._loaded.carry(carry, previous, picture, assets)

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        self._loaded = self._loaded or self._backend.load(self._note)
        return self._loaded.eyes(eyes, picture)


def _engine(note: Note) -> Renderer:
    try:
        from discoscript_engine.engine import Engine
    except ModuleNotFoundError as error:
        raise RenderFailure(f"the engine is not installed (no {error.name})", INSTALL) from error
    return Engine(note=note)


def _engine_identity(models: Models) -> Identity:
    from discoscript_engine.identity import identity
    from discoscript_engine.model_table import rows
    from discoscript_engine.weights import ModelMissing

    for row in rows(models):
        if not row.built:
            message = f"this version cannot render with the {row.role} model `{row.name}` yet"
            raise RenderFailure(message, "leave it out, or render with --draft")
    try:
        return identity(models)
    except ModelMissing as missing:
        raise RenderFailure(str(missing), "`discoscript models` lists the models") from missing


def _test_cards(note: Note) -> Renderer:
    from discoscript.frames.testcard import TestCards

    return TestCards()


BACKENDS: Mapping[str, Backend] = {
    b.name: b
    for b in (
        Backend("engine", "CLIP-guided diffusion", _engine, _engine_identity),
        Backend(
            "testcard",
            "numbered cards in no time, without the engine",
            _test_cards,
            lambda models: _test_cards(lambda text: None).identity(models),
        ),
    )
}
