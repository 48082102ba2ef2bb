"""A folder shown by the desktop's own program for files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from livestyle.core.errors import LivestyleError

OPENERS = {"darwin": "open", "win32": "explorer"}
"""The program by system; of desktops under Linux and the like it is xdg-open."""


def open_folder(folder: Path) -> None:
    """Show it; does not wait. LivestyleError where nothing can, with the folder's name."""
    opener = OPENERS.get(sys.platform, "xdg-open")
    # OpenCV has Qt look for its own parts in OpenCV's folder, which is nothing for other programs.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QT_QPA_")}
    try:
        subprocess.Popen(
            [opener, str(folder)],
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise LivestyleError(
            f"{opener} can't be started ({error.strerror}); the folder is {folder}"
        ) from error
