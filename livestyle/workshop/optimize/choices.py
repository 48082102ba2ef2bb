"""The choices of an optimisation, in a file of their own so that `--help` loads no torch."""

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
