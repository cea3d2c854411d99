"""Which machine the tests run on, where bits depend on it."""

from pathlib import Path

from discoscript_engine.identity import numeric_class


def maker() -> str:
    """Who made this machine's processor: math libraries choose their ways by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    return next((line.split()[-1] for line in lines if line.startswith("vendor_id")), "unknown")


def numeric_machine() -> str:
    """The numeric class of this machine's processor, and its maker."""
    return f"{numeric_class('cpu')} {maker()}"
