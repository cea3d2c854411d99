"""Frames on a command line."""

import argparse


def frame_stretch(text: str) -> tuple[int, int]:
    """`24..36` -> (24, 36)."""
    first, dots, end = text.partition("..")
    if not (dots and first.isdecimal() and end.isdecimal() and int(first) < int(end)):
        raise argparse.ArgumentTypeError(f"`{text}` is no range of frames; write 24..36")
    return int(first), int(end)
