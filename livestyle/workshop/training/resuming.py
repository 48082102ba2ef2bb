"""Checks whether a training may go on from a checkpoint, and whether its weights are worth keeping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.core.errors import LivestyleError
from livestyle.model.card import file_sha256

PICTURES = "pictures"
"""In a checkpoint's meta: the hashes of the pictures, in the order of its notes."""

HUGE = 1e3
"""A weight of this size means divergence: weights of networks that paint stay far below it."""

SATURATED = 0.9
"""Share of pixels at 0 or 255 above which a picture counts as not painted."""


def hashes(paths: Iterable[Path]) -> list[str]:
    """SHA-256 of files, for PICTURES; empty for one that can't be read, which others report."""
    found = []
    for path in paths:
        try:
            found.append(file_sha256(path))
        except OSError:
            found.append("")
    return found


def check_same(was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """LivestyleError where a training that goes on has other styles, pictures or networks than it began with.

    was, now: the meta of the checkpoint and of what was asked for; what either lacks is not compared.
    """
    changed = [*_of_styles(was, now), *_of_network(was.get("arch"), now.get("arch"))]
    if was.get("method", now.get("method")) != now.get("method", was.get("method")):
        changed.append(f"the method was {was.get('method')} and is {now.get('method')}")
    if changed:
        raise LivestyleError("; ".join(changed))


def _of_styles(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if "notes" not in was or "notes" not in now:
        return []
    before, after = ([note["name"] for note in meta["notes"]] for meta in (was, now))
    if before != after:
        return [f"its styles were {', '.join(before)} and are {', '.join(after)}"]
    pictures = [meta.get(PICTURES) or [""] * len(before) for meta in (was, now)]
    other = [name for name, old, new in zip(before, *pictures, strict=True) if old and new and old != new]
    return [f"the picture of {', '.join(other)} has changed"] if other else []


def _of_network(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> list[str]:
    if not was or not now:
        return []
    changed = [name for name in now if name in was and was[name] != now[name]]
    return [f"{name} was {was[name]} and is {now[name]}" for name in changed]


def check_weights(weights: Sequence[Tensor], step: int) -> None:
    """LivestyleError if a weight has reached HUGE: the training has diverged."""
    largest = max((float(weight.detach().abs().max()) for weight in weights if weight.numel()), default=0.0)
    if not largest < HUGE:
        raise LivestyleError(
            f"the training diverged: a weight is {largest:.3g} after step {step}; lower --rate. "
            "Nothing of it is kept; an earlier checkpoint stays"
        )


@torch.no_grad()
def check_paints(paintings: Iterable[tuple[str, NDArray[np.uint8]]]) -> None:
    """LivestyleError where a style's picture, uint8, is black and white through and through."""
    for name, picture in paintings:
        share = float(((picture <= 1) | (picture >= 254)).mean())
        if share > SATURATED:
            raise LivestyleError(
                f"the training diverged: {share:.0%} of what {name} paints is black or white; lower --rate "
                "or the weights. Nothing is installed"
            )
