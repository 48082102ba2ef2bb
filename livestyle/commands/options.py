"""What several commands take, with the one help text of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from livestyle.core.config import Precision
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import Model, model_names
from livestyle.sources.images import load_style_image
from livestyle.stylizer.stylizer import Stylizer
from livestyle.stylizer.user_styles import renewed

ModelName: TypeAlias = Annotated[str, typer.Option(help="Name or folder of a model.")]
Device: TypeAlias = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, or an engine by name.")]
Arithmetic: TypeAlias = Annotated[Precision, typer.Option(help="Arithmetic of the network.")]
Threads: TypeAlias = Annotated[int, typer.Option(help="CPU threads; 0 = the engine's choice.", min=0)]
Slots: TypeAlias = Annotated[int, typer.Option(help="Frames in flight on a GPU.", min=1, max=8)]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of a table.")]
TorchDevice: TypeAlias = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Vgg: TypeAlias = Annotated[Path | None, typer.Option(help="VGG-19 as safetensors; default: torchvision's.")]
Steadiness: TypeAlias = Annotated[
    float, typer.Option(help="0 = every frame by itself, 1 = what stands still is held most.", min=0, max=1)
]
MaxSide: TypeAlias = Annotated[int | None, typer.Option(help="Scale down to this many px a side.", min=64)]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")]
StyleImages: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--style-image",
        help="A picture as the style of this run, where the model takes any; repeatable.",
        metavar="FILE",
    ),
]
KeptStyleImages: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--style-image",
        help="A picture as a style, where the model takes any; kept for the next time as by the key i, "
        "not so with --input; repeatable.",
        metavar="FILE",
    ),
]


def add_style_images(
    stylizer: Stylizer, paths: Sequence[Path] | None, keep_them: bool = False
) -> dict[str, Pixels]:
    """Make styles of picture files; gives them by the names of the styles.

    LivestyleError for one that can't be a style.
    """
    pictures = {}
    for path in paths or ():
        name, pixels = load_style_image(path)
        try:
            pictures[stylizer.add_style(name, pixels, keep_them)] = pixels
        except LivestyleError as error:
            raise LivestyleError(f"--style-image {path}: {error}") from error
    return pictures


def load_model(name: str, say: Callable[[str], None]) -> Model:
    """A model with the user's own styles (see `renewed`). LivestyleError where there is none."""
    return renewed(Model.load(name), say)


def load_models(text: str, say: Callable[[str], None]) -> tuple[Model, ...]:
    """'a,b,c' as models in this order; one alone with all others that can be loaded behind it.

    LivestyleError for one that is asked for and can't be loaded.
    """
    asked = tuple(Model.load(name.strip()) for name in text.split(","))
    models = asked if len(asked) > 1 else (*asked, *_others(asked[0]))
    return tuple(renewed(model, say) for model in models)


def _others(model: Model) -> list[Model]:
    found = []
    for name in model_names():
        try:
            other = Model.load(name)
        except LivestyleError:
            continue
        if other.folder.resolve() != model.folder.resolve():
            found.append(other)
    return found
