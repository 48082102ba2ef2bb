"""The command line of each method of `livestyle train`, as a frozen dataclass. Loads no torch.

The docstrings are the help. What a method does with its options is in train_NAME.py beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

import typer

from livestyle.commands.options import ModelName, Vgg
from livestyle.commands.training.train_options import (
    COURSE,
    FILES,
    LOSSES,
    NETWORK,
    PICTURES,
    Arch,
    Batch,
    Content,
    Crop,
    Decay,
    From,
    Int8,
    Kept,
    LearningRate,
    Normalisation,
    Notes,
    OnCanvas,
    OnePainting,
    Paintings,
    Peaked,
    Perceived,
    Shipped,
    Steps,
    StyleLossName,
    StyleSize,
    TeacherModel,
    Weighted,
)
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.training.choices import Direction, Fidelity

WIDE = "wide"
"""The architecture of adain that is Huang's own network, from VGG-19 to relu4_1 and back."""


@dataclass(frozen=True, kw_only=True)
class PainterArguments(Shipped, Peaked):
    """What cin and johnson share: a network that has its styles in itself."""

    content: Content
    notes: Notes = None
    arch: Arch = "lite"
    norm: Normalisation = Norm.INSTANCE
    canvas: OnCanvas = True
    start: From = None
    teacher: TeacherModel = None
    steps: Steps = 12000
    int8: Int8 = True

    def idle(self) -> dict[str, tuple[str, ...]]:
        """A teacher stands in for VGG and the paintings."""
        if self.teacher is None:
            return {}
        weights = (field.name for field in fields(self) if field.name.endswith("_weight"))
        return {"with --teacher": ("vgg", "style_size", "stroke", "style_loss", *weights)}


@dataclass(frozen=True, kw_only=True)
class CinArguments(PainterArguments):
    """Train one network for many styles (Dumoulin 2017).

    livestyle train cin --styles paintings/ --content photos/ --out my-model
    """

    styles: Paintings
    rate: LearningRate = 2e-3


@dataclass(frozen=True, kw_only=True)
class JohnsonArguments(PainterArguments):
    """Train a network for one painting, with the layers, rate and crops of Johnson 2016.

    livestyle train johnson --style painting.jpg --content photos/ --out one-style
    """

    style: OnePainting
    crop: Crop = 256
    rate: LearningRate = 1e-3


@dataclass(frozen=True, kw_only=True)
class AdainArguments(Shipped, Weighted):
    """Train a network that takes any picture as a style (Huang 2017).

    livestyle train adain --styles paintings/ --content photos/ --out any-style
    """

    styles: Paintings
    content: Content
    notes: Notes = None
    more_styles: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of more pictures to learn styles of; may be given again.", rich_help_panel=PICTURES
        ),
    ] = None
    held_out: Annotated[
        Path | None,
        typer.Option(help="Folder of paintings for the sheets, not learned.", rich_help_panel=PICTURES),
    ] = None
    pool: Annotated[
        int,
        typer.Option(
            min=1, help="How many style pictures are made of the paintings.", rich_help_panel=PICTURES
        ),
    ] = 768
    arch: Annotated[
        str,
        typer.Option(
            help="lite (for CPUs) or half: AdaIN in every layer; wide: Huang's own network.",
            rich_help_panel=NETWORK,
        ),
    ] = "lite"
    canvas: OnCanvas = True
    start: From = None
    style_size: StyleSize = 768
    steps: Steps = 12000
    rate: LearningRate = 1e-3
    int8: Int8 = True

    def idle(self) -> dict[str, tuple[str, ...]]:
        """Huang's own network has an objective of its own, and is published in float alone."""
        if self.arch != WIDE:
            return {}
        weights = (
            f"{name}_weight" for name in ("content", "tv", "film", "detail", "lattice", "contrast", "palette")
        )
        return {"with --arch wide": ("style_size", "style_loss", "pool", "canvas", "start", "int8", *weights)}


