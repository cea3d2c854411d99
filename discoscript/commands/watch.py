"""`discoscript watch`: renders a script again at every save, and shows it while it does."""

import argparse
import os
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue

from discoscript.commands._delivery import delivery_arguments
from discoscript.commands._rendering import rendering_arguments, store_folder
from discoscript.commands._script import script_arguments
from discoscript.commands._watching import Compiler, first_state
from discoscript.errors import Exit
from discoscript.frames.backend import BACKENDS
from discoscript.frames.store import Store
from discoscript.live.server import PORT, LivePage
from discoscript.watch.disk import Taps
from discoscript.watch.live_state import LiveState
from discoscript.watch.loop import Interrupted, Look, News, Tapped, Watcher
from discoscript.watch.screen import Screen
from discoscript.watch.telling import JsonLines, Lines
from discoscript.watch.worker import Worker

EXAMPLES = """  discoscript watch beach.disco             renders at every save
  discoscript watch beach.disco --draft     quickly, with frames of its own
  discoscript watch beach.disco --two-pass  a draft of everything, then the real frames
  discoscript watch beach.disco --poll 1    on a network drive: look every second
  discoscript watch beach.disco --once      render once and end
  discoscript watch beach.disco --json      a line of JSON for each thing that happens

It prints the address of a page that shows the render while it goes; open it in your browser, or let
`--open` do so.

A save stops what is no longer wanted within a diffusion step; finished frames are kept.
"""

Show = Callable[[LiveState], None]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    script_arguments(parser)
    rendering_arguments(parser)
    delivery_arguments(parser)
    parser.add_argument(
        "--two-pass", action="store_true", help="a draft of every frame first, then the frames"
    )
    parser.add_argument("--once", action="store_true", help="render what is there now, and end")
    parser.add_argument(
        "--poll",
        metavar="SECONDS",
        type=_seconds,
        help="only look at the files, so often, for drives that do not tell of changes",
    )
    parser.add_argument("--open", action="store_true", help="open the live page in your browser")
    parser.add_argument(
        "--no-preview", action="store_true", help="without the live page in the browser"
    )
    parser.add_argument(
        "--port",
        metavar="N",
        type=_port,
        default=PORT,
        help=f"of the live page (default: {PORT}; if it is taken, any other one)",
    )


def run(options: argparse.Namespace) -> Exit:
    """Watch; with `--once`, the exit code says how the render went, as that of `render`."""
    first = first_state(options)
    news: SimpleQueue[News] = SimpleQueue()
    with ExitStack() as open_:
        page = open_.enter_context(_page(options)) if not options.no_preview else None
        if page and options.open:
            webbrowser.open(page.address)
        show = open_.enter_context(_shown(options, page))
        look = open_.enter_context(_looking(options, news))
        looked_at = (lambda: page.looked_at) if page else (lambda: False)
        worker = Worker(BACKENDS[options.renderer].lazy, news.put, looked_at)
        open_.enter_context(_interrupts(news))
        compiled = Compiler(options).compiled
        result = Watcher(first, compiled, worker, news, show, look, options.once).run()
    if result == Exit.INTERRUPTED and not options.json:
        print("finished frames are kept; the same command goes on from here", file=sys.stderr)
    if worker.busy:  # in the middle of a step, or of loading models: nothing is lost with it
        sys.stdout.flush()
        os._exit(result)
    return result


def _page(options: argparse.Namespace) -> LivePage:
    """The live page, which shows pictures of the store."""
    return LivePage(Store(options.store or store_folder()).read, options.port)


@contextmanager
def _shown(options: argparse.Namespace, page: LivePage | None) -> Iterator[Show]:
    """What shows each state: lines of JSON, one screen on a terminal, lines elsewhere; and the
    live page. They say where the page is, which is another address once it has been opened."""

    def everywhere(show: Show) -> Show:
        def both(state: LiveState) -> None:
            if page is not None:
                page.publish(state)
            show(state)

        return both

    address = (lambda: page.address) if page else (lambda: "")
    if options.json:
        yield everywhere(JsonLines(sys.stdout, address))
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with Screen(address) as screen:
            yield everywhere(screen)
    else:
        yield everywhere(Lines(sys.stderr, address))


@contextmanager
def _looking(options: argparse.Namespace, news: "SimpleQueue[News]") -> Iterator[Look]:
    """How changes are noticed: looking now and then, and at once where the system tells."""
    if options.poll is not None or options.once:
        yield Look() if options.poll is None else Look(every_s=options.poll)
        return
    try:
        taps = Taps(lambda: news.put(Tapped()))
    except OSError:  # no watches left for this user: looking is enough
        yield Look()
        return
    try:
        yield Look(watch=taps.watch)
    finally:
        taps.close()


@contextmanager
def _interrupts(news: "SimpleQueue[News]") -> Iterator[None]:
    """Ctrl-C ends the watcher after the diffusion step; a second one ends it at once, which loses
    nothing either: the store holds whole frames only."""
    asked = False

    def handle(number: int, frame: object) -> None:
        nonlocal asked
        if asked:
            os._exit(Exit.INTERRUPTED)
        asked = True
        news.put(Interrupted())

    before = {kind: signal.signal(kind, handle) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"`{text}` is no port; there are 1 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"`{text}` is no time between 0.01 and 3600 seconds")
    return seconds
