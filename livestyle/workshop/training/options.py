"""The options that trainings share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.transformer import ARCHITECTURES, Architecture
from livestyle.workshop.training.log import SHEET_EVERY
from livestyle.workshop.training.loop import Schedule
from livestyle.workshop.training.paintings import Painting
from livestyle.workshop.training.perceptual import BRUSHWORK, Weights


@dataclass(frozen=True, kw_only=True)
class PhotoOptions:
    """A training on crops of photos. Sizes in pixels; see `Schedule` for the rest."""

    work: Path
    arch: str = "lite"
    crop_px: int = 192
    batch: int = 4
    schedule: Schedule
    validation: tuple[Path, ...] = ()
    sheet_every: int = SHEET_EVERY

    def record(self) -> dict[str, Any]:
        """What the card tells of the training."""
        return {
            "steps": self.schedule.steps,
            "batch": self.batch,
            "crop_px": self.crop_px,
            "rate": self.schedule.rate,
            "decay": self.schedule.decay,
            "seed": self.schedule.seed,
        }


@dataclass(frozen=True, kw_only=True)
class StyleOptions(PhotoOptions):
    """A training on photos and paintings, by their distance in VGG; see `Weights` too."""

    paintings: tuple[Painting, ...]
    """The styles that the model ships with."""
    content: tuple[Path, ...]
    vgg: Path | None = None
    style_px: int = 640
    """Long side of the paintings; strokes come out as large as they are there."""
    weights: Weights = field(default_factory=Weights)
    style_loss: str = BRUSHWORK
    canvas: bool = True
    """Whether the network gets noise for strokes to hang on, see `Canvas`."""
    schedule: Schedule = field(default_factory=lambda: Schedule(steps=12000))
    start: str | None = None
    """The name of the model that the training starts from, for the record."""

    def architecture(self) -> Architecture:
        """LivestyleError for a name that does not exist."""
        if self.arch not in ARCHITECTURES:
            raise LivestyleError(f"unknown architecture {self.arch!r}; expected {', '.join(ARCHITECTURES)}")
        return replace(ARCHITECTURES[self.arch], canvas=self.canvas)

    def record(self) -> dict[str, Any]:
        return {
            **super().record(),
            "style_px": self.style_px,
            "weights": asdict(self.weights),
            "style_loss": self.style_loss,
            "start": self.start,
        }
