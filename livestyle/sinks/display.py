"""Whether a window can be opened at all, asked before Qt aborts the process over it."""

from __future__ import annotations

import ctypes
import os
import sys

from livestyle.core.errors import LivestyleError

REMEDY = "run it in a desktop session, or with --no-window (and --record FILE to keep what is painted)"


def check_display() -> None:
    """LivestyleError where this process can't reach a display. Only Linux can lack one."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return
    name = os.environ.get("DISPLAY")
    if not name:
        raise LivestyleError(f"there is no display to open a window on (DISPLAY is not set); {REMEDY}")
    if not _reachable(name):
        raise LivestyleError(f"the display {name!r} can't be reached; {REMEDY}")


def quiet_qt() -> None:
    """Keep Qt's remarks about fonts off stderr: nothing of what is shown uses its fonts.

    To be called after cv2 is imported, which sets these itself, and before the first window.
    """
    os.environ["QT_QPA_FONTDIR"] = "/usr/share/fonts" if os.path.isdir("/usr/share/fonts") else "/"  # noqa: PTH112
    os.environ.setdefault("QT_LOGGING_RULES", "*.debug=false;*.info=false;*.warning=false")


def _reachable(name: str) -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise LivestyleError(f"no window: {error}; apt install libxcb1, or use --no-window") from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(name.encode(), None)
    works = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return works
