"""Paint the training pictures: `python -m discoscript_training.make_data --shards 20 --work
.work/tiny`.

Shards that exist are kept, so the command can be run again with a larger number.
"""

from __future__ import annotations

import argparse
import time
from multiprocessing import get_context
from pathlib import Path

from .shards import SHARD_SIZE, make_shard


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shards", type=int, default=20, help=f"training shards of {SHARD_SIZE} pictures (152 MB)"
    )
    parser.add_argument(
        "--judge-shards", type=int, default=8, help="shards that only the judge is trained on"
    )
    parser.add_argument("--work", type=Path, default=Path(".work/tiny"))
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    folder = arguments.work / "data"
    jobs = [(folder, "train", 0), (folder, "held_out", 0)]
    jobs += [(folder, "train", number) for number in range(1, arguments.shards)]
    jobs += [(folder, "judge", number) for number in range(arguments.judge_shards)]
    start = time.monotonic()
    with get_context("spawn").Pool(arguments.processes) as pool:
        pool.starmap(make_shard, jobs, chunksize=1)
    print(f"{len(jobs) * SHARD_SIZE} pictures in {folder}, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
