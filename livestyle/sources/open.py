"""From what a user writes to a source that can be entered."""

from __future__ import annotations

import os
from pathlib import Path

from livestyle.core.address import advice, is_url, shown
from livestyle.core.config import expanded
from livestyle.core.errors import LivestyleError
from livestyle.core.pipes import stdin_film
from livestyle.core.size import Size
from livestyle.sources import images
from livestyle.sources.camera.connection import Request
from livestyle.sources.camera.source import CameraSource
from livestyle.sources.images import ImagesSource
from livestyle.sources.pipe import PipeSource
from livestyle.sources.source import Source
from livestyle.sources.synthetic import source as synthetic
from livestyle.sources.synthetic.source import SyntheticSource
from livestyle.sources.video.clip import ClipSource
from livestyle.sources.video.container import VIDEO_SUFFIXES
from livestyle.sources.video.file import VideoFileSource


def open_source(spec: str, size: Size | None = None, rate: float | None = None) -> Source:
    """What --camera takes, as a live source that is not entered yet.

    spec: an index ('0'), a part of a camera's name, a device path, a URL with '://', 'synthetic'
    (see SyntheticSource.parse), what stdin has (see stdin_film), or a video file, which is played at its
    own rate over and over.
    size, rate: asked of a camera, met by 'synthetic'; a video file is scaled to the size.
    LivestyleError for text that can be none of these; a missing camera is found out on entering.
    """
    text = spec.strip()
    if not text:
        raise LivestyleError("no camera given; expected an index, a name, a URL, a video file or synthetic")
    film = stdin_film(text)
    if film is not None:
        return PipeSource(film)
    if text.lower().startswith(synthetic.NAME):
        return SyntheticSource.parse(text, size, rate)
    if not text.isdecimal() and not is_url(text):
        path = expanded(text)
        if os.path.isfile(path):  # noqa: PTH113 - a name may be too long for a file
            return ClipSource(path, size)
        if os.path.isdir(path) or path.suffix.lower() in VIDEO_SUFFIXES:  # noqa: PTH112
            problem = "is a folder" if os.path.isdir(path) else "does not exist"  # noqa: PTH112
            raise LivestyleError(f"{shown(text)} {problem}; expected a video file or a camera{advice(text)}")
    return CameraSource(Request(text, size, rate))


def is_webcam(spec: str) -> bool:
    """Whether `open_source` takes it for a camera of this machine, which looks at the user most likely."""
    return isinstance(open_source(spec), CameraSource) and shown(spec) == spec and not is_url(spec)


def open_input(path: Path) -> VideoFileSource | ImagesSource:
    """What --input takes: a picture, a folder of pictures or a video file; every frame, not entered yet."""
    if path.is_dir() or path.suffix.lower() in images.SUFFIXES:
        return ImagesSource(path)
    return VideoFileSource(path)
