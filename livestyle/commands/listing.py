"""What `livestyle live` lists, and ends."""

from __future__ import annotations

import sys

from livestyle.core.errors import LivestyleError
from livestyle.model.card import Model, model_names
from livestyle.stylizer.loading import load_model
from livestyle.stylizer.user_styles import forget, left_behind, own_names, removed


def cameras() -> None:
    """Name the cameras of this machine."""
    from livestyle.sources.camera.discovery import list_cameras

    found = list_cameras()
    for camera in found:
        sys.stdout.write(f"{camera}\n")
    if not found:
        sys.stderr.write("no camera was found; try --camera synthetic\n")


def models() -> None:
    """Name the models, and say what each is."""
    for name in model_names():
        try:
            sys.stdout.write(f"{name:12}  {Model.load(name).title}\n")
        except LivestyleError as error:
            _complain(str(error))


def styles(model: str) -> None:
    """Name the styles of a model, with the number and the painting of each."""
    loaded = load_model(model.split(",")[0].strip(), _complain)
    notes = {note.name: note for note in loaded.card.styles}
    own = own_names(loaded)
    for number, name in enumerate(loaded.styles, 1):
        note = notes.get(name)
        about = ", ".join(part for part in (note.title, note.artist, note.year) if part) if note else ""
        about = "your own" if name in own else about
        sys.stdout.write(f"{number:3}  {name:24}  {about}".rstrip() + "\n")


def remove_style(model: str, style: str) -> None:
    """Remove a style of the user's own, for good. LivestyleError for others."""
    loaded = Model.load(model.split(",")[0].strip())
    if style in [path.stem for path in left_behind(loaded.card)]:
        return forget(loaded.card, style)
    removed(loaded, loaded.styles.find(style))
    return None


def _complain(line: str) -> None:
    sys.stderr.write(f"{line}\n")
