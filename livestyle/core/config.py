"""Choices a user makes, as enums, and the folders of this user."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path


class Precision(StrEnum):
    """Arithmetic of the convolutions. Normalisation is always float32."""

    AUTO = "auto"
    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    INT8 = "int8"


class Audio(StrEnum):
    """What becomes of a film's sound.

    auto: copied as it is where the file can hold it, else AAC (in .webm Opus)
    copy: copied as it is; an error where the file can't hold it
    aac:  AAC, whatever it was
    none: left out
    """

    AUTO = "auto"
    COPY = "copy"
    AAC = "aac"
    NONE = "none"


class Color(StrEnum):
    """Whose colours the result has.

    painting:  the painting's
    luminance: the photo's, exactly; only lightness is painted (Gatys 2016b)
    histogram: the photo's; the painting is recoloured first, channel by channel
    coral:     the photo's; the painting is recoloured first, mean and covariance (Sun 2016)
    """

    PAINTING = "painting"
    LUMINANCE = "luminance"
    HISTOGRAM = "histogram"
    CORAL = "coral"


NOWHERE = "/dev/null/livestyle"
"""The home of a user who has none: a folder that nobody can make."""

SLOTS = 2
"""How many frames are in flight on a GPU, unless told otherwise."""


def cache_dir() -> Path:
    """Where compiled models are kept: $LIVESTYLE_CACHE or the user's cache folder."""
    return _folder("cache")


def data_dir() -> Path:
    """Where the user's own styles and models are kept: $LIVESTYLE_DATA or the user's data folder."""
    return _folder("data")


def pictures_dir() -> Path:
    """Where the user's pictures are; this folder where there is no such."""
    return _media("pictures")


def videos_dir() -> Path:
    """Where the user's videos are; this folder where there is no such."""
    return _media("videos")


def expanded(path: str | Path) -> Path:
    """The path with ~ as the home of the user; as it is where that has none."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises


def _folder(kind: str) -> Path:
    chosen = os.environ.get(f"LIVESTYLE_{kind.upper()}")
    if chosen:
        return Path(chosen)
    import platformdirs  # a lent machine need not have it, where both folders are named

    return Path(_home(getattr(platformdirs, f"user_{kind}_dir"), "livestyle", False))


def _media(kind: str) -> Path:
    import platformdirs

    folder = Path(_home(getattr(platformdirs, f"user_{kind}_dir")))
    return folder if folder.is_dir() else Path()


def engines_dir() -> Path:
    """Where built engines are kept: engines/ of the checkout that runs, else within the cache folder."""
    checkout = Path(__file__).parents[2]
    in_checkout = (checkout / "engines" / "README.md").is_file() and (checkout / "pyproject.toml").is_file()
    if in_checkout and not os.environ.get("LIVESTYLE_CACHE"):
        return checkout / "engines"
    return cache_dir() / "engines"


def have_home() -> None:
    """Give this process a home folder if its user has none: some libraries ask for one as they load.

    It is a path under which nothing can be made.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(Path(NOWHERE).parent)


def _home(find: Callable[..., str], *arguments: object) -> str:
    """A folder of this user; for one without a home, as in many containers, a path that can't be made."""
    try:
        found = find(*arguments)
    except RuntimeError:
        found = "~"
    return NOWHERE if found.startswith("~") else found
