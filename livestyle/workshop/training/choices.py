"""What can be chosen of an optimisation; apart, so that the command line loads no torch for its help."""

from __future__ import annotations

from enum import StrEnum


class Optimizer(StrEnum):
    """How the pixels are moved."""

    LBFGS = "lbfgs"
    ADAM = "adam"


class Start(StrEnum):
    """The picture that an optimisation starts from."""

    NOISE = "noise"
    CONTENT = "content"


class Only(StrEnum):
    """One of the two losses alone: what a layer keeps of a photo, or of a painting (Gatys 2016, fig. 1)."""

    CONTENT = "content"
    STYLE = "style"


class Direction(StrEnum):
    """Which of CycleGAN's generators: from set a to set b, or back."""

    AB = "ab"
    BA = "ba"


class Fidelity(StrEnum):
    """What an enlarged picture is compared by (Johnson 2016, section 4.2)."""

    PERCEPTUAL = "perceptual"
    PIXEL = "pixel"
