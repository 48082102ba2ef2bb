"""Paint pictures: one, or a folder of them, in one style or in all."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from rich.console import Console

from livestyle.commands.controls import NONE_GIVEN, takes_controls
from livestyle.commands.options import Arithmetic, Device, MaxSide, ModelName, Overwrite, StyleImages, Threads
from livestyle.core.config import Color, Precision
from livestyle.core.errors import LivestyleError, about
from livestyle.core.frame import Pixels
from livestyle.core.memory import give_back
from livestyle.core.output_file import check_target, make_folder
from livestyle.core.parse import split_styles
from livestyle.core.progress import Report
from livestyle.core.progress_bar import plain_bar, warn
from livestyle.core.size import Size
from livestyle.model.controls import Scope, Values
from livestyle.model.styles import ALL
from livestyle.offline.batch import Kinds, each, pairs
from livestyle.offline.regions import Brush, parse_region
from livestyle.sinks.images import KINDS, save_image
from livestyle.sources.images import SUFFIXES
from livestyle.sources.picture import load_photo
from livestyle.stylizer.loading import add_style_images, load_model
from livestyle.stylizer.stylizer import Stylizer

NAME = "image"


@takes_controls(Scope.PICTURE)
def main(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A picture, or a folder of them.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="A picture; or a folder for a folder or many styles.")
    ],
    style: Annotated[
        str | None, typer.Option(help="A style; several as a,b,c, or all: one picture each.")
    ] = None,
    style_image: StyleImages = None,
    controls: Values = NONE_GIVEN,
    color: Annotated[
        Color,
        typer.Option(
            help="Whose colours: the painting's, or the photo's in its lightness alone (as --keep-color), or "
            "in those of the pictures of --style-image, recoloured first."
        ),
    ] = Color.PAINTING,
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="Another style where a mask, a picture, is white: a name, or a picture as of --style-image; "
            "repeatable.",
            metavar="MASK=STYLE",
        ),
    ] = None,
    max_side: MaxSide = None,
    model: ModelName = "cin-lite",
    device: Device = "auto",
    precision: Arithmetic = Precision.AUTO,
    threads: Threads = 0,
    overwrite: Overwrite = False,
) -> None:
    """Paint a picture, or a folder of them. With several styles OUT is a folder: NAME-STYLE.jpg, …

    Transparency, colour profile and resolution go along where OUT can hold them; without transparency the
    painting lies on white. Of an animation the first picture is painted; `livestyle video` paints all.
    """
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    with Stylizer(load_model(model, console.print), device, precision, threads, console.print) as stylizer:
        stylizer.set_controls(controls)
        if color is Color.LUMINANCE:
            stylizer.keep_color = True
        pictures = add_style_images(stylizer, style_image)
        styles = split_styles(style) or tuple(pictures)
        regions = tuple(parse_region(text, stylizer, pictures) for text in region or ())
        options = ImageOptions(styles, Brush(color, pictures, regions), max_side, overwrite)
        paint_images(source, target, stylizer, options, console)


@dataclass(frozen=True)
class ImageOptions:
    """How pictures are painted; max_side: they are scaled down to so many px, None = not at all."""

    styles: tuple[str, ...] = ()
    brush: Brush = field(default_factory=Brush)
    max_side: int | None = None
    overwrite: bool = False


def paint_images(
    source: Path, target: Path, stylizer: Stylizer, options: ImageOptions, console: Console
) -> None:
    """Paint one picture, or each of a folder, each by itself. LivestyleError where any fails."""
    give_back()
    stylizer.steadiness = 0.0
    bank = stylizer.model.styles
    names = [n for name in options.styles for n in (bank.names if name == ALL else (bank.find(name),))]
    names = names or [stylizer.model.first_style]
    options.brush.check(names, stylizer.model)
    if len(names) > 1:
        if target.suffix.lower() in KINDS or target.is_file():
            raise LivestyleError(
                f"{len(names)} styles make as many pictures; OUT, {target}, must be a folder"
            )
        make_folder(target)
    jobs = pairs(source, target, Kinds(SUFFIXES, KINDS, ".png", "pictures"), console.print)

    def work(one: Path, out: Path) -> None:
        _paint(one, out, stylizer, names, options, partial(warn, console))

    with plain_bar(console) as bar:
        task = bar.add_task("painting", total=len(jobs))
        if source.is_dir():
            how = f" in {len(names)} styles each" if len(names) > 1 else ""
            each(jobs, work, console, lambda: bar.advance(task), how)
            return
        ((_, out),) = jobs
        work(source, out)
        made = f"{len(names)} pictures in {target}" if len(names) > 1 else f"{out}"
        console.print(f"{made}: {stylizer.info}", soft_wrap=True)


def _paint(
    source: Path, target: Path, stylizer: Stylizer, names: list[str], options: ImageOptions, tell: Report
) -> None:
    """One picture in every style; colours are painted, the rest is copied."""
    one = len(names) == 1
    outs = [target if one else target.with_name(f"{target.stem}-{name}{target.suffix}") for name in names]
    if target.suffix.lower() not in KINDS:
        raise LivestyleError(f"cannot write {target}: expected one of {', '.join(KINDS)}, or a folder")
    for out in outs:
        check_target(out, options.overwrite, source if source.is_file() else None)
    photo = load_photo(source, scaled=options.max_side is not None)
    for note in photo.notes:
        tell(note)
    pixels = _scaled(photo.pixels, _limited(Size.of(photo.pixels), options.max_side))
    for name, out in zip(names, outs, strict=True):
        with about(source.name):
            painted = options.brush.paint(pixels, name, stylizer)
        if photo.alpha is not None:
            painted = np.dstack([painted, _scaled(photo.alpha, Size.of(painted))])
        save_image(out, painted, options.overwrite, photo.imprint)


def _limited(size: Size, max_side: int | None) -> Size:
    longest = max(size.width, size.height)
    if not max_side or longest <= max_side:
        return size
    return Size(*(max(1, round(side * max_side / longest)) for side in (size.width, size.height)))


def _scaled(pixels: Pixels, size: Size) -> Pixels:
    if (pixels.shape[1], pixels.shape[0]) == (size.width, size.height):
        return pixels
    how = cv2.INTER_AREA if size.width < pixels.shape[1] else cv2.INTER_CUBIC
    resized = cv2.resize(pixels, (size.width, size.height), interpolation=how)
    return resized.astype(np.uint8, copy=False)
