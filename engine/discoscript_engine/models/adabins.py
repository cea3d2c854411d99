"""AdaBins: "Depth Estimation using Adaptive Bins" (Bhat, Alhashim and Wonka, 2021), for rooms.

A picture normalised as for ImageNet becomes depth in metres, larger is farther. Module names
follow the released checkpoint, so that its state dict loads strictly; the feature network is
timm's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import timm
import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

#: Depth in metres that the network was trained for.
NEAREST, FARTHEST = 1e-3, 10.0
BINS = 256
#: Channels of the features from which bins and pixels are made.
WIDTH = 128
#: The transformer sees patches of this many places of the half-size features; of its answers one
#: makes the bins and `WIDTH` are compared with the pixels, and its table has `PLACES` positions.
PATCH, PLACES = 16, 500
#: Areas in pixels between which pictures are scaled.
SMALLEST, LARGEST = 448 * 448, 500_000


class AdaBins(nn.Module):
    """Every pixel's depth is a weighted mean of bins, which follow from the whole picture."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.adaptive_bins_layer = BinsLayer()
        self.decoder = Decoder()
        self.conv_out = nn.Sequential(nn.Conv2d(WIDTH, BINS, 1), nn.Softmax(dim=1))

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 1 h2 w2"]:
        """Depth in metres at half the picture's size."""
        return self.bins_and_depth(image)[1]

    def bins_and_depth(
        self, image: Float[Tensor, "b 3 h w"]
    ) -> tuple[Float[Tensor, "b edges"], Float[Tensor, "b 1 h2 w2"]]:
        """The edges of the bins in metres, from near to far, and the depth."""
        shares, maps = self.adaptive_bins_layer(self.decoder(self.encoder(image)))
        widths = F.pad((FARTHEST - NEAREST) * shares, (1, 0), value=NEAREST)
        edges = widths.cumsum(dim=1)
        centres = 0.5 * (edges[:, :-1] + edges[:, 1:])
        depth = (self.conv_out(maps) * centres[:, :, None, None]).sum(dim=1, keepdim=True)
        return edges, depth


class Encoder(nn.Module):
    """A picture -> features at 1/2, 1/4, 1/8, 1/16 and 1/32 of its size."""

    original_model: Any  # timm's EfficientNet

    def __init__(self) -> None:
        super().__init__()
        self.original_model = timm.create_model("tf_efficientnet_b5", pretrained=False)
        self.original_model.global_pool = self.original_model.classifier = nn.Identity()

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> list[Float[Tensor, "b _ _ _"]]:
        network = self.original_model
        h = network.bn1(network.conv_stem(image))
        stages: list[Tensor] = []
        for stage in network.blocks:
            h = stage(h)
            stages.append(h)
        return [stages[0], stages[1], stages[2], stages[4], network.conv_head(h)]


class Decoder(nn.Module):
    """Features of five scales -> features at half the picture's size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv2 = nn.Conv2d(2048, 2048, 1, padding=1)
        self.up1 = Up(2048 + 176, 1024)
        self.up2 = Up(1024 + 64, 512)
        self.up3 = Up(512 + 40, 256)
        self.up4 = Up(256 + 24, WIDTH)
        self.conv3 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)

    def forward(self, features: list[Float[Tensor, "b _ _ _"]]) -> Float[Tensor, "b c h w"]:
        half, quarter, eighth, sixteenth, coarsest = features
        h = self.up1(self.conv2(coarsest), sixteenth)
        h = self.up2(h, eighth)
        h = self.up3(h, quarter)
        return self.conv3(self.up4(h, half))


class Up(nn.Module):
    """A coarse map, enlarged to the size of a finer one and refined together with it."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self._net = nn.Sequential(
            nn.Conv2d(width_in, width_out, 3, padding=1),
            nn.BatchNorm2d(width_out),
            nn.LeakyReLU(),
            nn.Conv2d(width_out, width_out, 3, padding=1),
            nn.BatchNorm2d(width_out),
            nn.LeakyReLU(),
        )

    def forward(
        self, coarse: Float[Tensor, "b _ _ _"], finer: Float[Tensor, "b _ h w"]
    ) -> Float[Tensor, "b c h w"]:
        size = finer.shape[-2:]
        enlarged = F.interpolate(coarse, size, mode="bilinear", align_corners=True)
        return self._net(torch.cat([enlarged, finer], dim=1))


