"""Calibration frames: where they come from, and the folder they lie in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from livestyle.core.config import cache_dir, expanded
from livestyle.core.errors import LivestyleError
from livestyle.core.fit import cover
from livestyle.core.frame import Pixels
from livestyle.core.output_file import make_folder
from livestyle.core.size import Size
from livestyle.sinks.images import save_image
from livestyle.sources.images import ImagesSource
from livestyle.sources.open import open_input, open_source
from livestyle.workshop.calibration.farthest_point import FrameChooser

SIZE = Size(320, 240)
"""Size of a calibration frame. Ranges of activations hardly depend on it; time and memory do."""

PER_SECOND = 2.0
"""Pictures looked at in a second of video or camera: more would mostly be the same again."""

MIN_FRAMES = 8
"""The least frames: fewer say too little about the ranges, and one in eight is kept back to judge by."""

PATTERN = "frame-[0-9][0-9][0-9][0-9].png"
"""Names of the files that are written. Others in the folder are read too, and never touched."""


def frames_dir() -> Path:
    """`calibration/frames` in a clone of the project, else a folder in the user's cache."""
    clone = Path("calibration")
    return clone / "frames" if (clone / "README.md").is_file() else cache_dir() / "calibration"


def look_at(spec: str, seconds: float, chooser: FrameChooser) -> None:
    """Offer the pictures of `spec` to `chooser`, at `SIZE`.

    spec: a folder of pictures, a picture, a video file, or a camera as --camera takes it, which is
    watched for `seconds`. LivestyleError where it is none of these or can't be opened.
    """
    path = expanded(spec)
    found = _of_file(path) if path.is_file() or path.is_dir() else _of_camera(spec, seconds)
    for pixels in found:
        chooser.add(cover(pixels, SIZE))


def _of_file(path: Path) -> Iterator[Pixels]:
    with open_input(path) as source:
        step = max(1, round((source.info.rate or 0) / PER_SECOND))
        while (frame := source.read()) is not None:
            if frame.index % step == 0:
                yield frame.pixels


def _of_camera(spec: str, seconds: float) -> Iterator[Pixels]:
    with open_source(spec) as source:
        start_ns: int | None = None
        due_ns = 0
        while (frame := source.read()) is not None:
            start_ns = frame.captured_ns if start_ns is None else start_ns
            if frame.captured_ns - start_ns > seconds * 1e9:
                return
            if frame.captured_ns >= due_ns and not frame.notice:
                due_ns = frame.captured_ns + round(1e9 / PER_SECOND)
                yield frame.pixels


def write_frames(folder: Path, frames: Sequence[Pixels], overwrite: bool) -> None:
    """Write `frames` as frame-0001.png, … in their order; the folder is made if need be.

    Those written before are replaced (with `overwrite`) once the new ones are whole; no other file
    is touched. LivestyleError where there are frames already, or the folder takes none.
    """
    check_frames_dir(folder, overwrite)
    make_folder(folder)
    try:
        fresh = Path(tempfile.mkdtemp(".part", "new-", folder))
    except OSError as error:
        raise LivestyleError(f"cannot write frames to {folder}: {error.strerror}") from error
    try:
        for number, pixels in enumerate(frames, 1):
            save_image(fresh / f"frame-{number:04d}.png", pixels)
        for old in folder.glob(PATTERN):
            old.unlink()
        for path in sorted(fresh.iterdir()):
            path.replace(folder / path.name)
    except OSError as error:
        raise LivestyleError(f"cannot write frames to {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_frames_dir(folder: Path, overwrite: bool) -> None:
    """LivestyleError where `write_frames` would have to replace frames without `overwrite`."""
    if folder.exists() and not folder.is_dir():
        raise LivestyleError(f"{folder} is a file; expected a folder for calibration frames")
    if not overwrite and any(folder.glob(PATTERN)):
        raise LivestyleError(
            f"{folder} holds chosen frames already; use them without --from, or give --overwrite"
        )


def read_frames(folder: Path, count: int) -> list[Pixels]:
    """The pictures in `folder` in order, at `SIZE`; where there are more than `count`, chosen among them.

    LivestyleError where there are fewer than `MIN_FRAMES`.
    """
    chooser = FrameChooser(count)
    frames: list[Pixels] = []
    if folder.is_dir() and any(p.is_file() for p in folder.iterdir()):
        with ImagesSource(folder) as source:
            while (frame := source.read()) is not None:
                pixels = cover(frame.pixels, SIZE)
                chooser.add(pixels)
                if len(frames) <= count:
                    frames.append(pixels)
    if len(frames) > count:
        frames = chooser.chosen()
    if len(frames) < MIN_FRAMES:
        raise LivestyleError(
            f"{len(frames)} calibration frames in {folder}; expected {MIN_FRAMES} or more: "
            "choose some with --from and a folder of photos, a video or a camera"
        )
    return frames
