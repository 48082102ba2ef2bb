"""Packages that are installed and do not work: what the user is told, and the command that repairs them."""

from __future__ import annotations

from pathlib import Path

from livestyle.core.errors import LivestyleError

KINDS = ("opencv-python", "opencv-contrib-python")
OPENCVS = (*KINDS, *(f"{kind}-headless" for kind in KINDS))
"""They all install into the same folder: the last one wins, and removing one removes files of the others."""

MEND_OPENCV = f"`pip uninstall -y {' '.join(OPENCVS)}`, then `pip install --no-cache-dir opencv-python`"


NO_MEMORY = "there is not enough memory for this; close other programs, or use a smaller size"
OUT_OF_MEMORY = ("failed to map segment", "annot allocate memory", "bad_alloc", "can't alloc")
"""What the system's loader, and libraries in C++, report when memory runs out."""


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was too little memory, of whatever class it is."""
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in OUT_OF_MEMORY)


def check_opencv() -> None:
    """LivestyleError if OpenCV is missing, or half removed with another of OPENCVS."""
    try:
        import cv2

        needed = cv2.VideoCapture, cv2.VideoWriter, cv2.imdecode, cv2.getWindowProperty
    except (ImportError, AttributeError) as error:
        raise LivestyleError(
            f"OpenCV is missing or half removed ({error}): opencv-python and opencv-python-headless share "
            f"their files; {MEND_OPENCV} mends it"
        ) from error
    del needed


def explained(error: ImportError | AttributeError) -> LivestyleError | None:
    """The error to show for an import that failed; None if the fault is livestyle's own."""
    if out_of_memory(error):
        return LivestyleError(NO_MEMORY)
    try:
        check_opencv()
    except LivestyleError as broken:
        return broken
    package = _package(error)
    if not isinstance(error, ImportError) or package in ("", "livestyle"):
        return None
    return LivestyleError(f"{package} can't be loaded ({error}); pip install --force-reinstall {package}")


def _package(error: Exception) -> str:
    """The package in which an import failed, by its file or else by its name; '' if neither is known."""
    folders = Path(getattr(error, "path", None) or "").parts
    if "site-packages" in folders[:-1]:
        return folders[folders.index("site-packages") + 1]
    return (getattr(error, "name", None) or "").split(".")[0]
