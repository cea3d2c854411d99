"""The folder of somebody who works with the program: it has what the documents name."""

import shutil
from collections.abc import Callable
from pathlib import Path

from exchange.importing import FILES
from test_git import git

BEACH = """disco 1

scene "Beach":
    fps 12
    seed random
    size 64x64

let speed = 2

shot "sea" 1s:
    prompt "a beach at dawn"
    camera:
        zoom 1.02
        translate_x speed

shot "cliffs" 1s:
    prompt "cliffs in the rain"
    camera: zoom 1.01 -> 1.05 @ 0..1s
"""

STORM = BEACH.replace("at dawn", "in a storm").replace("zoom 1.02", "zoom 1.1")

CARDS = ("--renderer", "testcard")

Command = Callable[..., None]


def furnish(folder: Path, discoscript: Command) -> None:
    """Fill an empty folder: scripts with a history in git, rendered pictures, a pack, settings of
    other programs. `discoscript` runs a command there."""
    git(folder, "init", "-q", "-b", "main")
    for number, speed in enumerate((1, 3, 4, 2), start=1):
        (folder / "beach.disco").write_text(BEACH.replace("speed = 2", f"speed = {speed}"))
        git(folder, "add", "beach.disco")
        git(folder, "commit", "-qm", f"speed {speed}")
        git(folder, "tag", f"v{number}.0")
    (folder / "beach.disco").write_text(BEACH.replace("zoom 1.02", "zoom 1.03"))
    (folder / "storm.disco").write_text(STORM)
    (folder / "draft.disco").write_text(BEACH.replace("zoom", "zoom ", 1))
    for name in ("clips", "films"):
        (folder / name).mkdir()
        shutil.copy(folder / "beach.disco", folder / name)
    for name in ("Harbour(0)_settings.txt", "settings.txt"):
        shutil.copy(FILES / "tunnel_v5_2.txt", folder / name)
    shutil.copy(FILES / "deforum_notebook.txt", folder / "deforum_settings.txt")
    (folder / "ViT-B-32.pt").write_bytes(b"ViT-B-32.pt")
    discoscript("render", "beach.disco", "--quiet", *CARDS)
    discoscript("render", "beach.disco", "--quiet", *CARDS, "--set", "speed=6", "-o", "fast")
    discoscript("lock", "beach.disco", "--update")
    discoscript("pack", "beach.disco")
    for name in ("beach_0012.png", "tunnel.png"):  # the settings of others start from the second
        shutil.copy(folder / "out" / "beach" / "frames" / "beach_0012.png", folder / name)
    shutil.copy(folder / "out" / "beach" / "beach.mp4", folder)