class BinsLayer(nn.Module):
    """Features -> the bins' shares of the range of depth, and what each pixel has of them."""

    def __init__(self) -> None:
        super().__init__()
        self.patch_transformer = PatchTransformer()
        self.conv3x3 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.regressor = nn.Sequential(
            nn.Linear(WIDTH, 256),
            nn.LeakyReLU(),
            nn.Linear(256, 256),
            nn.LeakyReLU(),
            nn.Linear(256, BINS),
        )

    def forward(
        self, features: Float[Tensor, "b c h w"]
    ) -> tuple[Float[Tensor, "b bins"], Float[Tensor, "b c h w"]]:
        answers = self.patch_transformer(features)
        queries = answers[1 : WIDTH + 1]
        if len(queries) < WIDTH:
            raise ValueError(f"AdaBins needs a picture of {WIDTH + 1} patches, not {len(answers)}")
        maps = torch.einsum("bchw,qbc->bqhw", self.conv3x3(features), queries)
        shares = F.relu(self.regressor(answers[0])) + 0.1
        return shares / shares.sum(dim=1, keepdim=True), maps


class PatchTransformer(nn.Module):
    """Features cut into square patches, each of which has seen all others."""

    def __init__(self) -> None:
        super().__init__()
        self.positional_encodings = nn.Parameter(torch.rand(PLACES, WIDTH))
        layer = nn.TransformerEncoderLayer(WIDTH, nhead=4, dim_feedforward=1024)
        self.transformer_encoder = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
        self.embedding_convPxP = nn.Conv2d(WIDTH, WIDTH, PATCH, stride=PATCH)

    def forward(self, features: Float[Tensor, "b c h w"]) -> Float[Tensor, "n b c"]:
        patches = rearrange(self.embedding_convPxP(features), "b c h w -> (h w) b c")
        places = self.positional_encodings[: len(patches), None]
        return self.transformer_encoder(patches + places)


def renamed(checkpoint: Mapping[str, Any]) -> dict[str, Tensor]:
    """The state dict in a released checkpoint, under the names of the network's modules.

    The published file was saved from several GPUs at once and by an older version of the code.
    """
    layer = "adaptive_bins_layer."
    names = {
        f"{layer}embedding_conv.": f"{layer}conv3x3.",
        f"{layer}patch_transformer.embedding_encoder": (
            f"{layer}patch_transformer.embedding_convPxP"
        ),
    }
    tensors: dict[str, Tensor] = {}
    for saved, tensor in checkpoint["model"].items():
        name = saved.removeprefix("module.")
        for old, new in names.items():
            name = name.replace(old, new)
        tensors[name] = tensor
    return tensors


def input_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the network's input for a picture of that size.

    The area is brought between `SMALLEST` and `LARGEST`, and very narrow pictures are widened
    until there are patches enough; there are never too many.
    """
    area = width * height
    scale = math.sqrt(min(max(area, SMALLEST), LARGEST)) / math.sqrt(area)
    width, height = int(width * scale), int(height * scale)
    if patches(width, height) > WIDTH:
        return width, height
    long, short = max(width, height), min(width, height)
    rows = math.ceil((WIDTH + 1) / ((long + 1) // (2 * PATCH)))
    short = max(short, rows * 2 * PATCH)
    return (long, short) if width >= height else (short, long)


def patches(width: int, height: int) -> int:
    """How many patches the network makes of a picture of that size."""
    return ((width + 1) // (2 * PATCH)) * ((height + 1) // (2 * PATCH))


def predict(network: nn.Module, picture: Float[Tensor, "1 3 h w"]) -> Float[Tensor, "h w"]:
    """Depth in metres of a normalised picture: the mean over it and its mirror image."""
    straight = network(picture)
    mirrored = network(picture.flip(-1)).flip(-1)
    mean = 0.5 * (straight.clamp(NEAREST, FARTHEST) + mirrored.clamp(NEAREST, FARTHEST))
    size = picture.shape[-2:]
    return F.interpolate(mean, size, mode="bilinear", align_corners=True)[0, 0]
