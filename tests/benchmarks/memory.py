"""How much memory the way back needs: the bytes that torch saves for it, counted exactly and
without a GPU, on tensors that have a shape but no numbers."""

import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
from launches import as_on_a_gpu
from parts import CLIPS, clip_of, unet
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from discoscript_engine.models.clip import Clip

META = torch.device("meta")


class Held:
    """Counts while it is entered: `bytes` that are held at the moment, `most` that were.

    A storage that is saved several times counts once; weights do not count.
    """

    def __init__(self) -> None:
        self.bytes = self.most = 0
        self._users: dict[int, int] = {}

    def __enter__(self) -> "Held":
        self._hooks: AbstractContextManager[object] = saved_tensors_hooks(self._pack, _unpack)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._hooks.__exit__(None, None, None)

    def _pack(self, tensor: Tensor) -> "_Saved":
        saved = _Saved(tensor)
        if any(isinstance(weights, nn.Parameter) for weights in (tensor, tensor._base)):
            return saved
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        self._users[key] = self._users.get(key, 0) + 1
        if self._users[key] == 1:
            self.bytes += size
            self.most = max(self.most, self.bytes)
        weakref.finalize(saved, self._release, key, size)
        return saved

    def _release(self, key: int, size: int) -> None:
        self._users[key] -= 1
        if not self._users[key]:
            self.bytes -= size


class _Saved:
    """A saved tensor, for as long as the graph lives."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


def _unpack(saved: _Saved) -> Tensor:
    return saved.tensor


def held_by(run: Callable[[Tensor], Tensor], x: Tensor) -> int:
    """Bytes that are held between `run` and its way back to `x`."""
    with Held() as held:
        result = run(x.requires_grad_())
        torch.autograd.grad(result.sum(), x)
    return held.most


def held_by_clip(clip: Clip, cuts: int) -> int:
    """Bytes that a CLIP model holds for the way back to so many cuts."""
    size = clip.image_size
    return held_by(clip.encode_image, torch.zeros(cuts, 3, size, size, device=META))


def held_by_unet(width: int, height: int, *, checkpoint: bool) -> int:
    """Bytes that the default diffusion model holds for the way back to a picture of that size."""
    network = unet(META)
    x, time = torch.zeros(1, 3, height, width, device=META), torch.zeros(1, device=META)
    with as_on_a_gpu():
        return held_by(lambda x: network(x, time, checkpoint=checkpoint), x)


def held_by_passes() -> dict[str, dict[str, int]]:
    """The same for the default models, by how many cuts they see at once."""
    with as_on_a_gpu():
        return {
            name: {str(cuts): held_by_clip(clip_of(name, META), cuts) for cuts in (64, 32, 16, 8)}
            for name in CLIPS
        }


def held_by_diffusion(width: int, height: int) -> dict[str, int]:
    """What the default diffusion model holds, by what the script says of checkpoints."""
    words = {"`checkpoint off`": False, "`checkpoint on`": True}
    return {word: held_by_unet(width, height, checkpoint=on) for word, on in words.items()}
