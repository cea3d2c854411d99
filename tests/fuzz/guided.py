"""A search for scripts that break the compiler, led by the code that they reach: `make fuzz`.

Atheris (libFuzzer) keeps every script that reaches new code and goes on from it. An exception or
a slow script does not end the search: it is kept in the folder of findings, once for each place
in the code. Those that are real belong into `corpus/`, where the default tests run them.
"""

import argparse
import hashlib
import sys
import time
import traceback
from pathlib import Path
from random import Random

import atheris

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "engine"), str(Path(__file__).parent)]

with atheris.instrument_imports(include=["discoscript", "lark"]):
    import fuzzing

SLOW = 2.0  #: seconds of the processor, with the code slowed down by being watched


class Search:
    """One search: what was found goes into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seeds = fuzzing.seeds()
        self.places: set[str] = set()
        self.tried = 0

    def one(self, data: bytes) -> None:
        """Try one script."""
        text = data.decode("utf-8", "replace")[: fuzzing.LARGEST]
        self.tried += 1
        began = time.process_time()
        try:
            fuzzing.everything(text)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.keep(f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}", text)
        seconds = time.process_time() - began
        if seconds > SLOW:
            self.keep(f"slow-{round(seconds)}s-{len(text) // 1024}k", text)

    def keep(self, place: str, text: str) -> None:
        """Write a finding, the first for each place."""
        if place in self.places:
            return
        self.places.add(place)
        name = hashlib.sha256(text.encode()).hexdigest()[:8]
        (self.folder / f"{place}-{name}.disco").write_text(text, encoding="utf-8")
        print(f"FOUND {place} after {self.tried} scripts", flush=True)

    def changed(self, data: bytes, largest: int, seed: int) -> bytes:
        """Half of the changes know the language, the others are libFuzzer's own."""
        random = Random(seed)
        if random.random() < 0.5:
            return bytes(atheris.Mutate(data, largest))
        text = data.decode("utf-8", "replace")
        return fuzzing.mutated(text, self.seeds, random).encode("utf-8", "replace")[:largest]


def main() -> None:
    """Search for as long as is asked."""
    parser = argparse.ArgumentParser(description="search for scripts that break the compiler")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--folder", type=Path, default=ROOT / ".work" / "fuzz")
    options = parser.parse_args()
    corpus, found = options.folder / "corpus", options.folder / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    for number, seed in enumerate(fuzzing.seeds()):
        (corpus / f"seed-{number:03}").write_text(seed, encoding="utf-8")
    search = Search(found)
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-max_total_time={options.seconds}",
            f"-max_len={fuzzing.LARGEST}",
            "-timeout=120",
            "-rss_limit_mb=6000",
            "-print_final_stats=1",
        ],
        search.one,
        custom_mutator=search.changed,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
