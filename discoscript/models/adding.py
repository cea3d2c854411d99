"""Taking a file that came by other means: copied as if it had been fetched."""

from pathlib import Path

from discoscript.models.fetching import FetchFailure, is_here, make_way, waiting
from discoscript.models.library import Library, failures
from discoscript.models.part import Origin, Part
from discoscript.models.progress import Progress
from discoscript_engine.model_row import ModelFile


def add(library: Library, path: Path, file: ModelFile, progress: Progress) -> bool:
    """Copy the published `file` from `path` into the folder; whether it was not there before.

    What was fetched of it is dropped. FetchFailure if the copy is not the published file.
    """
    if is_here(library, file, progress):
        return False
    with library.claimed(file, waiting(progress)):
        if is_here(library, file, progress):
            return False
        make_way(library, file, progress)
        part = Part(library, file, progress.checking)
        with failures(f"read {path}"):
            size = library.disk.size(path) or 0
        part.begin(Origin("", total=size))
        library.refuse_full(size, file.name)
        with failures(f"read {path}"):
            for piece in library.disk.pieces(path):
                part.append(piece)
                progress.checking(part.size, size)
        if not part.whole:
            part.clear()
            raise FetchFailure(f"{path} has changed while it was copied", "give it again")
        library.place(file)
    return True
