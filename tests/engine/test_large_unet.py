"""The diffusion network of 512 px in its true size: it predicts, and a gradient goes through."""

import pytest
import torch

from discoscript_engine.model_table import by_name
from discoscript_engine.models.diffusion import config_of, noise_part
from discoscript_engine.models.unet import UNet
from discoscript_engine.models.weights import with_weights


@pytest.mark.slow
def test_the_network_of_512_px_predicts():
    """With random weights; 2.2 GB of them."""
    row = by_name("diffusion", "512x512_diffusion_uncond_finetune_008100")

    def build() -> UNet:
        return UNet(config_of(row.configuration))

    with torch.device("meta"):
        shapes = {name: value.shape for name, value in build().state_dict().items()}
    rng = torch.Generator().manual_seed(0)
    weights = {k: torch.empty(s).normal_(0, 0.02, generator=rng) for k, s in shapes.items()}
    predict = noise_part(with_weights(build, weights))
    x = torch.randn(1, 3, 64, 64, generator=rng).requires_grad_()
    noise = predict(x, torch.tensor([500.0]))
    assert noise.shape == x.shape and noise.isfinite().all()
    (slope,) = torch.autograd.grad(noise.square().sum(), x)
    assert slope.isfinite().all() and slope.abs().max() > 0
