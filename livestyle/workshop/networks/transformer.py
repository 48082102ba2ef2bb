"""The image transformation network of Johnson 2016, instance-normalised, with a style vector (CIN)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.blocks import ConvNorm, ReflectConv, Residual, UpConv
from livestyle.workshop.networks.canvas import FOLD, Canvas, draw_canvas
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.networks.norms import NORMS, StyleNorm


@dataclass(frozen=True)
class Architecture:
    """The shape of a transformer. Sizes are channels; `fold` moves space into channels at no cost.

    fold:    pixel-unshuffle in front of the first convolution (1 = none)
    down:    outputs of the first convolution and of each stride-2 convolution after it
    blocks:  residual blocks at the lowest resolution
    up:      outputs of each upsampling convolution
    unfold:  pixel-shuffle behind the last convolution (1 = none)
    kernel:  side of the first and last convolution
    skip:    add the stem's features to the decoder at the same resolution and width
    detail:  the output is what is added to the picture, enlarged to its size; else the picture itself
    norm:    what stands behind each convolution but the last
    canvas:  add noise that strokes hang on to the first features at a quarter of the size, see `Canvas`
    """

    fold: int
    down: tuple[int, ...]
    blocks: int
    up: tuple[int, ...]
    unfold: int
    kernel: int
    skip: bool = False
    detail: bool = False
    norm: Norm = Norm.INSTANCE
    canvas: bool = False

    @property
    def canvas_level(self) -> int | None:
        """The convolution of `down` whose features get the canvas; None without one."""
        return int(math.log2(FOLD // self.fold)) if self.canvas else None

    @property
    def scale(self) -> int:
        """Sides of the output, against the input's."""
        return (self.unfold << len(self.up)) // self.stride

    @property
    def stride(self) -> int:
        """H and W must be multiples of this; the exported graph pads and crops by itself."""
        return self.fold << (len(self.down) - 1)

    def to_dict(self) -> dict[str, object]:
        return {**asdict(self), "norm": str(self.norm)}


ARCHITECTURES = {
    "wide": Architecture(fold=1, down=(32, 64, 128), blocks=5, up=(64, 32), unfold=1, kernel=9),
    "half": Architecture(fold=1, down=(16, 32, 64), blocks=5, up=(32, 16), unfold=1, kernel=9),
    # Measured on CPUs: 9x9 convolutions at full size take 60 % of the time for 3 channels. So blocks of
    # 4x4 pixels are folded into channels, and only two convolutions work above a quarter of the size.
    "lite": Architecture(fold=4, down=(32, 64), blocks=5, up=(32, 16), unfold=2, kernel=3, skip=True),
}

ENLARGERS = {
    "wide": Architecture(1, down=(64,), blocks=4, up=(64, 64), unfold=1, kernel=9, detail=True),
    "lite": Architecture(1, down=(32,), blocks=4, up=(16,), unfold=2, kernel=3, detail=True),
}
"""For four times the sides: Johnson 2016, table 2 of the supplement; and a twelfth of its work."""


