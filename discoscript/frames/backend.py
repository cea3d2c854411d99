"""The renderers by name. The engine, and torch with it, is imported only when one is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from discoscript.errors import RenderFailure, UsageFailure
from discoscript.frames.child import ChildRenderer
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

    def lazy(self, note: Note) -> "Lazy":
        """The renderer, loaded when the first frame is asked of it."""
        return Lazy(self, note)


class Lazy:
    """A renderer that is loaded when the first picture is asked of it, or before."""

    def __init__(self, backend: Backend, note: Note) -> None:
        self._backend = backend
        self._note = note
        self._loaded: Renderer | None = None
        self.identity = backend.identity

    def load(self) -> Renderer:
        """The renderer itself, loaded once."""
        self._loaded = self._loaded or self._backend.load(self._note)
        return self._loaded

    def render(
        self,
        job: FrameJob,
        previous: Picture | None,
        assets: Mapping[str, bytes],
        on_step: OnStep,
    ) -> Picture:
        return self.load().render(job, previous, assets, on_step)

    def move(self, move: Move, picture: Picture) -> Picture:
        return self.load().move(move, picture)

    def carry(
        self, carry: Carry, previous: Picture, picture: Picture, assets: Mapping[str, bytes]
    ) -> Picture:
        return self.load().carry(carry, previous, picture, assets)

    def eyes(self, eyes: Eyes, picture: Picture) -> Picture:
        return self.load().eyes(eyes, picture)


def _engine(note: Note) -> Renderer:
    """The engine in a process of its own, so that a GPU that fails ends no render."""
    if find_spec("torch") is None:
        raise _not_installed("torch")
    return ChildRenderer(f"{__name__}:{engine_here.__name__}", note, _engine_identity).load()


def engine_here(note: Note) -> Renderer:
    """The engine in this process; a RenderFailure says what is not installed."""
    try:
        from discoscript_engine.engine import Engine
    except ModuleNotFoundError as error:
        raise _not_installed(error.name) from error
    return Engine(note=note)


def _not_installed(module: str | None) -> RenderFailure:
    return RenderFailure(f"the engine is not installed (no {module})", INSTALL)


def _engine_identity(models: Models) -> Identity:
    from discoscript_engine.identity import NoPrecision, identity
    from discoscript_engine.model_table import rows
    from discoscript_engine.weights import ModelMissing

    for row in rows(models):
        if not row.built:
            message = f"the {row.role} model `{row.name}` is never loaded: its digest is not known"
            raise RenderFailure(message, "name another one, or render with --draft")
    try:
        return identity(models)
    except NoPrecision as wrong:
        raise UsageFailure(str(wrong)) from wrong
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
