"""The options that several methods of `livestyle train` share, each written once. Loads no torch.

A method's options are a frozen dataclass (train_methods.py) whose fields are its command line: typer
reads name, type, default and help from them, and the method's `run` gets the object.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from livestyle.commands.options import TorchDevice, Vgg
from livestyle.workshop.networks.choices import Norm

PANELS = PICTURES, FILES, NETWORK, COURSE, LOSSES = "Pictures", "Files", "Network", "Course", "Losses"
"""Of the help, in their order."""

Content: TypeAlias = Annotated[
    list[Path],
    typer.Option(help="Folder of photos to learn on; may be given again.", rich_help_panel=PICTURES),
]
Paintings: TypeAlias = Annotated[
    Path, typer.Option(help="Folder of paintings: one style each.", rich_help_panel=PICTURES)
]
OnePainting: TypeAlias = Annotated[Path, typer.Option(help="The one painting.", rich_help_panel=PICTURES)]
Notes: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        help="CSV of the paintings: file,name,title,artist,year,licence[,weight][,share][,stroke].",
        rich_help_panel=PICTURES,
    ),
]
Validation: TypeAlias = Annotated[
    Path | None, typer.Option(help="Folder of photos for the sheets.", rich_help_panel=PICTURES)
]
StyleSize: TypeAlias = Annotated[
    int,
    typer.Option(
        min=64, help="Long side of the paintings, px: larger = larger strokes.", rich_help_panel=PICTURES
    ),
]
OnCanvas: TypeAlias = Annotated[
    bool,
    typer.Option(
        help="Noise in the network that strokes hang on, so that walls are painted.", rich_help_panel=NETWORK
    ),
]
Crop: TypeAlias = Annotated[
    int, typer.Option(min=64, help="Side of what is trained on, px.", rich_help_panel=COURSE)
]
Arch: TypeAlias = Annotated[str, typer.Option(help="lite (for CPUs), half or wide.", rich_help_panel=NETWORK)]
Normalisation: TypeAlias = Annotated[
    Norm, typer.Option(help="Normalisation of the network.", rich_help_panel=NETWORK)
]
From: TypeAlias = Annotated[
    str | None, typer.Option("--from", help="A model to start from.", rich_help_panel=NETWORK)
]
TeacherModel: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Learn this model's pictures instead of the paintings: a fast start for --from.",
        rich_help_panel=NETWORK,
    ),
]
Int8: TypeAlias = Annotated[bool, typer.Option(help="Make the INT8 graph too.", rich_help_panel=NETWORK)]
Steps: TypeAlias = Annotated[int, typer.Option(min=1, help="Steps of the training.", rich_help_panel=COURSE)]
LearningRate: TypeAlias = Annotated[
    float, typer.Option(min=0, help="Adam's learning rate.", rich_help_panel=COURSE)
]
Decay: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="Last part of the steps in which the rate falls.", rich_help_panel=COURSE
    ),
]
Batch: TypeAlias = Annotated[int, typer.Option(min=1, help="Pictures a step.", rich_help_panel=COURSE)]
StyleLossName: TypeAlias = Annotated[
    str,
    typer.Option(
        help="windows, gram, mmd-linear, mmd-poly, mmd-gaussian, bn-stats, sliced, or gram=1,bn-stats=0.5.",
        rich_help_panel=LOSSES,
    ),
]


@dataclass(frozen=True, kw_only=True)
class Course:
    """How long and how fast something is trained, and where."""

    steps: Steps
    rate: LearningRate
    decay: Decay = 0.4
    batch: Batch = 4
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.", rich_help_panel=COURSE)] = 0
    device: TorchDevice = "auto"

    def idle(self) -> dict[str, tuple[str, ...]]:
        """The fields that others leave without an effect, by the reason, as 'with --teacher'."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Kept(Course):
    """A training with a folder to work in, that can be gone on with."""

    out: Annotated[Path, typer.Option(help="Folder to make.", rich_help_panel=FILES)]
    work: Annotated[
        Path | None,
        typer.Option(help="Checkpoint, log and sheets; default OUT.training.", rich_help_panel=FILES),
    ] = None
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in WORK.", rich_help_panel=FILES)
    ] = False
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is there.", rich_help_panel=FILES)
    ] = False


@dataclass(frozen=True, kw_only=True)
class Shipped(Kept):
    """A training that leaves a model."""

    name: Annotated[
        str | None, typer.Option(help="Name of the model; default: the folder's.", rich_help_panel=FILES)
    ] = None
    validation: Validation = None


@dataclass(frozen=True, kw_only=True)
class Perceived(Course):
    """A training by the distance to paintings in VGG."""

    vgg: Vgg = None
    style_size: StyleSize = 640
    style_loss: StyleLossName = "windows"


@dataclass(frozen=True, kw_only=True)
class Weighted(Perceived):
    """A training of a network that paints photos: the weights of its terms."""

    crop: Crop = 192
    style_weight: Annotated[
        float, typer.Option(min=0, help="More = more painting, less photo.", rich_help_panel=LOSSES)
    ] = 10.0
    content_weight: Annotated[
        float, typer.Option(min=0, help="Weight of what the photo shows.", rich_help_panel=LOSSES)
    ] = 1.0
    tv_weight: Annotated[float, typer.Option(min=0, help="Weight of smoothness.", rich_help_panel=LOSSES)] = (
        0.05
    )
    stability_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Weight of steadiness where pictures move under noise: the painting has to follow.",
            rich_help_panel=LOSSES,
        ),
    ] = 100.0
    noise_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Weight of steadiness where pictures stand still under noise; if not 0, three of four do.",
            rich_help_panel=LOSSES,
        ),
    ] = 100.0
    film_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Weight of steadiness over three frames in which something passes; a third slower.",
            rich_help_panel=LOSSES,
        ),
    ] = 0.0
    detail_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Weight of content where the photo has detail, within --content-weight: faces stay faces.",
            rich_help_panel=LOSSES,
        ),
    ] = 1.0
    lattice_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Penalty on marks that stand at the same distance again and again.",
            rich_help_panel=LOSSES,
        ),
    ] = 0.1
    contrast_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Penalty on brush marks that are missing where the photo is flat.",
            rich_help_panel=LOSSES,
        ),
    ] = 1.5
    palette_weight: Annotated[
        float,
        typer.Option(
            min=0, help="Weight of the painting's colours, as often as it has them.", rich_help_panel=LOSSES
        ),
    ] = 4.0


@dataclass(frozen=True, kw_only=True)
class Peaked(Weighted):
    """As Weighted, of a network that has the styles itself."""

    stroke: Annotated[
        float,
        typer.Option(
            min=0.25, max=4, help="Size of the strokes, a factor on --style-size.", rich_help_panel=PICTURES
        ),
    ] = 1.0
    peaks_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Penalty on spikes in the features; prevents droplet artefacts.",
            rich_help_panel=LOSSES,
        ),
    ] = 8.0
