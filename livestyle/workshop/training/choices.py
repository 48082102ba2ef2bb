"""The choices of a training, in a file of their own so that `--help` loads no torch."""

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
