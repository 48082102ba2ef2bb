"""Which display is taken, and what is said where there is none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import cv2
import pytest

from livestyle.core.errors import LivestyleError
from livestyle.core.packages import MEND_OPENCV
from livestyle.core.size import Size
from livestyle.sinks import display, window
from livestyle.sinks.display import check_display, screen_size, watch_display
from tests.ui.desktop import desktop, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can lack a display")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    with desktop(lasting=False) as env:
        monkeypatch.setenv("DISPLAY", env["DISPLAY"])
        yield env


@pytest.mark.parametrize("asked", ["wayland", "offscreen", "eglfs", "wayland;xcb", "nonsense", ""])
def test_qt_takes_what_opencv_brings(
    monkeypatch: pytest.MonkeyPatch, screen: dict[str, str], asked: str
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", asked)
    check_display()
    assert os.environ["QT_QPA_PLATFORM"] == "xcb"
    assert screen_size() == Size(800, 600)


def test_a_platform_that_is_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland")
    monkeypatch.setattr(display, "XCB", "no such plugin")
    display._choose_platform()
    assert os.environ["QT_QPA_PLATFORM"] == "wayland"


@pytest.mark.parametrize("asked", ["wayland", "offscreen", "xcb"])
def test_without_a_display_it_is_one_error(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", asked)
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(LivestyleError, match="--no-window"):
        check_display()


def test_an_opencv_without_windows_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "currentUIFramework", lambda: "")
    with pytest.raises(LivestyleError) as caught:
        check_display()
    assert "opencv-python-headless lies over opencv-python" in str(caught.value)
    assert MEND_OPENCV in str(caught.value)


def test_a_window_fits_the_screen() -> None:
    assert window._largest(Size(400, 300)) == Size(384, 228)
    assert window._largest(Size(1920, 1080)) == window.LARGEST_AT_START
    assert window._largest(Size(1920, 1080), None) == Size(1904, 1008)
    assert window._largest(None) == window.ON_ANY_SCREEN


def test_a_display_that_goes_away_is_noticed(screen: dict[str, str]) -> None:
    watch = watch_display()
    assert watch is not None
    with watch:
        assert not watch.lost
        os.kill(int(screen["XVFB_PID"]), 9)
        wait_for(lambda: watch.lost)
