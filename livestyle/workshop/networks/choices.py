"""The choices of a network, in a file of their own so that `--help` loads no torch."""

from __future__ import annotations

from enum import StrEnum


class Norm(StrEnum):
    """What stands behind a convolution.

    instance: statistics of each picture (Ulyanov 2016)
    batch:    statistics of the batch, of all training once it is over (Johnson 2016)
    none:     gamma · x + beta alone; what batch becomes at export
    """

    INSTANCE = "instance"
    BATCH = "batch"
    NONE = "none"
