"""Compares style window by window: every part of a picture is held to some part of the painting.

A Gram matrix over a whole picture is satisfied by its edges alone, and leaves walls bare. Here the picture
is cut into windows, and each is held to the window of the painting that is nearest to it. Left at that,
one motif would be stamped everywhere, and accents would be lost; so a window of the painting has a price
that grows as it is taken and falls while it is not. Those prices are the dual variables of semi-discrete
optimal transport (Genevay 2016, averaged stochastic ascent): in the end all windows get the same share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

WINDOW_PX = 64
"""Side of a window, in pixels of the picture and of the painting."""

PRICE = 0.008
"""What a window of a painting pays each time it is taken; distances are of the order of 1."""

WHOLE = 0.5
"""Share of the loss that is the Gram matrix of the whole picture, the mean over its windows."""


@dataclass(frozen=True)
class _Painting:
    """Holds, by layer, the Gram matrices of a painting's windows, bfloat16 [K, C, C], and their mean."""

    windows: dict[str, Tensor]
    whole: dict[str, Tensor]
    scales: dict[str, tuple[float, float]]
    """Divisors of squared distances, for windows and for the whole: mean squares times the number of
    layers.
    """
    lengths: Tensor
    """The scaled square of each window, float32 [K], which is part of its distance to any other."""
    prices: Tensor

    @classmethod
    def of(cls, features: Mapping[str, Tensor]) -> _Painting:
        grams = {layer: gram_matrices(cut)[0] for layer, cut in windows_of(features).items()}
        whole = {layer: gram.mean(0) for layer, gram in grams.items()}
        scales = {
            layer: (_mean_square(gram) * len(grams), _mean_square(whole[layer][None]) * len(grams))
            for layer, gram in grams.items()
        }
        windows = {layer: gram.bfloat16() for layer, gram in grams.items()}
        squares = [w.float().square().sum((1, 2)) / scales[layer][0] for layer, w in windows.items()]
        lengths = torch.stack(squares).sum(0)
        return cls(windows, whole, scales, lengths, torch.zeros_like(lengths))

    def nearest(self, grams: Mapping[str, Tensor]) -> Tensor:
        """For each window of a picture, [W, C, C] by layer, the painting's window with least distance +
        price; [W].
        """
        distance = self.lengths + self.prices
        for layer, gram in grams.items():
            cross = gram.flatten(1).bfloat16() @ self.windows[layer].flatten(1).T
            distance = distance - cross.float() * (2 / self.scales[layer][0])
        return distance.argmin(1)

    def pay(self, taken: Tensor, price: float) -> None:
        """Raise the price of each taken window by `price`, and lower all prices so that their sum stays."""
        self.prices.sub_(price * len(taken) / len(self.prices))
        self.prices.index_add_(0, taken, torch.full_like(self.prices[taken], price))


class WindowLoss:
    """Half of it is the distance of the whole picture's Gram matrices, half the mean over its windows.

    ½ ‖G − S‖² / ‖S‖² + ½ mean_w ‖G_w − S_n(w)‖² / mean ‖S_k‖², mean over the layers; n(w) is the same in
    all of them. Departure from Gatys 2016: the second half.
    """

    random = True

    def __init__(self, price: float = PRICE) -> None:
        self.price = price
        self._paintings: list[_Painting] = []

    @property
    def kept(self) -> dict[str, Tensor]:
        """The price of each window, float32 [K], by painting."""
        return {f"prices {number}": painting.prices for number, painting in enumerate(self._paintings)}

    def forget(self) -> None:
        """Forget all paintings."""
        self._paintings = []

    def learn(self, features: Mapping[str, Tensor]) -> None:
        """Learn one more painting, [1, C, H, W] in every layer."""
        self._paintings.append(_Painting.of(features))

    def __call__(self, features: Mapping[str, Tensor], index: Tensor) -> Tensor:
        """[B, C, H, W] or [1, C, H, W] in every layer, index int64 [B], to [B].

        Prices move where a gradient is asked for.
        """
        chosen = [self._paintings[number] for number in index.tolist()]
        cut = {layer: w.expand(len(chosen), -1, -1, -1) for layer, w in windows_of(features).items()}
        found: Tensor = _Distance.apply(self._price(), chosen, tuple(cut), *cut.values())
        return found

    def _price(self) -> float:
        return self.price if torch.is_grad_enabled() else 0.0


