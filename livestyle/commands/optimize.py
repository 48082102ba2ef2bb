"""The command line of `livestyle optimize`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livestyle.commands.given import refuse
from livestyle.commands.options import Overwrite, TorchDevice, Vgg
from livestyle.commands.train import require_torch
from livestyle.core.config import Color
from livestyle.core.errors import LivestyleError
from livestyle.workshop.optimize.choices import Only, Optimizer, Start

NAME = "optimize"


def main(
    context: typer.Context,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The picture to paint.")],
    style: Annotated[
        list[str] | None,
        typer.Option(metavar="PAINTING[=WEIGHT]", help="Whose style it gets; may be given again."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The picture to write; default PHOTO-PAINTING.png, here.")
    ] = None,
    size: Annotated[int, typer.Option(min=64, max=8192, help="Long side of the result, px.")] = 512,
    style_size: Annotated[
        int | None, typer.Option(min=64, help="Long side of the paintings, px: larger = larger strokes.")
    ] = None,
    stages: Annotated[
        int, typer.Option(min=1, max=4, help="2: at half the size first, then in full; for large pictures.")
    ] = 1,
    iterations: Annotated[
        int, typer.Option(min=1, help="Iterations of the first stage; each later stage has half as many.")
    ] = 200,
    optimizer: Annotated[
        Optimizer | None, typer.Option(help="Default lbfgs; adam with mmd-gaussian.")
    ] = None,
    rate: Annotated[float, typer.Option(min=0, max=1, help="Step of adam.")] = 0.02,
    start: Annotated[
        Start | None, typer.Option("--from", help="Start; default content, with --only noise.")
    ] = None,
    only: Annotated[Only | None, typer.Option(help="Reconstruct one of the two alone.")] = None,
    layer: Annotated[
        str,
        typer.Option(help="Layer of VGG where content is compared; with --only style, the deepest one used."),
    ] = "relu4_2",
    color: Annotated[
        Color, typer.Option(help="Whose colours: the painting's, or the photo's in one of three ways.")
    ] = Color.PAINTING,
    style_loss: Annotated[
        str,
        typer.Option(
            help="gram, mmd-linear, mmd-poly, mmd-gaussian, bn-stats, sliced, or gram=1,bn-stats=0.5."
        ),
    ] = "gram",
    content_weight: Annotated[float, typer.Option(min=0)] = 1.0,
    style_weight: Annotated[float, typer.Option(min=0, help="More = more painting, less photo.")] = 10.0,
    tv_weight: Annotated[float, typer.Option(min=0, help="Weight of smoothness.")] = 0.0,
    preview: Annotated[
        int, typer.Option(min=0, help="Write OUT.preview every so many iterations; 0 = never.")
    ] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the noise to start from.")] = 0,
    vgg: Vgg = None,
    device: TorchDevice = "auto",
    overwrite: Overwrite = False,
) -> None:
    """Paint one picture by optimising its pixels (Gatys 2016): slow, and what the fast ways are measured by.

    Ctrl+C ends it early and keeps the picture so far.

    livestyle optimize photo.jpg --style painting.jpg

    livestyle optimize photo.jpg --only content --layer relu4_2
    """
    if optimizer is Optimizer.LBFGS or (optimizer is None and "mmd-gaussian" not in style_loss):
        refuse(context, "with L-BFGS", "rate")
    if only is Only.CONTENT:
        refuse(context, "with --only content", "style_weight")
    if only is Only.STYLE:
        refuse(context, "with --only style", "content_weight")
    require_torch(("torch", "safetensors"))
    from livestyle.workshop.optimize.picture import PictureOptions
    from livestyle.workshop.optimize.run import optimize
    from livestyle.workshop.training.device import Place
    from livestyle.workshop.training.perceptual import Weights

    paintings = tuple(parse_painting(text) for text in style or ())
    options = PictureOptions(
        photo, paintings, size, style_size, stages, iterations, optimizer, rate, start, only, layer, color,
        style_loss, Weights(content_weight, style_weight, tv_weight, 0.0), vgg, seed,
    )  # fmt: skip
    ending = only.value if only else paintings[0][0].stem if paintings else "painted"
    optimize(options, Place.choose(device), out or Path(f"{photo.stem}-{ending}.png"), preview, overwrite)


def parse_painting(text: str) -> tuple[Path, float]:
    """'a.jpg' to its path and 1, 'a.jpg=0.5' to its path and 0.5; LivestyleError for a bad weight."""
    name, _, weight = text.rpartition("=")
    if not name or Path(text).exists():
        return Path(text), 1.0
    try:
        value = float(weight)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise LivestyleError(f"bad weight in --style {text}; expected PAINTING=NUMBER, a number above 0")
    return Path(name), value