class Transformer(nn.Module):
    """Paints an image in one pass, or enlarges it. A norm after every convolution but the last.

    Johnson 2016, table 1 of the supplement, with the transposed convolutions replaced by
    nearest-neighbour upsampling + convolution (Dumoulin 2017, appendix). Departures: the output
    layer is not normalised, so that exposure and palette come from the layers below it; what
    enlarges a picture adds to it (`detail`), so that its colours are right from the start.
    """

    def __init__(self, arch: Architecture, norm: type[StyleNorm] | None = None) -> None:
        """norm: another one than the architecture's, for experiments."""
        super().__init__()
        norm = norm or NORMS[arch.norm]
        self.arch = arch
        offsets = _Offsets()
        stem = arch.down[0]
        self.stem = ConvNorm(3 * arch.fold**2, stem, arch.kernel, offsets.take(stem), norm=norm)
        pairs = zip(arch.down, arch.down[1:], strict=False)
        self.down = nn.ModuleList(ConvNorm(a, b, 3, offsets.take(b), stride=2, norm=norm) for a, b in pairs)
        low = arch.down[-1]
        self.blocks = nn.ModuleList(Residual(low, offsets.take(low, 2), norm) for _ in range(arch.blocks))
        pairs = zip((low, *arch.up), arch.up, strict=False)
        self.up = nn.ModuleList(UpConv(a, b, offsets.take(b), norm) for a, b in pairs)
        self.head = ReflectConv((low, *arch.up)[-1], 3 * arch.unfold**2, arch.kernel)
        if arch.detail:  # a new network adds nothing, so that training starts from the enlarged picture
            nn.init.zeros_(self.head.conv.weight)
            nn.init.zeros_(cast(Tensor, self.head.conv.bias))
        self.style_length = offsets.total
        level = arch.canvas_level
        self.canvas = None if level is None else Canvas(arch.down[level])

    def forward(self, x: Tensor, style: Tensor, canvas: Tensor | None = None) -> Tensor:
        """x float [B, 3, H, W] RGB in [0, 1], H and W multiples of `arch.stride`; style [B, D].

        canvas: float [B, 4, H / 4, W / 4] as `draw_canvas` gives it; the network's own where None.
        Returns float [B, 3, H, W], both sides times `arch.scale`, RGB in (0, 1), or about that with
        `detail`.
        """
        folded = self.stem.conv(F.pixel_unshuffle(x, self.arch.fold))
        y = F.pixel_shuffle(self.paint(folded, style, canvas), self.arch.unfold)
        if self.arch.detail:
            return y + F.interpolate(x.float(), scale_factor=float(self.arch.scale), mode="bicubic")
        return y

    def paint(self, first: Tensor, style: Tensor, canvas: Tensor | None = None) -> Tensor:
        """From what the first convolution gives, [B, C, H / fold, W / fold], to the folded painting.

        Returns float32 [B, 3 * unfold^2, H / unfold, W / unfold] in (0, 1).
        """
        y = stem = self.stem.finish(self._on_canvas(first, 0, canvas), style)
        for level, layer in enumerate(self.down, start=1):
            assert isinstance(layer, ConvNorm)
            y = layer.finish(self._on_canvas(layer.conv(y), level, canvas), style)
        for layer in self.blocks:
            y = layer(y, style)
        for layer in self.up:
            y = layer(y, style)
            if self.arch.skip and y.shape[1:] == stem.shape[1:]:
                y = y + stem
        y = self.head(y).float()
        return y if self.arch.detail else torch.sigmoid(y)

    def _on_canvas(self, convolved: Tensor, level: int, canvas: Tensor | None) -> Tensor:
        """Add the canvas to what a convolution of `down` gives, if this is the canvas's level."""
        if self.canvas is None or level != self.arch.canvas_level:
            return convolved
        added: Tensor = self.canvas(convolved, canvas)
        return added

    def start_from(self, other: Transformer, name: str) -> None:
        """Copy the weights of a network of the same shape; it may lack the canvas.

        LivestyleError for another shape. name: what the error calls `other`.
        """
        if replace(other.arch, canvas=self.arch.canvas) != self.arch or (other.canvas and not self.canvas):
            raise LivestyleError(f"{name} has another network; give its --arch, --norm and --canvas")
        self.load_state_dict({**self.state_dict(), **other.state_dict()})

    def draw_canvas(self, photo: Tensor, generator: torch.Generator) -> Tensor | None:
        """A new canvas for each of the photos [B, 3, H, W]; None for a network without."""
        if self.canvas is None:
            return None
        count, _, height, width = photo.shape
        return draw_canvas(count, height // FOLD, width // FOLD, generator).to(photo.device)

    def new_styles(self, count: int) -> Tensor:
        """`count` untrained style vectors, float32 [count, D]: gamma 1, beta 0."""
        row = torch.zeros(self.style_length)
        for norm in self.norms():
            row[norm.offset : norm.offset + norm.channels] = 1.0
        return row.repeat(count, 1)

    def norms(self) -> Iterator[StyleNorm]:
        return (m for m in self.modules() if isinstance(m, StyleNorm))


class _Offsets:
    """Hands out consecutive slices of the style vector, gamma and beta for each norm."""

    def __init__(self) -> None:
        self.total = 0

    def take(self, channels: int, norms: int = 1) -> int:
        start = self.total
        self.total += 2 * channels * norms
        return start
