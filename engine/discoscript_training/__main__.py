"""Make the embedded models: `python -m discoscript_training --work .work/tiny` (hours; resumes).

Runs every step in order, each as a process of its own, then writes the model card. The minutes are
those of the published weights, on one core; more of them make better pictures. (The diffusion model
had 100 of them with AdamW, and 73 on two cores with Muon.)
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

STEPS: tuple[tuple[str, ...], ...] = (
    ("vocabulary",),
    ("make_data", "--shards", "20"),
    ("train_clip", "--minutes", "35"),
    ("train_diffusion", "--minutes", "246", "--half-size", "0.15", "--tail", "0.8"),
    ("train_clip", "--minutes", "17", "--rate", "0.001", "--predictions"),
    ("train_depth", "--minutes", "10"),
    ("train_judge", "--minutes", "12"),
    ("evaluate",),
    ("coherence",),
    ("card",),
)
WITHOUT_WORK = ("vocabulary", "evaluate", "coherence", "card")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".work/tiny"))
    arguments = parser.parse_args()
    for module, *flags in STEPS:
        work = [] if module in WITHOUT_WORK else ["--work", str(arguments.work)]
        command = [sys.executable, "-m", f"discoscript_training.{module}", *flags, *work]
        print("==", " ".join(command[2:]), flush=True)
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
