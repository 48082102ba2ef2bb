"""`livestyle live --input`: a file is painted, as by `livestyle video` or `livestyle image`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from livestyle.commands import image, video
from livestyle.commands.controls import names_of, within
from livestyle.commands.given import refuse
from livestyle.core.errors import LivestyleError
from livestyle.model.controls import Scope
from livestyle.sources.images import SUFFIXES
from livestyle.sources.video.container import VIDEO_SUFFIXES
from livestyle.ui.run import ShowOptions

CAMERA_ONLY = (
    "camera", "size", "fps", "rate", "no_governor", "fullscreen", "fresh", "no_window", "page", "osc", "midi",
    "folder", "record", "microphone", "virtual_camera", "virtual_camera_size", "stream", "max_frames",
    "as_json",
    *names_of(Scope.CAMERA),
)  # fmt: skip
"""What --input has no use for."""

VIDEO_ONLY = ("slots", "crossfade", "change_every", "encoder", "crf", *names_of(Scope.FILM))
"""What a picture has no use for."""


def paint_file(
    context: typer.Context,
    source: Path | None,
    target: Path | None,
    options: ShowOptions,
    crossfade: float | None,
    change_every: str,
) -> None:
    """What `livestyle image` does for a picture or a folder with no video in it, else `livestyle video`."""
    if source is None or target is None:
        raise LivestyleError(f"--{'output' if source else 'input'} is missing; a file needs both")
    refuse(context, "with --input", *CAMERA_ONLY)
    paths = source.iterdir() if source.is_dir() else [source]
    suffixes = {path.suffix.lower() for path in paths}
    engine = {"model": options.model, "device": options.device, "precision": options.precision}
    shared: dict[str, Any] = {**engine, "threads": options.threads, "overwrite": options.overwrite}
    shared["style"] = options.style
    shared["style_image"] = list(options.style_images)
    if suffixes & SUFFIXES and not suffixes & VIDEO_SUFFIXES:
        refuse(context, "on a picture", *VIDEO_ONLY)
        image.main(source, target, **shared, **within(Scope.PICTURE, options.controls))
    else:
        shared |= {"encoder": options.encoder, "crf": options.crf, "slots": options.slots}
        shared |= within(Scope.FILM, options.controls)
        if crossfade is not None:
            shared["crossfade"] = f"{crossfade}s"
        video.main(context, source, target, change_every=change_every, **shared)
