"""Loads the models and styles that a command line names, with the user's own styles."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import Model, model_names
from livestyle.sources.images import load_style_image
from livestyle.stylizer.stylizer import Stylizer
from livestyle.stylizer.user_styles import renewed


def add_style_images(
    stylizer: Stylizer, paths: Sequence[Path] | None, keep_them: bool = False
) -> dict[str, Pixels]:
    """Make styles of picture files; returns the pictures by the names of the styles.

    LivestyleError for a picture that can't be a style.
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
    """'a,b,c' as models in this order; one alone with all others behind it, from fast to slow.

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
    return sorted(found, key=_weight)


def _weight(model: Model) -> tuple[int, int]:
    """Puts fast models first: those of small graphs, about; among equals those with more styles."""
    return round(math.log2(model.graph("float").stat().st_size)), -len(model.styles)
