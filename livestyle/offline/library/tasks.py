"""What a folder of films is painted in: tasks, each for a whole file."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from livestyle.core.config import SLOTS, Precision
from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model
from livestyle.offline.library.scratch import sweep
from livestyle.offline.scheduler.scheduler import Tell
from livestyle.offline.video import TranscodeOptions, transcode
from livestyle.stylizer.stylizer import Stylizer


@dataclass(frozen=True)
class OpenStylizer:
    """Opens the same stylizer wherever it is called. The model is found by its name where its folder is not."""

    model: Model
    device: str = "auto"
    precision: Precision = Precision.AUTO
    threads: int = 0
    slots: int = SLOTS

    def __call__(self) -> Stylizer:
        """LivestyleError where another model has its name here."""
        model = self.model
        if not model.folder.is_dir():
            here = Model.load(model.card.name)
            if here.card.sha256 != model.card.sha256:
                raise LivestyleError(f"{model.card.name} is another model here; install the same one everywhere")
            model = replace(here, styles=model.styles)
        return Stylizer(model, self.device, self.precision, self.threads, lambda _: None, self.slots)


@dataclass(frozen=True)
class Painted:
    """What came of a film. about: how it was done, for a line; warnings: for the user."""

    path: Path
    frames: int
    seconds: float
    about: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaintFile:
    """Paints a film into a scratch folder; what is there already is left as it is."""

    source: Path
    target: Path
    options: TranscodeOptions

    @property
    def name(self) -> str:
        return self.source.name

    def run(self, tool: Stylizer, tell: Tell) -> Painted:
        """LivestyleError as `transcode`."""
        sweep(self.target.parent)
        warnings: list[str] = []
        began = time.monotonic()
        done = transcode(
            self.source,
            self.target,
            tool,
            replace(self.options, overwrite=True),
            lambda step: tell(step.done, step.total),
            warnings.append,
        )
        about = f"{done.size}, {done.codecs} · {tool.info}"
        return Painted(self.target, done.frames, time.monotonic() - began, about, tuple(warnings))
