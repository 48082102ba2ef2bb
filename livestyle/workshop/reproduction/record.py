"""An experiment that was run, as files: NAME.json and its pictures."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

import livestyle
from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import write_text
from livestyle.runtime.openvino import core
from livestyle.sinks.images import save_image
from livestyle.workshop.reproduction.context import Setting
from livestyle.workshop.reproduction.findings import Claim, Findings, PageImage, Verdict
from livestyle.workshop.reproduction.registry import Experiment
from livestyle.workshop.training.device import Place

PICTURES = "pictures"


@dataclass(frozen=True)
class Shown:
    """A picture of a report: its path from the report's folder."""

    file: str
    caption: str
    plot: bool


@dataclass(frozen=True)
class Record:
    """What was found, with which sizes, on what and in which time."""

    name: str
    setup: str
    material: str
    machine: str
    seconds: float
    trial: bool
    claims: tuple[Claim, ...]
    pictures: tuple[Shown, ...]

    def save(self, folder: Path) -> None:
        """Write NAME.json whole or not at all, last of all that belongs to the experiment."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        write_text(path_of(folder, self.name), text)

    @classmethod
    def load(cls, folder: Path, name: str) -> Record | None:
        """None where the experiment has not been run; LivestyleError for a file that isn't ours."""
        path = path_of(folder, name)
        if not path.exists():
            return None
        try:
            data = json.loads(path.read_text("utf-8"))
            claims = tuple(Claim(**{**c, "verdict": Verdict(c["verdict"])}) for c in data.pop("claims"))
            pictures = tuple(Shown(**p) for p in data.pop("pictures"))
            return cls(**data, claims=claims, pictures=pictures)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LivestyleError(f"{path} is no result of livestyle reproduce: {error}; remove it") from error


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def keep(
    findings: Findings, experiment: Experiment, setting: Setting, seconds: float, folder: Path
) -> Record:
    """Write the pictures, then the record; gives the record."""
    (folder / PICTURES).mkdir(parents=True, exist_ok=True)
    pictures = tuple(_keep_picture(picture, experiment.name, folder) for picture in findings.pictures)
    record = Record(
        experiment.name, findings.setup, setting.material, machine(setting.place), round(seconds, 1),
        setting.trial, tuple(findings.claims), pictures,
    )  # fmt: skip
    record.save(folder)
    return record


def _keep_picture(picture: PageImage, name: str, folder: Path) -> Shown:
    """Plots as PNG, all else as JPEG."""
    file = f"{PICTURES}/reproduce-{name}-{picture.name}.{'png' if picture.plot else 'jpg'}"
    save_image(folder / file, picture.pixels, overwrite=True)
    return Shown(file, picture.caption, picture.plot)


def machine(place: Place) -> str:
    """Processor, cores, device and versions, in one line."""
    processor = str(core().get_property("CPU", "FULL_DEVICE_NAME")).strip()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{processor}, {cores} cores; {place}; torch {torch.__version__}, livestyle {livestyle.__version__}"
    )
