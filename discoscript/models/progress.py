"""What fetching says while it works; the command line shows it."""


class Progress:
    """Receives what happens to one file. This one keeps silent."""

    def checking(self, read: int, size: int) -> None:
        """So many bytes of a file that is here have been read."""

    def started(self, host: str, here: int, total: int | None) -> None:
        """Bytes begin to come from there; the first `here` are here already."""

    def got(self, here: int) -> None:
        """So many bytes are here now."""

    def note(self, text: str) -> None:
        """What the user should know, and what stops nothing."""
