"""The command line of `livestyle train`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from livestyle.commands.options import TorchDevice, Vgg
from livestyle.commands.training.request import Request
from livestyle.core.errors import LivestyleError
from livestyle.workshop.networks.choices import Norm
from livestyle.workshop.training.choices import Direction, Fidelity, Method

NAME = "train"


def main(
    method: Annotated[Method, typer.Option(help="What is trained; see docs/methods.md.")] = Method.CIN,
    content: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of photos to learn on; may be given again. --add-style can do without."),
    ] = None,
    styles: Annotated[Path | None, typer.Option(help="Folder of paintings: one style each.")] = None,
    style: Annotated[Path | None, typer.Option(help="The one painting of johnson and texture.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the model, or of the textures, to make.")
    ] = None,
    add_style: Annotated[Path | None, typer.Option(help="One painting to add to --model.")] = None,
    model: Annotated[str, typer.Option(help="With --add-style: the model that gets it.")] = "cin-lite",
    name: Annotated[str | None, typer.Option(help="Name of the model, or of the added style.")] = None,
    notes: Annotated[
        Path | None, typer.Option(help="CSV: file,name,title,artist,year,licence[,weight][,share].")
    ] = None,
    more_styles: Annotated[
        list[Path] | None,
        typer.Option(help="adain: folder of more pictures to learn styles of; may be given again."),
    ] = None,
    held_out: Annotated[
        Path | None, typer.Option(help="adain: folder of paintings for the sheets, not learned.")
    ] = None,
    pool: Annotated[
        int, typer.Option(min=1, help="adain: how many style pictures are made of the paintings.")
    ] = 768,
    arch: Annotated[
        str | None,
        typer.Option(help="lite (CPUs; the default), half or wide; cyclegan: six for half, superres none."),
    ] = None,
    norm: Annotated[Norm | None, typer.Option(help="Default instance; superres batch.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="A model to start from.")] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            help="cin: learn this model's pictures instead of the paintings: a fast start for --from."
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Default 12000; add-style 600, superres, cyclegan 20000, texture 2000."),
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Default 4; cyclegan 1.")] = None,
    crop: Annotated[
        int | None,
        typer.Option(
            min=64,
            help="Side of the photos or textures, px; default 192; "
            "johnson, texture 256, superres 288; cyclegan 256, lite 128.",
        ),
    ] = None,
    style_size: Annotated[
        int | None,
        typer.Option(min=64, help="Long side of the paintings, px: larger = larger strokes; default 768."),
    ] = None,
    style_weight: Annotated[float, typer.Option(min=0, help="More = more painting, less photo.")] = 10.0,
    content_weight: Annotated[float, typer.Option(min=0)] = 1.0,
    tv_weight: Annotated[float, typer.Option(min=0, help="Smoothness.")] = 0.05,
    stability_weight: Annotated[
        float, typer.Option(min=0, help="Of moved pictures under noise: the painting has to follow.")
    ] = 200.0,
    noise_weight: Annotated[
        float, typer.Option(min=0, help="Of still pictures under noise: three pairs of four, if not 0.")
    ] = 0.0,
    film_weight: Annotated[
        float, typer.Option(min=0, help="Of three frames in which something passes; a third slower.")
    ] = 0.0,
    peaks_weight: Annotated[
        float, typer.Option(min=0, help="cin, johnson: of spikes in the features: no droplets.")
    ] = 8.0,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Default 2e-3; add-style, texture 1e-2; johnson, superres 1e-3; cyclegan 2e-4."
        ),
    ] = None,
    decay: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Last part of the steps in which the rate falls; default 0.4; cyclegan 0.5."
        ),
    ] = None,
    seed: Annotated[int, typer.Option()] = 0,
    vgg: Vgg = None,
    style_loss: Annotated[
        str,
        typer.Option(help="gram, mmd-linear, mmd-poly, mmd-gaussian, bn-stats, or gram=1,bn-stats=0.5."),
    ] = "gram",
    loss: Annotated[
        Fidelity, typer.Option(help="Of superres: relu2_2 of VGG-19, or pixels.")
    ] = Fidelity.PERCEPTUAL,
    diversity: Annotated[float, typer.Option(min=0, help="Of texture: more = textures differ more.")] = 0.1,
    samples: Annotated[int, typer.Option(min=1, help="Textures to draw at the end.")] = 16,
    a: Annotated[
        list[Path] | None, typer.Option(help="Of cyclegan: folder of photos; may be given again.")
    ] = None,
    b: Annotated[
        list[Path] | None, typer.Option(help="Of cyclegan: folder of paintings; may be given again.")
    ] = None,
    cycle_weight: Annotated[float, typer.Option(min=0, help="Of cyclegan: there and back again.")] = 10.0,
    identity_weight: Annotated[
        float, typer.Option(min=0, help="Of cyclegan: paintings stay as they are; times --cycle-weight.")
    ] = 0.5,
    direction: Annotated[
        Direction, typer.Option(help="Of cyclegan: which generator becomes the model.")
    ] = Direction.AB,
    device: TorchDevice = "auto",
    validation: Annotated[Path | None, typer.Option(help="Folder of photos for the sheets.")] = None,
    work: Annotated[
        Path | None, typer.Option(help="Checkpoint, log and sheets; default OUT.training.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint in the work folder.")] = False,
    overwrite: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
    int8: Annotated[bool, typer.Option(help="Make the INT8 graph too.")] = True,
) -> None:
    """Train styles in one network, or add one to it; or what else --method names.

    livestyle train --styles paintings/ --content photos/ --out my-model

    livestyle train --add-style painting.jpg --model cin-lite

    livestyle train --method johnson --style painting.jpg --content photos/ --out one-style

    livestyle train --method superres --content photos/ --out superres-x4

    livestyle train --method texture --style painting.jpg --out textures/

    livestyle train --method cyclegan --a photos/ --b paintings/ --out from-set-to-set
    """
    given = dict(locals())
    require_torch()
    lists = {name: tuple(given[name] or ()) for name in ("content", "more_styles", "a", "b")}
    import_module(f"livestyle.commands.training.train_{method}").run(Request(**{**given, **lists}))


def require_torch(packages: Sequence[str] = ("torch", "onnx", "onnxscript", "nncf", "safetensors")) -> None:
    """LivestyleError with the install line where a package of the workshop is missing."""
    missing = [p for p in packages if find_spec(p) is None]
    if missing:
        raise LivestyleError(f"this needs {', '.join(missing)}; pip install 'livestyle[train]'")
