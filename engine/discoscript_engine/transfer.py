"""Numbers made on the processor -> a device, without waiting for it.

A plain copy to a GPU waits until the GPU has done all that it was told before: the processor could
never run ahead. From memory that the system keeps in place the copy needs no waiting.
"""

import torch
from torch import Tensor


def uploaded(numbers: Tensor, device: torch.device) -> Tensor:
    """The numbers on the device; what is there already stays."""
    if device.type in ("cpu", "mps") or numbers.device.type != "cpu":
        return numbers.to(device)
    return numbers.pin_memory().to(device, non_blocking=True)


def for_tables(device: torch.device) -> torch.device:
    """Where tables in double precision are made for a device: there, if it has such numbers."""
    return torch.device("cpu") if device.type == "mps" else device
