"""Contact sheets: many small pictures in one, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def write_sheet(
    path: Path,
    pictures: Sequence[NDArray[np.uint8]],
    columns: int,
    scale: int = 1,
    labels: Sequence[str] = (),
) -> None:
    """Write RGB pictures of one size row by row; `labels` are one line of text above each row."""
    height, width = pictures[0].shape[0] * scale, pictures[0].shape[1] * scale
    rows: list[NDArray[np.uint8]] = []
    for first in range(0, len(pictures), columns):
        row = np.zeros((height, width * columns, 3), np.uint8)
        for place, picture in enumerate(pictures[first : first + columns]):
            enlarged = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
            row[:, place * width : (place + 1) * width] = enlarged
        if labels:
            strip = np.full((18, width * columns, 3), 30, np.uint8)
            text, white = labels[first // columns], (255, 255, 255)
            cv2.putText(strip, text, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, white, 1, cv2.LINE_AA)
            rows.append(strip)
        rows.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR))
