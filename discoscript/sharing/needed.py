"""A script -> the files that it needs: itself, what it imports, what it shows and listens to."""

from pathlib import Path, PurePosixPath

from discoscript.project import Project
from discoscript.scene.files import FileFacts


class Watched(Project):
    """A project that remembers which of its files were asked for and are there."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.needed: set[str] = set()

    def find(self, path: str) -> FileFacts | None:
        """The file, remembered as the disk spells it."""
        facts = super().find(path)
        if facts is not None:
            self.needed.add(facts.path)
        return facts

    def inside(self, path: str) -> Path:
        """Where a file lies, remembered if it is there."""
        place = super().inside(path)
        if place.is_file():
            self.needed.add(PurePosixPath(path).as_posix())
        return place
