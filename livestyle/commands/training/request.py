"""What the command line of `livestyle train` was given; loads no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.training.choices import Direction, Fidelity, Method


@dataclass(frozen=True)
class Request:
    """The options as they were given; None = the method's own default."""

    method: Method
    content: tuple[Path, ...]
    styles: Path | None
    style: Path | None
    out: Path | None
    add_style: Path | None
    model: str
    name: str | None
    notes: Path | None
    more_styles: tuple[Path, ...]
    held_out: Path | None
    pool: int
    arch: str | None
    norm: Norm | None
    start: str | None
    teacher: str | None
    steps: int | None
    batch: int | None
    crop: int | None
    style_size: int | None
    stroke: float
    canvas: bool
    style_weight: float
    content_weight: float
    tv_weight: float
    stability_weight: float
    noise_weight: float
    film_weight: float
    peaks_weight: float
    rate: float | None
    decay: float | None
    seed: int
    vgg: Path | None
    style_loss: str | None
    loss: Fidelity
    diversity: float
    samples: int
    a: tuple[Path, ...]
    b: tuple[Path, ...]
    cycle_weight: float
    identity_weight: float
    direction: Direction
    device: str
    validation: Path | None
    work: Path | None
    resume: bool
    overwrite: bool
    int8: bool

    def need(self, *fields: str) -> None:
        """LivestyleError with the options that the method can't do without and that are missing."""
        missing = [f"--{f.replace('_', '-')}" for f in fields if not getattr(self, f)]
        if missing:
            raise LivestyleError(f"nothing to train; --method {self.method} needs {', '.join(missing)} too")
