"""Screens and cameras of the device that shows the page, in a headless Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.page.chromium import Chromium, Tab, chromium
from tests.page.conftest import FAKE
from tests.page.running import Running
from tests.page.tabs import SEEN, opened, sees_grey, told
from tests.page.y4m import RED, write_y4m

PHONE = 390, 844


def lend_the_camera(tab: Tab) -> None:
    """Have the camera of the browser painted, and be shown it as it is."""
    tab.click("#do-figures")
    tab.click("#do-camera")
    tab.wait("/browser +· +640×480/.test(document.querySelector('#rows').textContent)")
    sees_grey(tab, "dim")
    tab.value("document.querySelector('#control-strength').focus()")
    tab.key("Home")


@pytest.mark.parametrize("way", ["socket", "webrtc"])
def test_the_camera_of_the_browser_is_painted(way: str, browser: Chromium, session: Running) -> None:
    tab = opened(browser, session, way)
    lend_the_camera(tab)  # Chromium's is green
    tab.wait(f"(([red, green, blue]) => green > red + 40 && green > blue + 40)({SEEN})")
    tab.click("#do-camera")
    tab.wait("/synthetic +· +160×120/.test(document.querySelector('#rows').textContent)")


def test_what_the_camera_of_the_browser_sees_is_what_arrives(session: Running, tmp_path: Path) -> None:
    film = write_y4m(tmp_path / "red.y4m", 640, 480, RED)
    with chromium((*FAKE, f"--use-file-for-fake-video-capture={film}")) as browser:
        tab = opened(browser, session)
        lend_the_camera(tab)
        tab.wait(f"(([red, green, blue]) => red > 200 && green < 50 && blue < 50)({SEEN})")


def test_a_phone_shows_all_in_its_width_in_light_and_in_dark(
    browser: Chromium, session_of_two: Running
) -> None:
    tab = opened(browser, session_of_two)
    tab.wait("!document.querySelector('#do-next-camera').hidden")  # now there are all buttons
    walls = []
    wide = "document.documentElement.scrollWidth"
    long = f"document.querySelector('#title').textContent = 'Long '.repeat(30); {wide}"
    for dark in (False, True):
        tab.screen(*PHONE, dark=dark)
        scheme = "dark" if dark else "light"
        tab.wait(f"matchMedia('(width: {PHONE[0]}px) and (prefers-color-scheme: {scheme})').matches")
        assert tab.value(wide) <= PHONE[0]
        assert tab.value(long) <= PHONE[0]
        widths = "[...document.querySelectorAll('.tool:not([hidden])')].map((tool) => tool.offsetWidth)"
        assert tab.value(f"Math.min(...{widths})") >= 44
        walls.append(tab.value("getComputedStyle(document.body).backgroundColor"))
    assert walls[0] != walls[1]


def test_a_button_goes_through_several_cameras(browser: Chromium, session_of_two: Running) -> None:
    tab = opened(browser, session_of_two)
    button = "document.querySelector('#do-next-camera')"
    tab.wait(f"{button}.title.startsWith('synthetic ')")
    tab.click("#do-next-camera")
    tab.wait(f"{button}.title.startsWith('red.y4m ')")
    tab.wait("document.querySelector('#title').textContent === 'Bright'")  # it is painted in another style
    assert tab.wait("document.querySelector('#toast').textContent") == "Camera 2: red.y4m"
    assert ("button", "Next camera") in told(tab)[1]
    tab.click("#do-next-camera")
    tab.wait(f"{button}.title.startsWith('synthetic ')")


def test_one_camera_has_no_button_for_the_next(browser: Chromium, session: Running) -> None:
    tab = opened(browser, session)
    tab.wait("document.querySelectorAll('.gallery li').length === 2")  # the state is shown
    assert tab.value("document.querySelector('#do-next-camera').hidden")
