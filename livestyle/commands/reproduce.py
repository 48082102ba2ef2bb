"""The command line of `livestyle reproduce`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livestyle.commands.options import TorchDevice, Vgg
from livestyle.commands.train import require_torch
from livestyle.core.errors import LivestyleError
from livestyle.workshop.reproduction.registry import EXPERIMENTS, find

NAME = "reproduce"


def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help=f"Any of {', '.join(e.name for e in EXPERIMENTS)}."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every experiment.")] = False,
    report: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("reproduction"),
    content: Annotated[Path | None, typer.Option(help="Folder of photos; default: drawn ones.")] = None,
    validation: Annotated[
        Path | None, typer.Option(help="Folder of photos to measure on; default: those of --content.")
    ] = None,
    styles: Annotated[Path | None, typer.Option(help="Folder of paintings; default: drawn ones.")] = None,
    notes: Annotated[
        Path | None, typer.Option(help="CSV of the paintings, as `train` takes it; names those of cin-lite.")
    ] = None,
    vgg: Vgg = None,
    device: TorchDevice = "auto",
    trial: Annotated[
        bool, typer.Option("--trial", help="Tiny sizes: shows that it runs; the figures mean nothing.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Run again what was run before.")] = False,
) -> None:
    """Check the claims of the papers, and write a page: what was asked, what was reached, plots, pictures.

    What lies in the folder of the report is kept, so a run that was stopped goes on where it was.

    livestyle reproduce norms --content photos/ --styles paintings/

    livestyle reproduce --all --report out/ --content photos/ --styles paintings/
    """
    if bool(names) == all_:
        raise LivestyleError(
            f"what is to be reproduced? give --all, or any of {', '.join(e.name for e in EXPERIMENTS)}"
        )
    experiments = list(EXPERIMENTS) if all_ else find(names or [])
    require_torch(("torch", "onnx", "safetensors"))
    from livestyle.workshop.reproduction.run import ReproductionData, reproduce
    from livestyle.workshop.training.device import Place

    material = ReproductionData(content, validation, styles, notes, vgg)
    reproduce(experiments, material, Place.choose(device), report, trial, overwrite)
