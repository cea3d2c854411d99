"""Time, as fetching needs it: how fast something goes, and waiting."""

import time


class Clock:
    """The real clock."""

    def now_s(self) -> float:
        """Seconds since some moment; it never goes backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
