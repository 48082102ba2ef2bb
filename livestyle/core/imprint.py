"""What a picture file says besides its pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Imprint:
    """Holds what goes along from a picture to its painting.

    profile: the ICC profile, which says what the RGB values mean; empty = sRGB
    dpi:     dots an inch, across and down; None = unknown
    """

    profile: bytes = b""
    dpi: tuple[float, float] | None = None
