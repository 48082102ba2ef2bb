"""Whether a window can be opened at all, asked before Qt aborts the process over it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2

from livestyle.core.errors import LivestyleError
from livestyle.core.packages import MEND_OPENCV
from livestyle.core.size import Size
from livestyle.sinks.xcb import Connection

XCB = "xcb"


def check_display() -> None:
    """LivestyleError where OpenCV opens no windows, or this process can't reach a display.

    Only Linux can lack one. Qt takes its display by xcb afterwards, where it brings nothing else.
    """
    if not cv2.currentUIFramework():
        raise LivestyleError(
            f"OpenCV opens no window here: opencv-python-headless lies over opencv-python; {MEND_OPENCV} "
            "mends it; or use --no-window"
        )
    if not sys.platform.startswith("linux"):
        return
    _choose_platform()
    if os.environ.get("QT_QPA_PLATFORM", XCB) == XCB:
        Connection().close()


def screen_size() -> Size | None:
    """Size of the whole display, px; None where nobody tells. LivestyleError as `check_display`."""
    if sys.platform == "win32":
        from ctypes import windll

        return Size(windll.user32.GetSystemMetrics(0), windll.user32.GetSystemMetrics(1))
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", XCB) != XCB:
        return None
    with Connection() as connection:
        return connection.screen_size()


def watch_display() -> Connection | None:
    """A connection that tells when the display goes away; None where that can't be asked."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM", XCB) != XCB:
        return None
    return Connection()


def quiet_qt() -> None:
    """Keep Qt's remarks about fonts off stderr: nothing of what is shown uses its fonts.

    And keep the wheel from it, which it would hear beside the X server's events (see xcb_input.py).
    To be called after cv2 is imported, which sets these itself, and before the first window.
    """
    os.environ["QT_QPA_FONTDIR"] = "/usr/share/fonts" if os.path.isdir("/usr/share/fonts") else "/"  # noqa: PTH112
    os.environ.setdefault("QT_XCB_NO_XI2", "1")
    os.environ.setdefault("QT_LOGGING_RULES", "*.debug=false;*.info=false;*.warning=false")


def _choose_platform() -> None:
    """Set xcb where OpenCV brings it and not what the desktop asks of Qt, such as wayland."""
    plugins = Path(cv2.__file__).parent / "qt" / "plugins" / "platforms"
    brought = {path.name.removeprefix("libq").removesuffix(".so") for path in plugins.glob("libq*.so")}
    asked = os.environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if XCB in brought and asked not in brought:
        os.environ["QT_QPA_PLATFORM"] = XCB
