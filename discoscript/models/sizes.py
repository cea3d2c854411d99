"""Sizes of files in words."""


def size_text(size: int) -> str:
    """`0 bytes`, `812 bytes`, `14 kB`, `354 MB`, `1.38 GB`: powers of ten, as shops print them."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 10**6:
        return f"{size / 1e3:.0f} kB"
    if size < 10**9:
        return f"{size / 1e6:.0f} MB"
    return f"{size / 1e9:.2f} GB"
