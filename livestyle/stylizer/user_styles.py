"""Saves the styles that users make of pictures, encodes them again for a model that changed, removes them.

They lie beside those of `livestyle train add-style`, where Model.load finds them: for each style its
vector, and its picture where it was made of one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.model.card import STYLES_NAME, Card, Model, own_styles_dir
from livestyle.model.styles import StyleBank, Vector
from livestyle.runtime.style_encoder import StyleEncoder
from livestyle.sinks.images import save_image
from livestyle.sources.images import load_image

VECTOR, PICTURE = ".npz", ".jpg"


def keep(model: Model, name: str, vector: Vector, picture: Pixels) -> None:
    """Save a style and the picture it was made of, uint8 BGR; nothing to do for a style that ships.

    LivestyleError if the files can't be written.
    """
    if name in _shipped(model).names:
        return
    folder = own_styles_dir(model.card)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        StyleBank((name,), vector[None]).save(folder / f"{name}{VECTOR}")
    except (OSError, LivestyleError) as error:
        raise LivestyleError(
            f"{name} can be used until this run ends, but can't be saved in {folder}: {error}"
        ) from error
    save_image(folder / f"{name}{PICTURE}", picture, overwrite=True)


def removed(model: Model, name: str) -> Model:
    """The model without one of the user's own styles, which is deleted from the disk too.

    A shipped style of the same name comes back. LivestyleError for a style that ships.
    """
    check_own(model, name)
    forget(model.card, name)
    shipped = _shipped(model)
    if name in shipped.names:
        return replace(model, styles=model.styles.extended([name], shipped.vector(name)[None]))
    return replace(model, styles=model.styles.without(name))


def forget(card: Card, name: str) -> None:
    """Delete the files of a style, for this model and for earlier versions of it."""
    try:
        for folder in _folders(card):
            for suffix in (VECTOR, PICTURE):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise LivestyleError(f"cannot remove {name}: {error}") from error


def own_names(model: Model) -> tuple[str, ...]:
    """The model's styles that don't ship with it, or that replace one that does."""
    shipped, folder = _shipped(model).names, own_styles_dir(model.card)
    return tuple(n for n in model.styles if n not in shipped or (folder / f"{n}{VECTOR}").exists())


def check_own(model: Model, name: str) -> None:
    """LivestyleError for a style that ships with the model."""
    if name not in own_names(model):
        raise LivestyleError(f"{name} ships with {model.card.name}; only styles of your own can be removed")


def picture_of(model: Model, style: str) -> Path | None:
    """The file with the picture that a style was made of; None if there is none."""
    path = own_styles_dir(model.card) / f"{style}{PICTURE}"
    return path if path.is_file() else None


def left_behind(card: Card) -> tuple[Path, ...]:
    """Saved vectors of earlier versions of this model that the present version lacks.

    A vector fits only the network it was made for, so vectors are saved by the network's hash.
    """
    own = own_styles_dir(card)
    found = {path.name: path for folder in _folders(card) for path in sorted(folder.glob(f"*{VECTOR}"))}
    return tuple(path for name, path in sorted(found.items()) if not (own / name).exists())


def renewed(model: Model, say: Callable[[str], None]) -> Model:
    """The model with the styles of its earlier versions, encoded again from their pictures and saved.

    say: called with a line for them, and for styles whose source picture is missing.
    """
    paths = left_behind(model.card)
    if not paths:
        return model
    say(f"{model.card.name} has changed since you added {', '.join(path.stem for path in paths)}")
    pictures = [path.with_suffix(PICTURE) for path in paths if path.with_suffix(PICTURE).exists()]
    if model.card.encoder is None:
        pictures = []
    if len(pictures) < len(paths):
        lost = [path.stem for path in paths if path.with_suffix(PICTURE) not in pictures]
        say(f"add again, their pictures are missing, or `livestyle live --remove-style`: {', '.join(lost)}")
    return _encoded(model, pictures, say)


def _encoded(model: Model, pictures: list[Path], say: Callable[[str], None]) -> Model:
    for path in pictures:
        try:
            picture = load_image(path)
            vector = StyleEncoder(model).encode(picture)
            keep(model, path.stem, vector, picture)
        except LivestyleError as error:
            say(str(error))
            continue
        say(f"encoded again from its picture: {path.stem}")
        model = replace(model, styles=model.styles.extended([path.stem], vector[None]))
    return model


def _shipped(model: Model) -> StyleBank:
    return StyleBank.load(model.folder / STYLES_NAME)


def _folders(card: Card) -> list[Path]:
    """The folders with styles for this model and earlier versions of it; the newest last."""
    own = own_styles_dir(card)
    hashes = "[0-9a-f]" * (len(own.name) - len(card.name) - 1)
    folders = own.parent.glob(f"{card.name}-{hashes}") if own.parent.is_dir() else ()
    return sorted(folders, key=lambda folder: folder.stat().st_mtime)