@dataclass(frozen=True, kw_only=True)
class CycleganArguments(Shipped):
    """Train from a set of photos to a set of paintings, without pairs (Zhu 2017).

    Both directions are trained; `livestyle export` makes a model of the other one.

    livestyle train cyclegan --a photos/ --b paintings/ --out from-set-to-set
    """

    a: Annotated[
        list[Path], typer.Option(help="Folder of photos; may be given again.", rich_help_panel=PICTURES)
    ]
    b: Annotated[
        list[Path], typer.Option(help="Folder of paintings; may be given again.", rich_help_panel=PICTURES)
    ]
    arch: Annotated[
        str,
        typer.Option(help="lite (for CPUs); wide, the paper's nine blocks; or six.", rich_help_panel=NETWORK),
    ] = "lite"
    direction: Annotated[
        Direction, typer.Option(help="Which generator becomes the model.", rich_help_panel=NETWORK)
    ] = Direction.AB
    crop: Annotated[
        int | None,
        typer.Option(
            min=64,
            help="Side of what is trained on, px; default 128, 256 where --arch isn't lite.",
            rich_help_panel=COURSE,
        ),
    ] = None
    cycle_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Weight of coming back to the picture after going there and back.",
            rich_help_panel=LOSSES,
        ),
    ] = 10.0
    identity_weight: Annotated[
        float,
        typer.Option(
            min=0,
            help="Weight of paintings that stay as they are; times --cycle-weight.",
            rich_help_panel=LOSSES,
        ),
    ] = 0.5
    steps: Steps = 20000
    rate: LearningRate = 2e-4
    decay: Decay = 0.5
    batch: Batch = 1
    int8: Int8 = True


@dataclass(frozen=True, kw_only=True)
class SuperresArguments(Shipped):
    """Train a network that enlarges pictures four times (Johnson 2016, section 4.2).

    livestyle train superres --content photos/ --out superres-x4
    """

    content: Content
    loss: Annotated[
        Fidelity, typer.Option(help="Distance in relu2_2 of VGG-19, or in pixels.", rich_help_panel=LOSSES)
    ] = Fidelity.PERCEPTUAL
    arch: Annotated[str, typer.Option(help="lite or wide.", rich_help_panel=NETWORK)] = "lite"
    norm: Normalisation = Norm.BATCH
    vgg: Vgg = None
    crop: Crop = 288
    steps: Steps = 20000
    rate: LearningRate = 1e-3


@dataclass(frozen=True, kw_only=True)
class TextureArguments(Kept, Perceived):
    """Train a generator of textures from noise, and draw some (Ulyanov 2017).

    livestyle train texture --style painting.jpg --out textures/
    """

    style: OnePainting
    notes: Notes = None
    diversity: Annotated[
        float, typer.Option(min=0, help="More = textures differ more.", rich_help_panel=LOSSES)
    ] = 0.1
    samples: Annotated[
        int, typer.Option(min=1, help="Textures to draw at the end.", rich_help_panel=FILES)
    ] = 16
    style_size: StyleSize = 256
    style_loss: StyleLossName = "gram"
    crop: Crop = 256
    steps: Steps = 2000
    rate: LearningRate = 1e-2


@dataclass(frozen=True, kw_only=True)
class AddStyleArguments(Peaked):
    """Add one painting to a model that has its styles in itself; its other styles stay as they are.

    livestyle train add-style painting.jpg --model cin-lite
    """

    painting: Annotated[Path, typer.Argument(help="The painting.")]
    model: ModelName = "cin-lite"
    name: Annotated[
        str | None, typer.Option(help="Name of the style; default: the file's.", rich_help_panel=FILES)
    ] = None
    content: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of photos to learn on; may be given again; default: drawn ones.",
            rich_help_panel=PICTURES,
        ),
    ] = None
    out: Annotated[
        Path | None,
        typer.Option(help="File for the style; default: among your own styles.", rich_help_panel=FILES),
    ] = None
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is there.", rich_help_panel=FILES)
    ] = False
    steps: Steps = 600
    rate: LearningRate = 1e-2