class _Distance(Function):
    """Computes the loss and its gradient in one pass, because the Gram matrices are large."""

    @staticmethod
    def forward(
        ctx: Any, price: float, paintings: list[_Painting], layers: tuple[str, ...], *windows: Tensor
    ) -> Tensor:
        """windows: [B, W, C, P] for each of `layers`; returns float32 [B]."""
        losses, gradients = [], [torch.empty_like(w) for w in windows]
        for row, painting in enumerate(paintings):
            cut = dict(zip(layers, (w[row : row + 1] for w in windows), strict=True))
            grams = {layer: gram_matrices(w)[0] for layer, w in cut.items()}
            taken = painting.nearest(grams)
            if price:
                painting.pay(taken, price)
            loss = painting.prices.new_zeros(())
            for layer, gradient in zip(layers, gradients, strict=True):
                term, slope = _distance(grams[layer], painting, layer, taken)
                loss = loss + term
                positions = cut[layer].shape[3]
                gradient[row] = torch.bmm(slope.to(gradient.dtype), cut[layer][0]) * (2 / positions)
            losses.append(loss)
        ctx.save_for_backward(*gradients)
        return torch.stack(losses)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        scale = gradient[:, None, None, None]
        return None, None, None, *(g * scale.to(g.dtype) for g in ctx.saved_tensors)


def _distance(gram: Tensor, painting: _Painting, layer: str, taken: Tensor) -> tuple[Tensor, Tensor]:
    """One layer's share of a picture's loss, and its gradient by the Gram matrices [W, C, C]."""
    windows_scale, whole_scale = painting.scales[layer]
    whole = gram.mean(0) - painting.whole[layer]
    part, total = (1 - WHOLE) / windows_scale / len(gram), WHOLE / whole_scale
    gram = gram.sub_(painting.windows[layer][taken])
    loss = part * gram.square().sum() + total * whole.square().sum()
    return loss, gram.mul_(2 * part).add_(whole, alpha=2 * total / len(gram))


def windows_of(features: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Features [B, C, H, W] by layer, cut into windows of WINDOW_PX, [B, W, C, P] each.

    One layer is of the picture's own size. A side shorter than a window is one window's; what is left
    over at the right and at the bottom is left out.
    """
    height, width = max(tuple(f.shape[2:]) for f in features.values())
    rows, columns = max(1, height // WINDOW_PX), max(1, width // WINDOW_PX)
    cuts = {}
    for layer, f in features.items():
        side = max(1, WINDOW_PX // round(height / f.shape[2]))
        high, wide = min(side, f.shape[2]), min(side, f.shape[3])
        grid = f[:, :, : rows * high, : columns * wide]
        grid = grid.unflatten(3, (columns, wide)).unflatten(2, (rows, high))
        cuts[layer] = grid.permute(0, 2, 4, 1, 3, 5).flatten(4, 5).flatten(1, 2)
    return cuts


def gram_matrices(windows: Tensor) -> Tensor:
    """[B, W, C, P] to F Fᵀ / P of each, float32 [B, W, C, C]."""
    flat = windows.detach().float()
    with torch.autocast(flat.device.type, enabled=False):  # bf16 is too coarse for differences of these
        return flat @ flat.transpose(2, 3) / flat.shape[3]


def _mean_square(grams: Tensor) -> float:
    """Mean over windows [K, C, C] of the squared norm."""
    return float(grams.square().sum((1, 2)).mean().clamp_min(1e-12))
