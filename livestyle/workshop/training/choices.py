"""What can be chosen of a training; apart, so that the command line loads no torch for its help."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """Which of CycleGAN's generators: from set a to set b, or back."""

    AB = "ab"
    BA = "ba"


class Fidelity(StrEnum):
    """What an enlarged picture is compared by (Johnson 2016, section 4.2)."""

    PERCEPTUAL = "perceptual"
    PIXEL = "pixel"
