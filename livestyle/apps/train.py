"""The command line of `livestyle train`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from livestyle.errors import LivestyleError

NAME = "train"


def main(
    content: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of photos to learn on; may be given again. --add-style can do without."),
    ] = None,
    styles: Annotated[Path | None, typer.Option(help="Folder of paintings: one style each.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the model to make.")] = None,
    add_style: Annotated[Path | None, typer.Option(help="One painting to add to --model.")] = None,
    model: Annotated[str, typer.Option(help="With --add-style: the model that gets it.")] = "cin-lite",
    name: Annotated[str | None, typer.Option(help="Name of the model, or of the added style.")] = None,
    notes: Annotated[
        Path | None, typer.Option(help="CSV: file,name,title,artist,year,licence[,weight][,share].")
    ] = None,
    arch: Annotated[str, typer.Option(help="lite (CPUs), half or wide.")] = "lite",
    start: Annotated[str | None, typer.Option("--from", help="A model to start from.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Default 12000; 600 with --add-style.")] = None,
    batch: Annotated[int, typer.Option(min=1)] = 4,
    crop: Annotated[int, typer.Option(min=64, help="Side of the photo crops, px.")] = 192,
    style_size: Annotated[
        int, typer.Option(min=64, help="Long side of the paintings, px: larger = larger strokes.")
    ] = 768,
    style_weight: Annotated[float, typer.Option(min=0, help="More = more painting, less photo.")] = 10.0,
    content_weight: Annotated[float, typer.Option(min=0)] = 1.0,
    tv_weight: Annotated[float, typer.Option(min=0, help="Smoothness.")] = 0.05,
    stability_weight: Annotated[
        float, typer.Option(min=0, help="Steadiness under noise and motion.")
    ] = 200.0,
    rate: Annotated[float | None, typer.Option(min=0, help="Default 2e-3; 1e-2 with --add-style.")] = None,
    decay: Annotated[
        float, typer.Option(min=0, max=1, help="Last part of the steps in which the rate falls.")
    ] = 0.4,
    seed: Annotated[int, typer.Option()] = 0,
    vgg: Annotated[Path | None, typer.Option(help="VGG-19 as safetensors; default: torchvision's.")] = None,
    style_loss: Annotated[
        str,
        typer.Option(help="gram, mmd-linear, mmd-poly, mmd-gaussian, bn-stats, or gram=1,bn-stats=0.5."),
    ] = "gram",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    validation: Annotated[Path | None, typer.Option(help="Folder of photos for the sheets.")] = None,
    work: Annotated[
        Path | None, typer.Option(help="Checkpoint, log and sheets; default OUT.training.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint in the work folder.")] = False,
    overwrite: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
    int8: Annotated[bool, typer.Option(help="Make the INT8 graph too.")] = True,
) -> None:
    """Train a style, or many in one network; or add one to a network that is trained already.

    livestyle train --styles paintings/ --content photos/ --out my-model

    livestyle train --add-style painting.jpg --model cin-lite
    """
    require_torch()
    from livestyle.apps import training
    from livestyle.losses.style import parse_style_loss
    from livestyle.training.device import Place
    from livestyle.training.feedforward import Weights
    from livestyle.training.loop import Schedule

    place = Place.choose(device)
    weights = Weights(content_weight, style_weight, tv_weight, stability_weight)
    adding = add_style is not None
    schedule = Schedule(
        steps=steps or (600 if adding else 12000),
        rate=rate or (1e-2 if adding else 2e-3),
        decay=decay,
        seed=seed,
    )
    parse_style_loss(style_loss)
    shared = training.Shared(
        tuple(content or ()), vgg, style_size, crop, batch, weights, style_loss, schedule, place
    )
    if add_style is not None:
        training.run_add_style(shared, add_style, model, name, out, overwrite)
    elif styles is not None and out is not None and content:
        where = training.Folders(out, work or out.with_name(out.name + ".training"), resume, overwrite)
        training.run_train(shared, where, styles, notes, name or out.name, arch, start, validation, int8)
    else:
        raise LivestyleError(
            "nothing to train; give --styles DIR, --content DIR and --out DIR, or --add-style PAINTING"
        )


def require_torch(packages: Sequence[str] = ("torch", "onnx", "onnxscript", "nncf", "safetensors")) -> None:
    """LivestyleError with the install line where a package of the workshop is missing."""
    missing = [p for p in packages if find_spec(p) is None]
    if missing:
        raise LivestyleError(f"this needs {', '.join(missing)}; pip install 'livestyle[train]'")
