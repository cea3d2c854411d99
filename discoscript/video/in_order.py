"""Frames that are finished in any order -> the same in the order of the video."""

from collections.abc import Iterator


class InOrder:
    """Holds what comes early. `first` is the first frame of the video, `last` is excluded."""

    def __init__(self, first: int, last: int) -> None:
        self.next, self.last = first, last
        self._early: dict[int, str] = {}

    def arrived(self, index: int, digest: str) -> Iterator[str]:
        """The digests that follow one another now that frame `index` is there."""
        self._early[index] = digest
        while self.next in self._early and self.next < self.last:
            yield self._early.pop(self.next)
            self.next += 1
