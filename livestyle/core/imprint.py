"""What a picture file says beside its pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Imprint:
    """profile: ICC, what the RGB values mean; empty = sRGB. dpi: dots an inch, across and down, or None."""

    profile: bytes = b""
    dpi: tuple[float, float] | None = None
